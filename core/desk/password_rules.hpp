// SPDX-License-Identifier: Apache-2.0
// What a new password must be: long, and not one that everybody tries first. Nothing about kinds of characters.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace docket::desk {

inline constexpr std::size_t shortest_password = 12;  ///< characters
inline constexpr std::size_t longest_password = 256;

/// invalid_field at `pointer`, saying what to choose instead. Pure; follows ASVS 5.0 6.2.
[[nodiscard]] Result<void> check_new_password(std::string_view password, std::string_view login,
                                              std::string pointer = "/password");

}  // namespace docket::desk
