// SPDX-License-Identifier: Apache-2.0
#include "desk/resolve_principal.hpp"

#include <algorithm>

namespace docket::desk {
namespace {

domain::Rights rights_of(const domain::Role& role, const std::optional<std::vector<domain::Right>>& scopes) {
  domain::Rights rights;
  for (const auto right : role.rights) {
    if (!scopes || std::ranges::find(*scopes, right) != scopes->end()) rights.set(static_cast<std::size_t>(right));
  }
  return rights;
}

/// Rights that make no sense, or far too much, within one team.
domain::Rights without_desk_rights(domain::Rights rights) {
  using domain::Right;
  for (const auto right : {Right::user_manage, Right::definition_publish, Right::audit_read, Right::system_manage})
    rights.reset(static_cast<std::size_t>(right));
  return rights;
}

/// The groups that any role of the desk limits. The widest access of the roles holds, of each as far as it is held:
/// everywhere or on the tickets of its team. A role that does not name a group gives it whole.
void open_field_groups(domain::Principal& principal, const User& user, const domain::Definitions& definitions) {
  for (const auto& [name, role] : definitions.roles) {
    for (const auto& [group, access] : role.field_groups) principal.field_groups.emplace(group, domain::FieldAccess::hidden);
  }
  for (const auto& grant : user.grants) {
    const auto role = definitions.roles.find(grant.role);
    if (role == definitions.roles.end()) continue;
    for (auto& [group, everywhere] : principal.field_groups) {
      const auto named = role->second.field_groups.find(group);
      const auto given = named == role->second.field_groups.end() ? domain::FieldAccess::write : named->second;
      auto& held = grant.team.empty() ? everywhere : principal.team_field_groups[grant.team][group];
      held = std::max(held, given);
    }
  }
  principal.restricted_fields = std::ranges::any_of(
      principal.field_groups, [](const auto& group) { return group.second != domain::FieldAccess::write; });
}

bool has_right(const domain::Role& role, domain::Right right) {
  return std::ranges::find(role.rights, right) != role.rights.end();
}

bool names(const std::vector<std::string>& roles, const std::string& role) {
  return std::ranges::find(roles, role) != roles.end();
}

/// Whether steps or macros are for holders of the role.
bool is_named(const std::string& role, const domain::Definitions& definitions) {
  const auto by_step = [&](const auto& workflow) {
    return std::ranges::any_of(workflow.second.transitions,
                               [&](const domain::Transition& transition) { return names(transition.roles, role); });
  };
  const auto by_macro = [&](const auto& macro) { return names(macro.second.roles, role); };
  return std::ranges::any_of(definitions.workflows, by_step) || std::ranges::any_of(definitions.macros, by_macro);
}

bool everywhere(const domain::TicketView& view) {
  return view.scope == domain::TicketScope::all;
}

}  // namespace

domain::TicketView view_of(const RoleGrant& grant, const domain::Role& role, const std::vector<Membership>& memberships) {
  domain::TicketView view;
  view.scope = role.tickets;
  view.where = role.where;
  if (grant.team.empty()) {
    for (const auto& membership : memberships) view.teams.push_back(membership.team);
  } else {
    view.teams = {grant.team};
    // A role held in one team never shows more than that team.
    if (view.scope == domain::TicketScope::all) view.scope = domain::TicketScope::team;
  }
  return view;
}

bool show_all_of(const std::vector<domain::TicketView>& views, const domain::TicketView& view) {
  const auto one_shows = [&](const auto& in_scope) {
    return std::ranges::any_of(views, [&](const domain::TicketView& wide) {
      const bool no_less = wide.where.kind == domain::Condition::Kind::always || wide.where == view.where;
      return no_less && in_scope(wide);
    });
  };
  if (view.scope == domain::TicketScope::none) return true;
  if (view.scope != domain::TicketScope::team) return one_shows(everywhere);
  return std::ranges::all_of(view.teams, [&](const std::string& team) {
    return one_shows([&](const domain::TicketView& wide) {
      return everywhere(wide) || (wide.scope == domain::TicketScope::team && std::ranges::find(wide.teams, team) != wide.teams.end());
    });
  });
}

domain::Principal resolve_principal(const User& user, const domain::Definitions& definitions,
                                    const std::optional<std::vector<domain::Right>>& scopes) {
  domain::Principal principal;
  principal.actor.kind = domain::ActorKind::user;
  principal.actor.id = user.id.value;
  principal.actor.name = user.login;
  principal.user = user.id;
  principal.display_name = user.name;
  if (!user.active) return principal;

  for (const auto& grant : user.grants) {
    const auto found = definitions.roles.find(grant.role);
    if (found == definitions.roles.end()) continue;
    const auto& role = found->second;
    const auto rights = rights_of(role, scopes);
    if (grant.team.empty()) {
      principal.rights |= rights;
      principal.roles.push_back(role.name);
    } else {
      principal.team_rights[grant.team] |= without_desk_rights(rights);
      principal.team_roles[grant.team].push_back(role.name);
    }
    auto view = view_of(grant, role, user.memberships);
    if (view.scope != domain::TicketScope::none) principal.views.push_back(std::move(view));
  }
  open_field_groups(principal, user, definitions);
  return principal;
}

void show_by(domain::Principal& principal, const User& user, const domain::Definitions& definitions, domain::Right right) {
  principal.views.clear();
  if (!principal.may(right)) return;
  for (const auto& grant : user.grants) {
    const auto role = definitions.roles.find(grant.role);
    if (role == definitions.roles.end() || !has_right(role->second, right)) continue;
    auto view = view_of(grant, role->second, user.memberships);
    if (view.scope != domain::TicketScope::none) principal.views.push_back(std::move(view));
  }
}

bool may_hand_on(const domain::Principal& principal, const RoleGrant& grant, const domain::Definitions& definitions) {
  return principal.has_role(grant.role, grant.team) ||
         principal.rights.test(static_cast<std::size_t>(domain::Right::system_manage)) ||
         !is_named(grant.role, definitions);
}

bool holds_all_of(const domain::Principal& principal, const User& user, const domain::Definitions& definitions) {
  // Whoever is switched off may be switched on again: what counts is what they would hold then.
  auto as_active = user;
  as_active.active = true;
  const auto other = resolve_principal(as_active, definitions, {});
  const auto within = [](const domain::Rights& small, const domain::Rights& large) { return (small & ~large).none(); };
  const bool all_rights =
      within(other.rights, principal.rights) && std::ranges::all_of(other.team_rights, [&](const auto& held) {
        const auto own = principal.team_rights.find(held.first);
        const auto there = own == principal.team_rights.end() ? principal.rights : principal.rights | own->second;
        return within(held.second, there);
      });
  const bool all_fields = std::ranges::all_of(principal.field_groups, [&](const auto& own) {
    const auto no_more = [&](const std::string& team) {
      return other.access(own.first, team) <= principal.access(own.first, team);
    };
    return no_more({}) && std::ranges::all_of(other.team_field_groups, [&](const auto& team) { return no_more(team.first); });
  });
  const bool all_tickets = std::ranges::all_of(
      other.views, [&](const domain::TicketView& view) { return show_all_of(principal.views, view); });
  const bool all_roles = std::ranges::all_of(
      user.grants, [&](const RoleGrant& grant) { return may_hand_on(principal, grant, definitions); });
  return all_rights && all_fields && all_tickets && all_roles;
}

}  // namespace docket::desk
