// SPDX-License-Identifier: Apache-2.0
#include "domain/condition/desk_fields.hpp"

#include <algorithm>
#include <boost/mp11.hpp>
#include <set>

#include "domain/definitions.hpp"
#include "domain/ticket/event.hpp"

namespace docket::domain {
namespace {

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> out;
  for (const auto& [key, value] : map) out.push_back(key);
  return out;
}

std::vector<std::string> event_kinds() {
  std::vector<std::string> out;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, TicketEvent>>(
      [&](auto type) { out.emplace_back(decltype(type)::type::kind); });
  return out;
}

}  // namespace

FieldType condition_type(FieldKind kind) {
  switch (kind) {
    case FieldKind::integer:
    case FieldKind::number:
      return FieldType::number;
    case FieldKind::boolean:
      return FieldType::boolean;
    case FieldKind::choice:
      return FieldType::choice;
    case FieldKind::choices:
      return FieldType::list;
    case FieldKind::instant:
      return FieldType::instant;
    case FieldKind::text:
    case FieldKind::long_text:
    case FieldKind::date:
    case FieldKind::phone:
    case FieldKind::email:
      return FieldType::text;
  }
  return FieldType::text;
}

DeskFields::DeskFields() {
  for (const auto& field : field_catalogue()) {
    fields_[std::string(field.name)] = {.type = field.type, .in_lists = field.in_lists, .event_only = field.event_only};
  }
  set_values("priority", {"low", "normal", "high", "urgent"});
  set_values("category", {"new", "open", "pending", "resolved", "closed"});
  set_values("awaiting", {"agent", "customer", "nobody"});
  set_values("event.kind", event_kinds());
}

DeskFields::DeskFields(const Definitions& definitions) : DeskFields() {
  for (const auto& [name, form] : definitions.forms) add_form(form);
  set_values("type", keys_of(definitions.forms));
  set_values("workflow", keys_of(definitions.workflows));
  set_values("team", keys_of(definitions.teams));
  set_values("region", definitions.desk.regions);
  set_values("product_line", definitions.desk.product_lines);
  std::set<std::string> states;
  for (const auto& [name, workflow] : definitions.workflows) {
    for (const auto& state : workflow.states) states.insert(state.name);
  }
  set_values("state", {states.begin(), states.end()});
}

void DeskFields::add_form(const Form& form) {
  for (const auto& field : form.fields) {
    auto [it, added] = fields_.try_emplace("field." + field.name, ConditionField{.type = condition_type(field.kind)});
    for (const auto& choice : field.choices) {
      if (std::ranges::find(it->second.values, choice.name) == it->second.values.end())
        it->second.values.push_back(choice.name);
    }
  }
}

void DeskFields::set_values(std::string_view field, std::vector<std::string> values) {
  if (const auto it = fields_.find(field); it != fields_.end()) it->second.values = std::move(values);
}

std::optional<ConditionField> DeskFields::find(std::string_view name) const {
  const auto it = fields_.find(name);
  return it == fields_.end() ? std::nullopt : std::optional(it->second);
}

std::vector<std::string> DeskFields::names() const {
  return keys_of(fields_);
}

}  // namespace docket::domain
