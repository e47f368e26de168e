// SPDX-License-Identifier: Apache-2.0
// Random tickets in a real database and in memory side by side, so that what SQL finds can be held against the rules.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domain/ticket/ticket_source.hpp"
#include "store/field_index.hpp"
#include "store/visible_tickets.hpp"
#include "support/random_condition.hpp"
#include "support/store_fixture.hpp"

namespace docket::test {

inline std::vector<domain::Field> custom_fields() {
  using domain::FieldKind;
  std::vector<domain::Field> fields;
  for (const auto& [name, kind] : std::vector<std::pair<std::string, FieldKind>>{{"order", FieldKind::text},
                                                                                 {"amount", FieldKind::number},
                                                                                 {"pieces", FieldKind::integer},
                                                                                 {"urgent", FieldKind::boolean},
                                                                                 {"reason", FieldKind::choice},
                                                                                 {"parts", FieldKind::choices},
                                                                                 {"bought", FieldKind::instant}}) {
    for (const bool indexed : {true, false}) {
      domain::Field field;
      field.name = indexed ? "ix_" + name : name;
      field.kind = kind;
      field.indexed = indexed;
      fields.push_back(field);
    }
  }
  return fields;
}

inline domain::Definitions random_desk() {
  domain::Definitions definitions;
  definitions.digest = "bundle-1";
  for (const auto name : tests::names) {
    domain::Form form;
    form.name = name;
    form.fields = custom_fields();
    definitions.forms[form.name] = form;
  }
  for (const auto& [name, rank] : std::map<std::string, int>{{"first", 0}, {"third", 3}}) {
    domain::DispatchRule rule;
    rule.name = name;
    rule.priority_rank = rank;
    definitions.dispatch.push_back(rule);
  }
  return definitions;
}

/// A desk with 300 random tickets, half of which became other tickets after they were first saved.
struct RandomTickets : test::StoreFixture {
  tests::Random random{20260213};
  std::map<TicketId, domain::Ticket> all;

  RandomTickets() : StoreFixture(random_desk()) {
    commit([&](store::Session& s) { store::fill_indexed_fields(s, *active, 100); });
    for (int i = 1; i <= 300; ++i) {
      auto ticket = make(TicketId{i});
      save(nullptr, ticket, tests::random_now);
      all[ticket.id] = ticket;
    }
    // Half of them change into another ticket altogether: what is kept beside the row must follow.
    for (int i = 2; i <= 300; i += 2) {
      auto ticket = make(TicketId{i});
      ticket.created_by = all[ticket.id].created_by;
      ticket.version = all[ticket.id].version + 1;
      save(&all[ticket.id], ticket, tests::random_now);
      all[ticket.id] = ticket;
    }
  }

  domain::Ticket make(TicketId id) {
    auto ticket = tests::random_ticket(random, id, custom_fields());
    ticket.bundle = "bundle-1";
    ticket.workflow_bundle = "bundle-1";
    return ticket;
  }

  std::vector<TicketId> matching(const store::Fragment& where) {
    std::vector<TicketId> ids;
    const store::Fragment sql = store::Fragment("SELECT t.id FROM ticket t WHERE ") + where + store::Fragment(" ORDER BY t.id");
    session.select<TicketId>(sql.sql, sql.values).each(1000, [&](TicketId id) { ids.push_back(id); });
    return ids;
  }

  domain::Principal random_principal() {
    domain::Principal principal;
    principal.actor.kind = tests::chance(random, 80) ? domain::ActorKind::user : domain::ActorKind::customer;
    if (principal.actor.kind == domain::ActorKind::user) {
      principal.user = UserId{tests::pick(random, 4)};
    } else {
      principal.customer = CustomerId{1 + tests::pick(random, 3)};
    }
    if (tests::chance(random, 50)) principal.rights.set(static_cast<std::size_t>(domain::Right::ticket_read));
    for (int n = tests::pick(random, 3); n >= 0; --n) {
      domain::TicketView view;
      view.scope = static_cast<domain::TicketScope>(tests::pick(random, 4));
      for (const auto team : tests::names) {
        if (tests::chance(random, 40)) view.teams.emplace_back(team);
      }
      if (tests::chance(random, 40)) view.where = tests::random_condition(random, shape());
      principal.views.push_back(std::move(view));
    }
    return principal;
  }

  static tests::ConditionShape shape() { return {.lists_only = true, .custom_fields = custom_fields(), .depth = 2}; }

  bool shown(const domain::Ticket& ticket, const domain::Condition& filter, const domain::Principal& principal) {
    return domain::visible(principal, ticket, tests::random_now) &&
           domain::holds(filter, domain::TicketSource(ticket, tests::random_now));
  }
};

}  // namespace docket::test
