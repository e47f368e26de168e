// SPDX-License-Identifier: Apache-2.0
#include "desk/spoken_ticket.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>

#include "base/enum.hpp"
#include "desk/spoken_names.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::desk {
namespace {

using domain::Value;

constexpr std::string_view custom = "field.";
constexpr std::string_view event_prefix = "event.";

/// Notifications are written while the writer is held, and a zone is read from a file: the one that was used last stays.
std::chrono::seconds offset_in(const std::string& zone, Time at) {
  thread_local std::string name;
  thread_local std::optional<TimeZone> known;
  if (!known || name != zone) {
    auto loaded = TimeZone::load(zone);
    known = loaded ? std::move(*loaded) : TimeZone::utc();
    name = zone;
  }
  return known->offset_at(at);
}

const domain::Choice* choice_of(const domain::Field& field, const std::string& name) {
  for (const auto& choice : field.choices) {
    if (choice.name == name) return &choice;
  }
  return nullptr;
}

bool is_unknown(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return std::holds_alternative<std::monostate>(value) || (text != nullptr && text->empty());
}

}  // namespace

Value SpokenTicket::get(std::string_view field) const {
  if (field.starts_with(custom)) return own_field(field.substr(custom.size()));
  if (field.starts_with(event_prefix)) return of_event(field);
  auto value = told(field);
  return is_unknown(value) && field == "customer" ? gap(telling_.english ? "customer" : "客户") : value;
}

Value SpokenTicket::told(std::string_view field) const {
  const auto& active = sources_.active;
  const auto labelled = [&](const auto& known, const std::string& name) {
    const auto found = known.find(name);
    return Value{found == known.end() ? name : label(found->second.title)};
  };
  if (field == "id") return ticket_number(active, ticket_.id);
  if (field == "assignee") return ticket_.assignee ? person(ticket_.assignee) : labelled(active.teams, ticket_.team);
  if (field == "last_handler") return person(ticket_.last_handler);
  if (field == "customer") {
    const auto known = ticket_.customer ? sources_.directory.find_customer(ticket_.customer) : std::nullopt;
    return known ? Value{known->name} : Value{};
  }
  if (field == "organization") {
    const auto known = ticket_.organization ? sources_.directory.find_organization(ticket_.organization) : std::nullopt;
    return known ? Value{known->name} : Value{};
  }
  if (field == "type") return labelled(active.forms, ticket_.type);
  if (field == "team") return labelled(active.teams, ticket_.team);
  if (field == "state") return state(ticket_.state);
  if (field == "watchers" || field == "copied") return people(plain_.get(field));
  if (field == "priority") return spoken_priority(enum_name(ticket_.priority), telling_.english);
  if (field == "category") return spoken_category(enum_name(ticket_.category), telling_.english);
  if (field == "channel") return spoken_channel(active, ticket_.channel, telling_.english);
  if (field == "customer.level") return spoken_level(ticket_.customer_level, telling_.english);
  const auto* known = domain::find_catalogue_field(field);
  if (known != nullptr && known->type == domain::FieldType::instant) return local_time(plain_.get(field));
  return said(plain_.get(field));
}

Value SpokenTicket::own_field(std::string_view name) const {
  const auto form = sources_.active.forms.find(ticket_.type);
  const auto* field = form == sources_.active.forms.end() ? nullptr : form->second.find_field(name);
  if (field == nullptr) return {};
  // What is hidden in one form is in all: a ticket may have been filled in under another.
  const auto hides = [&](const auto& entry) {
    const auto* other = entry.second.find_field(name);
    return other != nullptr && telling_.by->access(other->group, ticket_.team) == domain::FieldAccess::hidden;
  };
  if (telling_.by != nullptr && std::ranges::any_of(sources_.active.forms, hides)) return {};
  const auto found = ticket_.fields.find(field->name);
  if (found == ticket_.fields.end() || is_unknown(found->second)) return gap(label(field->title));
  auto value = found->second;
  if (field->kind == domain::FieldKind::instant) return local_time(value);
  if (auto* list = std::get_if<std::vector<std::string>>(&value)) {
    for (auto& one : *list) {
      if (const auto* choice = choice_of(*field, one)) one = label(choice->title);
    }
  } else if (const auto* word = std::get_if<std::string>(&value)) {
    if (const auto* choice = choice_of(*field, *word)) return label(choice->title);
  }
  return said(std::move(value));
}

Value SpokenTicket::of_event(std::string_view field) const {
  auto value = plain_.get(field);
  const auto* word = std::get_if<std::string>(&value);
  if (field == "event.assignee") {
    const auto* id = std::get_if<std::int64_t>(&value);
    return id == nullptr ? Value{} : person(UserId{*id});
  }
  if (word == nullptr) return said(std::move(value));
  if (field == "event.from" || field == "event.to") return state(*word);
  if (field == "event.clock") return spoken_clock(*word, telling_.english);
  if (field == "event.team") {
    const auto team = sources_.active.teams.find(*word);
    return team == sources_.active.teams.end() ? value : Value{label(team->second.title)};
  }
  return value;
}

Value SpokenTicket::person(UserId id) const {
  const auto user = id ? sources_.directory.find_user(id) : std::nullopt;
  return user ? Value{user->name} : Value{};
}

Value SpokenTicket::people(const Value& ids) const {
  std::vector<std::string> names;
  if (const auto* list = std::get_if<std::vector<std::string>>(&ids)) {
    for (const auto& one : *list) {
      UserId id{};
      std::from_chars(one.data(), one.data() + one.size(), id.value);
      if (auto name = person(id); !is_unknown(name)) names.push_back(std::get<std::string>(std::move(name)));
    }
  }
  return names;
}

Value SpokenTicket::state(const std::string& name) const {
  const auto pinned = sources_.bundles.get(ticket_.workflow_bundle);
  const auto workflow = pinned->workflows.find(ticket_.workflow);
  const auto* known = workflow == pinned->workflows.end() ? nullptr : workflow->second.find_state(name);
  return known == nullptr ? Value{name} : Value{label(known->title)};
}

Value SpokenTicket::local_time(const Value& value) const {
  const auto* micros = std::get_if<std::int64_t>(&value);
  if (micros == nullptr) return std::string{telling_.english ? "none" : "无"};
  const Time at{Duration{*micros}};
  const auto local = at + offset_in(sources_.active.desk.zone, at);
  auto text = to_rfc3339(Time{std::chrono::floor<std::chrono::minutes>(local).time_since_epoch()});
  text.resize(16);  // 2026-03-02T10:00
  text[10] = ' ';
  return text;
}

Value SpokenTicket::said(Value value) const {
  const auto* yes = std::get_if<bool>(&value);
  if (yes == nullptr) return value;
  return std::string{telling_.english ? (*yes ? "yes" : "no") : (*yes ? "是" : "否")};
}

Value SpokenTicket::gap(const std::string& label) const {
  return telling_.gaps ? Value{std::string{"【"} + label + "】"} : Value{};
}

std::string SpokenTicket::label(const domain::Title& title) const {
  return telling_.english && !title.en.empty() ? title.en : title.zh;
}

std::string SpokenWords::fill(std::string_view text, const domain::Ticket& ticket,
                              const domain::RecordedEvent* event) const {
  const Telling telling{sources_.active.desk.language == "en"};
  return domain::fill_text(text, SpokenTicket(sources_, ticket, telling, event));
}

}  // namespace docket::desk
