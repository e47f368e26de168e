// SPDX-License-Identifier: Apache-2.0
// winmail.dat: what Outlook packs a message's text and files into (MS-OXTNEF).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace docket::mail {

struct TnefFile {
  std::string name{};        ///< UTF-8
  std::string media_type{};  ///< empty when it does not say
  std::string_view content{};
};
struct Tnef {
  std::string text{};              ///< UTF-8; empty when it has none
  std::string html{};              ///< UTF-8
  std::vector<TnefFile> files{};   ///< views into the input
  bool damaged = false;            ///< something in it did not fit together; what stood before is here
};

inline constexpr std::size_t most_tnef_files = 200;

[[nodiscard]] bool looks_like_tnef(std::string_view bytes);
/// Never throws on what the input says; reads each byte a bounded number of times.
[[nodiscard]] Tnef read_tnef(std::string_view bytes);

}  // namespace docket::mail
