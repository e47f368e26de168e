// SPDX-License-Identifier: Apache-2.0
// What agents work with: macros, canned answers, templates of tickets. Each names only what is there, and somebody can
// use it.
#include <algorithm>

#include "definition/compilation.hpp"
#include "domain/ticket/macro.hpp"

namespace docket::definition {
namespace {

using domain::Right;

void check_text(Compilation& work, const Section& section, std::string_view key) {
  if (const auto* node = section.find(key)) check_placeholders(work, section.place(key), *node, {});
}

/// A role that may use a macro holds every right that it needs, or the macro could only ever refuse.
void check_rights(Compilation& work, const Section& section, const domain::Macro& macro) {
  for (std::size_t i = 0; i < macro.roles.size(); ++i) {
    const auto role = work.out.roles.find(macro.roles[i]);
    if (role == work.out.roles.end()) continue;  // reported
    for (const auto right : domain::rights_for(macro)) {
      if (std::ranges::find(role->second.rights, right) != role->second.rights.end()) continue;
      work.report.error(
          section.item_place("roles", i), "no_right",
          {"role `" + macro.roles[i] + "` lacks the right " + std::string(name(right)) + ", which this macro needs",
           "角色 `" + macro.roles[i] + "` 缺少这个宏需要的权限 " + std::string(name(right))},
          {"roles with that right", "有该权限的角色"});
      break;
    }
  }
}

domain::Macro read_macro(Compilation& work, const Section& section) {
  domain::Macro macro;
  macro.name = section.name();
  macro.title = section.title("title");
  macro.when = read_condition(work, section, "when", {});
  macro.roles = section.texts("roles");
  macro.message = section.text("message");
  macro.reply = section.yes("reply");
  macro.actions = read_actions(work, section, "actions", {.transitions = all_transitions(work), .event = false, .said = section.has("message")});
  check_text(work, section, "message");
  if (!section.has("actions") && !section.has("message")) {
    work.report.error(section.place(), "missing_key", {"this macro does nothing", "这个宏什么也不做"},
                      {"actions, a message, or both", "actions、message，或两者都写"});
  } else if (section.has("reply") && !section.has("message")) {
    work.report.error(section.key_place("reply"), "useless_key",
                      {"`reply` says how the message is meant, and there is none", "写了 `reply`，却没有要发的文字"},
                      {"a message beside it", "同时写 message"});
  }
  check_rights(work, section, macro);
  return macro;
}

domain::CannedAnswer read_answer(Compilation& work, const Section& section) {
  domain::CannedAnswer answer;
  answer.name = section.name();
  answer.title = section.title("title");
  answer.text = section.text("text");
  check_text(work, section, "text");
  answer.types = section.texts("types");
  answer.roles = section.texts("roles");
  return answer;
}

void check_listed(Compilation& work, const Section& section, std::string_view key,
                  const std::vector<std::string>& listed) {
  const auto word = section.text(key);
  if (word.empty() || listed.empty() || std::ranges::find(listed, word) != listed.end()) return;
  work.report.error(section.place(key), "bad_value",
                    {"the desk has no `" + word + "` among its values of " + std::string(key),
                     "服务台的 " + std::string(key) + " 里没有 `" + word + "`"},
                    one_of(listed), nearest_of(word, listed));
}

void read_fields(Compilation& work, const Section& section, domain::TicketTemplate& out) {
  const auto* values = section.find("fields");
  const auto form = work.out.forms.find(out.type);
  if (values == nullptr || values->kind != YamlNode::Kind::map || form == work.out.forms.end()) return;
  std::vector<std::string> known;
  for (const auto& field : form->second.fields) known.push_back(field.name);
  for (const auto& entry : values->entries) {
    const auto* field = form->second.find_field(entry.key);
    if (field == nullptr) {
      work.report.error({section.file(), entry.span}, "unknown_name",
                        {"the form `" + out.type + "` has no field `" + entry.key + "`",
                         "表单 `" + out.type + "` 没有字段 `" + entry.key + "`"},
                        {"a field of that form", "该表单的字段"}, nearest_of(entry.key, known));
      continue;
    }
    const Place place{section.file(), entry.value.span};
    auto value = read_value(work, place, entry.value, *field);
    if (std::holds_alternative<std::monostate>(value)) continue;  // reported
    out.fields[entry.key] = std::move(value);
  }
}

domain::TicketTemplate read_template(Compilation& work, const Section& section) {
  domain::TicketTemplate out;
  out.name = section.name();
  out.title = section.title("title");
  out.type = work.reference(section, "type", Refers::form);
  out.subject = section.text("subject");
  out.body = section.text("body");
  if (section.has("priority")) out.priority = section.word<domain::Priority>("priority");
  out.region = section.text("region");
  out.product_line = section.text("product_line");
  check_listed(work, section, "region", work.out.desk.regions);
  check_listed(work, section, "product_line", work.out.desk.product_lines);
  out.team = work.reference(section, "team", Refers::team);
  out.tags = section.texts("tags");
  out.roles = section.texts("roles");
  read_fields(work, section, out);
  if (out.subject.find('\n') != std::string::npos)
    work.report.error(section.place("subject"), "bad_value", {"a subject is one line", "标题只能有一行"},
                      {"the rest in the body", "其余写进正文"});
  return out;
}

}  // namespace

void read_tools(Compilation& work) {
  for (const auto& section : work.all("macros")) work.out.macros[section.name()] = read_macro(work, section);
  for (const auto& section : work.all("answers")) work.out.answers[section.name()] = read_answer(work, section);
  for (const auto& section : work.all("templates")) work.out.templates[section.name()] = read_template(work, section);
}

}  // namespace docket::definition
