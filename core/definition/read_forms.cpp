// SPDX-License-Identifier: Apache-2.0
// Forms and their fields, and the values that conditions may compare fields with.
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "definition/compilation.hpp"
#include "definition/words.hpp"
#include "domain/ticket/event.hpp"

namespace docket::definition {
namespace {

using domain::Field;
using domain::FieldKind;

bool is_number(FieldKind kind) {
  return kind == FieldKind::integer || kind == FieldKind::number;
}
bool is_choosing(FieldKind kind) {
  return kind == FieldKind::choice || kind == FieldKind::choices;
}
bool is_text(FieldKind kind) {
  return kind == FieldKind::text || kind == FieldKind::long_text || kind == FieldKind::phone ||
         kind == FieldKind::email;
}

/// Keys that say something about another kind of field.
void refuse(Compilation& work, const Section& section, std::string_view key, bool fits, const Said& kinds) {
  if (fits || !section.has(key)) return;
  const auto kind = section.text("kind");
  work.report.error(section.key_place(key), "useless_key",
                    {"`" + std::string(key) + "` means nothing for a field of the kind " + kind,
                     "`" + std::string(key) + "` 对 " + kind + " 类型的字段没有意义"},
                    {"only with " + kinds.en, "只用于 " + kinds.zh});
}

const char* wrong_in(const re2::RE2& pattern) {
  switch (pattern.error_code()) {
    case re2::RE2::ErrorBadEscape:
    case re2::RE2::ErrorTrailingBackslash:
      return "反斜杠转义不对";
    case re2::RE2::ErrorBadCharClass:
    case re2::RE2::ErrorBadCharRange:
      return "方括号里的字符范围不对";
    case re2::RE2::ErrorMissingBracket:
      return "缺少右方括号";
    case re2::RE2::ErrorMissingParen:
      return "缺少右括号";
    case re2::RE2::ErrorUnexpectedParen:
      return "多了右括号";
    case re2::RE2::ErrorRepeatArgument:
      return "重复符号（*、+、?）前面没有内容";
    case re2::RE2::ErrorRepeatSize:
    case re2::RE2::ErrorRepeatOp:
      return "重复次数不对";
    case re2::RE2::ErrorBadPerlOp:
    case re2::RE2::ErrorBadNamedCapture:
      return "RE2 不支持这种括号写法";
    case re2::RE2::ErrorPatternTooLarge:
      return "表达式太大";
    default:
      return "写法不对";
  }
}

void check_pattern(Compilation& work, const Section& section, Field& field) {
  if (field.pattern.empty()) return;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  const re2::RE2 pattern(field.pattern, options);
  if (!pattern.ok()) {
    work.report.error(
        section.place("pattern"), "bad_pattern",
        {"this is not a regular expression: " + pattern.error(), std::string("这不是正则表达式：") + wrong_in(pattern)},
        {"RE2 syntax", "RE2 语法的正则表达式"});
    field.pattern.clear();  // no value is judged by it
  }
}

Field read_field(Compilation& work, const Section& section) {
  Field field;
  field.name = section.name();
  field.title = section.title("title");
  field.kind = section.word<FieldKind>("kind");
  field.required = section.yes("required");
  field.indexed = section.yes("indexed");
  field.customer_visible = section.yes("customer_visible");
  field.group = section.text("group");
  for (const auto& choice : section.sections("choices"))
    field.choices.push_back({choice.name(), choice.title("title")});
  field.minimum = section.number("minimum");
  field.maximum = section.number("maximum");
  field.max_length = static_cast<std::size_t>(section.integer("max_length").value_or(500));
  field.pattern = section.text("pattern");
  field.help = section.text("help");
  const Said choosing{"choice and choices", "choice 和 choices"};
  const Said numbers{"integer and number", "integer 和 number"};
  const Said texts{"text, long_text, phone and email", "text、long_text、phone 和 email"};
  refuse(work, section, "choices", is_choosing(field.kind), choosing);
  refuse(work, section, "minimum", is_number(field.kind), numbers);
  refuse(work, section, "maximum", is_number(field.kind), numbers);
  refuse(work, section, "max_length", is_text(field.kind), texts);
  refuse(work, section, "pattern", is_text(field.kind), texts);
  if (is_choosing(field.kind) && field.choices.empty()) {
    const auto kind = section.text("kind");
    work.report.error(section.place(), "missing_key",
                      {"a field of the kind " + kind + " needs choices", kind + " 类型的字段要写选项"},
                      "choices: [{name, title}, …]");
  }
  if (field.minimum && field.maximum && *field.minimum > *field.maximum) {
    work.report.error(section.place("maximum"), "bad_value",
                      {"the greatest value is less than the least", "最大值比最小值还小"}, "minimum ≤ maximum");
  }
  check_pattern(work, section, field);
  field.initial = read_value(work, section, "initial", field);
  return field;
}

}  // namespace

void read_forms(Compilation& work) {
  struct First {
    FieldKind kind;
    std::string where;
  };
  std::map<std::string, First> kinds;
  for (const auto& section : work.all("forms")) {
    domain::Form form;
    form.name = section.name();
    form.title = section.title("title");
    form.workflow = work.reference(section, "workflow", Refers::workflow);
    form.priority = section.word<domain::Priority>("priority");
    form.customer_may_create = section.yes("customer_may_create");
    for (const auto& below : section.sections("fields")) {
      auto field = read_field(work, below);
      const auto [it, added] = kinds.try_emplace(field.name, First{field.kind, form.name});
      if (!added && it->second.kind != field.kind) {
        const std::string kind(enum_name(it->second.kind));
        work.report.error(below.place("kind"), "kind_differs",
                          {"`" + field.name + "` is of the kind " + kind + " in the form `" + it->second.where + "`",
                           "字段 `" + field.name + "` 在表单 `" + it->second.where + "` 里的类型是 " + kind},
                          {"one kind for one name, so that conditions and lists can use it",
                           "同名字段用同一类型，条件和列表才能使用"});
      }
      if (std::ranges::find(settable_words, field.name) != settable_words.end() || field.name == "message") {
        work.report.error(below.place(), "bad_name",
                          {"`" + field.name + "` means something else in transitions and actions",
                           "`" + field.name + "` 在流转和动作里另有含义，不能用作字段名"},
                          {"another name", "另一个名称"});
      }
      form.fields.push_back(std::move(field));
    }
    work.out.form_order.push_back(form.name);
    work.out.forms[form.name] = std::move(form);
  }
}

void read_field_values(Compilation& work) {
  work.fields = domain::DeskFields(work.out);
  std::set<std::string> states, transitions, clocks{"step"};
  for (const auto& workflow : work.all("workflows")) {
    for (const auto& state : workflow.sections("states")) states.insert(state.name());
    for (const auto& transition : workflow.sections("transitions")) transitions.insert(transition.name());
  }
  for (const auto& policy : work.all("sla")) {
    for (const auto& clock : policy.sections("clocks")) clocks.insert(clock.name());
  }
  const auto set = [&](std::string_view field, const std::set<std::string>& values) {
    work.fields.set_values(field, {values.begin(), values.end()});
  };
  set("state", states);
  set("event.from", states);
  set("event.to", states);
  set("event.transition", transitions);
  set("event.clock", clocks);
  work.fields.set_values("workflow", work.names[Refers::workflow]);
  work.fields.set_values("type", work.names[Refers::form]);
  work.fields.set_values("team", work.names[Refers::team]);
  work.fields.set_values("event.team", work.names[Refers::team]);
  work.fields.set_values("hold.reason", work.out.desk.hold_reasons);
  const auto words = [&]<class E>(std::string_view field, E) {
    work.fields.set_values(field, {enum_names<E>().begin(), enum_names<E>().end()});
  };
  words("event.message", domain::MessageKind{});
  words("event.link", domain::LinkKind{});
  words("event.actor.kind", domain::ActorKind{});
  words("created_by.kind", domain::ActorKind{});
}

}  // namespace docket::definition
