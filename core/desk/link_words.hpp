// SPDX-License-Identifier: Apache-2.0
// How texts name links. The word stands in what is stored; the link itself is put there when a delivery leaves.
#pragma once

#include <string_view>

namespace docket::desk {

inline constexpr std::string_view portal_link_field = "portal_link";
inline constexpr std::string_view guest_link_field = "guest_link";
inline constexpr std::string_view portal_link_word = "{{portal_link}}";
inline constexpr std::string_view guest_link_word = "{{guest_link}}";

}  // namespace docket::desk
