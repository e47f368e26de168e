// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/principal.hpp"

#include "domain/ticket/ticket.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::domain;

namespace {

Principal with_view(TicketView view) {
  Principal p;
  p.actor = {ActorKind::user, 7, "li"};
  p.user = UserId{7};
  p.views = {std::move(view)};
  return p;
}

Rights rights(std::initializer_list<Right> list) {
  Rights out;
  for (const auto right : list) out.set(static_cast<std::size_t>(right));
  return out;
}

}  // namespace

TEST_CASE("rights are held everywhere or in a team") {
  Principal p;
  p.rights = rights({Right::ticket_read});
  p.team_rights["refunds"] = rights({Right::ticket_assign});
  p.roles = {"agent"};
  p.team_roles["refunds"] = {"lead"};
  CHECK(p.may(Right::ticket_read));
  CHECK(p.may(Right::ticket_read, "any"));
  CHECK(p.may(Right::ticket_assign));
  CHECK(p.may(Right::ticket_assign, "refunds"));
  CHECK_FALSE(p.may(Right::ticket_assign, "returns"));
  CHECK_FALSE(p.may(Right::system_manage));
  CHECK(p.has_role("agent", "returns"));
  CHECK(p.has_role("lead", "refunds"));
  CHECK_FALSE(p.has_role("lead", "returns"));
}

TEST_CASE("field groups limit only whom they name") {
  Principal p;
  p.field_groups["money"] = FieldAccess::read;
  CHECK(p.access("money") == FieldAccess::write);  // nothing is restricted for this principal
  p.restricted_fields = true;
  CHECK(p.access("money") == FieldAccess::read);
  CHECK(p.access("other") == FieldAccess::write);
  CHECK(p.access("") == FieldAccess::write);
}

TEST_CASE("who sees a ticket") {
  Ticket ticket;
  ticket.team = "refunds";
  ticket.priority = Priority::high;
  const auto sees = [&](const Principal& p) { return visible(p, ticket, Time{}); };
  const auto own = with_view({TicketScope::own, {}, {}});
  CHECK_FALSE(sees(with_view({TicketScope::none, {}, {}})));
  CHECK(sees(with_view({TicketScope::all, {}, {}})));
  CHECK(sees(with_view({TicketScope::team, {"returns", "refunds"}, {}})));
  CHECK_FALSE(sees(with_view({TicketScope::team, {"returns"}, {}})));
  CHECK_FALSE(sees(Principal{}));

  CHECK_FALSE(sees(own));
  // Who may read tickets sees those on which they were copied in, whatever the views say.
  auto reader = with_view({TicketScope::none, {}, {}});
  reader.rights.set(static_cast<std::size_t>(Right::ticket_read));
  CHECK_FALSE(sees(reader));
  ticket.copied = {UserId{7}};
  CHECK(sees(reader));
  CHECK_FALSE(sees(with_view({TicketScope::none, {}, {}})));
  ticket.copied = {UserId{8}};
  CHECK_FALSE(sees(reader));
  ticket.assignee = UserId{7};
  CHECK(sees(own));
  ticket.assignee = {};
  ticket.created_by = {ActorKind::customer, 7, ""};
  CHECK_FALSE(sees(own));
  ticket.created_by = {ActorKind::user, 7, "li"};
  CHECK(sees(own));
  ticket.created_by = {};
  ticket.watchers = {UserId{3}, UserId{7}};
  CHECK(sees(own));
  ticket.watchers = {};

  // Ids that are not there match nobody.
  auto nobody = own;
  nobody.user = {};
  CHECK_FALSE(sees(nobody));
  auto customer = nobody;
  customer.customer = CustomerId{5};
  CHECK_FALSE(sees(customer));
  ticket.customer = CustomerId{5};
  CHECK(sees(customer));

  Condition low;
  low.kind = Condition::Kind::test;
  low.field = "priority";
  low.value = std::string("low");
  auto limited = with_view({TicketScope::all, {}, low});
  CHECK_FALSE(sees(limited));
  limited.views.push_back({TicketScope::team, {"refunds"}, {}});  // one view is enough
  CHECK(sees(limited));
}

TEST_CASE("the system may do everything") {
  const auto system = system_principal("time");
  for (std::size_t i = 0; i < right_count; ++i) CHECK(system.may(static_cast<Right>(i)));
  CHECK(system.has_role("lead", "refunds"));
  CHECK(visible(system, Ticket{}, Time{}));
  CHECK(system.actor.name == "time");
  CHECK(name(Right::ticket_read) == "ticket_read");
}
