// SPDX-License-Identifier: Apache-2.0
// Who acts and what they may: rights, roles, and what is visible to whom.
#pragma once

#include <bitset>
#include <boost/describe.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "domain/condition/condition.hpp"
#include "domain/workflow/workflow.hpp"

namespace docket::domain {

struct Ticket;

/// What a role may grant. Names appear in YAML, in token scopes and in the route table.
enum class Right {
  ticket_read, ticket_create, ticket_reply, ticket_note, ticket_edit, ticket_transition, ticket_take, ticket_assign,
  ticket_hold, ticket_merge, ticket_bulk, ticket_export,
  customer_read, customer_edit,
  user_read, user_manage, roster_manage,
  definition_read, definition_publish,
  event_read, audit_read, delivery_read, delivery_manage,
  report_read, job_read, token_manage, system_manage,
};
BOOST_DESCRIBE_ENUM(Right, ticket_read, ticket_create, ticket_reply, ticket_note, ticket_edit, ticket_transition, ticket_take,
                    ticket_assign, ticket_hold, ticket_merge, ticket_bulk, ticket_export, customer_read, customer_edit, user_read,
                    user_manage, roster_manage, definition_read, definition_publish, event_read, audit_read, delivery_read,
                    delivery_manage, report_read, job_read, token_manage, system_manage)
inline constexpr std::size_t right_count = 27;
using Rights = std::bitset<32>;
[[nodiscard]] std::string_view name(Right right);

/// Which tickets a role sees.
enum class TicketScope { none, own, team, all };
BOOST_DESCRIBE_ENUM(TicketScope, none, own, team, all)

enum class FieldAccess { hidden, read, write };
BOOST_DESCRIBE_ENUM(FieldAccess, hidden, read, write)

struct Role {
  std::string name{};
  Title title{};
  std::vector<Right> rights{};
  TicketScope tickets = TicketScope::team;
  Condition where{};                                ///< further limits the tickets that the role sees
  std::map<std::string, FieldAccess> field_groups{};  ///< groups not named: write
  bool operator==(const Role&) const = default;
};

enum class ActorKind { user, customer, guest, system, plugin };
BOOST_DESCRIBE_ENUM(ActorKind, user, customer, guest, system, plugin)

/// Who did something, as kept in events.
struct Actor {
  ActorKind kind = ActorKind::system;
  std::int64_t id = 0;  ///< UserId for user, CustomerId for customer; 0 for system
  std::string name{};   ///< login, plugin id, trigger or timer name
  bool operator==(const Actor&) const = default;
};
BOOST_DESCRIBE_STRUCT(Actor, (), (kind, id, name))

/// One way to see tickets: a scope with its limits. A principal sees what at least one of its views admits.
struct TicketView {
  TicketScope scope = TicketScope::none;
  std::vector<std::string> teams{};  ///< for scope team
  Condition where{};
  bool operator==(const TicketView&) const = default;
};

/// Who asks, resolved once per request inside the database hop. Rights of a token are already cut to its scopes.
struct Principal {
  Actor actor{};
  UserId user{};
  CustomerId customer{};
  std::string display_name{};
  Rights rights{};                             ///< held everywhere
  std::map<std::string, Rights> team_rights{}; ///< held on tickets of these teams
  std::vector<std::string> roles{};            ///< names, everywhere
  std::map<std::string, std::vector<std::string>> team_roles{};  ///< roles by team
  std::vector<TicketView> views{};             ///< what is visible; own = assignee, creator, watcher or (for customers) customer
  std::map<std::string, FieldAccess> field_groups{};  ///< the widest of the roles held everywhere; groups not named: write
  /// By team, then group: what the roles held in that team add on its tickets.
  std::map<std::string, std::map<std::string, FieldAccess>> team_field_groups{};
  bool restricted_fields = false;              ///< whether field_groups limits anything
  TicketId only{};                             ///< by a link without account: sees this one ticket, and nothing else
  std::int64_t only_until = 0;                 ///< with `only`: as it was at this event, and changes nothing; 0: as it is

  [[nodiscard]] bool may(Right right) const;                                ///< somewhere
  [[nodiscard]] bool may(Right right, const std::string& team) const;       ///< on tickets of that team
  [[nodiscard]] bool has_role(const std::string& role, const std::string& team) const;
  [[nodiscard]] FieldAccess access(const std::string& field_group) const;   ///< on tickets of some team
  /// On tickets of that team; of none (empty): everywhere.
  [[nodiscard]] FieldAccess access(const std::string& field_group, const std::string& team) const;
  /// Whether any group of fields is less than writable on tickets of that team.
  [[nodiscard]] bool restricted_on(const std::string& team) const;
};

/// Whether internal notes, their files and guests' answers are for this reader, on the tickets that they see: not for a
/// customer, with an account or without, which is who may not write notes and sees own tickets only.
[[nodiscard]] bool sees_notes(const Principal& principal);

/// The same predicate as the store's SQL `visible_tickets`; a property test holds them equal.
[[nodiscard]] bool visible(const Principal& principal, const Ticket& ticket, Time now);

/// The principal for timers, triggers and the command line on the server itself: may do everything.
[[nodiscard]] Principal system_principal(std::string name);

}  // namespace docket::domain
