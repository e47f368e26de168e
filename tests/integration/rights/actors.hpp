// SPDX-License-Identifier: Apache-2.0
// Who calls: each role, held everywhere or in one team only, and those whose credentials do not hold (any more); and
// what the definitions say that they may. That is worked out here from the roles alone, not by the code under test.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "domain/definitions.hpp"
#include "support/desk_server.hpp"

namespace docket::rights {

/// Where a person works and holds their role.
enum class Held { everywhere, at_home, elsewhere };
enum class Credentials { none, forged, revoked, switched_off, good };

struct Actor {
  std::string name{};  ///< also the login
  Credentials credentials = Credentials::good;
  std::string role{};
  Held held = Held::everywhere;
  std::set<domain::Right> scopes{};  ///< of the token; empty: all
  std::string team{};                ///< the only one that the person is in
  UserId id{};

  /// Whether the role gives the right somewhere, and on tickets of one team.
  [[nodiscard]] bool may(const domain::Definitions& desk, domain::Right right) const;
  [[nodiscard]] bool may(const domain::Definitions& desk, domain::Right right, const std::string& team) const;
};

/// What there is between an actor and a ticket.
enum class Relation { held, created, watched, copied, of_team, foreign, other_organization, unwatched };
inline constexpr std::array relations{Relation::held,    Relation::created, Relation::watched,            Relation::copied,
                                      Relation::of_team, Relation::foreign, Relation::other_organization, Relation::unwatched};
[[nodiscard]] std::string_view name(Relation relation);

/// A team for tickets that are nobody's business here, and the two that actors are in.
inline constexpr const char* far_team = "warehouse";
inline constexpr const char* home_team = "service";
inline constexpr const char* other_team = "returns";

/// The team that a ticket of this relation is in.
[[nodiscard]] std::string team_of(const Actor& actor, Relation relation);
/// Whether the actor sees such a ticket, by scope, team and relation.
[[nodiscard]] bool sees(const domain::Definitions& desk, const Actor& actor, Relation relation);

/// Adds everybody to the desk. Small: a few roles, but every kind of credentials.
[[nodiscard]] std::vector<Actor> make_actors(test::DeskServer& server, const domain::Definitions& desk, bool small);

}  // namespace docket::rights
