// SPDX-License-Identifier: Apache-2.0
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {
const Principal wang = lead(1, "wang", {"support", "quality", "finance", "warehouse"});
const Principal li = agent(2, "li", {"support", "quality", "finance", "warehouse"});
const Principal buyer = customer(100);

CheckedDesk with_ticket(Definitions definitions = return_desk()) {
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  return desk;
}
}  // namespace

TEST_CASE("a return is led from application to the call back") {
  auto desk = with_ticket();
  desk.run(li, move_to("inspect"));
  CHECK(desk.ticket.team == "quality");
  CHECK(desk.ticket.assignee == UserId{4});
  auto pass = move_to("pass");
  pass.fields = {{"amount", std::int64_t{300}}};
  auto decision = desk.run(li, pass);
  CHECK(desk.ticket.team == "finance");
  CHECK(trace_of(decision, "state refunding") != nullptr);
  const auto told = events_of<Notified>(decision).at(0).recipients;
  CHECK(told == std::vector<Recipient>{{ActorKind::user, 6}, {ActorKind::customer, 100}});
  CHECK(desk.refused(li, move_to("refund")).fields.at(0).pointer == "/message");
  decision = desk.run(li, move_to("refund", "refunded today"));
  CHECK(desk.ticket.tags == std::vector<std::string>{"refunded"});
  CHECK(events_of<MessageAdded>(decision).at(0).message == MessageKind::note);
  CHECK(desk.ticket.team == "support");
  desk.run(buyer, move_to("confirm"));
  CHECK(desk.ticket.category == StateCategory::resolved);
  CHECK(desk.ticket.awaiting == Awaiting::nobody);
  for (const auto& run : desk.ticket.clocks) CHECK(run.ended_at);
}

TEST_CASE("a refusal in Chinese calls things by their titles") {
  auto definitions = return_desk();
  auto& workflow = definitions.workflows.at("return");
  const std::map<std::string, std::string> titles{{"applied", "已申请"}, {"refunding", "退款中"}, {"refund", "退款"},
                                                  {"pass", "质检通过"},  {"approve", "批准"}};
  for (auto& state : workflow.states) {
    if (titles.contains(state.name)) state.title.zh = titles.at(state.name);
  }
  for (auto& transition : workflow.transitions) {
    if (titles.contains(transition.name)) transition.title.zh = titles.at(transition.name);
  }
  for (auto& field : definitions.forms.at("return").fields) {
    if (field.name == "amount") field.title.zh = "退款金额";
  }
  definitions.teams.at("quality").title.zh = "质检组";
  definitions.roles["lead"].title.zh = "主管";
  auto desk = with_ticket(std::move(definitions));
  CHECK(desk.refused(li, move_to("refund")).detail_zh == "“退款”这一步要从“退款中”开始，工单现在是“已申请”。");
  desk.run(li, move_to("inspect"));
  CHECK(desk.refused(buyer, move_to("pass")).detail_zh == "“质检通过”这一步由坐席来做。");
  auto pass = move_to("pass");
  CHECK(desk.refused(li, pass).fields.at(0).message_zh == "“质检通过”这一步需要填写“退款金额”。");
  pass.fields = {{"amount", std::int64_t{9'000}}};
  CHECK(desk.refused(li, pass).detail_zh == "“质检通过”这一步现在还不能做：要求“退款金额”不大于 5000。");
  pass.transition = "submit";
  desk.run(li, pass);
  CHECK(desk.refused(li, move_to("approve")).detail_zh == "“批准”这一步只有“主管”能做。");
  AssignTicket assign;
  assign.team = "quality";
  assign.assignee = UserId{99};
  CHECK(desk.refused(wang, assign).detail_zh == "这位坐席不在班组“质检组”里，请换一位，或先换班组。");
}

TEST_CASE("a step that is not allowed says why and what is") {
  auto desk = with_ticket();
  auto error = desk.refused(li, move_to("refund"));
  CHECK(error.code == ErrorCode::transition_not_allowed);
  CHECK(error.allowed == std::vector<std::string>{"inspect", "cancel"});
  CHECK(error.detail == "Step refund leads from refunding; the ticket is in applied.");
  CHECK(desk.refused(li, move_to("fly")).detail == "Workflow return has no step fly.");
  CHECK(desk.refused(buyer, move_to("inspect")).detail == "Step inspect is made by agents.");
  desk.run(li, move_to("inspect"));
  auto pass = move_to("pass");
  CHECK(desk.refused(li, pass).fields.at(0).pointer == "/fields/amount");
  pass.fields = {{"amount", std::int64_t{9'000}}};
  error = desk.refused(li, pass);
  CHECK(error.detail == "Step pass is not open now: it needs field.amount at_most 5000.");
  pass.transition = "submit";
  desk.run(li, pass);
  CHECK(desk.ticket.assignee == UserId{4});  // the lead of the team
  error = desk.refused(li, move_to("approve"));
  CHECK(error.detail == "Step approve needs one of the roles lead.");
  CHECK(error.allowed == std::vector<std::string>{"send_back"});
  desk.run(wang, move_to("approve"));
  CHECK(desk.ticket.state == "refunding");
}

TEST_CASE("each act needs its right on tickets of the team") {
  auto desk = with_ticket();
  const auto stranger = agent(7, "huang", {"finance"});
  const std::vector<TicketCommand> commands = {message(MessageKind::reply, "hi"),
                                               message(MessageKind::note, "hi"),
                                               message(MessageKind::customer, "hi"),
                                               move_to("inspect"),
                                               AssignTicket{"finance", {}},
                                               TakeTicket{},
                                               SetFields{},
                                               HoldTicket{"parts", "", {}},
                                               ResumeTicket{},
                                               MergeTicket{TicketId{2}},
                                               AbsorbTicket{TicketId{2}, 0, {}},
                                               LinkTicket{LinkKind::related, TicketId{2}, false},
                                               UrgeTicket{},
                                               CopyTicket{{UserId{3}}},
                                               WatchTicket{{UserId{3}}, {}},
                                               Redispatch{},
                                               AdoptDefinitions{}};
  for (const auto& command : commands) {
    INFO("command " << command.index());
    CHECK(desk.refused(stranger, command).code == ErrorCode::forbidden);
    CHECK(desk.refused(customer(101), command).code == ErrorCode::forbidden);
  }
}

TEST_CASE("replies, notes and customers' words") {
  auto desk = with_ticket();
  desk.run(li, message(MessageKind::note, "fragile"));
  CHECK_FALSE(desk.ticket.first_replied_at);
  desk.run(li, message(MessageKind::reply, "we look into it"));
  CHECK(desk.ticket.awaiting == Awaiting::customer);
  CHECK(desk.ticket.first_replied_at == desk.now);
  const auto decision = desk.run(buyer, message(MessageKind::reply, "thanks"));
  CHECK(decision.messages.at(0).kind == MessageKind::customer);
  CHECK(desk.ticket.awaiting == Awaiting::agent);
  CHECK(desk.refused(buyer, message(MessageKind::note, "psst")).code == ErrorCode::forbidden);
  CHECK(desk.refused(li, message(MessageKind::reply, "")).fields.at(0).pointer == "/body");
  CHECK(desk.refused(li, message(MessageKind::reply, std::string(300'000, 'x'))).fields.at(0).pointer == "/body");
  CHECK(desk.refused(li, message(MessageKind::reply, "\xff")).fields.at(0).pointer == "/body");
}

TEST_CASE("a customer who writes again gets an ended ticket back into work") {
  auto desk = with_ticket();
  desk.walk({"inspect", "pass", "refund", "confirm"});
  CHECK(desk.ticket.state == "resolved");
  auto decision = desk.run(buyer, message(MessageKind::reply, "it broke again"));
  CHECK(desk.ticket.state == "applied");
  CHECK(desk.ticket.reopens == 1);
  CHECK(desk.ticket.awaiting == Awaiting::agent);
  CHECK(events_of<Moved>(decision).at(0).reopened);
  desk.walk({"inspect", "pass", "refund", "confirm", "close"});
  CHECK(desk.refused(li, message(MessageKind::note, "hm")).code == ErrorCode::conflict);
  CHECK(desk.refused(li, SetFields{}).code == ErrorCode::conflict);
  desk.now += 20 * 24h;
  // Also when somebody else writes down what the customer said.
  desk.run(li, message(MessageKind::customer, "on the phone: broke again"));
  CHECK(desk.ticket.state == "applied");
  desk.walk({"cancel"});
  desk.now += 31 * 24h;
  const auto error = desk.refused(buyer, message(MessageKind::reply, "again"));
  CHECK(error.code == ErrorCode::conflict);
  CHECK(desk.refused(buyer, ReopenTicket{}).code == ErrorCode::conflict);
  CHECK(desk.refused(buyer, move_to("reopen")).code == ErrorCode::transition_not_allowed);
  desk.run(li, ReopenTicket{"as agreed"});  // agents may at any time
  CHECK(desk.ticket.state == "applied");
  CHECK(desk.refused(li, ReopenTicket{}).code == ErrorCode::conflict);
}

TEST_CASE("who comes back to a ticket that was resolved without a reply is answered within a time") {
  CheckedDesk desk(with_standard_clocks());
  desk.run(li, a_return());
  desk.run(li, move_to("cancel", "agreed on the phone"));
  CHECK_FALSE(desk.ticket.first_replied_at);
  desk.now += 1h;
  desk.run(buyer, message(MessageKind::reply, "it is not solved"));
  REQUIRE(desk.ticket.reopens == 1);
  CHECK(run_of(desk.ticket, "first_response").ended_at);
  CHECK_FALSE(run_of(desk.ticket, "next_response").ended_at);
  CHECK(run_of(desk.ticket, "next_response").due_at == desk.now + 1h);
  desk.run(li, message(MessageKind::reply, "we look at it"));
  CHECK(run_of(desk.ticket, "next_response").ended_at);
}

TEST_CASE("a resolved ticket without a way back still takes what the customer says") {
  auto definitions = return_desk();
  definitions.workflows["return"].transitions.pop_back();
  auto desk = with_ticket(definitions);
  desk.walk({"inspect", "pass", "refund", "confirm"});
  desk.run(buyer, message(MessageKind::reply, "one more thing"));
  CHECK(desk.ticket.state == "resolved");
  CHECK(desk.ticket.awaiting == Awaiting::agent);
  desk.walk({"close"});
  CHECK(desk.refused(buyer, message(MessageKind::reply, "and another")).code == ErrorCode::conflict);
}

TEST_CASE("a reopened ticket goes back to who had it, if that person is still there") {
  auto desk = with_ticket();
  desk.walk({"cancel"});
  desk.run(li, ReopenTicket{});
  CHECK(desk.ticket.assignee == UserId{1});
  desk.walk({"cancel"});
  desk.roster.person(1).active = false;
  desk.run(li, ReopenTicket{});
  CHECK(desk.ticket.assignee == UserId{2});
  desk.walk({"cancel"});
  for (const auto id : {2, 3}) desk.roster.person(id).presence = Presence::off;
  desk.run(li, ReopenTicket{});
  CHECK(desk.ticket.waiting);
}

TEST_CASE("a ticket visits another team and comes back") {
  auto desk = with_ticket();
  desk.walk({"inspect", "ask_stock"});
  CHECK(desk.ticket.team == "warehouse");
  CHECK(desk.ticket.visits == std::vector<VisitOrigin>{{"quality", UserId{4}}});
  auto decision = desk.run(li, move_to("stock_answered"));
  CHECK(desk.ticket.team == "quality");
  CHECK(desk.ticket.assignee == UserId{4});
  CHECK(desk.ticket.visits.empty());
  CHECK(events_of<Assigned>(decision).at(0).reason == AssignReason::returned);
}

TEST_CASE("the way back from a visit does not lead to somebody who left") {
  auto desk = with_ticket();
  desk.walk({"inspect", "ask_stock"});
  desk.roster.person(4).presence = Presence::off;
  desk.run(li, move_to("stock_answered"));
  CHECK(desk.ticket.assignee == UserId{5});
  CHECK(desk.ticket.visits.empty());
}

TEST_CASE("the way back and the way to a lead go to nobody who is off their shift") {
  auto definitions = return_desk();
  definitions.teams.at("quality").respect_presence = false;
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  desk.walk({"inspect", "ask_stock"});
  desk.roster.person(4).on_shift = false;  // on leave, whatever the presence says
  desk.run(li, move_to("stock_answered"));
  CHECK(desk.ticket.assignee == UserId{5});

  auto pass = move_to("submit");
  pass.fields = {{"amount", std::int64_t{9'000}}};
  const auto decision = desk.run(li, pass);
  CHECK(desk.ticket.team == "quality");
  CHECK_FALSE(desk.ticket.assignee);
  CHECK(desk.ticket.waiting);
  CHECK(events_of<Assigned>(decision).at(0).choice->passed_over.at(0).reason == PassedOver::off_shift);
  desk.run(wang, Redispatch{});
  CHECK_FALSE(desk.ticket.assignee);  // the step is a lead's: no agent is given it
  desk.roster.person(4).on_shift = true;
  desk.roster.person(4).load = desk.roster.person(4).capacity;
  desk.run(wang, Redispatch{});
  CHECK_FALSE(desk.ticket.assignee);
  desk.roster.person(4).load = 0;
  desk.run(wang, Redispatch{});
  CHECK(desk.ticket.assignee == UserId{4});
}

TEST_CASE("an agent keeps the ticket over a step of the own team, whatever the load") {
  auto desk = with_ticket();
  desk.walk({"inspect"});
  const auto had = desk.ticket.assignee;
  desk.roster.person(had.value).load = 19;
  auto definitions = return_desk("bundle-2");
  desk.walk({"submit"});
  desk.run(wang, move_to("send_back"));
  CHECK(desk.ticket.assignee == had);
}

TEST_CASE("the ticket does not count against its own agent when the team chooses again") {
  auto desk = with_ticket();
  for (const auto id : {2, 3}) desk.roster.person(id).presence = Presence::off;
  desk.roster.person(1).load = 1;
  desk.roster.person(1).capacity = 1;
  CHECK(desk.run(wang, AssignTicket{}).events.empty());  // wang still has it
  CHECK(desk.ticket.assignee == UserId{1});
}

TEST_CASE("assigning and taking") {
  auto desk = with_ticket();
  CHECK(desk.refused(li, AssignTicket{"", UserId{3}}).code == ErrorCode::forbidden);
  desk.run(wang, AssignTicket{"", UserId{3}});
  CHECK(desk.ticket.assignee == UserId{3});
  CHECK(desk.ticket.last_handler == UserId{1});
  CHECK(desk.run(wang, AssignTicket{"", UserId{3}}).events.empty());
  CHECK(desk.refused(wang, AssignTicket{"", UserId{7}}).fields.at(0).pointer == "/assignee");
  CHECK(desk.refused(wang, AssignTicket{"mars", {}}).fields.at(0).pointer == "/team");
  desk.roster.person(2).active = false;
  CHECK(desk.refused(wang, AssignTicket{"", UserId{2}}).fields.at(0).pointer == "/assignee");
  desk.roster.person(2).active = true;
  desk.run(li, TakeTicket{});
  CHECK(desk.ticket.assignee == UserId{2});
  desk.run(wang, AssignTicket{"finance", {}});
  CHECK(desk.ticket.team == "finance");
  CHECK(desk.ticket.assignee == UserId{6});
  CHECK(desk.refused(li, TakeTicket{}).code == ErrorCode::conflict);
  // by hand also to somebody who is away
  desk.roster.person(7).presence = Presence::off;
  desk.run(wang, AssignTicket{"finance", UserId{7}});
  CHECK(desk.ticket.assignee == UserId{7});
}

TEST_CASE("fields are set by the form and within field groups") {
  auto desk = with_ticket();
  SetFields set;
  set.change.fields = {{"amount", std::int64_t{10}}, {"reason", Value{}}};
  set.change.priority = Priority::high;
  set.change.tags_added = {"b", "a", "a"};
  set.change.tags_removed = {"missing"};
  auto decision = desk.run(li, set);
  CHECK(desk.ticket.priority == Priority::high);
  CHECK_FALSE(desk.ticket.fields.contains("reason"));
  CHECK(events_of<FieldsSet>(decision).at(0).tags_removed.empty());
  CHECK(desk.run(li, set).events.empty());
  auto narrow = li;
  narrow.restricted_fields = true;
  narrow.field_groups = {{"money", FieldAccess::read}};
  set.change.fields = {{"amount", std::int64_t{11}}};
  CHECK(desk.refused(narrow, set).fields.at(0).pointer == "/fields/amount");
  auto pass = move_to("inspect");
  pass.fields = {{"amount", std::int64_t{11}}};
  CHECK(desk.refused(narrow, pass).fields.at(0).pointer == "/fields/amount");
  narrow.team_field_groups["elsewhere"]["money"] = FieldAccess::write;
  CHECK(desk.refused(narrow, set).fields.at(0).pointer == "/fields/amount");
  narrow.team_field_groups[desk.ticket.team]["money"] = FieldAccess::write;
  CHECK(desk.run(narrow, set).events.size() == 1);
  set.change = {};
  set.change.subject = "";
  set.change.region = "mars";
  CHECK(desk.refused(li, set).fields.size() == 2);
  set.change = {};
  for (int i = 0; i < 60; ++i) set.change.tags_added.push_back("t" + std::to_string(i));
  CHECK(desk.refused(li, set).fields.at(0).pointer == "/tags_added");
}

TEST_CASE("whoever makes steps and edits nothing sets what the step asks for, and no more") {
  auto desk = with_ticket();
  desk.run(li, move_to("inspect"));
  auto courier = li;
  courier.team_rights.clear();
  courier.rights.reset();
  for (const auto right : {Right::ticket_read, Right::ticket_transition}) courier.rights.set(static_cast<std::size_t>(right));
  auto pass = move_to("pass");
  pass.fields = {{"amount", std::int64_t{300}}, {"reason", std::string{"quality"}}};
  const auto refused = desk.refused(courier, pass);
  REQUIRE(refused.fields.size() == 1);
  CHECK(refused.fields.at(0).pointer == "/fields/reason");
  CHECK(refused.fields.at(0).message_zh.find("“修改字段”权限") != std::string::npos);
  pass.fields.erase("reason");
  desk.run(courier, pass);
  CHECK(desk.ticket.fields.at("amount") == Value{std::int64_t{300}});
}

TEST_CASE("a hold needs a known reason and ends by itself, by hand or with a step") {
  auto desk = with_ticket();
  CHECK(desk.refused(li, HoldTicket{"lunch", "", {}}).fields.at(0).pointer == "/reason");
  CHECK(desk.refused(li, HoldTicket{"parts", "", desk.now}).fields.at(0).pointer == "/until");
  desk.run(li, HoldTicket{"parts", "", desk.now + 2h});
  CHECK(desk.run(li, HoldTicket{"parts", "", desk.now + 2h}).events.empty());
  CHECK(std::ranges::all_of(desk.ticket.clocks, [](const ClockRun& run) { return run.clock == "step" || run.paused; }));
  desk.run(li, ResumeTicket{});
  CHECK_FALSE(desk.ticket.hold);
  CHECK(desk.run(li, ResumeTicket{}).events.empty());
  desk.run(li, HoldTicket{"parts", "", desk.now + 2h});
  auto decision = desk.pass_time(3h);
  CHECK(events_of<Resumed>(decision).at(0).due == desk.now - 1h);
  CHECK_FALSE(desk.ticket.hold);
  desk.run(li, HoldTicket{"parts", "", {}});
  decision = desk.run(li, move_to("inspect"));
  CHECK(events_of<Resumed>(decision).at(0).by_itself);
  desk.walk({"cancel"});
  CHECK(desk.refused(li, HoldTicket{"parts", "", {}}).code == ErrorCode::conflict);
}

TEST_CASE("a step whose guard looks at a field that it asks for is offered while the field is empty") {
  auto desk = with_ticket();
  desk.run(li, move_to("inspect"));
  const auto workflow = desk.active->workflows.at("return");  // a copy: the desk publishes below
  const auto offered = [&](const Principal& who) {
    std::vector<std::string> names;
    for (const auto* step : allowed_transitions(desk.ticket, who, workflow, *desk.active, desk.now))
      names.push_back(step->name);
    return names;
  };
  const auto* pass = workflow.find_transition("pass", desk.ticket.state);
  CHECK(std::ranges::count(offered(li), "pass") == 1);
  CHECK(fields_to_give(desk.ticket, li, *pass, *desk.active, desk.now) == std::vector<std::string>{"amount"});

  SECTION("not to whom may not write the field") {
    auto definitions = *desk.active;
    for (auto& field : definitions.forms.at("return").fields) {
      if (field.name == "amount") field.group = "money";
    }
    desk.publish(std::move(definitions));
    auto reader = li;
    reader.field_groups["money"] = FieldAccess::read;
    reader.restricted_fields = true;
    CHECK(std::ranges::count(offered(reader), "pass") == 0);
    CHECK(fields_to_give(desk.ticket, reader, *pass, *desk.active, desk.now).empty());
    CHECK(desk.refused(reader, move_to("pass")).code == ErrorCode::transition_not_allowed);
  }
  SECTION("by its value once there is one") {
    SetFields set;
    set.change.fields = {{"amount", std::int64_t{9'000}}};
    desk.run(li, set);
    CHECK(std::ranges::count(offered(li), "pass") == 0);
    CHECK(fields_to_give(desk.ticket, li, *pass, *desk.active, desk.now).empty());
  }
}

TEST_CASE("links, watchers, copies and urging") {
  auto desk = with_ticket();
  desk.run(li, LinkTicket{LinkKind::related, TicketId{2}, false});
  CHECK(desk.run(li, LinkTicket{LinkKind::related, TicketId{2}, false}).events.empty());
  desk.run(li, LinkTicket{LinkKind::related, TicketId{2}, true});
  CHECK(desk.ticket.links.empty());
  CHECK(desk.refused(li, LinkTicket{LinkKind::related, TicketId{1}, false}).fields.at(0).pointer == "/ticket");

  desk.run(li, WatchTicket{{UserId{2}, UserId{2}}, {UserId{9}}});
  CHECK(desk.ticket.watchers == std::vector<UserId>{UserId{2}});
  auto decision = desk.run(li, CopyTicket{{UserId{8}, UserId{2}}});
  CHECK(events_of<Notified>(decision).at(0).recipients == std::vector<Recipient>{{ActorKind::user, 8}});  // not oneself
  decision = desk.run(li, CopyTicket{{UserId{8}, UserId{9}}});
  CHECK(events_of<Notified>(decision).at(0).recipients ==
        std::vector<Recipient>{{ActorKind::user, 9}});  // only the new one
  std::vector<UserId> crowd;
  for (int i = 1; i <= 300; ++i) crowd.push_back(UserId{i});
  CHECK(desk.refused(li, CopyTicket{crowd}).fields.at(0).pointer == "/users");

  desk.run(buyer, UrgeTicket{"hurry"});
  desk.run(li, UrgeTicket{});
  CHECK(desk.ticket.urges == 2);
  desk.walk({"cancel"});
  CHECK(desk.refused(buyer, UrgeTicket{}).code == ErrorCode::conflict);
}

TEST_CASE("a closed ticket forgets the visit that it was on") {
  auto definitions = return_desk();
  for (auto& transition : definitions.workflows["return"].transitions) {
    if (transition.name == "cancel") transition.from.push_back("stock_check");
  }
  auto desk = with_ticket(definitions);
  desk.walk({"inspect", "ask_stock", "cancel"});
  CHECK(desk.ticket.visits.empty());
}

TEST_CASE("people whose account is disabled are not told") {
  auto definitions = return_desk();
  Trigger tell;
  tell.name = "tell";
  tell.on = {"urged"};
  tell.actions = {test::notify("vip", {"team"})};
  definitions.triggers = {tell};
  auto desk = with_ticket(definitions);
  desk.roster.person(3).active = false;
  const auto decision = desk.run(buyer, UrgeTicket{});
  CHECK(events_of<Notified>(decision).at(0).recipients ==
        std::vector<Recipient>{{ActorKind::user, 1}, {ActorKind::user, 2}});
}
