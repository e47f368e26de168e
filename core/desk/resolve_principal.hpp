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

/// Leaves the principal of the user only what roles with this right show, and nothing where the right was cut away: a role
/// that is there for the desk's figures shows no tickets to who reads.
void show_by(domain::Principal& principal, const User& user, const domain::Definitions& definitions, domain::Right right);

/// The tickets that a grant shows to somebody with these memberships.
[[nodiscard]] domain::TicketView view_of(const RoleGrant& grant, const domain::Role& role,
                                         const std::vector<Membership>& memberships);

/// Whether the views show every ticket that the other view may show, whosever that is: what is somebody's own may lie
/// anywhere.
[[nodiscard]] bool show_all_of(const std::vector<domain::TicketView>& views, const domain::TicketView& view);

/// Whether the principal may give the role away: one that steps or macros are for by its name is more than its rights, so
/// only whoever has it there, or manages the system.
[[nodiscard]] bool may_hand_on(const domain::Principal& principal, const RoleGrant& grant,
                               const domain::Definitions& definitions);

/// Whether the principal has every right of the user in every place where the user has it, as much access to each group
/// of fields, sees the tickets that the user's roles show, and may hand these roles on. Who has not must not be able to act as that user. (Single
/// tickets that the user was copied in on are no matter of roles, and do not count.)
[[nodiscard]] bool holds_all_of(const domain::Principal& principal, const User& user,
                                const domain::Definitions& definitions);

}  // namespace docket::desk
