// SPDX-License-Identifier: Apache-2.0
// Conditions in YAML: the tree is taken apart here, its meaning is checked by domain.
#include <algorithm>
#include <charconv>

#include "definition/compilation.hpp"
#include "domain/condition/build.hpp"

namespace docket::definition {
namespace {

using domain::Condition;
using domain::ConditionFault;
using domain::RawCondition;

Said condition_words() {
  return {"{field, operator, value}, {all: […]}, {any: […]} or {not: …}",
          "{field, operator, value}、{all: […]}、{any: […]} 或 {not: …}"};
}

/// Takes one tree apart; says whether its form is right.
class Reader {
 public:
  Reader(std::string_view file, Report& report) : file_(file), report_(report) {}

  RawCondition read(const YamlNode& node) {
    RawCondition out;
    if (node.kind != YamlNode::Kind::map || node.entries.empty()) {
      fault(node.span, "wrong_type", {"this is not a condition", "这不是条件"}, condition_words());
      return out;
    }
    const auto group = std::ranges::find_if(node.entries, [](const YamlEntry& entry) { return is_group(entry.key); });
    if (group == node.entries.end()) return test(node);
    for (const auto& entry : node.entries) {
      if (&entry != &*group) {
        fault(entry.span, "bad_condition",
              {"`" + entry.key + "` can not stand beside `" + group->key + "`",
               "`" + entry.key + "` 不能与 `" + group->key + "` 并列"},
              {"two conditions, joined by all or any", "两个条件，用 all 或 any 合在一起"});
      }
    }
    out.kind = group->key == "all"   ? RawCondition::Kind::all
               : group->key == "any" ? RawCondition::Kind::any
                                     : RawCondition::Kind::not_;
    if (out.kind == RawCondition::Kind::not_) {
      out.children.push_back(read(group->value));
    } else if (group->value.kind != YamlNode::Kind::list) {
      fault(group->value.kind == YamlNode::Kind::nothing ? group->span : group->value.span, "wrong_type",
            {"`" + group->key + "` takes a list of conditions", "`" + group->key + "` 要写成条件的列表"},
            {"a list, each item with a dash or between square brackets", "列表，每项以短横线开头，或写在方括号里"});
    } else {
      for (const auto& item : group->value.items) out.children.push_back(read(item));
    }
    return out;
  }

  [[nodiscard]] bool sound() const { return sound_; }

 private:
  static bool is_group(std::string_view key) { return key == "all" || key == "any" || key == "not"; }

  void fault(Span span, std::string code, Said message, Said expected, std::string suggestion = {}) {
    sound_ = false;
    report_.error({file_, span}, std::move(code), std::move(message), std::move(expected), std::move(suggestion));
  }

  RawCondition test(const YamlNode& node) {
    RawCondition out;
    for (const auto& entry : node.entries) {
      if (entry.key == "field") {
        out.field = word(entry);
      } else if (entry.key == "operator") {
        out.op = word(entry);
      } else if (entry.key == "value") {
        value(entry, out);
      } else {
        static const std::vector<std::string> known{"field", "operator", "value", "all", "any", "not"};
        fault(entry.span, "unknown_key",
              {"there is no key `" + entry.key + "` in a condition", "条件没有 `" + entry.key + "` 这个键"},
              condition_words(), nearest_of(entry.key, known));
      }
    }
    if (node.find("field") == nullptr)
      fault(node.span, "missing_key", {"`field` is missing in this condition", "这个条件缺少 `field`"},
            condition_words());
    if (node.find("operator") == nullptr)
      fault(node.span, "missing_key", {"`operator` is missing in this condition", "这个条件缺少 `operator`"},
            condition_words());
    return out;
  }

  std::string word(const YamlEntry& entry) {
    if (entry.value.kind != YamlNode::Kind::scalar) {
      fault(entry.value.kind == YamlNode::Kind::nothing ? entry.span : entry.value.span, "wrong_type",
            {"`" + entry.key + "` is one word", "`" + entry.key + "` 只能是一个词"}, {"a word", "一个词"});
    }
    return entry.value.text;
  }

  void value(const YamlEntry& entry, RawCondition& out) {
    const auto& node = entry.value;
    if (node.kind == YamlNode::Kind::scalar) {
      out.value = node.text;
      out.plain = !node.quoted;
    } else if (node.kind == YamlNode::Kind::list) {
      std::vector<std::string> list;
      for (const auto& item : node.items) {
        if (item.kind != YamlNode::Kind::scalar)
          fault(item.span, "wrong_type", {"a list of values holds single values", "值的列表里只能放单个值"},
                {"a text or a number", "文本或数字"});
        list.push_back(item.text);
      }
      out.value = std::move(list);
    } else {
      fault(node.kind == YamlNode::Kind::nothing ? entry.span : node.span, "wrong_type",
            {"`value` is a single value or a list", "`value` 只能是单个值或列表"},
            {"a text, a number, true, false, or [a, b]", "文本、数字、true、false 或 [a, b]"});
    }
  }

  std::string_view file_;
  Report& report_;
  bool sound_ = true;
};

/// The place of a JSON pointer below the node, or of the nearest thing above it.
Span locate(const YamlNode& node, std::string_view pointer) {
  const YamlNode* at = &node;
  Span span = node.span;
  while (!pointer.empty() && pointer[0] == '/') {
    pointer.remove_prefix(1);
    const auto token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    if (at->kind == YamlNode::Kind::list) {
      std::size_t index = 0;
      const auto [stop, error] = std::from_chars(token.data(), token.data() + token.size(), index);
      if (error != std::errc{} || stop != token.data() + token.size() || index >= at->items.size()) return span;
      at = &at->items[index];
    } else {
      const auto* entry = at->find(token);
      if (entry == nullptr) return span;
      at = &entry->value;
      if (at->kind == YamlNode::Kind::nothing) return entry->span;
    }
    span = at->span;
  }
  return span;
}

}  // namespace

Condition read_condition(Compilation& work, const Section& section, std::string_view key,
                         const domain::ConditionUse& use) {
  const auto* node = section.find(key);
  if (node == nullptr) return {};
  Reader reader(section.file(), work.report);
  const auto raw = reader.read(*node);
  if (!reader.sound()) return {};
  auto checked = domain::check_condition(raw, work.fields, use);
  if (!checked) {
    for (auto& fault : checked.error()) {
      work.report.error({section.file(), locate(*node, fault.pointer)}, "bad_condition", std::move(fault.message),
                        std::move(fault.expected), std::move(fault.suggestion));
    }
    return {};
  }
  if (domain::impossible(*checked, {}, work.proofs)) {
    work.report.error(section.place(key), "never_holds", {"this condition can never hold", "这个条件永远不会成立"},
                      {"tests that do not contradict each other", "互不矛盾的条件"});
  }
  return std::move(*checked);
}

void check_rule_order(Compilation& work, const std::vector<Condition>& conditions, const std::vector<Section>& sections,
                      const Said& what) {
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool always = conditions[j].kind == Condition::Kind::always && !sections[j].has("when");
      if (!always && (conditions[j] != conditions[i] || !sections[i].has("when"))) continue;
      const bool here = sections[j].file() == sections[i].file();
      const std::string file(sections[j].file());
      const auto line = std::to_string(sections[j].place().span.line);
      const auto quoted = "`" + sections[j].name() + "`";
      const auto name = sections[j].name().empty() ? Said{"the one before", "前一条"} : Said{quoted, quoted};
      work.report.error(
          sections[i].place(), "never_reached",
          {"this " + what.en + " can never apply: " + name.en + " in line " + line + (here ? "" : " of " + file) +
               (always ? " always applies first" : " has the same condition"),
           "这条" + what.zh + "永远用不上：" + name.zh + "（" + (here ? "" : file + " ") + "第 " + line + " 行）" +
               (always ? "总是先适用" : "的条件和它相同")},
          {"the special cases first, the one without condition last", "特殊情况在前，不带条件的在最后"});
      break;
    }
  }
}

}  // namespace docket::definition
