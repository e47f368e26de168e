// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/principal.hpp"

#include <algorithm>

#include "base/enum.hpp"
#include "domain/ticket/ticket_source.hpp"

namespace docket::domain {
namespace {

const std::string every_role = "*";  // no name of a role; not by the actor's kind, which is system unless it was set

std::size_t bit(Right right) {
  return static_cast<std::size_t>(right);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_copied(const Principal& principal, const Ticket& ticket) {
  return principal.user && std::ranges::binary_search(ticket.copied, principal.user);
}

bool is_own(const Principal& principal, const Ticket& ticket) {
  if (principal.customer && ticket.customer == principal.customer) return true;
  if (!principal.user) return false;
  return ticket.assignee == principal.user ||
         (ticket.created_by.kind == ActorKind::user && ticket.created_by.id == principal.user.value) ||
         std::ranges::binary_search(ticket.watchers, principal.user);
}

bool in_scope(const TicketView& view, const Principal& principal, const Ticket& ticket) {
  switch (view.scope) {
    case TicketScope::none:
      return false;
    case TicketScope::own:
      return is_own(principal, ticket);
    case TicketScope::team:
      return contains(view.teams, ticket.team);
    case TicketScope::all:
      return true;
  }
  return false;
}

}  // namespace

static_assert(right_count == boost::mp11::mp_size<boost::describe::describe_enumerators<Right>>::value);

std::string_view name(Right right) {
  return enum_name(right);
}

bool Principal::may(Right right) const {
  return rights.test(bit(right)) ||
         std::ranges::any_of(team_rights, [&](const auto& team) { return team.second.test(bit(right)); });
}

bool Principal::may(Right right, const std::string& team) const {
  if (rights.test(bit(right))) return true;
  const auto it = team_rights.find(team);
  return it != team_rights.end() && it->second.test(bit(right));
}

bool Principal::has_role(const std::string& role, const std::string& team) const {
  if (contains(roles, role) || contains(roles, every_role)) return true;
  const auto it = team_roles.find(team);
  return it != team_roles.end() && contains(it->second, role);
}

FieldAccess Principal::access(const std::string& field_group) const {
  auto widest = access(field_group, {});
  for (const auto& [team, groups] : team_field_groups) widest = std::max(widest, access(field_group, team));
  return widest;
}

FieldAccess Principal::access(const std::string& field_group, const std::string& team) const {
  if (field_group.empty() || !restricted_fields) return FieldAccess::write;
  const auto everywhere = field_groups.find(field_group);
  if (everywhere == field_groups.end()) return FieldAccess::write;
  const auto there = team_field_groups.find(team);
  if (there == team_field_groups.end()) return everywhere->second;
  const auto added = there->second.find(field_group);
  return added == there->second.end() ? everywhere->second : std::max(everywhere->second, added->second);
}

bool Principal::restricted_on(const std::string& team) const {
  return restricted_fields && std::ranges::any_of(field_groups, [&](const auto& group) {
           return access(group.first, team) != FieldAccess::write;
         });
}

bool sees_notes(const Principal& principal) {
  if (principal.actor.kind == ActorKind::customer || principal.actor.kind == ActorKind::guest) return false;
  if (principal.actor.kind != ActorKind::user) return true;
  return principal.may(Right::ticket_note) ||
         std::ranges::any_of(principal.views, [](const TicketView& view) { return view.scope != TicketScope::own; });
}

bool visible(const Principal& principal, const Ticket& ticket, Time now) {
  if (principal.only) return ticket.id == principal.only;
  // Being copied in is being shown the ticket: whoever may read tickets at all may read that one.
  if (principal.may(Right::ticket_read) && is_copied(principal, ticket)) return true;
  const TicketSource source(ticket, now);
  return std::ranges::any_of(principal.views, [&](const TicketView& view) {
    return in_scope(view, principal, ticket) && holds(view.where, source);
  });
}

Principal system_principal(std::string name) {
  Principal principal;
  principal.actor = {ActorKind::system, 0, name};
  principal.display_name = std::move(name);
  principal.roles = {every_role};
  for (std::size_t i = 0; i < right_count; ++i) principal.rights.set(i);
  principal.views.push_back({TicketScope::all, {}, {}});
  return principal;
}

}  // namespace docket::domain
