// SPDX-License-Identifier: Apache-2.0
// The desk itself, its teams and roles, and what people look at: views and texts.
#include <algorithm>

#include "base/time_zone.hpp"
#include "definition/compilation.hpp"
#include "definition/words.hpp"

namespace docket::definition {
namespace {

using domain::DeskSettings;
using domain::Right;

void check_zone(Compilation& work, const Section& section, const std::string& zone) {
  if (TimeZone::load(zone)) return;
  work.report.error(section.place("zone"), "unknown_zone",
                    {"the system's zone database has no `" + zone + "`", "系统时区库里没有 `" + zone + "`"},
                    {"an IANA name such as Asia/Shanghai", "IANA 时区名，例如 Asia/Shanghai"});
}

domain::Role read_role(Compilation& work, const Section& section) {
  domain::Role role;
  role.name = section.name();
  role.title = section.title("title");
  const auto rights = section.texts("rights");
  if (std::ranges::find(rights, all_rights) != rights.end()) {
    for (const auto right : enum_names<Right>()) role.rights.push_back(*enum_from_name<Right>(right));
    if (rights.size() > 1) {
      work.report.warning(
          section.place("rights"), "redundant",
          {"`all` stands beside single rights, which it holds already", "`all` 已包含全部权限，其他不用再列"},
          {"only all", "只写 all"});
    }
  } else {
    role.rights = section.words<Right>("rights");
  }
  role.tickets = section.word<domain::TicketScope>("tickets");
  role.where = read_condition(work, section, "where", {.lists = true});
  if (const auto* groups = section.find("field_groups"); groups != nullptr) {
    std::vector<std::string> known;
    for (const auto& [name, form] : work.out.forms) {
      for (const auto& field : form.fields) known.push_back(field.group);
    }
    for (const auto& entry : groups->entries) {
      if (const auto access = enum_from_name<domain::FieldAccess>(entry.value.text))
        role.field_groups[entry.key] = *access;
      if (std::ranges::find(known, entry.key) == known.end()) {
        work.report.error({section.file(), entry.span}, "unknown_name",
                          {"no field belongs to a group `" + entry.key + "`", "没有字段属于字段组 `" + entry.key + "`"},
                          {"the group of some form's field", "某个表单字段的 group"}, nearest_of(entry.key, known));
      }
    }
  }
  return role;
}

/// A step that only some roles may make needs one of them to have the right to make steps at all.
void check_movers(Compilation& work, const Section& transition) {
  const auto roles = transition.texts("roles");
  if (roles.empty()) return;
  for (const auto& name : roles) {
    const auto role = work.out.roles.find(name);
    if (role == work.out.roles.end()) return;  // reported
    if (std::ranges::find(role->second.rights, Right::ticket_transition) != role->second.rights.end()) return;
  }
  work.report.error(transition.place("roles"), "no_right",
                    {"none of these roles has the right ticket_transition, so nobody could make this step",
                     "这些角色都没有流转权限（ticket_transition），没有人能做这个流转"},
                    {"a role with that right", "有该权限的角色"});
}

domain::View read_view(Compilation& work, const Section& section) {
  domain::View view;
  view.name = section.name();
  view.title = section.title("title");
  view.when = read_condition(work, section, "when", {.lists = true, .persons = true});
  view.sort = section.word<domain::Sorting>("sort");
  view.order = enum_from_name<domain::Order>(section.text("order"));
  view.columns = section.texts("columns");
  view.roles = section.texts("roles");
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    const auto field = work.fields.find(view.columns[i]);
    if (field && !field->event_only) continue;
    work.report.error(
        section.item_place("columns", i), "unknown_name",
        {"there is no field `" + view.columns[i] + "` to show", "没有字段 `" + view.columns[i] + "`，无法作为列"},
        {"a field of the catalogue, or field.<name> of a form", "内置字段，或表单的 field.<名称>"},
        nearest_of(view.columns[i], work.fields.names()));
  }
  return view;
}

void read_wording(Compilation& work, const Section& section, std::string_view language, std::string& subject,
                  std::string& body) {
  const auto wording = section.section(language);
  if (!wording) return;
  subject = wording->text("subject");
  body = wording->text("body");
  for (const auto key : {"subject", "body"}) {
    if (const auto* node = wording->find(key)) check_placeholders(work, wording->place(key), *node, {.links = true});
  }
  if (subject.find('\n') != std::string::npos) {
    work.report.error(wording->place("subject"), "bad_value", {"a subject is one line", "标题只能有一行"},
                      {"the rest in the body", "其余写进正文"});
  }
}

}  // namespace

void read_desk(Compilation& work) {
  const auto& sections = work.all("desk");
  if (sections.empty()) {
    work.report.error({}, "missing_key", {"no file has the key `desk`", "没有文件写了 `desk`"},
                      {"desk with name, default_team and default_calendar, for example in desk.yaml",
                       "desk，含 name、default_team 和 default_calendar，例如写在 desk.yaml 里"});
    return;
  }
  const auto& section = sections[0];
  auto& desk = work.out.desk;
  desk.name = section.title("name");
  desk.ticket_prefix = section.text("ticket_prefix");
  desk.default_team = work.reference(section, "default_team", Refers::team);
  desk.default_calendar = work.reference(section, "default_calendar", Refers::calendar);
  desk.zone = section.text("zone");
  check_zone(work, section, desk.zone);
  desk.language = section.text("language");
  desk.regions = section.texts("regions");
  desk.product_lines = section.texts("product_lines");
  desk.hold_reasons = section.texts("hold_reasons");
  desk.destinations = work.destinations_in(section, "destinations");
  desk.reopen_within = section.duration("reopen_within").value_or(desk.reopen_within);
}

void read_teams(Compilation& work) {
  for (const auto& section : work.all("teams")) {
    domain::Team team;
    team.name = section.name();
    team.title = section.title("title");
    team.by = section.word<domain::DispatchBy>("by");
    team.capacity = static_cast<int>(section.integer("capacity").value_or(20));
    team.calendar = work.reference(section, "calendar", Refers::calendar);
    team.respect_presence = section.yes("respect_presence");
    work.out.teams[team.name] = std::move(team);
  }
}

void read_roles(Compilation& work) {
  for (const auto& section : work.all("roles")) work.out.roles[section.name()] = read_role(work, section);
  for (const auto& workflow : work.all("workflows")) {
    for (const auto& transition : workflow.sections("transitions")) check_movers(work, transition);
  }
}

void read_views(Compilation& work) {
  for (const auto& section : work.all("views")) work.out.views[section.name()] = read_view(work, section);
}

void read_texts(Compilation& work) {
  for (const auto& section : work.all("texts")) {
    domain::NotificationText text;
    text.name = section.name();
    read_wording(work, section, "zh", text.subject_zh, text.body_zh);
    read_wording(work, section, "en", text.subject_en, text.body_en);
    text.channels = work.destinations_in(section, "channels");
    text.urgent = section.yes("urgent");
    work.out.texts[text.name] = std::move(text);
  }
}

}  // namespace docket::definition
