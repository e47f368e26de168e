// SPDX-License-Identifier: Apache-2.0
// What is written is what is compiled: every kind of key once.
#include <algorithm>

#include "definition/compile.hpp"
#include "small_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::definition;
using namespace docket::domain;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const Definitions> compiled(const std::string& more) {
  auto bundle = small_desk();
  bundle.files["more.yaml"] = more;
  const auto result = compile(bundle, in_june);
  INFO(render_text(result.diagnostics, bundle.files));
  REQUIRE(result.definitions);
  return result.definitions;
}

}  // namespace

TEST_CASE("defaults come from the schema") {
  const auto definitions = compiled("");
  const auto& desk = definitions->desk;
  CHECK(desk.name == Title{"小服务台", ""});
  CHECK(desk.ticket_prefix == "T");
  CHECK(desk.reopen_within == 24h * 30);
  CHECK(desk.destinations == std::vector<std::string>{"log"});
  CHECK(definitions->teams.at("service").capacity == 20);
  CHECK(definitions->teams.at("service").respect_presence);
  CHECK(definitions->forms.at("ask").priority == Priority::normal);
  CHECK(definitions->forms.at("ask").find_field("amount")->max_length == 500);
}

TEST_CASE("a workflow with all that a state and a transition can say") {
  const auto definitions = compiled(R"(
forms: {f: {title: {zh: 甲, en: A}, workflow: w, priority: high, customer_may_create: false, fields: [
  {name: size, title: 尺码, kind: integer, minimum: -1, maximum: 9, initial: 3, indexed: true, required: true},
  {name: kinds, title: 种类, kind: choices, choices: [{name: x, title: X}, {name: y, title: Y}], initial: [y, x]},
  {name: yes, title: 是, kind: boolean, initial: true}]}}
workflows:
  w:
    title: w
    initial: a
    states:
      - name: a
        title: a
        category: new
        owner: {team: service}
        limit: 1h30m
        calendar: office
        warnings:
          - {at_percent: 50, actions: [{urge: true}]}
          - {name: late, after: 10m, repeat: 5m, times: 3, actions: [{escalate: 2}]}
        on_enter:
          - assign: {to: lead}
          - set: {field: size, value: 4}
          - tag: [甲, 乙]
          - call: crm
        customer_text: 处理中
      - {name: b, title: b, category: pending, auto_moves: [{after: 3d, transition: on}, {after: 8h, calendar: office, transition: back}]}
      - {name: c, title: c, category: open, owner: {visit: service}, limit: 4h}
      - {name: z, title: z, category: closed}
    transitions:
      - name: go
        title: 走
        from: [a, c]
        to: b
        by: both
        guard: {all: [{field: field.size, operator: at_least, value: 2}, {not: {field: priority, operator: in, value: [low]}}]}
        require: [size, message]
        actions: [{note: "{{subject}}"}, {untag: [甲]}, {notify: {text: hello, whom: [customer, "user:li", "team:service"]}}]
      - {name: on, title: on, from: [b], to: z}
      - {name: back, title: back, from: [b], to: c, roles: [lead]}
)");
  const auto& form = definitions->forms.at("f");
  CHECK(form.find_field("size")->initial == Value{std::int64_t{3}});
  CHECK(form.find_field("size")->minimum == -1.0);
  CHECK(form.find_field("kinds")->initial == Value{std::vector<std::string>{"y", "x"}});
  CHECK(form.find_field("yes")->initial == Value{true});
  CHECK_FALSE(form.customer_may_create);
  const auto& workflow = definitions->workflows.at("w");
  const auto& a = *workflow.find_state("a");
  CHECK(a.category == StateCategory::new_);
  CHECK(a.owner == Owner{OwnerKind::team, "service"});
  CHECK(a.limit == 90min);
  CHECK(a.customer_text.zh == "处理中");
  REQUIRE(a.warnings.size() == 2);
  CHECK(a.warnings[0].name == "at_50_percent");
  CHECK(a.warnings[0].at_percent == 50);
  CHECK(a.warnings[1].repeat == 5min);
  CHECK(a.warnings[1].times == 3);
  REQUIRE(a.on_enter.size() == 4);
  CHECK(a.on_enter[0].to == "lead");
  CHECK(a.on_enter[1].field == "size");
  CHECK(a.on_enter[1].value == Value{std::int64_t{4}});
  CHECK(a.on_enter[2].values == std::vector<std::string>{"甲", "乙"});
  CHECK(a.on_enter[3].destination == "crm");
  const auto& b = *workflow.find_state("b");
  REQUIRE(b.auto_moves.size() == 2);
  CHECK(b.auto_moves[0].after == 72h);
  CHECK(b.auto_moves[1].calendar == "office");
  CHECK(workflow.find_state("c")->owner == Owner{OwnerKind::visit, "service"});
  const auto& go = *workflow.find_transition("go", "c");
  CHECK(go.by == TransitionBy::both);
  REQUIRE(go.guard.children.size() == 2);
  CHECK(go.guard.children[0].value == Value{std::int64_t{2}});
  CHECK(go.guard.children[1].kind == Condition::Kind::none);
  CHECK(go.require == std::vector<std::string>{"size", "message"});
  CHECK(go.actions[2].whom == std::vector<std::string>{"customer", "user:li", "team:service"});
  CHECK(workflow.find_transition("back", "b")->roles == std::vector<std::string>{"lead"});
}

TEST_CASE("rules keep their order, across files too") {
  auto bundle = small_desk();
  bundle.files["x1.yaml"] =
      "dispatch: [{name: b, team: service, when: {field: urges, operator: is, value: 1}, skills: [q], by: turn, "
      "priority_rank: 0, match_region: true}]\n";
  bundle.files["x2.yaml"] = "dispatch: [{name: a, team: service}]\n";
  const auto result = compile(bundle, in_june);
  REQUIRE(result.definitions);
  const auto& rules = result.definitions->dispatch;
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].name == "b");
  CHECK(rules[0].by == DispatchBy::turn);
  CHECK(rules[0].priority_rank == 0);
  CHECK(rules[0].match_region);
  CHECK(rules[1].name == "a");
  CHECK_FALSE(rules[1].priority_rank);
}

TEST_CASE("clocks: the standard ones know themselves, one's own say when") {
  const auto definitions = compiled(R"(
sla:
  - name: p
    title: p
    clocks:
      first_response: {goals: [{within: 30m, when: {field: priority, operator: is, value: high}}, {within: 2h}], warnings: [{before: 10m, actions: [{urge: true}]}]}
      review:
        start: {field: escalation, operator: at_least, value: 1}
        stop: {field: tags, operator: contains, value: [reviewed]}
        once: true
        per: team
        calendar: office
        goals: [{within: 8h}]
)");
  REQUIRE(definitions->sla.size() == 1);
  const auto& clocks = definitions->sla[0].clocks;
  REQUIRE(clocks.size() == 2);
  CHECK(clocks[0].once);
  CHECK(clocks[0].stop.kind == Condition::Kind::any);
  CHECK(clocks[0].goals[0].within == 30min);
  CHECK(clocks[0].warnings[0].name == "before_10m");
  CHECK(clocks[1].once);
  CHECK(clocks[1].per == "team");
  CHECK(clocks[1].pause == clocks[0].pause);
  CHECK(clocks[1].calendar == "office");
}

TEST_CASE("calendars: a named day wins over its group, and holidays come from their files") {
  auto bundle = small_desk();
  bundle.files["holidays/cn-2026.json"] =
      R"({"year": 2026, "source": ["s"], "days": [{"date": "2026-06-19", "name": "端午节", "working": false}, {"date": "2026-06-14", "name": "端午节", "working": true}]})";
  bundle.files["more.yaml"] = "desk: {}\n";
  bundle.files["more.yaml"] =
      "calendars:\n  c:\n    zone: UTC\n    week: {every_day: [\"10:00-11:00\"], weekend: [], workdays: "
      "[\"09:00-17:00\"], friday: [\"09:00-12:00\"]}\n"
      "    holidays: [cn]\n    make_up_as: friday\n    exceptions: [{from: 2026-06-22, to: 2026-06-23, name: 盘点, "
      "slots: []}]\n"
      "teams: {service2: {title: 二, calendar: c}}\ndispatch: [{name: d, team: service2, when: {field: urges, "
      "operator: is, value: 1}}]\n";
  const auto result = compile(bundle, in_june);
  INFO(render_text(result.diagnostics, bundle.files));
  REQUIRE(result.definitions);
  const auto& calendar = result.definitions->calendars.at("c");
  const auto worked = [&](const char* day) {
    const auto start = *from_rfc3339(std::string(day) + "T00:00:00Z");
    return std::chrono::duration_cast<std::chrono::hours>(calendar.working_time(start, start + 24h)).count();
  };
  CHECK(worked("2026-06-01") == 8);  // Monday
  CHECK(worked("2026-06-05") == 3);  // Friday
  CHECK(worked("2026-06-06") == 0);  // Saturday
  CHECK(worked("2026-06-14") == 3);  // Sunday, made up as a Friday
  CHECK(worked("2026-06-19") == 0);  // holiday
  CHECK(worked("2026-06-22") == 0);  // exception
}

TEST_CASE("roles, views and texts") {
  const auto definitions = compiled(R"(
roles:
  boss: {title: 老板, rights: [all], tickets: all}
  clerk: {title: 文员, rights: [ticket_read, ticket_note], tickets: own, where: {field: type, operator: is, value: ask}, field_groups: {money: hidden}}
views:
  v: {title: 视, sort: due, columns: [id, field.amount], roles: [boss], when: {field: team, operator: in, value: ["@my_teams"]}}
  oldest: {title: 最久, order: ascending}
texts:
  t: {zh: {subject: "{{ id }}", body: 正文}, en: {subject: s, body: b}, channels: [mail, log]}
triggers:
  - {name: t, on: [created, moved], when: {field: event.kind, operator: is, value: created}, actions: [{notify: {text: t, whom: [lead]}}]}
)");
  CHECK(definitions->roles.at("boss").rights.size() == right_count);
  const auto& clerk = definitions->roles.at("clerk");
  CHECK(clerk.tickets == TicketScope::own);
  CHECK(clerk.where.field == "type");
  CHECK(clerk.field_groups.at("money") == FieldAccess::hidden);
  const auto& view = definitions->views.at("v");
  CHECK(view.sort == Sorting::due);
  CHECK_FALSE(view.order);
  CHECK(definitions->views.at("oldest").sort == Sorting::updated);
  CHECK(definitions->views.at("oldest").order == Order::ascending);
  CHECK(view.columns == std::vector<std::string>{"id", "field.amount"});
  CHECK(view.when.value == Value{std::vector<std::string>{"@my_teams"}});
  CHECK(definitions->texts.at("t").subject_en == "s");
  CHECK(definitions->texts.at("t").channels == std::vector<std::string>{"mail", "log"});
  CHECK(definitions->triggers[0].on == std::vector<std::string>{"created", "moved"});
}

TEST_CASE("all plugins that want to hear of an event are called by one trigger, once each") {
  const auto definitions = compiled(R"(
plugins:
  crm: {plugin: crm, events: [message_added, created]}
  robot: {plugin: robot, events: [message_added]}
  quiet: {plugin: quiet}
)");
  std::vector<std::string> told;
  for (const auto& trigger : definitions->triggers) {
    for (const auto& action : trigger.actions) told.push_back(trigger.name + " on " + trigger.on.at(0) + " calls " + action.destination);
  }
  CHECK(told == std::vector<std::string>{"events_created on created calls crm", "events_message_added on message_added calls crm",
                                         "events_message_added on message_added calls robot"});
}
