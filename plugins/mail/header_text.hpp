// SPDX-License-Identifier: Apache-2.0
// Readable text out of raw header fields: RFC 2047 words, RFC 2231 parameters, and what senders make of both.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::mail {

struct Address {
  std::string name{};     ///< UTF-8, without controls
  std::string address{};  ///< as given, trimmed; local@domain with an ASCII domain in small letters, or empty
  bool operator==(const Address&) const = default;
};

/// One line of UTF-8 without controls. Words of one charset that follow each other are joined before they are
/// converted, because senders cut characters in two.
[[nodiscard]] std::string header_text(std::string_view raw);

/// Every mailbox of an address field, groups opened; at most `most`.
[[nodiscard]] std::vector<Address> header_addresses(std::string_view raw, std::size_t most = 100);

/// Value of a parameter of Content-Type or Content-Disposition, or empty: plain, quoted, in RFC 2047 words (against the
/// standard, yet common), or RFC 2231 with charset and continuations.
[[nodiscard]] std::string header_parameter(std::string_view raw, std::string_view name);

/// The `<…>` of a field of message ids, in their order, without the brackets; at most `most`, the last ones.
[[nodiscard]] std::vector<std::string> header_ids(std::string_view raw, std::size_t most = 50);

/// Standard base64, anything else in it skipped.
[[nodiscard]] std::string base64_bytes(std::string_view text);

}  // namespace docket::mail
