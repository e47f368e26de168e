// SPDX-License-Identifier: Apache-2.0
// How a form is read to its end although pages may not go beyond 5,000 rows and rows change meanwhile: by the time of the
// last change, from the oldest on, each page beginning where the one before ended. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::dingtalk {

/// Where reading goes on: rows changed at or after `since_s`, page `page` of them.
struct YidaCursor {
  std::int64_t since_s = 0;  ///< seconds since 1970, UTC
  std::int64_t page = 1;
  [[nodiscard]] static YidaCursor parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  bool operator==(const YidaCursor&) const = default;
};

inline constexpr std::int64_t yida_page_size = 100;
/// Beyond this row a page is refused by the vendor.
inline constexpr std::int64_t yida_last_row = 5'000;
/// A finished run begins this much earlier the next time: a row becomes visible some time after its change.
inline constexpr std::int64_t yida_overlap_s = 60;

/// The cursor after a page whose last row was changed at `last_s` and which had `rows` rows. Nothing when more rows were
/// changed in one second than can be paged through.
struct YidaStep {
  YidaCursor next;
  bool more = false;
};
[[nodiscard]] std::optional<YidaStep> after_page(const YidaCursor& at, std::int64_t rows, std::int64_t last_s);

/// "yyyy-MM-dd HH:mm:ss" in the zone that Yida speaks in.
[[nodiscard]] std::string yida_time(std::int64_t seconds, std::int64_t offset_minutes);
/// Seconds of "yyyy-MM-ddTHH:mm[:ss][Z]" (Z: UTC) or "yyyy-MM-dd HH:mm[:ss]" (in that zone); nothing for anything else.
[[nodiscard]] std::optional<std::int64_t> yida_seconds(std::string_view text, std::int64_t offset_minutes);
/// The same instant as RFC 3339.
[[nodiscard]] std::string rfc3339(std::int64_t seconds);

}  // namespace docket::dingtalk
