// SPDX-License-Identifier: Apache-2.0
// One fault at a time: each is found, named, and placed on the character where it stands. In the texts below § marks
// that character; it is taken out before compiling.
#include <string>
#include <vector>

#include "base/text.hpp"
#include "definition/compile.hpp"
#include "definition/section.hpp"
#include "in_chinese.hpp"
#include "small_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::definition;

namespace {

template <class Message>
concept Reportable = requires(Report& report, const Message& message) { report.error(Place{}, "code", message); };
static_assert(Reportable<Said>);
static_assert(!Reportable<std::string> && !Reportable<char[8]>, "a finding in one language must not compile");

struct Fault {
  const char* code;
  const char* says;  ///< part of the message
  const char* yaml;  ///< a file beside the small desk
  const char* suggestion = "";
};

struct Marked {
  std::string text;
  int line = 0;
  int column = 0;
};

Marked take_mark(std::string text) {
  const std::string mark = "§";
  Marked out;
  const auto at = text.find(mark);
  if (at != std::string::npos) {
    text.erase(at, mark.size());
    const auto start = text.rfind('\n', at == 0 ? std::string::npos : at - 1);
    const auto line_start = at == 0 || start == std::string::npos ? 0 : start + 1;
    out.line = 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    out.column = 1 + static_cast<int>(count_characters(std::string_view(text).substr(line_start, at - line_start)));
  }
  out.text = std::move(text);
  return out;
}

/// A second workflow with its form, so that only the fault is reported. The text gives its states and transitions.
std::string workflow(const std::string& body) {
  return "forms: {f: {title: f, workflow: w}}\nworkflows:\n  w:\n    title: w\n    initial: a\n" + body;
}

void check(const Fault& fault) {
  const auto marked = take_mark(fault.yaml);
  auto bundle = small_desk();
  bundle.files["more.yaml"] = marked.text;
  const auto compiled = compile(bundle, in_june);
  INFO(marked.text << "\n" << render_text(compiled.diagnostics, bundle.files));
  REQUIRE(compiled.diagnostics.size() == 1);
  const auto& found = compiled.diagnostics[0];
  CHECK(found.code == fault.code);
  CHECK_THAT(found.message, Catch::Contains(fault.says));
  CHECK(found.file == "more.yaml");
  CHECK(found.line == marked.line);
  CHECK(found.column == marked.column);
  CHECK(found.suggestion == fault.suggestion);
  INFO(render_finding(found, bundle.files, Language::zh));
  CHECK(said_in_chinese(found));
  CHECK((compiled.definitions == nullptr) == (found.severity == Severity::error));
}

}  // namespace

TEST_CASE("the small desk itself is sound") {
  const auto bundle = small_desk();
  const auto compiled = compile(bundle, in_june);
  INFO(render_text(compiled.diagnostics, bundle.files));
  CHECK(compiled.definitions);
  CHECK(compiled.diagnostics.empty());
}

TEST_CASE("what was published compiles although this program would refuse it now") {
  auto bundle = small_desk();
  bundle.files["more.yaml"] = R"(
forms:
  f:
    title: f
    workflow: simple
    fields:
      - {name: tel, title: 电话, kind: phone, initial: unknown}
      - {name: size, title: 尺码, kind: text, required: true, pattern: "[A-Z]+"}
sla:
  - {name: p, title: p, clocks: {mine: {goals: [{within: 1h}], stop: {field: due_at, operator: is_set}}}}
triggers:
  - {name: t, on: [urged], actions: [{set: {field: size, value: xl}}, {move: close}]}
  - {name: u, on: [urged], actions: [{set: {field: size}}]}
)";
  auto& desk = bundle.files.at("desk.yaml");
  const std::string close = "from: [new], to: done";
  desk.replace(desk.find(close), close.size(), close + ", require: [message]");

  const auto refused = compile(bundle, in_june);
  CHECK_FALSE(refused.definitions);
  CHECK(count_errors(refused.diagnostics) == 5);
  const auto compiled = compile(bundle, in_june, nullptr, Judged::published);
  INFO(render_text(compiled.diagnostics, bundle.files));
  REQUIRE(compiled.definitions);
  CHECK(count_errors(compiled.diagnostics) == 0);
  CHECK(compiled.diagnostics.size() == refused.diagnostics.size());
  const auto& fields = compiled.definitions->forms.at("f").fields;
  CHECK(fields.at(0).initial == domain::Value{std::string{"unknown"}});
  CHECK(compiled.definitions->triggers.at(0).actions.at(0).value == domain::Value{std::string{"xl"}});

  // A fault that leaves nothing to run by is one of theirs too.
  bundle.files["more.yaml"] = "forms:\n  f: {title: f, workflow: simpel}\n";
  CHECK_FALSE(compile(bundle, in_june, nullptr, Judged::published).definitions);
}

TEST_CASE("faults of the file itself") {
  const Fault faults[] = {
      {"yaml_syntax", "not YAML", "views:\n  a: {title: a\n  b§: 1\n"},
      {"yaml_alias", "anchors", "views:\n  a: §&x {title: a}\n"},
      {"yaml_alias", "aliases", "views:\n  a: {title: §*x}\n"},
      {"yaml_tag", "tags", "views:\n  a: {title: §!!str a}\n"},
      {"yaml_tag", "tags", "views:\n  a: §!view {title: a}\n"},
      {"yaml_documents", "more than one document", "views: {a: {title: a}}\n§---\nviews: {b: {title: b}}\n"},
      {"yaml_key", "not text", "views:\n  §[a]: {title: a}\n"},
      {"yaml_key", "not text", "views:\n  §~: {title: a}\n"},
      {"duplicate_key", "given twice", "views:\n  a: {title: a}\n  §a: {title: b}\n"},
      {"yaml_bytes", "control character", "§views: {a: {title: \x01}}\n"},
      {"yaml_bytes", "carriage return", "§views: {a: {title: a}}\r"},
      {"yaml_bytes", "not UTF-8", "views:\n§  a: {title: \xE4\xBD}\n"},
      {"wrong_type", "not a map", "§- views\n"},
      {"bad_value", "control characters", "views:\n  a: {title: §\"\\x07\"}\n"},
  };
  for (const auto& fault : faults) check(fault);
}

TEST_CASE("faults of keys and values") {
  const std::string long_name = "roles:\n  r: {title: §" + std::string(101, 'x') + ", rights: [all]}\n";
  const Fault faults[] = {
      {"unknown_key", "no key `veiws`", "§veiws: {a: {title: a}}\n", "views"},
      {"unknown_key", "no key `capazity`",
       "teams:\n  service2: {title: 客服, §capazity: 3}\ndispatch: [{name: d, when: {field: urges, operator: is, "
       "value: 1}, team: service2}]\n",
       "capacity"},
      {"missing_key", "`title` is missing", "views:\n  §a: {sort: due}\n"},
      {"missing_value", "has no value", "views:\n  §a:\n"},
      {"missing_value", "`sort` has no value", "views:\n  a: {title: a, §sort: }\n"},
      {"bad_value", "`0` is no value for `capacity`",
       "teams:\n  t: {title: t, capacity: §0}\ndispatch: [{name: d, when: {field: urges, operator: is, value: 1}, "
       "team: t}]\n"},
      {"bad_value", "`012` is no value",
       "teams:\n  t: {title: t, capacity: §012}\ndispatch: [{name: d, when: {field: urges, operator: is, value: 1}, "
       "team: t}]\n"},
      {"bad_value", "`20` is no value",
       "teams:\n  t: {title: t, capacity: §\"20\"}\ndispatch: [{name: d, when: {field: urges, operator: is, value: 1}, "
       "team: t}]\n"},
      {"bad_value", "`no` is no value",
       "teams:\n  t: {title: t, respect_presence: §no}\ndispatch: [{name: d, when: {field: urges, operator: is, value: "
       "1}, team: t}]\n",
       "false"},
      {"bad_value", "`prority` is no value", "views:\n  a: {title: a, sort: §prority}\n", "priority"},
      {"bad_value", "`decending` is no value for `order`", "views:\n  a: {title: a, order: §decending}\n", "descending"},
      {"bad_name", "`A1` can not be a name", "views:\n  §A1: {title: a}\n"},
      {"bad_name", "`客服` can not be a name", "views:\n  §客服: {title: a}\n"},
      {"wrong_type", "is a list", "views:\n  a: {title: §[a]}\n"},
      {"wrong_type", "is a single value", "views: §a\n"},
      {"unknown_key", "no language", "views:\n  a: {title: {zh: 甲, §fr: a}}\n"},
      {"missing_key", "`zh` is missing", "views:\n  a: {title: §{en: a}}\n"},
      {"unknown_name", "no role named `laed`", "views:\n  a: {title: 甲, roles: [§laed]}\n", "lead"},
      {"unknown_name", "no field `subjcet`", "views:\n  a: {title: 甲, columns: [id, §subjcet]}\n", "subject"},
      {"bad_value", "`ticket_reed` is no value", "roles:\n  r: {title: r, rights: [§ticket_reed]}\n", "ticket_read"},
      {"redundant", "`all` stands beside", "roles:\n  r: {title: r, rights: §[all, ticket_read]}\n"},
      {"unknown_name", "no field belongs to a group",
       "roles:\n  r: {title: r, rights: [all], field_groups: {§mony: read}}\n", "money"},
      {"duplicate_name", "declared before, in desk.yaml", "teams:\n  §service: {title: 又一个}\n"},
      {"duplicate_name", "described twice", "§desk: {name: 二, default_team: service, default_calendar: office}\n"},
      {"too_long", "longer than 100", long_name.c_str()},
  };
  for (const auto& fault : faults) check(fault);
}

TEST_CASE("faults of conditions") {
  const Fault faults[] = {
      {"bad_condition", "no field `prioriti`",
       "views:\n  a: {title: 甲, when: {field: §prioriti, operator: is, value: high}}\n", "priority"},
      {"bad_condition", "no operator `iss`",
       "views:\n  a: {title: 甲, when: {field: priority, operator: §iss, value: high}}\n", "is"},
      {"bad_condition", "`hihg` is not a value",
       "views:\n  a: {title: 甲, when: {field: priority, operator: in, value: [low, §hihg]}}\n", "high"},
      {"bad_condition", "takes a list",
       "views:\n  a: {title: 甲, when: {field: priority, operator: in, value: §high}}\n"},
      {"bad_condition", "does not go with `priority`",
       "views:\n  a: {title: 甲, when: {field: priority, operator: §less, value: high}}\n"},
      {"bad_condition", "not a length of time",
       "views:\n  a: {title: 甲, when: {field: created_at, operator: older_than, value: §gestern}}\n"},
      {"missing_key", "`operator` is missing", "views:\n  a: {title: 甲, when: §{field: priority}}\n"},
      {"unknown_key", "no key `op`", "views:\n  a: {title: 甲, when: {field: urges, operator: is_set, §op: is}}\n"},
      {"bad_condition", "can not stand beside",
       "views:\n  a:\n    title: 甲\n    when:\n      all: [{field: urges, operator: is_set}]\n      §any: [{field: "
       "urges, operator: is_set}]\n"},
      {"wrong_type", "takes a list of conditions",
       "views:\n  a: {title: 甲, when: {all: §{field: urges, operator: is_set}}}\n"},
      {"wrong_type", "not a condition", "views:\n  a: {title: 甲, when: §urgent}\n"},
      {"never_holds", "can never hold",
       "views:\n  a:\n    title: 甲\n    when:\n      §all:\n        - {field: priority, operator: is, value: high}\n  "
       "      - {field: priority, operator: is, value: low}\n"},
      {"bad_condition", "can not be used in lists",
       "views:\n  a: {title: 甲, when: {field: §text, operator: contains, value: [退]}}\n"},
      {"bad_condition", "only while a trigger",
       "views:\n  a: {title: 甲, when: {field: §event.kind, operator: is, value: created}}\n"},
      {"bad_condition", "meaning only in views",
       "dispatch: [{name: d, team: service, when: {field: assignee, operator: is, value: §\"@me\"}}]\n"},
      {"bad_condition", "`quailty` is not a value",
       "views:\n  a: {title: 甲, when: {field: field.reason, operator: is, value: §quailty}}\n", "quality"},
      {"bad_condition", "does not go with `field.amount`",
       "views:\n  a: {title: 甲, when: {field: field.amount, operator: at_least, value: §many}}\n"},
  };
  for (const auto& fault : faults) check(fault);
}

TEST_CASE("faults of workflows") {
  const std::string end = "      - {name: z, title: z, category: closed}\n";
  const std::string start = "    states:\n      - {name: a, title: a, category: new, owner: keep, limit: 4h}\n";
  const std::string ways = "    transitions:\n      - {name: go, title: go, from: [a], to: z}\n";
  const struct {
    const char* code;
    const char* says;
    std::string yaml;
    const char* suggestion = "";
  } faults[] = {
      {"missing_owner", "has no owner",
       workflow("    states:\n      - {name: §a, title: a, category: new, limit: 4h}\n" + end + ways)},
      {"missing_owner", "somebody must own",
       workflow("    states:\n      - {name: a, title: a, category: new, owner: §nobody, limit: 4h}\n" + end + ways)},
      {"missing_limit", "has no limit",
       workflow("    states:\n      - {name: §a, title: a, category: new, owner: keep}\n" + end + ways)},
      {"working_days", "not counted in days",
       workflow("    states:\n      - {name: a, title: a, category: new, owner: keep, limit: §1d}\n" + end + ways)},
      {"bad_value", "no value for `limit`",
       workflow("    states:\n      - {name: a, title: a, category: new, owner: keep, limit: §4 hours}\n" + end +
                ways)},
      {"bad_value", "no value for `limit`",
       workflow("    states:\n      - {name: a, title: a, category: new, owner: keep, limit: §10s}\n" + end + ways)},
      {"bad_value", "no value for `owner`",
       workflow("    states:\n      - {name: a, title: a, category: new, owner: §leed, limit: 4h}\n" + end + ways),
       "lead"},
      {"exactly_one", "several things",
       workflow(
           "    states:\n      - {name: a, title: a, category: new, §owner: {team: service, user: li}, limit: 4h}\n" +
           end + ways)},
      {"unknown_name", "no team named `servcie`",
       workflow("    states:\n      - {name: a, title: a, category: new, owner: {team: §servcie}, limit: 4h}\n" + end +
                ways),
       "service"},
      {"unreachable_state", "ever reach the state `b`",
       workflow(start + "      - {name: §b, title: b, category: open, owner: keep, limit: 1h}\n" + end + ways +
                "      - {name: on, title: on, from: [b], to: z}\n")},
      {"no_way_to_end", "no way leads",
       workflow(start + "      - {name: §b, title: b, category: open, owner: keep, limit: 1h}\n" + end + ways +
                "      - {name: on, title: on, from: [a], to: b}\n")},
      {"no_end", "no state of the category closed",
       "forms: {f: {title: f, workflow: w}}\nworkflows:\n  §w:\n    title: w\n    initial: a\n" + start +
           "      - {name: z, title: z, category: resolved}\n" + ways},
      {"unknown_state", "has no state `zz`",
       workflow(start + end + "    transitions:\n      - {name: go, title: go, from: [a], to: §zz}\n"), "z"},
      {"unknown_state", "has no state `y`",
       workflow(start + end + "    transitions:\n      - {name: go, title: go, from: [a, §y], to: z}\n")},
      {"endless_wait", "wait in `b` forever",
       workflow(start + "      - {name: §b, title: b, category: pending}\n" + end + ways +
                "      - {name: wait, title: w, from: [a], to: b}\n      - {name: on, title: on, from: [b], to: z}\n")},
      {"duplicate_name", "stands twice",
       workflow(start + "      - {name: §a, title: a, category: new, owner: keep, limit: 4h}\n" + end + ways)},
      {"ambiguous_transition", "to two places",
       workflow(start + end + ways + "      - {name: §go, title: go, from: [a], to: a}\n")},
      {"no_right", "none of these roles",
       "roles: {weak: {title: 弱, rights: [ticket_read]}}\n" +
           workflow(start + end +
                    "    transitions:\n      - {name: go, title: go, from: [a], to: z, roles: §[weak]}\n")},
      {"unknown_name", "has no field `amuont`",
       workflow(start + end +
                "    transitions:\n      - {name: go, title: go, from: [a], to: z, require: [§amuont]}\n")},
      {"never_holds", "in the state `a`",
       workflow(start + end +
                "    transitions:\n      - {name: go, title: go, from: [a], to: z, guard: §{field: state, operator: "
                "is, value: done}}\n")},
      {"useless_key", "a customer has no role",
       workflow(start + end +
                "    transitions:\n      - {name: go, title: go, from: [a], to: z, by: customer, roles: §[lead]}\n")},
      {"unknown_name", "leaves the state `b`",
       workflow(start +
                "      - {name: b, title: b, category: pending, auto_moves: [{after: 2d, transition: §onn}]}\n" + end +
                ways +
                "      - {name: wait, title: w, from: [a], to: b}\n      - {name: on, title: on, from: [b], to: z}\n"),
       "on"},
      {"auto_move_needs_message", "asks for a message",
       workflow(start + "      - {name: b, title: b, category: pending, auto_moves: [{after: 2d, transition: §on}]}\n" +
                end + ways +
                "      - {name: wait, title: w, from: [a], to: b}\n      - {name: on, title: on, from: [b], to: z, "
                "require: [message]}\n")},
      {"move_needs_message", "asks for a message",
       workflow(start + end + "    transitions:\n      - {name: go, title: go, from: [a], to: z, require: [message]}\n") +
           "triggers: [{name: t, on: [urged], actions: [{move: §go}]}]\n"},
      {"move_needs_message", "asks for a message",
       workflow(start + end + "    transitions:\n      - {name: go, title: go, from: [a], to: z, require: [message]}\n") +
           "macros: {m: {title: m, actions: [{move: §go}]}}\n"},
      {"move_needs_message", "asks for a message",
       workflow(start + "      - {name: b, title: b, category: open, owner: keep, limit: 1h, on_enter: [{move: §on}]}\n" +
                end + ways + "      - {name: wait, title: w, from: [a], to: b}\n      - {name: on, title: on, from: [b], "
                "to: z, require: [message]}\n")},
      {"working_days", "not counted in days",
       workflow(start +
                "      - {name: b, title: b, category: pending, auto_moves: [{after: §2d, calendar: office, "
                "transition: on}]}\n" +
                end + ways +
                "      - {name: wait, title: w, from: [a], to: b}\n      - {name: on, title: on, from: [b], to: z}\n")},
      {"endless_moves", "in a circle at once",
       workflow("    states:\n      - {name: §a, title: a, category: new, owner: keep, limit: 4h, on_enter: [{move: "
                "again}]}\n" +
                end + ways + "      - {name: again, title: again, from: [a], to: a}\n")},
      {"bad_initial", "nobody works",
       "forms: {f: {title: f, workflow: w}}\nworkflows:\n  w:\n    title: w\n    initial: §b\n" + start +
           "      - {name: b, title: b, category: pending, auto_moves: [{after: 1d, transition: on}]}\n" + end + ways +
           "      - {name: on, title: on, from: [b], to: a}\n"},
      {"bad_warning", "before its clock starts",
       workflow("    states:\n      - {name: a, title: a, category: new, owner: keep, limit: 4h, warnings: [{before: "
                "§5h, actions: [{urge: true}]}]}\n" +
                end + ways)},
      {"bad_warning", "has no time",
       workflow("    states:\n      - {name: a, title: a, category: new, owner: keep, limit: 4h, warnings: [§{actions: "
                "[{urge: true}]}]}\n" +
                end + ways)},
      {"bad_warning", "go together",
       workflow("    states:\n      - {name: a, title: a, category: new, owner: keep, limit: 4h, warnings: [{after: "
                "1h, §repeat: 1h, actions: [{urge: true}]}]}\n" +
                end + ways)},
      {"bad_warning", "a limit that is not there",
       workflow(start +
                "      - {name: b, title: b, category: resolved, §warnings: [{after: 1h, actions: [{urge: true}]}]}\n" +
                end + ways + "      - {name: on, title: on, from: [a], to: b}\n")},
      {"unknown_name", "this workflow has no transition",
       workflow(start + end +
                "    transitions:\n      - {name: go, title: go, from: [a], to: z, actions: [{move: §goo}]}\n"),
       "go"},
      {"unused", "nothing uses a workflow", "workflows:\n  §w:\n    title: w\n    initial: a\n" + start + end + ways},
  };
  for (const auto& fault : faults) check({fault.code, fault.says, fault.yaml.c_str(), fault.suggestion});
}

TEST_CASE("faults of actions") {
  const auto trigger = [](const std::string& action) {
    return "triggers:\n  - name: t\n    on: [created]\n    actions:\n      - " + action + "\n";
  };
  const struct {
    const char* code;
    const char* says;
    std::string action;
    const char* suggestion = "";
  } faults[] = {
      {"exactly_one", "several things", "§{urge: true, escalate: 1}"},
      {"unknown_key", "no key `notfy`", "{§notfy: {text: hello, whom: [lead]}, urge: true}", "notify"},
      {"unknown_name", "no text named `helo`", "{notify: {text: §helo, whom: [lead]}}", "hello"},
      {"bad_value", "`leads` is nobody", "{notify: {text: hello, whom: [§leads]}}", "lead"},
      {"unknown_name", "no team named `servce`", "{notify: {text: hello, whom: [§\"team:servce\"]}}", "service"},
      {"bad_action", "says nothing", "{§assign: {}}"},
      {"bad_action", "both name a person", "{assign: {user: li, to: §lead}}"},
      {"bad_value", "no value for `to`", "{assign: {to: §boss}}"},
      {"unknown_name", "no form has a field `amuont`", "{set: {field: §amuont, value: 3}}", "amount"},
      {"bad_value", "does not go with the field `amount`", "{set: {field: amount, value: §viel}}"},
      {"bad_value", "does not go with the field `reason`", "{set: {field: reason, value: §qualty}}", "quality"},
      {"bad_value", "no value for `priority`", "{set: {field: priority, value: §hihg}}", "high"},
      {"bad_value", "no value for `escalate`", "{escalate: §11}"},
      {"bad_action", "does nothing", "{urge: §false}"},
      {"bad_placeholder", "no field `subjekt`", "{note: \"见 §{{subjekt}}\"}", "subject"},
      {"bad_placeholder", "not closed", "{note: \"见 §{{subject\"}"},
      {"unknown_name", "no workflow has a transition", "{move: §clos}", "close"},
  };
  for (const auto& fault : faults) {
    const auto yaml = trigger(fault.action);
    check({fault.code, fault.says, yaml.c_str(), fault.suggestion});
  }
}

TEST_CASE("faults of rules") {
  const Fault faults[] = {
      {"never_reached", "always applies first",
       "dispatch:\n  - {name: one, team: service}\n  - {name: §two, team: service, when: {field: urges, operator: is, "
       "value: 1}}\n"},
      {"never_reached", "same condition",
       "dispatch:\n  - {name: one, team: service, when: {field: urges, operator: is, value: 1}}\n  - {name: §two, "
       "team: service, when: {field: urges, operator: is, value: 1}}\n"},
      {"trigger_circle", "`again` → `again`", "triggers:\n  - {name: §again, on: [urged], actions: [{urge: true}]}\n"},
      {"trigger_circle", "`a` → `a`",
       "triggers:\n  - {name: §a, on: [message_added], when: {field: priority, operator: is, value: high}, actions: "
       "[{note: x}]}\n"},
      {"never_holds", "events of `on`",
       "triggers:\n  - {name: a, on: [urged], when: §{field: event.kind, operator: is, value: created}, actions: "
       "[{note: x}]}\n"},
      {"bad_value", "`creatd` is no value", "triggers:\n  - {name: a, on: [§creatd], actions: [{note: x}]}\n",
       "created"},
      {"endless_clock", "would never stop",
       "sla:\n  - {name: p, title: p, clocks: {§resolutoin: {goals: [{within: 1h}]}}}\n", "resolution"},
      {"useless_key", "knows by itself",
       "sla:\n  - {name: p, title: p, clocks: {resolution: {goals: [{within: 1h}], §stop: {field: urges, operator: is, "
       "value: 3}}}}\n"},
      {"never_runs", "stops whenever it starts",
       "sla:\n  - {name: p, title: p, clocks: {mine: {goals: [{within: 1h}], start: {field: urges, operator: is, "
       "value: 3}, stop: §{field: urges, operator: is, value: 3}}}}\n"},
      {"never_settles", "comes from the clocks",
       "sla:\n  - {name: p, title: p, clocks: {mine: {goals: [{within: 1h}], start: §{any: [{field: urges, operator: is, "
       "value: 3}, {field: due_at, operator: is_empty}]}}}}\n"},
      {"never_settles", "comes from the clocks",
       "sla:\n  - {name: p, title: p, clocks: {mine: {goals: [{within: 1h}], stop: §{field: due_at, operator: is_set}}}}\n"},
      {"never_settles", "comes from the clocks",
       "sla:\n  - {name: p, title: p, clocks: {resolution: {goals: [{within: 1h}], pause: §{field: due_at, operator: "
       "is_set}}}}\n"},
      {"never_settles", "comes from the clocks",
       "sla:\n  - {name: p, title: p, clocks: {mine: {goals: [{within: 1h}], start: {field: urges, operator: is, value: 3}, "
       "per: §due_at}}}\n"},
      {"never_reached", "always applies first",
       "sla:\n  - {name: p, title: p, clocks: {resolution: {goals: [{within: 1h}, §{within: 2h, when: {field: urges, "
       "operator: is, value: 1}}]}}}\n"},
      {"bad_name", "comes from the limits",
       "sla:\n  - {name: p, title: p, clocks: {§step: {goals: [{within: 1h}]}}}\n"},
      {"missing_key", "`within` is missing", "sla:\n  - {name: p, title: p, clocks: {resolution: {goals: [§{}]}}}\n"},
      {"bad_calendar", "no working time",
       "calendars:\n  c: {week: §{workdays: []}}\nsla: [{name: p, title: p, clocks: {resolution: {calendar: c, goals: "
       "[{within: 1h}]}}}]\n"},
      {"bad_calendar", "overlaps",
       "calendars:\n  c: {week: {workdays: [\"09:00-12:00\", §\"11:00-13:00\"]}}\nsla: [{name: p, title: p, clocks: "
       "{resolution: {calendar: c, goals: [{within: 1h}]}}}]\n"},
      {"bad_calendar", "Mars",
       "calendars:\n  c: {zone: §Mars/Base, week: {workdays: [\"09:00-12:00\"]}}\nsla: [{name: p, title: p, clocks: "
       "{resolution: {calendar: c, goals: [{within: 1h}]}}}]\n"},
      {"bad_value", "`9-12` is no value",
       "calendars:\n  c: {week: {workdays: [\"10:00-11:00\", §9-12]}}\nsla: [{name: p, title: p, clocks: {resolution: "
       "{calendar: c, goals: [{within: 1h}]}}}]\n"},
      {"bad_exception", "does not say how",
       "calendars:\n  c: {week: {workdays: [\"10:00-11:00\"]}, exceptions: [{from: 2026-05-01, name: §五一}]}\nsla: "
       "[{name: p, title: p, clocks: {resolution: {calendar: c, goals: [{within: 1h}]}}}]\n"},
      {"bad_value", "`2026-02-30` is no value",
       "calendars:\n  c: {week: {workdays: [\"10:00-11:00\"]}, exceptions: [{from: §2026-02-30, name: 无, slots: "
       "[]}]}\nsla: [{name: p, title: p, clocks: {resolution: {calendar: c, goals: [{within: 1h}]}}}]\n"},
      {"unknown_name", "no set of holiday data named `us`",
       "calendars:\n  c: {week: {workdays: [\"10:00-11:00\"]}, holidays: [§us]}\nsla: [{name: p, title: p, clocks: "
       "{resolution: {calendar: c, goals: [{within: 1h}]}}}]\n"},
      {"unused", "nothing uses a team", "teams:\n  §lonely: {title: 没人用}\n"},
      {"unused", "nothing uses a text", "texts:\n  §lonely: {zh: {subject: a, body: b}}\n"},
      {"bad_placeholder", "no field `nmae`",
       "texts:\n  t: {zh: {subject: \"您好 §{{nmae}}\", body: b}}\ntriggers: [{name: t, on: [created], actions: "
       "[{notify: {text: t, whom: [lead]}}]}]\n"},
      {"bad_placeholder", "is an instant",
       "forms: {f: {title: f, workflow: simple, fields: [{name: at, title: 时, kind: instant}]}}\n"
       "texts:\n  t: {zh: {subject: \"§{{field.at}}\", body: b}}\n"
       "triggers: [{name: t, on: [created], actions: [{notify: {text: t, whom: [lead]}}]}]\n"},
      {"bad_placeholder", "only while a trigger",
       "texts:\n  t: {zh: {subject: \"§{{event.text}}\", body: b}}\ntriggers: [{name: t, on: [created], actions: "
       "[{notify: {text: t, whom: [lead]}}]}]\n"},
  };
  for (const auto& fault : faults) check(fault);
}

TEST_CASE("faults of forms") {
  const Fault faults[] = {
      {"kind_differs", "is of the kind number",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: amount, title: 金额, kind: §text}]}\n"},
      {"missing_key", "needs choices",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: §size, title: 尺码, kind: choice}]}\n"},
      {"useless_key", "means nothing",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: size, title: 尺码, kind: text, §minimum: 3}]}\n"},
      {"bad_value", "less than the least",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: size, title: 尺码, kind: integer, minimum: 3, "
       "maximum: §2}]}\n"},
      {"bad_pattern", "not a regular expression",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: size, title: 尺码, kind: text, pattern: "
       "§\"[a-\"}]}\n"},
      {"bad_value", "does not go with the field `size`",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: size, title: 尺码, kind: text, pattern: \"[A-Z]+\", "
       "initial: §xl}]}\n"},
      {"bad_value", "does not go with the field",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: size, title: 尺码, kind: integer, initial: §01}]}\n"},
      {"bad_value", "does not go with the field `tel`",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: tel, title: 电话, kind: phone, initial: §unknown}]}\n"},
      {"bad_value", "does not go with the field `mail`",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: mail, title: 邮箱, kind: email, initial: §unknown}]}\n"},
      {"bad_value", "does not go with the field `size`",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: size, title: 尺码, kind: text, pattern: \"[A-Z]+\"}]}\n"
       "triggers: [{name: t, on: [created], actions: [{set: {field: size, value: §xl}}]}]\n"},
      {"missing_key", "can not be cleared",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: size, title: 尺码, kind: text, required: true}]}\n"
       "triggers: [{name: t, on: [created], actions: [{§set: {field: size}}]}]\n"},
      {"bad_name", "means something else",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: §message, title: 尺码, kind: text}]}\n"},
      {"unknown_name", "no workflow named `simpel`", "forms:\n  f: {title: f, workflow: §simpel}\n", "simple"},
      {"duplicate_name", "stands twice",
       "forms:\n  f: {title: f, workflow: simple, fields: [{name: size, title: a, kind: text}, {name: §size, title: b, "
       "kind: text}]}\n"},
  };
  for (const auto& fault : faults) check(fault);
}

TEST_CASE("faults of macros, answers and templates") {
  const Fault faults[] = {
      {"missing_key", "does nothing", "macros:\n  §m: {title: m}\n"},
      {"useless_key", "how the message is meant",
       "macros:\n  m: {title: m, §reply: false, actions: [{move: close}]}\n"},
      {"unknown_name", "no workflow has a transition `clsoe`", "macros:\n  m: {title: m, actions: [{move: §clsoe}]}\n",
       "close"},
      {"no_right", "lacks the right ticket_edit",
       "macros:\n  m: {title: m, roles: [§lead], actions: [{tag: [x]}]}\n"},
      {"unknown_name", "no role named `laed`", "macros:\n  m: {title: m, roles: [§laed], actions: [{move: close}]}\n",
       "lead"},
      {"bad_placeholder", "there is no field `subjct`", "macros:\n  m: {title: m, message: \"您好 §{{subjct}}\"}\n",
       "subject"},
      {"bad_placeholder", "only while a trigger",
       "macros:\n  m: {title: m, actions: [{note: \"§{{event.text}}\"}]}\n"},
      {"unknown_key", "there is no key `txt`", "answers:\n  a: {title: a, text: x, §txt: y}\n", "text"},
      {"bad_placeholder", "there is no field `portal_link`", "answers:\n  a: {title: a, text: \"§{{portal_link}}\"}\n"},
      {"unknown_name", "no form named `aks`", "answers:\n  a: {title: a, text: x, types: [§aks]}\n", "ask"},
      {"unknown_name", "no form named `aks`", "templates:\n  t: {title: t, type: §aks}\n", "ask"},
      {"unknown_name", "has no field `reson`",
       "templates:\n  t: {title: t, type: ask, fields: {§reson: quality}}\n", "reason"},
      {"bad_value", "does not go with the field `reason`",
       "templates:\n  t: {title: t, type: ask, fields: {reason: §qualty}}\n", "quality"},
      {"bad_value", "does not go with the field `amount`",
       "templates:\n  t: {title: t, type: ask, fields: {amount: §-3}}\n"},
  };
  for (const auto& fault : faults) check(fault);
}

TEST_CASE("what is missing from the whole desk") {
  const auto empty = compile(Bundle{}, in_june);
  REQUIRE(empty.diagnostics.size() == 1);
  CHECK_THAT(empty.diagnostics[0].message, Catch::Contains("no file has the key `desk`"));
  CHECK(said_in_chinese(empty.diagnostics[0]));
  auto bundle = small_desk();
  bundle.files["holidays/cn-2025.json"] =
      R"({"year": 2025, "source": ["a"], "days": [{"date": "2025-01-01", "name": "元旦", "working": false}]})";
  bundle.files["more.yaml"] =
      "calendars:\n  c: {week: {workdays: [\"10:00-11:00\"]}, holidays: [cn]}\nsla: [{name: p, title: p, clocks: "
      "{resolution: {calendar: c, goals: [{within: 1h}]}}}]\n";
  const auto compiled = compile(bundle, in_june);
  INFO(render_text(compiled.diagnostics, bundle.files));
  REQUIRE(compiled.definitions);
  REQUIRE(compiled.diagnostics.size() == 1);
  CHECK(compiled.diagnostics[0].code == "no_holiday_data");
  CHECK(said_in_chinese(compiled.diagnostics[0]));
  CHECK(compile(bundle, *from_rfc3339("2025-12-01T00:00:00Z")).diagnostics.size() == 1);
  CHECK(compile(bundle, *from_rfc3339("2025-11-30T00:00:00Z")).diagnostics.empty());
}
