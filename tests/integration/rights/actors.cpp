// SPDX-License-Identifier: Apache-2.0
#include "actors.hpp"

#include <algorithm>
#include <stdexcept>

namespace docket::rights {
namespace {

using domain::Right;
using domain::TicketScope;

/// What nobody holds by a role in one team.
const std::set<Right> desk_wide{Right::user_manage, Right::definition_publish, Right::audit_read, Right::system_manage};

const domain::Role& role_of(const domain::Definitions& desk, const Actor& actor) {
  return desk.roles.at(actor.role);
}

}  // namespace

bool Actor::may(const domain::Definitions& desk, Right right) const {
  if (credentials != Credentials::good || (!scopes.empty() && !scopes.contains(right))) return false;
  if (held != Held::everywhere && desk_wide.contains(right)) return false;
  return std::ranges::find(role_of(desk, *this).rights, right) != role_of(desk, *this).rights.end();
}

bool Actor::may(const domain::Definitions& desk, Right right, const std::string& of) const {
  return may(desk, right) && (held == Held::everywhere || of == team);
}

std::string_view name(Relation relation) {
  switch (relation) {
    case Relation::held:
      return "held";
    case Relation::created:
      return "created";
    case Relation::watched:
      return "watched";
    case Relation::copied:
      return "copied in";
    case Relation::of_team:
      return "of the team";
    case Relation::foreign:
      return "foreign";
    case Relation::other_organization:
      return "of another organization";
    case Relation::unwatched:
      return "no longer watched";
  }
  return "";
}

std::string team_of(const Actor& actor, Relation relation) {
  const bool at_home = relation == Relation::held || relation == Relation::of_team;
  return at_home && !actor.team.empty() ? actor.team : far_team;
}

bool sees(const domain::Definitions& desk, const Actor& actor, Relation relation) {
  if (actor.credentials != Credentials::good || !actor.may(desk, Right::ticket_read)) return false;
  const bool tied =
      relation == Relation::held || relation == Relation::created || relation == Relation::watched;
  const bool in_team = team_of(actor, relation) == actor.team;
  if (relation == Relation::copied && actor.may(desk, Right::ticket_read)) return true;
  switch (role_of(desk, actor).tickets) {
    case TicketScope::none:
      return false;
    case TicketScope::own:
      return tied;
    case TicketScope::team:
      return in_team;
    case TicketScope::all:
      return actor.held == Held::everywhere || in_team;
  }
  return false;
}

std::vector<Actor> make_actors(test::DeskServer& server, const domain::Definitions& desk, bool small) {
  std::vector<Actor> actors;
  for (const auto kind : {Credentials::none, Credentials::forged, Credentials::revoked, Credentials::switched_off}) {
    constexpr std::array words{"stranger", "forger", "revoked", "switched-off"};
    Actor actor;
    actor.name = words[static_cast<std::size_t>(kind)];
    actor.credentials = kind;
    actor.role = "admin";
    actor.team = home_team;
    actors.push_back(actor);
  }
  for (const auto& [role, made] : desk.roles) {
    if (made.where.kind != domain::Condition::Kind::always)
      throw std::runtime_error("the role " + role + " limits its tickets by a condition; teach the matrix to read it");
    for (const auto held : {Held::everywhere, Held::at_home, Held::elsewhere}) {
      if (small && role != "admin" && role != "agent" && role != "collaborator" && held != Held::everywhere) continue;
      if (small && (role == "accountant" || role == "customer")) continue;
      constexpr std::array words{"", "-at-home", "-elsewhere"};
      Actor actor;
      actor.name = role + words[static_cast<std::size_t>(held)];
      actor.role = role;
      actor.held = held;
      actor.team = held == Held::elsewhere ? other_team : home_team;
      actors.push_back(actor);
    }
  }
  Actor reader;
  reader.name = "reading-token";
  reader.role = "admin";
  reader.team = home_team;
  reader.scopes = {Right::ticket_read};
  actors.push_back(reader);
  Actor counter = reader;
  counter.name = "counting-token";
  counter.scopes = {Right::report_read};
  actors.push_back(counter);
  Actor bulk = reader;
  bulk.name = "bulk-token";
  bulk.scopes = {Right::ticket_read, Right::ticket_bulk};
  actors.push_back(bulk);
  for (Actor& actor : actors) {
    test::Person person{actor.name, {{actor.role, actor.held == Held::everywhere ? "" : actor.team}}};
    person.memberships = {{actor.team, false}};
    person.presence = domain::Presence::off;  // so that dispatch gives nobody anything
    actor.id = server.add(person);
  }
  return actors;
}

}  // namespace docket::rights
