// SPDX-License-Identifier: Apache-2.0
#include "support/said.hpp"
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {

const Principal wang = lead(1, "wang", {"support", "quality", "finance", "warehouse"});
const Principal li = agent(2, "li", {"support"});
const Fields kettle{{"device", std::string{"kettle"}}};

DispatchRule rule_for(const std::string& type, const std::string& team, std::vector<std::string> skills = {}) {
  DispatchRule rule;
  rule.name = "for " + type;
  rule.when = when("type", Operator::is, type);
  rule.team = team;
  rule.skills = std::move(skills);
  return rule;
}

/// A desk whose repairs begin with that owner.
Definitions repairs_owned_by(Owner owner) {
  auto definitions = with_more_types();
  definitions.workflows.at("repair").states.front().owner = std::move(owner);
  return definitions;
}

}  // namespace

TEST_CASE("a type with the same workflow leaves the ticket where it stands") {
  CheckedDesk desk(with_more_types());
  desk.run(li, a_return());
  desk.walk({"inspect"});
  SetFields set;
  set.change.fields = {{"amount", std::int64_t{40}}};
  desk.run(wang, set);
  const auto before = desk.ticket;
  desk.now += 10min;
  const auto decision = desk.run(wang, ChangeType{"exchange", {{"model", std::string{"K2"}}}});
  const auto changed = events_of<TypeChanged>(decision);
  REQUIRE(changed.size() == 1);
  CHECK_FALSE(changed[0].begins_anew());
  CHECK(desk.ticket.type == "exchange");
  CHECK(desk.ticket.state == "inspecting");
  CHECK(desk.ticket.step == before.step);
  CHECK(desk.ticket.team == "quality");
  CHECK(desk.ticket.assignee == before.assignee);
  CHECK(desk.ticket.clocks == before.clocks);
  // What the form has too stays, what it does not have goes, and the history tells what went.
  CHECK(desk.ticket.fields == Fields{{"order", std::string{"20260301"}}, {"amount", std::int64_t{40}}, {"model", std::string{"K2"}}});
  const auto set_fields = events_of<FieldsSet>(decision);
  REQUIRE(set_fields.size() == 1);
  CHECK(set_fields[0].fields == Fields{{"model", std::string{"K2"}}, {"reason", Value{}}});
  CHECK(events_of<Assigned>(decision).empty());
}

TEST_CASE("a type with another workflow begins there anew") {
  CheckedDesk desk(with_more_types());
  desk.run(li, a_return());
  desk.walk({"inspect", "ask_stock"});
  REQUIRE(desk.ticket.visits.size() == 1);
  HoldTicket hold;
  hold.reason = "parts";
  desk.run(wang, hold);
  desk.now += 1h;
  const auto resolution = run_of(desk.ticket, "resolution");
  const int step = desk.ticket.step;
  const auto decision = desk.run(wang, ChangeType{"repair", kettle});
  const auto& ticket = desk.ticket;
  CHECK(ticket.workflow == "repair");
  CHECK(ticket.workflow_bundle == ticket.bundle);
  CHECK(ticket.state == "received");
  CHECK(ticket.category == StateCategory::new_);
  CHECK(ticket.step == step + 1);
  CHECK(ticket.entered_at == desk.now);
  CHECK(ticket.team == "warehouse");
  CHECK(ticket.assignee);
  CHECK(ticket.visits.empty());
  CHECK_FALSE(ticket.hold);
  CHECK(ticket.tags == std::vector<std::string>{"received"});
  CHECK(ticket.fields == Fields{{"order", std::string{"20260301"}}, {"device", std::string{"kettle"}}});
  // The promise to the customer goes on as it was; the limit is that of the new step.
  CHECK(run_of(ticket, "resolution").run == resolution.run);
  CHECK(run_of(ticket, "resolution").started_at == resolution.started_at);
  CHECK(run_of(ticket, "step").policy == "received");
  CHECK(run_of(ticket, "step").goal == 6h);
  CHECK(events_of<ClockEnded>(decision).size() == 1);
  CHECK(desk.run(wang, move_to("fix")).ticket.state == "fixing");
  CHECK(test::in_english(audit_clocks(desk.history, desk.bundles)) == std::vector<std::string>{});
  // Back again: it begins anew there as well.
  desk.run(wang, ChangeType{"return", {}});
  CHECK(desk.ticket.state == "applied");
  CHECK(desk.ticket.fields.at("reason") == Value{std::string{"unspecified"}});
  CHECK(test::in_english(audit_clocks(desk.history, desk.bundles)) == std::vector<std::string>{});
}

TEST_CASE("in its first state a ticket goes to whom a new one of the type would go") {
  auto definitions = with_more_types();
  definitions.dispatch = {rule_for("exchange", "quality")};
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  REQUIRE(desk.ticket.team == "support");
  SECTION("another team's rule takes it, and who sent it there goes on seeing it") {
    const auto decision = desk.run(li, ChangeType{"exchange", {}});
    CHECK(desk.ticket.team == "quality");
    const auto assigned = events_of<Assigned>(decision);
    REQUIRE(assigned.size() == 1);
    CHECK(assigned[0].reason == AssignReason::dispatched);
    REQUIRE(assigned[0].choice);
    CHECK(assigned[0].choice->rule == "for exchange");
    CHECK(desk.ticket.copied == std::vector<UserId>{UserId{2}});
  }
  SECTION("whoever has it in that team already keeps it") {
    desk.run(wang, AssignTicket{"quality", UserId{5}});
    CHECK(events_of<Assigned>(desk.run(wang, ChangeType{"exchange", {}})).empty());
    CHECK(desk.ticket.assignee == UserId{5});
  }
  SECTION("unless they are not at work") {
    desk.run(wang, AssignTicket{"quality", UserId{5}});
    desk.roster.person(5).presence = Presence::off;
    CHECK(events_of<Assigned>(desk.run(wang, ChangeType{"exchange", {}})).size() == 1);
    CHECK(desk.ticket.assignee == UserId{4});
  }
  SECTION("later steps keep their owner") {
    desk.walk({"inspect"});
    desk.run(wang, AssignTicket{"support", UserId{3}});
    CHECK(events_of<Assigned>(desk.run(wang, ChangeType{"exchange", {}})).empty());
  }
}

TEST_CASE("a ticket that waits waits by the rule of its new type") {
  auto definitions = with_more_types();
  definitions.dispatch = {rule_for("return", "support", {"printer"}), rule_for("exchange", "support", {"network"})};
  CheckedDesk desk(std::move(definitions));
  for (const auto id : {1, 2, 3}) desk.roster.person(id).presence = Presence::off;
  desk.roster.person(2).skills = {"printer"};
  desk.roster.person(3).skills = {"network"};
  desk.run(wang, a_return());
  REQUIRE(desk.ticket.waiting);
  REQUIRE(desk.ticket.dispatch_rule == "for return");
  desk.run(wang, ChangeType{"exchange", {}});
  CHECK(desk.ticket.waiting);
  CHECK(desk.ticket.dispatch_rule == "for exchange");
  CHECK(desk.ticket.wanted_skills == std::vector<std::string>{"network"});
  for (const auto id : {2, 3}) desk.roster.person(id).presence = Presence::online;
  CHECK(desk.run(system_principal("dispatch"), Redispatch{}).ticket.assignee == UserId{3});
}

TEST_CASE("a first state of a lead or of somebody takes a ticket from nobody whose it is") {
  const auto changed = [](Owner owner, UserId had) {
    CheckedDesk desk(repairs_owned_by(std::move(owner)));
    desk.roster.person(3).lead = true;  // beside wang, who has more to do
    desk.roster.person(1).load = 5;
    desk.run(li, a_return());
    desk.run(wang, AssignTicket{"support", had});
    const auto decision = desk.run(wang, ChangeType{"repair", kettle});
    return std::pair{desk.ticket.assignee, events_of<Assigned>(decision).size()};
  };
  CHECK(changed({OwnerKind::lead, ""}, UserId{1}) == std::pair{UserId{1}, std::size_t{0}});
  CHECK(changed({OwnerKind::lead, ""}, UserId{2}).first == UserId{3});
  CHECK(changed({OwnerKind::user, "zhao"}, UserId{3}) == std::pair{UserId{3}, std::size_t{0}});
  CHECK(changed({OwnerKind::user, "zhao"}, UserId{2}).first == UserId{3});
}

TEST_CASE("what goes along and is not as the new form wants it is asked for, and not dropped") {
  auto definitions = with_more_types();
  definitions.forms.at("exchange").fields.front().pattern = "X-[0-9]+";
  definitions.forms.at("repair").fields.front().pattern = "X-[0-9]+";
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  CHECK(desk.refused(li, ChangeType{"exchange", {}}).fields.at(0).pointer == "/fields/order");
  CHECK(desk.refused(li, ChangeType{"repair", kettle}).fields.at(0).pointer == "/fields/order");
  auto without = kettle;
  without["order"] = Value{};  // which it is told to do without
  auto other = desk;
  CHECK_FALSE(other.run(li, ChangeType{"repair", without}).ticket.fields.contains("order"));
  CHECK(desk.run(li, ChangeType{"exchange", {{"order", std::string{"X-1"}}}}).ticket.type == "exchange");
}

TEST_CASE("a type without a field that an older workflow's step needs is no way out of it") {
  CheckedDesk desk(with_more_types());
  desk.run(li, a_return());
  desk.walk({"inspect"});
  auto later = with_more_types(return_desk("bundle-2"));
  for (auto& transition : later.workflows.at("return").transitions) std::erase(transition.require, "amount");
  std::erase_if(later.forms.at("exchange").fields, [](const Field& field) { return field.name == "amount"; });
  desk.publish(std::move(later));
  AdoptDefinitions adopt;
  adopt.published_at = desk.now;
  desk.run(system_principal("publication"), adopt);
  REQUIRE(desk.ticket.workflow_bundle == "bundle-1");
  CHECK(desk.refused(wang, ChangeType{"exchange", {}}).code == ErrorCode::conflict);
  desk.run(wang, ChangeType{"repair", kettle});
}

TEST_CASE("who may change a type, and to what") {
  CheckedDesk desk(with_more_types());
  desk.run(li, a_return());
  CHECK(desk.refused(li, ChangeType{"refund", {}}).fields.at(0).pointer == "/type");
  CHECK(desk.refused(li, ChangeType{"return", {}}).fields.at(0).pointer == "/type");
  CHECK(desk.refused(li, ChangeType{"repair", {}}).fields.at(0).pointer == "/fields/device");
  CHECK(desk.refused(li, ChangeType{"repair", {{"colour", std::string{"red"}}, {"device", std::string{"kettle"}}}}).fields.at(0).pointer ==
        "/fields/colour");
  CHECK(desk.refused(customer(100), ChangeType{"exchange", {}}).code == ErrorCode::forbidden);
  CHECK(desk.refused(agent(9, "wu", {"warehouse"}), ChangeType{"exchange", {}}).code == ErrorCode::forbidden);
  auto staying = li;
  staying.team_rights.at("support").reset(static_cast<std::size_t>(Right::ticket_transition));
  CHECK(desk.refused(staying, ChangeType{"repair", kettle}).code == ErrorCode::forbidden);
  auto stayed = desk;
  stayed.run(staying, ChangeType{"exchange", {}});
  auto walked = desk;
  walked.walk({"inspect", "pass", "refund", "confirm"});
  CHECK(walked.refused(wang, ChangeType{"repair", kettle}).code == ErrorCode::conflict);
  auto same = walked;
  same.run(wang, ChangeType{"exchange", {}});  // for the reports
  CHECK(same.ticket.category == StateCategory::resolved);
  walked.walk({"close"});
  CHECK(walked.refused(wang, ChangeType{"exchange", {}}).code == ErrorCode::conflict);
}

TEST_CASE("a change of type neither empties nor overwrites what one may not set") {
  auto definitions = with_more_types();
  auto free = definitions.forms.at("exchange");
  free.name = "gift";
  for (auto& field : free.fields) field.group.clear();
  definitions.forms["gift"] = std::move(free);
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  auto narrow = li;
  narrow.restricted_fields = true;
  narrow.field_groups = {{"money", FieldAccess::read}};
  auto empty = desk;
  empty.run(narrow, ChangeType{"repair", kettle});
  SetFields set;
  set.change.fields = {{"amount", std::int64_t{40}}};
  desk.run(li, set);
  const auto refused = desk.refused(narrow, ChangeType{"repair", kettle});
  CHECK(refused.code == ErrorCode::forbidden);
  CHECK(desk.refused(narrow, ChangeType{"exchange", {{"amount", std::int64_t{0}}}}).fields.at(0).pointer == "/fields/amount");
  CHECK(desk.refused(narrow, ChangeType{"gift", {{"amount", std::int64_t{0}}}}).code == ErrorCode::forbidden);
  desk.run(narrow, ChangeType{"exchange", {}});
  CHECK(desk.ticket.fields.at("amount") == Value{std::int64_t{40}});
}

TEST_CASE("a ticket whose type is gone gets another one") {
  CheckedDesk desk(with_more_types());
  desk.run(li, a_return());
  auto later = with_more_types(return_desk("bundle-2"));
  later.forms.erase("return");
  later.form_order = {"exchange", "repair"};
  desk.publish(std::move(later));
  AdoptDefinitions adopt;
  adopt.published_at = desk.now;
  desk.run(system_principal("publication"), adopt);
  CHECK(desk.ticket.workflow_bundle == "bundle-1");
  auto renewed = desk;
  adopt.take_workflow = true;
  renewed.run(system_principal("publication"), adopt);
  REQUIRE(renewed.ticket.workflow_bundle == "bundle-2");
  auto narrow = li;
  narrow.restricted_fields = true;
  narrow.field_groups = {{"money", FieldAccess::read}};
  CHECK(renewed.refused(narrow, ChangeType{"repair", kettle}).code == ErrorCode::forbidden);
  renewed.run(li, ChangeType{"repair", kettle});
  desk.run(li, ChangeType{"repair", kettle});
  CHECK(desk.ticket.workflow_bundle == "bundle-2");
  CHECK(desk.ticket.fields.at("order") == Value{std::string{"20260301"}});
}

TEST_CASE("triggers wait for a change of type") {
  auto definitions = with_more_types();
  Trigger mark;
  mark.name = "mark";
  mark.on = {"type_changed"};
  mark.when = when("event.to", Operator::is, std::string{"received"});
  mark.actions = {add_tag("corrected")};
  definitions.triggers = {std::move(mark)};
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  desk.run(li, ChangeType{"exchange", {}});
  CHECK(desk.ticket.tags.empty());
  desk.run(li, ChangeType{"repair", kettle});
  CHECK(desk.ticket.tags == std::vector<std::string>{"corrected", "received"});
}
