// SPDX-License-Identifier: Apache-2.0
// Words of the schema that are not the enumerators of one type.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace docket::definition {

inline constexpr std::array<std::string_view, 7> weekday_words{"monday", "tuesday",  "wednesday", "thursday",
                                                               "friday", "saturday", "sunday"};
inline constexpr std::array<std::string_view, 4> assignee_words{"lead", "last_handler", "previous", "creator"};
inline constexpr std::array<std::string_view, 10> recipient_words{"assignee", "team",     "lead",      "creator", "watchers",
                                                                  "copied",   "customer", "mentioned", "guest",   "asked_by"};
/// Built-in fields that the action `set` may change.
inline constexpr std::array<std::string_view, 3> settable_words{"priority", "region", "product_line"};
inline constexpr std::string_view all_rights = "all";

/// The rights, and `all`.
[[nodiscard]] std::span<const std::string_view> right_words();
/// The kinds of events that a trigger may wait for.
[[nodiscard]] std::span<const std::string_view> event_words();

}  // namespace docket::definition
