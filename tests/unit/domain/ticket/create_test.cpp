// SPDX-License-Identifier: Apache-2.0
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {
const Principal wang = lead(1, "wang", {"support"});
const Principal li = agent(2, "li", {"support"});
}  // namespace

TEST_CASE("a new ticket is checked, owned, timed and explained") {
  CheckedDesk desk;
  const auto decision = desk.run(li, a_return());
  const auto& ticket = desk.ticket;
  CHECK(ticket.state == "applied");
  CHECK(ticket.category == StateCategory::new_);
  CHECK(ticket.fields.at("reason") == Value{std::string{"unspecified"}});
  CHECK(ticket.messages == 1);
  CHECK(ticket.awaiting == Awaiting::agent);
  CHECK(ticket.team == "support");
  CHECK(ticket.assignee == UserId{1});
  const auto assigned = events_of<Assigned>(decision);
  REQUIRE(assigned.size() == 1);
  CHECK(assigned[0].reason == AssignReason::dispatched);
  REQUIRE(assigned[0].choice);
  CHECK(assigned[0].choice->passed_over.size() == 2);
  CHECK(events_of<ClockStarted>(decision).size() == 3);
  REQUIRE(decision.messages.size() == 1);
  CHECK(decision.messages[0].kind == MessageKind::customer);
  CHECK(kind_of(decision.events.front().event) == "created");
}

TEST_CASE("every wrong field of a new ticket is told at once") {
  CheckedDesk desk;
  auto wrong = a_return();
  wrong.subject = "";
  wrong.region = "mars";
  wrong.tags = {""};
  wrong.fields = {{"amount", std::int64_t{-1}}, {"colour", std::string{"red"}}};
  const auto error = desk.refused(li, wrong);
  CHECK(error.code == ErrorCode::invalid_field);
  std::vector<std::string> pointers;
  for (const auto& field : error.fields) pointers.push_back(field.pointer);
  std::ranges::sort(pointers);
  CHECK(pointers == std::vector<std::string>{"/fields/amount", "/fields/colour", "/fields/order", "/region", "/subject",
                                             "/tags/0"});
  wrong.type = "refund";
  CHECK(desk.refused(li, wrong).fields.at(0).pointer == "/type");
}

TEST_CASE("who may create, and what customers may say") {
  CheckedDesk desk;
  auto powerless = li;
  powerless.team_rights.clear();
  CHECK(desk.refused(powerless, a_return()).code == ErrorCode::forbidden);
  CHECK(desk.refused(customer(7), a_return()).code == ErrorCode::forbidden);
  CHECK(desk.run(customer(100), a_return()).ticket.created_by.kind == ActorKind::customer);
  auto pushy = a_return();
  pushy.priority = Priority::urgent;
  pushy.fields["amount"] = std::int64_t{5};
  const auto error = desk.refused(customer(100), pushy);
  CHECK(error.fields.size() == 2);
}

TEST_CASE("a form that customers do not see is not theirs to fill") {
  auto definitions = return_desk();
  definitions.forms["return"].fields[1].required = true;  // amount, which customers do not see
  CheckedDesk desk(definitions);
  desk.run(customer(100), a_return());
  CHECK(desk.refused(li, a_return()).fields.at(0).pointer == "/fields/amount");
  definitions.forms["return"].customer_may_create = false;
  desk.publish(definitions);
  CHECK(desk.refused(customer(100), a_return()).code == ErrorCode::forbidden);
}

TEST_CASE("an unset principal may nothing, although its actor reads as the system") {
  CheckedDesk desk;
  CHECK(desk.refused(Principal{}, a_return()).code == ErrorCode::forbidden);
  desk.run(li, a_return());
  CHECK(desk.refused(Principal{}, move_to("inspect")).code == ErrorCode::forbidden);
  CHECK(desk.refused(Principal{}, message(MessageKind::reply, "hi")).code == ErrorCode::forbidden);
}

TEST_CASE("dispatch rules choose the team, its people and their region") {
  CheckedDesk desk;
  desk.roster.person(1).regions = {"north"};
  desk.roster.person(2).regions = {"south"};
  desk.roster.person(3).regions = {"north"};
  auto command = a_return();
  command.customer.region = "south";
  const auto decision = desk.run(li, command);
  CHECK(desk.ticket.region == "south");
  CHECK(desk.ticket.assignee == UserId{2});
  CHECK(desk.ticket.dispatch_rule == "south");
  CHECK(events_of<Assigned>(decision).at(0).choice->passed_over.at(0).reason == PassedOver::region);
}

TEST_CASE("who sends a ticket to a team out of their sight is copied in") {
  CheckedDesk desk;
  const auto mei = agent(9, "mei", {"finance"});
  desk.run(mei, a_return());
  CHECK(desk.ticket.team == "support");
  CHECK(desk.ticket.copied == std::vector{UserId{9}});
  CHECK(visible(mei, desk.ticket, desk.ticket.created_at));
  desk.run(li, a_return());
  CHECK(desk.ticket.copied.empty());  // sees it anyway
}

TEST_CASE("naming the owner needs the right to assign") {
  CheckedDesk desk;
  auto command = a_return();
  command.team = "finance";
  CHECK(desk.refused(wang, command).code == ErrorCode::forbidden);
  command.team = "support";
  command.assignee = UserId{3};
  CHECK(desk.refused(li, command).code == ErrorCode::forbidden);
  desk.run(wang, command);
  CHECK(desk.ticket.assignee == UserId{3});
  command.assignee = UserId{2};
  desk.run(li, command);  // for oneself the right to take is enough
  CHECK(desk.ticket.assignee == UserId{2});
  command.assignee = UserId{7};
  CHECK(desk.refused(wang, command).fields.at(0).pointer == "/assignee");
  command.team = "nowhere";
  CHECK(desk.refused(system_principal("import"), command).fields.at(0).pointer == "/team");
}

TEST_CASE("with nobody there the ticket waits, and goes to whoever comes first") {
  CheckedDesk desk;
  for (const auto id : {1, 2, 3}) desk.roster.person(id).presence = Presence::off;
  desk.run(li, a_return());
  CHECK(desk.ticket.waiting);
  CHECK_FALSE(desk.ticket.assignee);
  const auto system = system_principal("dispatch");
  CHECK(desk.run(system, Redispatch{}).events.empty());
  desk.roster.person(3).presence = Presence::online;
  const auto decision = desk.run(system, Redispatch{});
  CHECK(desk.ticket.assignee == UserId{3});
  CHECK_FALSE(desk.ticket.waiting);
  CHECK(events_of<Assigned>(decision).at(0).reason == AssignReason::requeued);
  CHECK(desk.run(system, Redispatch{}).events.empty());
}

TEST_CASE("the first state may name its owner") {
  auto definitions = return_desk();
  auto& owner = definitions.workflows["return"].states[0].owner;
  owner = {OwnerKind::team, "quality"};
  CheckedDesk desk(definitions);
  desk.run(li, a_return());
  CHECK(desk.ticket.team == "quality");
  owner = {OwnerKind::user, "zhao"};
  desk.publish(definitions);
  desk.run(li, a_return());
  CHECK(desk.ticket.assignee == UserId{3});
  owner = {OwnerKind::user, "nobody"};
  desk.publish(definitions);
  const auto decision = desk.run(li, a_return());
  CHECK(desk.ticket.assignee);
  CHECK(trace_of(decision, "state applied") != nullptr);
  owner = {OwnerKind::lead, ""};
  desk.publish(definitions);
  desk.roster.person(1).load = 9;
  desk.run(li, a_return());
  CHECK(desk.ticket.assignee == UserId{1});
  desk.roster.person(1).presence = Presence::away;  // and still the one to ask
  desk.run(li, a_return());
  CHECK(desk.ticket.assignee == UserId{1});
  desk.roster.person(1).presence = Presence::off;
  desk.run(li, a_return());
  CHECK(desk.ticket.waiting);
}

TEST_CASE("a trigger acts on the new ticket and says so") {
  CheckedDesk desk;
  auto command = a_return();
  command.customer.level = "vip";
  const auto decision = desk.run(li, command);
  CHECK(desk.ticket.priority == Priority::urgent);
  const auto notified = events_of<Notified>(decision);
  REQUIRE(notified.size() == 1);
  CHECK(notified[0].recipients == std::vector<Recipient>{{ActorKind::user, 1}});
  const auto* trace = trace_of(decision, "trigger vip_alert");
  REQUIRE(trace != nullptr);
  CHECK(trace->done.size() == 2);
  CHECK(desk.ticket.clocks.at(1).goal == 30min);
}
