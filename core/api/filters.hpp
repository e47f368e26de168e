// SPDX-License-Identifier: Apache-2.0
// Conditions as the API writes them: {"all": […]}, {"any": […]}, {"not": …} or {"field", "operator", "value"}.
#pragma once

#include "base/error.hpp"
#include "base/json_decode.hpp"
#include "desk/ports/directory_store.hpp"
#include "domain/condition/build.hpp"
#include "domain/definitions.hpp"
#include "domain/identity/principal.hpp"

#include <string>
#include <string_view>

namespace docket::json {

template <>
struct Custom<domain::RawCondition> {
  static void encode(std::string& out, const domain::RawCondition& condition);
  static void decode(const value& from, domain::RawCondition& to, Decoder& decoder);
  static value schema();
};

}  // namespace docket::json

namespace docket::api {

/// A condition that lists may use, checked against the desk and against what the principal may see of tickets: a field
/// that is hidden from somebody is no field to filter by; one that they see in some teams is looked at on tickets of these
/// alone, and no test of it holds elsewhere. "@me" and "@my_teams" are replaced. `pointer` leads to the
/// condition. Errors: invalid_field.
[[nodiscard]] Result<domain::Condition> list_filter(const domain::RawCondition& raw,
                                                    const domain::Definitions& definitions,
                                                    const domain::Principal& principal,
                                                    const desk::DirectoryReader& directory, const std::string& pointer);

/// The same from JSON text in a query parameter; unknown_parameter when it is no JSON.
[[nodiscard]] Result<domain::Condition> list_filter_text(std::string_view text, const domain::Definitions& definitions,
                                                         const domain::Principal& principal,
                                                         const desk::DirectoryReader& directory,
                                                         const std::string& name);

/// The condition of a view of the desk for that principal: "@me" and "@my_teams" are replaced, and a test of a field holds
/// on no ticket on which the field is hidden from them, so that the list does not tell what stands there.
[[nodiscard]] domain::Condition condition_of(const domain::View& view, const domain::Definitions& definitions,
                                             const domain::Principal& principal, const desk::DirectoryReader& directory);

/// Whether the principal may see the custom field on tickets of that team (empty: of any); fields of no form only where
/// nothing is restricted.
[[nodiscard]] bool may_see_field(const domain::Principal& principal, const domain::Definitions& definitions,
                                 std::string_view field, const std::string& team);
/// The same, on tickets of some team.
[[nodiscard]] bool may_see_somewhere(const domain::Principal& principal, const domain::Definitions& definitions,
                                     std::string_view field);
/// Custom fields of a ticket of that team without those that the principal may not see.
[[nodiscard]] domain::Fields visible_fields(const domain::Principal& principal, const domain::Definitions& definitions,
                                            const domain::Fields& fields, const std::string& team);

/// Whether one of the principal's roles, held anywhere, is among the view's.
[[nodiscard]] bool may_use_view(const domain::View& view, const domain::Principal& principal);

/// Both hold.
[[nodiscard]] domain::Condition both_hold(domain::Condition a, domain::Condition b);

}  // namespace docket::api
