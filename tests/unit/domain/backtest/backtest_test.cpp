// SPDX-License-Identifier: Apache-2.0
// A past that is lived again under its own definitions goes as it went; under others, what differs is told.
#include <random>

#include "domain/backtest/comparison.hpp"
#include "domain/ticket/put_back.hpp"
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {

class FixedPeople final : public PastPeople {
 public:
  FixedRoster roster = return_roster();
  [[nodiscard]] std::vector<Candidate> members(const Team& team, bool, Time) const override {
    return roster.members(team.name);
  }
  [[nodiscard]] std::vector<std::string> teams_of(UserId user) const override { return roster.teams_of(user.value); }
  [[nodiscard]] std::optional<UserId> find_user(const std::string& login) const override { return roster.find_user(login); }
};

/// One ticket whose timers are on time, as the served desk's are.
class LivedDesk {
 public:
  explicit LivedDesk(Definitions definitions = return_desk()) : desk(std::move(definitions)) {}

  void wait(Duration by) {
    const auto until = desk.now + by;
    static const auto system = system_principal("time");
    while (desk.ticket.version > 0) {
      const auto due = next_timer(desk.ticket, *desk.active, *desk.active);
      if (!due || due->at >= until) break;
      desk.now = std::max(desk.now, due->at);
      const auto before = desk.ticket.version;
      keep(desk.decide(system, PassTime{}));
      if (desk.ticket.version == before) break;
    }
    desk.now = until;
  }
  bool act(const Principal& who, const TicketCommand& command) {
    // Two commands are never of one instant on one ticket.
    wait(1s);
    return keep(desk.decide(who, command));
  }
  [[nodiscard]] std::shared_ptr<const PastTicket> past() const {
    return std::make_shared<const PastTicket>(past_of(TicketId{1}, desk.history, desk.bundles));
  }

  CheckedDesk desk;

 private:
  bool keep(Result<Decision> decision) {
    if (!decision) return false;
    for (const auto& event : decision->events) {
      const auto* assigned = std::get_if<Assigned>(&event.event);
      if (assigned != nullptr && assigned->assignee) desk.roster.person(assigned->assignee.value).last_assigned_at = desk.now;
      desk.history.push_back(event);
    }
    desk.ticket = std::move(decision->ticket);
    return true;
  }
};

Replayed replayed(const std::shared_ptr<const PastTicket>& past, Definitions definitions, Time until) {
  const FixedPeople people;
  Replay replay(std::make_shared<const Definitions>(std::move(definitions)), people);
  replay.add(past);
  REQUIRE(replay.run(until));
  auto told = replay.take_rest();
  REQUIRE(told.size() == 1);
  return std::move(told[0]);
}

Backtest compared(const std::vector<std::shared_ptr<const PastTicket>>& pasts, Definitions candidate, Time until) {
  const FixedPeople people;
  Replay today(std::make_shared<const Definitions>(return_desk()), people);
  candidate.digest = "candidate";
  Replay other(std::make_shared<const Definitions>(std::move(candidate)), people);
  Comparison comparison(monday, until);
  for (const auto& past : pasts) {
    today.add(past);
    other.add(past);
  }
  REQUIRE(today.run(until));
  REQUIRE(other.run(until));
  for (auto& told : today.take_rest()) comparison.today(std::move(told));
  for (auto& told : other.take_rest()) comparison.candidate(std::move(told));
  return comparison.finish(today.peaks(), other.peaks());
}

/// Returned, inspected, paid back and closed.
LivedDesk a_usual_return(std::int64_t amount = 20) {
  LivedDesk lived;
  const auto li = lead(2, "li", {"support", "quality", "finance", "warehouse"});
  REQUIRE(lived.act(customer(100), a_return()));
  lived.wait(40min);
  REQUIRE(lived.act(li, AddMessage{MessageKind::reply, "收到", {}}));
  REQUIRE(lived.act(li, MoveTicket{"inspect", {}, "", false}));
  lived.wait(2h);
  REQUIRE(lived.act(li, MoveTicket{"pass", {{"amount", amount}}, "", false}));
  lived.wait(3h);
  REQUIRE(lived.act(li, MoveTicket{"refund", {}, "已退", true}));
  lived.wait(1h);
  REQUIRE(lived.act(customer(100), MoveTicket{"confirm", {}, "", false}));
  return lived;
}

class RandomLife {
 public:
  explicit RandomLife(std::uint32_t seed) : lived(with_more_types()), random_(seed) {}

  void live(int steps) {
    auto creation = a_return();
    if (below(3) == 0) creation.customer.level = "vip";
    if (below(3) == 0) creation.region = "north";
    if (below(4) == 0) creation.priority = Priority::high;
    if (below(4) == 0) creation.team = "quality";
    if (below(6) == 0) creation.body.clear();
    REQUIRE(lived.act(below(2) == 0 || !creation.team.empty() || creation.priority ? someone() : customer(100), creation));
    for (int step = 0; step < steps; ++step) {
      lived.wait(std::chrono::minutes{below(4) == 0 ? below(5'000) : below(90)});
      const auto who = below(4) == 0 ? customer(100) : someone();
      if (lived.act(who, command())) ++done;
    }
  }

  LivedDesk lived;
  int done = 0;

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint32_t>(n)); }
  Principal someone() {
    const auto id = 1 + below(9);
    auto who = lead(id, lived.desk.roster.person(id).login, {"support", "quality", "finance", "warehouse"});
    for (auto& [team, rights] : who.team_rights) rights.set();
    return who;
  }
  TicketCommand command() {
    const auto& ticket = lived.desk.ticket;
    switch (below(20)) {
      case 0:
      case 1:
        return AddMessage{static_cast<MessageKind>(below(3)), "words", {}};
      case 2:
        return AssignTicket{std::vector<std::string>{"", "quality", "support", "finance"}[static_cast<std::size_t>(below(4))], {}};
      case 3: {
        const auto members = lived.desk.roster.members(ticket.team);
        return AssignTicket{ticket.team, members[static_cast<std::size_t>(below(static_cast<int>(members.size())))].user};
      }
      case 4:
        return HoldTicket{"parts", "", below(2) == 0 ? std::nullopt : std::optional{lived.desk.now + std::chrono::minutes{1 + below(600)}}};
      case 5:
        return ResumeTicket{};
      case 6:
        return UrgeTicket{below(2) == 0 ? "" : "快一点"};
      case 7: {
        SetFields set;
        set.change.fields = {{"amount", std::int64_t{below(9'000)}}};
        if (below(2) == 0) set.change.priority = Priority::urgent;
        return set;
      }
      case 8:
        return ChangeType{std::vector<std::string>{"return", "exchange", "repair"}[static_cast<std::size_t>(below(3))], {{"device", std::string("m1")}}};
      case 9:
        return CopyTicket{{UserId{1 + below(9)}}};
      case 10:
        return ReopenTicket{below(2) == 0 ? "" : "还没好"};
      case 11:
        return RateTicket{1 + below(5), ""};
      case 12:
        return WatchTicket{{UserId{1 + below(9)}}, {}};
      default: {
        const auto& workflow = lived.desk.active->workflows.at(ticket.workflow);
        const auto steps = workflow.transitions_from(ticket.state);
        if (steps.empty()) return ResumeTicket{};
        MoveTicket move;
        move.transition = steps[static_cast<std::size_t>(below(static_cast<int>(steps.size())))]->name;
        if (below(2) == 0) move.message = "done";
        move.reply = below(2) == 0;
        if (move.transition == "pass" || move.transition == "submit") move.fields = {{"amount", std::int64_t{below(9'000)}}};
        return move;
      }
    }
  }
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a past lived again under its own definitions goes as it went") {
  int done = 0, rules = 0, late = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    RandomLife life(seed);
    life.live(40);
    const auto past = life.lived.past();
    const auto told = replayed(past, with_more_types(), life.lived.desk.now + 1s);
    const auto why = told.refused.empty() ? std::string{} : told.refused[0].act.en + ": " + told.refused[0].why.en;
    CHECK(why == "");
    const auto asked = told.asked.empty() ? std::string{} : told.asked[0].act.en + ": " + told.asked[0].why.en;
    CHECK(asked == "");
    CHECK_FALSE(told.strayed);
    CHECK(told.story.team == past->happened.team);
    CHECK(told.story.agent == past->happened.agent);
    CHECK(told.story.rules == past->happened.rules);
    CHECK(told.story.clocks == past->happened.clocks);
    CHECK(told.story == past->happened);
    done += life.done;
    rules += static_cast<int>(told.story.rules.size());
    for (const auto& [clock, runs] : told.story.clocks) late += runs.late;
  }
  CHECK(done > 600);
  CHECK(rules > 60);
  CHECK(late > 60);
}

TEST_CASE("an act that was taken back is left out with its undo") {
  LivedDesk lived;
  const auto li = lead(2, "li", {"support", "quality"});
  REQUIRE(lived.act(customer(100), a_return()));
  const auto before = lived.desk.ticket;
  REQUIRE(lived.act(li, MoveTicket{"inspect", {}, "", false}));
  std::vector<RecordedEvent> undone(lived.desk.history.begin() + before.version, lived.desk.history.end());
  auto may = li;
  may.rights.set();
  lived.wait(1min);
  Context context;
  context.now = lived.desk.now;
  context.principal = &may;
  context.active = lived.desk.active;
  context.bundles = &lived.desk.bundles;
  context.roster = &lived.desk.roster;
  const auto back = put_back(lived.desk.ticket, before, undone, "bulk job 1", context);
  REQUIRE(back);
  for (const auto& event : back->events) lived.desk.history.push_back(event);
  lived.desk.ticket = back->ticket;
  REQUIRE(lived.past()->acts.size() == 1);
  CHECK(std::holds_alternative<CreateTicket>(lived.past()->acts[0].command));

  // An undo of the undo brings the act back.
  const std::vector<RecordedEvent> taken_back(back->events.begin(), back->events.end());
  const auto undone_ticket = [&] {
    Ticket at;
    for (const auto& event : lived.desk.history) {
      if (event.sequence < taken_back.front().sequence) at = evolve(std::move(at), TicketId{1}, event);
    }
    return at;
  }();
  context.now += 1min;
  const auto again = put_back(lived.desk.ticket, undone_ticket, taken_back, "job 2", context);
  REQUIRE(again);
  for (const auto& event : again->events) lived.desk.history.push_back(event);
  REQUIRE(lived.past()->acts.size() == 2);
  CHECK(std::get<MoveTicket>(lived.past()->acts[1].command).transition == "inspect");
}

TEST_CASE("what was said with an act that was taken back stays said") {
  LivedDesk lived;
  auto li = lead(2, "li", {"support", "quality"});
  for (auto& [team, rights] : li.team_rights) rights.set();
  REQUIRE(lived.act(customer(100), a_return()));
  const auto before = lived.desk.ticket;
  REQUIRE(lived.act(li, MoveTicket{"inspect", {}, "马上检查", true}));
  const std::vector<RecordedEvent> undone(lived.desk.history.begin() + before.version, lived.desk.history.end());
  lived.wait(1min);
  li.rights.set();
  const Context context{.now = lived.desk.now, .principal = &li, .active = lived.desk.active, .bundles = &lived.desk.bundles, .roster = &lived.desk.roster};
  const auto back = put_back(lived.desk.ticket, before, undone, "bulk job 1", context);
  REQUIRE(back);
  for (const auto& event : back->events) lived.desk.history.push_back(event);
  const auto past = lived.past();
  REQUIRE(past->acts.size() == 2);
  CHECK(std::get<AddMessage>(past->acts[1].command).body == "马上检查");
  CHECK(std::get<AddMessage>(past->acts[1].command).kind == MessageKind::reply);
}

TEST_CASE("the same definitions under another name change nothing") {
  const auto lived = a_usual_return();
  const auto b = compared({lived.past()}, return_desk(), lived.desk.now + 1s);
  CHECK(b.tickets == 1);
  CHECK(b.acts == 6);
  CHECK(b.compared == 1);
  CHECK(b.same_team_then == 1);
  CHECK(b.same_goals_then == 1);
  CHECK(b.refused.empty());
  CHECK(b.asked.empty());
  CHECK(b.other_team.empty());
  CHECK(b.other_agent.count == 0);
  CHECK(b.newly_late.empty());
  CHECK(b.today.tickets_by_team == std::map<std::string, std::int64_t>{{"support", 1}});
}

TEST_CASE("a tighter goal is told with the tickets that would have missed it") {
  const auto lived = a_usual_return();
  auto candidate = return_desk();
  candidate.sla[1].clocks[0].goals[0].within = 30min;  // answered after 40
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  REQUIRE(b.newly_late.count("first_response") == 1);
  CHECK(b.newly_late.at("first_response").tickets == std::vector{TicketId{1}});
  CHECK(b.newly_late.size() == 1);
  CHECK(b.today.clocks.at("first_response").kept == 1);
  CHECK(b.candidate.clocks.at("first_response").late == 1);
  CHECK(b.candidate.warnings == b.today.warnings);  // at half of it, in both
  CHECK(compared({lived.past()}, return_desk(), lived.desk.now + 1s).newly_late.empty());
}

TEST_CASE("another rule of dispatch is told by teams") {
  const auto lived = a_usual_return();
  auto candidate = return_desk();
  DispatchRule all;
  all.name = "all";
  all.team = "quality";
  candidate.dispatch.insert(candidate.dispatch.begin(), all);
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  REQUIRE(b.other_team.size() == 1);
  CHECK(b.other_team.begin()->first == std::pair<std::string, std::string>{"support", "quality"});
  CHECK(b.candidate.tickets_by_team == std::map<std::string, std::int64_t>{{"quality", 1}});
  CHECK(b.candidate.peaks.count(UserId{4}) + b.candidate.peaks.count(UserId{5}) > 0);
}

TEST_CASE("a step that is gone is told, and the ticket is compared no further") {
  const auto lived = a_usual_return();
  auto candidate = return_desk();
  auto& steps = candidate.workflows.at("return").transitions;
  std::erase_if(steps, [](const Transition& step) { return step.name == "refund"; });
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  REQUIRE(b.refused.size() == 1);
  CHECK(b.refused.begin()->first.act.en == "step refund of return from refunding");
  CHECK(b.refused.begin()->first.act.zh == "流转 return/refund（从节点 refunding）");
  CHECK(b.refused.begin()->second.count == 1);
  CHECK(b.strayed_candidate == 1);
  CHECK(b.compared == 0);
  CHECK(b.tickets == 1);
}

TEST_CASE("what a step asks for as well is told, and the ticket goes on") {
  const auto lived = a_usual_return();
  auto candidate = return_desk();
  auto& form = candidate.forms.at("return");
  Field invoice;
  invoice.name = "invoice";
  form.fields.push_back(invoice);
  for (auto& step : candidate.workflows.at("return").transitions) {
    if (step.name == "pass") step.require.emplace_back("invoice");
    if (step.name == "inspect") step.require.emplace_back("message");
  }
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  CHECK(b.refused.empty());
  CHECK(b.compared == 1);
  std::vector<std::string> asked;
  for (const auto& [objection, cases] : b.asked) asked.push_back(objection.act.en + " | " + objection.why.en);
  CHECK(asked == std::vector<std::string>{"step inspect of return from applied | /message: Step inspect needs a message.",
                                          "step pass of return from inspecting | /fields/invoice: Step pass needs this field."});
}

TEST_CASE("a field that is required of new tickets, and one that is gone") {
  const auto lived = a_usual_return();
  auto candidate = return_desk();
  auto& fields = candidate.forms.at("return").fields;
  fields[0].name = "order_number";  // instead of `order`
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  CHECK(b.refused.empty());
  CHECK(b.compared == 1);
  CHECK(b.asked.size() == 1);
  REQUIRE(b.dropped.size() == 1);
  CHECK(b.dropped.begin()->first.why.en.starts_with("/fields/order:"));
}

TEST_CASE("a value that no made-up one can stand for is asked for and not blamed on itself") {
  const auto lived = a_usual_return();
  auto candidate = return_desk();
  Field code;
  code.name = "code";
  code.required = true;
  code.customer_visible = true;
  code.pattern = "[0-9]{3}";
  candidate.forms.at("return").fields.push_back(code);
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  REQUIRE(b.refused.size() == 1);
  CHECK(b.refused.begin()->first.why.en.find("form that is wanted") == std::string::npos);
  CHECK(b.strayed_candidate == 1);
}

TEST_CASE("what time does otherwise is told by where tickets end up") {
  LivedDesk lived = a_usual_return();
  lived.wait(10 * 24h);  // it closes by itself after seven days
  REQUIRE(lived.desk.ticket.state == "closed");
  auto candidate = return_desk();
  for (auto& state : candidate.workflows.at("return").states) {
    if (state.name == "resolved") state.auto_moves[0].after = 300 * 24h;
  }
  const auto b = compared({lived.past()}, candidate, lived.desk.now);
  REQUIRE(b.other_state.size() == 1);
  CHECK(b.other_state.begin()->first == std::pair<std::string, std::string>{"return/closed", "return/resolved"});

  auto owners = return_desk();
  for (auto& state : owners.workflows.at("return").states) {
    if (state.name == "refunding") state.owner.name = "warehouse";
  }
  const auto moved = compared({lived.past()}, owners, lived.desk.now);
  CHECK(moved.today.tickets_ever.contains("finance"));
  CHECK_FALSE(moved.candidate.tickets_ever.contains("finance"));
  CHECK(moved.candidate.tickets_ever.at("warehouse") == 1);
}

TEST_CASE("automatic steps that lead in a circle end the ticket and not the patience") {
  LivedDesk lived;
  REQUIRE(lived.act(customer(100), a_return()));
  auto candidate = return_desk();
  auto& workflow = candidate.workflows.at("return");
  for (auto& state : workflow.states) {
    if (state.name == "applied") state.auto_moves = {{1min, "", "inspect"}};
    if (state.name == "inspecting") state.auto_moves = {{1min, "", "again"}};
  }
  Transition again;
  again.name = "again";
  again.from = {"inspecting"};
  again.to = "applied";
  workflow.transitions.push_back(again);
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 60 * 24h);
  REQUIRE(b.refused.size() == 1);
  CHECK(b.refused.begin()->first.why.en.find("circle") != std::string::npos);

  const FixedPeople people;
  Replay replay(std::make_shared<const Definitions>(candidate), people);
  replay.add(lived.past());
  int asked = 0;
  CHECK_FALSE(replay.run(lived.desk.now + 60 * 24h, [&] { return ++asked < 3; }));
  CHECK(asked == 3);
}

TEST_CASE("a reason for a hold that is gone leaves the hold where it was") {
  LivedDesk lived;
  const auto li = lead(2, "li", {"support"});
  REQUIRE(lived.act(customer(100), a_return()));
  REQUIRE(lived.act(li, HoldTicket{"parts", "", {}}));
  lived.wait(5 * 24h);
  auto candidate = return_desk();
  candidate.desk.hold_reasons = {"customer_away"};
  const auto b = compared({lived.past()}, candidate, lived.desk.now);
  CHECK(b.newly_late.empty());
  CHECK(b.refused.empty());
  REQUIRE(b.dropped.size() == 1);
  CHECK(b.dropped.begin()->first.act.en == "hold");
}

TEST_CASE("who took a ticket takes it where it is, and none of it is blamed on the candidate") {
  LivedDesk lived;
  REQUIRE(lived.act(customer(100), a_return()));
  const auto zhao = lead(3, "zhao", {"support"});
  const auto wang = lead(1, "wang", {"support"});
  REQUIRE(lived.act(lived.desk.ticket.assignee == UserId{3} ? wang : zhao, TakeTicket{}));
  const auto past = lived.past();
  REQUIRE(past->acts.size() == 2);
  CHECK(std::holds_alternative<TakeTicket>(past->acts[1].command));
  auto candidate = return_desk();
  DispatchRule all;
  all.name = "all";
  all.team = "quality";
  candidate.dispatch.insert(candidate.dispatch.begin(), all);
  const auto b = compared({past}, candidate, lived.desk.now + 1s);
  CHECK(b.refused.empty());
  CHECK(b.candidate.tickets_ever == std::map<std::string, std::int64_t>{{"quality", 1}});
}

TEST_CASE("a type that is gone refuses the ticket, and one that comes back takes it again") {
  const auto lived = a_usual_return();
  auto candidate = return_desk();
  candidate.forms["refund"] = candidate.forms.at("return");
  candidate.forms.at("refund").name = "refund";
  candidate.forms.erase("return");
  candidate.form_order = {"refund"};
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  REQUIRE(b.refused.size() == 1);
  CHECK(b.refused.begin()->first.act.en == "ticket of type return");
  CHECK(b.compared == 0);

  LivedDesk other(candidate);
  auto creation = a_return();
  creation.type = "refund";
  REQUIRE(other.act(customer(100), creation));
  const auto again = compared({other.past()}, candidate, other.desk.now + 1h);
  CHECK(again.taken_again.size() == 1);
  CHECK(again.strayed_today == 1);
}

TEST_CASE("what waits is given out when somebody has room, urgent first") {
  LivedDesk lived;
  REQUIRE(lived.act(customer(100), a_return()));
  std::vector<std::shared_ptr<const PastTicket>> pasts;
  for (int i = 1; i <= 7; ++i) {
    auto past = *lived.past();
    past.id = TicketId{i};
    past.acts[0].at = monday + std::chrono::minutes{i};
    if (i == 7) std::get<CreateTicket>(past.acts[0].command).priority = Priority::urgent;
    if (i == 7) past.acts[0].actor = {ActorKind::user, 2, "li"};
    if (i == 1) past.acts.push_back({monday + 30min, {ActorKind::user, 2, "li"}, MoveTicket{"cancel", {}, "", false}});
    pasts.push_back(std::make_shared<const PastTicket>(std::move(past)));
  }
  FixedPeople people;
  for (const auto id : {1, 2, 3}) people.roster.person(id).capacity = 1;
  Replay replay(std::make_shared<const Definitions>(return_desk()), people);
  for (const auto& past : pasts) replay.add(past);
  REQUIRE(replay.run(monday + 31min));  // a minute after somebody is freed, and three before the hour is looked at
  std::map<std::int64_t, TicketStory> stories;
  for (auto& told : replay.take_rest()) stories[told.past->id.value] = told.story;
  CHECK_FALSE(stories.at(1).waited);
  CHECK_FALSE(stories.at(3).waited);
  CHECK(stories.at(4).waited);
  CHECK(stories.at(7).waited);
  CHECK(stories.at(7).agent == stories.at(1).agent);  // who was freed by the cancelled one
  CHECK_FALSE(stories.at(4).agent);
  for (const auto& [user, peak] : replay.peaks()) CHECK(peak == 1);
}

TEST_CASE("what the form and the customer's record fill in by themselves was not typed by anybody") {
  const auto lived = a_usual_return();
  auto candidate = return_desk();
  candidate.forms.at("return").priority = Priority::high;
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  CHECK(b.other_values.count == 1);
  CHECK(std::get<CreateTicket>(lived.past()->acts[0].command).fields.contains("order"));
  CHECK_FALSE(std::get<CreateTicket>(lived.past()->acts[0].command).fields.contains("reason"));  // "unspecified" by the form

  LivedDesk northern;
  auto creation = a_return();
  creation.customer.region = "north";
  REQUIRE(northern.act(customer(100), creation));
  REQUIRE(northern.desk.ticket.region == "north");
  auto without = return_desk();
  without.desk.regions = {"south"};
  const auto regions = compared({northern.past()}, without, northern.desk.now + 1s);
  CHECK(regions.dropped.empty());
  CHECK(regions.refused.empty());
  CHECK(regions.other_values.count == 0);
}

TEST_CASE("what the roster does for who left is no act, and a macro says what it said then") {
  LivedDesk lived;
  REQUIRE(lived.act(customer(100), a_return()));
  REQUIRE(lived.act(system_principal("roster"), AssignTicket{"quality", {}}));
  CHECK(lived.past()->acts.size() == 1);
  REQUIRE(lived.act(system_principal("link"), LinkTicket{LinkKind::related, TicketId{2}, false}));
  CHECK(lived.past()->acts.size() == 2);  // the far side of what somebody did on another ticket

  auto desk = return_desk();
  Macro macro;
  macro.name = "thanks";
  macro.message = "谢谢";
  macro.actions = {add_tag("thanked")};
  desk.macros["thanks"] = macro;
  LivedDesk other(desk);
  REQUIRE(other.act(customer(100), a_return()));
  REQUIRE(other.act(lead(2, "li", {"support"}), RunMacro{"thanks", std::string{}}));
  REQUIRE(other.past()->acts.size() == 2);
  CHECK(std::get<RunMacro>(other.past()->acts[1].command).message == std::string{});
}

TEST_CASE("who gets nobody is told apart from who gets somebody else") {
  LivedDesk lived;
  REQUIRE(lived.act(customer(100), a_return()));
  auto candidate = return_desk();
  candidate.teams.at("support").capacity = 20;
  DispatchRule rare;
  rare.name = "rare";
  rare.team = "support";
  rare.skills = {"nobody has it"};
  candidate.dispatch.insert(candidate.dispatch.begin(), rare);
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  CHECK(b.other_agent.count == 0);
  CHECK(b.today.unassigned == 0);
  CHECK(b.candidate.unassigned == 1);
}

TEST_CASE("a hold that can not be is where a ticket's way is lost") {
  LivedDesk lived;
  REQUIRE(lived.act(customer(100), a_return()));
  lived.wait(2h);
  REQUIRE(lived.act(lead(2, "li", {"support"}), HoldTicket{"parts", "", {}}));
  auto candidate = return_desk();
  for (auto& state : candidate.workflows.at("return").states) {
    if (state.name == "applied") state.auto_moves = {{1h, "", "cancel"}};
  }
  const auto b = compared({lived.past()}, candidate, lived.desk.now + 1s);
  REQUIRE(b.refused.size() == 1);
  CHECK(b.refused.begin()->first.act.en == "hold");
  CHECK(b.strayed_candidate == 1);
  CHECK(b.compared == 0);
}
