// SPDX-License-Identifier: Apache-2.0
// Users, presence, shifts, customers and organizations: each change checked, saved and audited in one job.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

/// What may be given for a user. Absent: as it was (or the default for a new one).
struct UserChange {
  std::optional<std::string> login{};  ///< only when created
  std::optional<std::string> name{}, email{}, phone{}, language{};
  std::optional<bool> active{};
  std::optional<int> capacity{};  ///< 0: the team's
  std::optional<std::vector<std::string>> skills{}, regions{}, product_lines{};
  std::optional<std::vector<RoleGrant>> grants{};
  std::optional<std::vector<Membership>> memberships{};
};

/// All faults at once as invalid_field. Nobody grants rights that they do not hold themselves, nor a sight of fields and
/// tickets that they do not have, be it by a role or by a team.
[[nodiscard]] Result<User> create_user(Unit& unit, const domain::Principal& principal, const UserChange& wish,
                                       const std::optional<std::string>& password_hash);
/// Switching somebody off ends their sessions, and their open tickets are dispatched again.
[[nodiscard]] Result<User> change_user(Unit& unit, const domain::Principal& principal, UserId id,
                                       std::optional<std::int64_t> expected_version, const UserChange& wish);
/// Whether the user is oneself, or may and sees nothing that one may not and does not see; forbidden otherwise. Asked
/// before anything by which one would come to act as that person, or be sent what they are told of.
[[nodiscard]] Result<void> check_within(const domain::Principal& principal, const User& user,
                                        const domain::Definitions& definitions);
/// One's own, or with user_manage that of somebody within what one may and sees.
[[nodiscard]] Result<void> may_set_password(const domain::Principal& principal, const User& user,
                                            const domain::Definitions& definitions);
/// Ends all sessions of that person.
[[nodiscard]] Result<void> set_password(Unit& unit, const domain::Principal& principal, UserId id,
                                        const std::string& password_hash);

/// Ends all sessions of a person as check_within allows.
[[nodiscard]] Result<void> end_sessions(Unit& unit, const domain::Principal& principal, UserId id);

/// Makes the first admin; conflict when there is any user. The caller has compared the set-up secret.
[[nodiscard]] Result<User> set_up_desk(Unit& unit, const UserChange& wish, const std::string& password_hash);

/// One's own presence, or with roster_manage another's. Whoever comes online is given what waits.
[[nodiscard]] Result<User> set_presence(Unit& unit, const domain::Principal& principal, UserId id,
                                        domain::Presence presence);
[[nodiscard]] Result<Shift> add_shift(Unit& unit, const domain::Principal& principal, Shift shift);
[[nodiscard]] Result<void> remove_shift(Unit& unit, const domain::Principal& principal, UserId user,
                                        std::int64_t shift);

struct CustomerChange {
  std::optional<std::string> name{}, phone{}, email{}, level{}, region{}, notes{};
  std::optional<OrganizationId> organization{};  ///< id 0: none
};
[[nodiscard]] Result<Customer> create_customer(Unit& unit, const domain::Principal& principal,
                                               const CustomerChange& wish);
[[nodiscard]] Result<Customer> change_customer(Unit& unit, const domain::Principal& principal, CustomerId id,
                                               std::optional<std::int64_t> expected_version,
                                               const CustomerChange& wish);

struct OrganizationChange {
  std::optional<std::string> name{}, level{}, region{}, notes{};
};
[[nodiscard]] Result<Organization> create_organization(Unit& unit, const domain::Principal& principal,
                                                       const OrganizationChange& wish);
[[nodiscard]] Result<Organization> change_organization(Unit& unit, const domain::Principal& principal,
                                                       OrganizationId id, std::optional<std::int64_t> expected_version,
                                                       const OrganizationChange& wish);

}  // namespace docket::desk
