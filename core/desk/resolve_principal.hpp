// SPDX-License-Identifier: Apache-2.0
// From a person's grants and memberships to what they may do and see under the published roles.
#pragma once

#include <optional>
#include <vector>

#include "desk/people.hpp"
#include "domain/definitions.hpp"

namespace docket::desk {

/// Pure. `scopes` cut the rights of a token; none: a session with all rights of the person. An inactive user, or one
/// whose roles the bundle no longer has, gets a principal without rights. A role held in one team gives none of the
/// rights that are about the desk as a whole: user_manage, definition_publish, audit_read, system_manage.
[[nodiscard]] domain::Principal resolve_principal(const User& user, const domain::Definitions& definitions,
                                                  const std::optional<std::vector<domain::Right>>& scopes);

/// Whether the principal has every right of the user, in every place where the user has it. Who has not must not be
/// able to act as that user.
[[nodiscard]] bool holds_all_rights_of(const domain::Principal& principal, const User& user,
                                       const domain::Definitions& definitions);

}  // namespace docket::desk
