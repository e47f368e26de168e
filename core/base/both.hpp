// SPDX-License-Identifier: Apache-2.0
// A sentence in both languages from the same parts.
#pragma once

#include <fmt/format.h>

#include "base/said.hpp"

namespace docket {

/// `both("There is no team {}.", "没有班组“{}”。", team)`. A language may leave a part out, or take them in another order
/// ("{1} … {0}").
template <class... Parts>
[[nodiscard]] Said both(fmt::format_string<Parts...> en, fmt::format_string<Parts...> zh, Parts&&... parts) {
  return {fmt::vformat(en, fmt::make_format_args(parts...)), fmt::vformat(zh, fmt::make_format_args(parts...))};
}

}  // namespace docket
