// SPDX-License-Identifier: Apache-2.0
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {
const Principal li = agent(2, "li", {"support"});

Trigger trigger(std::string name, std::vector<std::string> on, std::vector<Action> actions, Condition condition = {}) {
  Trigger out;
  out.name = std::move(name);
  out.on = std::move(on);
  out.actions = std::move(actions);
  out.when = std::move(condition);
  return out;
}

Action act(ActionKind kind) {
  Action action;
  action.kind = kind;
  return action;
}

/// Creates a ticket on a desk with these triggers.
Decision created_with(std::vector<Trigger> triggers) {
  auto definitions = return_desk();
  definitions.triggers = std::move(triggers);
  CheckedDesk desk(std::move(definitions));
  return desk.run(li, a_return());
}
}  // namespace

TEST_CASE("a rule never sets itself off") {
  const auto decision = created_with({
      trigger("again", {"created", "message_added"}, {[] {
                auto note = act(ActionKind::note);
                note.text = "seen {{subject}}";
                return note;
              }()}),
  });
  // Once for the creation and once for the customer's message, but not for its own notes.
  CHECK(events_of<MessageAdded>(decision).size() == 3);
  CHECK(decision.messages.back().body == "seen 退货");
}

TEST_CASE("a rule gives a ticket to no lead who is off, and takes it from nobody who is at work on it") {
  auto definitions = return_desk();
  auto to_lead = act(ActionKind::assign);
  to_lead.to = "lead";
  definitions.triggers = {trigger("raise", {"urged"}, {to_lead})};
  CheckedDesk desk(std::move(definitions));
  desk.roster.person(1).on_shift = false;
  desk.run(li, a_return());
  const auto had = desk.ticket.assignee;
  REQUIRE(had == UserId{2});
  auto decision = desk.run(li, UrgeTicket{});
  CHECK(desk.ticket.assignee == had);
  CHECK(trace_of(decision, "trigger raise")->refused == std::vector<std::string>{"assign: no lead can take it now"});
  desk.roster.person(2).on_shift = false;
  decision = desk.run(li, UrgeTicket{});
  CHECK_FALSE(desk.ticket.assignee);
  CHECK(desk.ticket.waiting);
  CHECK(trace_of(decision, "trigger raise")->done == std::vector<std::string>{"waits in team support"});
}

TEST_CASE("clocks that start and end each other are left as they are, with a trace, and the ticket goes on") {
  auto definitions = return_desk();
  ClockPolicy unpromised;
  unpromised.name = "unpromised";
  unpromised.start = when("due_at", Operator::is_empty);
  unpromised.goals = {{{}, std::chrono::hours{4}}};
  SlaPolicy only;
  only.name = "only";
  only.clocks = {unpromised};
  definitions.sla = {only};
  for (auto& [name, workflow] : definitions.workflows) {
    for (auto& state : workflow.states) state.limit.reset();
  }
  // Not a checked desk: that wants clocks which settle.
  const auto active = std::make_shared<const Definitions>(std::move(definitions));
  FixedBundles bundles;
  bundles.add(active);
  const auto roster = return_roster();
  Context context;
  context.now = monday;
  context.principal = &li;
  context.active = active;
  context.bundles = &bundles;
  context.roster = &roster;
  const auto made = decide(nullptr, a_return(), context);
  REQUIRE(made);
  const auto* trace = trace_of(*made, "clocks");
  REQUIRE(trace != nullptr);
  CHECK(trace->refused.size() == 1);
  const auto held = decide(&made->ticket, HoldTicket{"parts", "", {}}, context);
  REQUIRE(held);
  CHECK(held->ticket.hold);
}

TEST_CASE("rules that set each other off stop at depth eight, with a trace") {
  std::vector<Trigger> chain;
  for (int i = 0; i < 12; ++i) {
    auto condition = i == 0 ? Condition{} : when("tags", Operator::is, "t" + std::to_string(i - 1));
    auto action = add_tag("t" + std::to_string(i));
    chain.push_back(trigger("rule" + std::to_string(i), {i == 0 ? "created" : "fields_set"}, {action}, condition));
  }
  std::ranges::reverse(chain);
  const auto decision = created_with(chain);
  CHECK(decision.ticket.tags.size() == 8);
  const auto* stopped = trace_of(decision, "trigger rule8");
  REQUIRE(stopped != nullptr);
  CHECK(stopped->done.empty());
  CHECK(stopped->refused.size() == 1);
}

TEST_CASE("one command never makes more than two hundred events") {
  std::vector<Action> many(90, act(ActionKind::urge));
  const auto decision =
      created_with({trigger("a", {"created"}, many), trigger("b", {"urged"}, many), trigger("c", {"urged"}, many)});
  CHECK(decision.events.size() <= 200);
  CHECK(decision.events.size() >= 100);
  const auto traces = events_of<RuleFired>(decision);
  CHECK(std::ranges::any_of(traces, [](const RuleFired& fired) {
    return std::ranges::any_of(fired.refused, [](const std::string& line) { return line.starts_with("stopped"); });
  }));
}

TEST_CASE("what a rule can not do is in its trace, and the rest is done") {
  auto to_nobody = assign_team("");
  to_nobody.user = "ghost";
  auto to_creator = act(ActionKind::assign);
  to_creator.to = "creator";
  auto wrong = set_field("amount", std::string{"many"});
  const auto decision =
      created_with({trigger("clumsy", {"created"},
                            {notify("missing", {"lead"}), notify("vip", {"customer"}), notify("vip", {"copied"}),
                             assign_team("mars"), to_nobody, wrong, set_field("priority", std::string{"dire"}),
                             move_by("refund"), add_tag("tried"), add_tag("tried"), to_creator})});
  const auto* trace = trace_of(decision, "trigger clumsy");
  REQUIRE(trace != nullptr);
  CHECK(trace->refused.size() == 7);
  CHECK(trace->done.size() == 3);
  CHECK(decision.ticket.assignee == UserId{2});
  CHECK(decision.ticket.tags == std::vector<std::string>{"tried"});
}

TEST_CASE("a rule gives a ticket back to whoever created it only while they can take it") {
  auto definitions = return_desk();
  auto to_creator = act(ActionKind::assign);
  to_creator.to = "creator";
  definitions.triggers = {trigger("back", {"urged"}, {to_creator})};
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  REQUIRE(desk.ticket.created_by.id == 2);
  desk.roster.person(2).active = false;
  const auto before = desk.ticket.assignee;
  const auto decision = desk.run(li, UrgeTicket{});
  CHECK(desk.ticket.assignee == before);
  CHECK(trace_of(decision, "trigger back")->refused == std::vector<std::string>{"assign: the creator can not take it now"});
}

TEST_CASE("a rule without effect leaves no trace") {
  const auto decision = created_with({trigger("idle", {"created"}, {set_field("priority", std::string{"normal"})})});
  CHECK(trace_of(decision, "trigger idle") == nullptr);
}

TEST_CASE("an action may move the ticket on; the state it left is not greeted") {
  auto definitions = return_desk();
  auto& workflow = definitions.workflows["return"];
  workflow.transitions[0].actions = {set_field("amount", std::int64_t{5}), move_by("pass")};
  workflow.states[1].on_enter = {add_tag("inspected")};
  CheckedDesk desk(definitions);
  desk.run(li, a_return());
  desk.run(li, move_to("inspect"));
  CHECK(desk.ticket.state == "refunding");
  CHECK(desk.ticket.tags.empty());
  CHECK(desk.ticket.team == "finance");
}

TEST_CASE("states that send a ticket round and round are stopped") {
  auto definitions = return_desk();
  auto& workflow = definitions.workflows["return"];
  workflow.states[1].on_enter = {set_field("amount", std::int64_t{5}), move_by("submit")};
  workflow.states[4].on_enter = {move_by("send_back")};
  CheckedDesk desk(definitions);
  desk.run(li, a_return());
  const auto decision = desk.run(li, move_to("inspect"));
  CHECK(events_of<Moved>(decision).size() <= 9);
}

TEST_CASE("previous, last handler, escalation and calls") {
  auto definitions = return_desk();
  auto previous = act(ActionKind::assign);
  previous.to = "previous";
  auto call = act(ActionKind::call);
  call.destination = "erp";
  auto escalate = act(ActionKind::escalate);
  escalate.level = 2;
  definitions.triggers = {trigger("give_back", {"urged"}, {previous, call, escalate})};
  CheckedDesk desk(definitions);
  desk.run(li, a_return());
  desk.walk({"inspect", "ask_stock"});
  const auto decision = desk.run(system_principal("test"), UrgeTicket{});
  CHECK(desk.ticket.team == "quality");
  CHECK(desk.ticket.visits.empty());
  CHECK(desk.ticket.escalation == 2);
  CHECK(events_of<Called>(decision).at(0).destination == "erp");
  desk.run(system_principal("test"), UrgeTicket{});
  CHECK(desk.ticket.escalation == 2);
}

TEST_CASE("calls in a row are one event and one line of the trace; what stands between them parts them") {
  auto definitions = return_desk();
  const auto call = [](std::string destination) {
    auto action = act(ActionKind::call);
    action.destination = std::move(destination);
    return action;
  };
  auto escalate = act(ActionKind::escalate);
  escalate.level = 2;
  definitions.triggers = {trigger("tell", {"urged"}, {call("erp"), call("crm"), escalate, call("robot")})};
  CheckedDesk desk(definitions);
  desk.run(li, a_return());
  const auto decision = desk.run(system_principal("test"), UrgeTicket{});
  const auto called = events_of<Called>(decision);
  REQUIRE(called.size() == 2);
  CHECK(destinations_of(called[0]) == std::vector<std::string>{"erp", "crm"});
  CHECK(destinations_of(called[1]) == std::vector<std::string>{"robot"});
  CHECK_FALSE(called[1].also);  // as it was written before there was more than one
  CHECK(events_of<RuleFired>(decision).at(0).done.front() == "called erp, crm");
}
