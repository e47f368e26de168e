// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/ticket_source.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/enum.hpp"

namespace docket::domain {
namespace {

constexpr std::size_t max_filled_bytes = 256 * 1024;

Value text_of(std::string_view text) {
  return text.empty() ? Value{} : Value{std::string(text)};
}
Value text_of(const std::string& text) {
  return text.empty() ? Value{} : Value{text};
}
template <DescribedEnum E>
Value word_of(E value) {
  return std::string(enum_name(value));
}
Value number_of(std::int64_t number) {
  return number;
}
template <class Tag>
Value id_of(Id<Tag> id) {
  return id ? Value{id.value} : Value{};
}
Value instant_of(Time at) {
  return std::int64_t{at.time_since_epoch().count()};
}
Value instant_of(const std::optional<Time>& at) {
  return at ? instant_of(*at) : Value{};
}
Value list_of(const std::vector<UserId>& users) {
  std::vector<std::string> out;
  out.reserve(users.size());
  for (const auto user : users) out.push_back(std::to_string(user.value));
  return out;
}

Value due_of(const Ticket& ticket) {
  std::optional<Time> due;
  for (const auto& run : ticket.clocks) {
    if (!run.ended_at && !run.paused && run.due_at && (!due || *run.due_at < *due)) due = run.due_at;
  }
  return instant_of(due);
}

struct TicketField {
  std::string_view name;
  Value (*get)(const Ticket&);
};

// Ascending by name, to be found by bisection: conditions are evaluated several times in every command.
constexpr std::array ticket_fields{
    TicketField{"assignee", [](const Ticket& t) { return id_of(t.assignee); }},
    TicketField{"awaiting", [](const Ticket& t) { return word_of(t.awaiting); }},
    TicketField{"breached",
                [](const Ticket& t) -> Value {
                  return std::ranges::any_of(t.clocks, [](const ClockRun& run) { return run.breached_at.has_value(); });
                }},
    TicketField{"category", [](const Ticket& t) { return word_of(t.category); }},
    TicketField{"channel", [](const Ticket& t) { return text_of(t.channel); }},
    TicketField{"closed_at", [](const Ticket& t) { return instant_of(t.closed_at); }},
    TicketField{"copied", [](const Ticket& t) { return list_of(t.copied); }},
    TicketField{"created_at", [](const Ticket& t) { return instant_of(t.created_at); }},
    TicketField{"created_by", [](const Ticket& t) { return text_of(t.created_by.name); }},
    TicketField{"created_by.kind", [](const Ticket& t) { return word_of(t.created_by.kind); }},
    TicketField{"customer", [](const Ticket& t) { return id_of(t.customer); }},
    TicketField{"customer.level", [](const Ticket& t) { return text_of(t.customer_level); }},
    TicketField{"due_at", due_of},
    TicketField{"entered_at", [](const Ticket& t) { return instant_of(t.entered_at); }},
    TicketField{"escalation", [](const Ticket& t) { return number_of(t.escalation); }},
    TicketField{"first_replied", [](const Ticket& t) -> Value { return t.first_replied_at.has_value(); }},
    TicketField{"first_replied_at", [](const Ticket& t) { return instant_of(t.first_replied_at); }},
    TicketField{"guests", [](const Ticket& t) { return number_of(static_cast<std::int64_t>(t.guests.size())); }},
    TicketField{"hold.reason", [](const Ticket& t) { return t.hold ? text_of(t.hold->reason) : Value{}; }},
    TicketField{"hold.since", [](const Ticket& t) { return t.hold ? instant_of(t.hold->since) : Value{}; }},
    TicketField{"id", [](const Ticket& t) { return id_of(t.id); }},
    TicketField{"last_handler", [](const Ticket& t) { return id_of(t.last_handler); }},
    TicketField{"merged", [](const Ticket& t) -> Value { return static_cast<bool>(t.merged_into); }},
    TicketField{"messages", [](const Ticket& t) { return number_of(t.messages); }},
    TicketField{"on_hold", [](const Ticket& t) -> Value { return t.hold.has_value(); }},
    TicketField{"organization", [](const Ticket& t) { return id_of(t.organization); }},
    TicketField{"priority", [](const Ticket& t) { return word_of(t.priority); }},
    TicketField{"product_line", [](const Ticket& t) { return text_of(t.product_line); }},
    TicketField{"rating", [](const Ticket& t) { return t.rating ? number_of(t.rating->score) : Value{}; }},
    TicketField{"rating.comment", [](const Ticket& t) { return t.rating ? text_of(t.rating->comment) : Value{}; }},
    TicketField{"region", [](const Ticket& t) { return text_of(t.region); }},
    TicketField{"reopens", [](const Ticket& t) { return number_of(t.reopens); }},
    TicketField{"resolved_at", [](const Ticket& t) { return instant_of(t.resolved_at); }},
    TicketField{"state", [](const Ticket& t) { return text_of(t.state); }},
    TicketField{"step", [](const Ticket& t) { return number_of(t.step); }},
    TicketField{"subject", [](const Ticket& t) { return text_of(t.subject); }},
    TicketField{"tags", [](const Ticket& t) -> Value { return t.tags; }},
    TicketField{"team", [](const Ticket& t) { return text_of(t.team); }},
    TicketField{"text",
                [](const Ticket& t) {
                  return t.last_text.empty() ? text_of(t.subject) : Value{t.subject + "\n" + t.last_text};
                }},
    TicketField{"type", [](const Ticket& t) { return text_of(t.type); }},
    TicketField{"updated_at", [](const Ticket& t) { return instant_of(t.updated_at); }},
    TicketField{"urges", [](const Ticket& t) { return number_of(t.urges); }},
    TicketField{"waiting", [](const Ticket& t) -> Value { return t.waiting; }},
    TicketField{"watchers", [](const Ticket& t) { return list_of(t.watchers); }},
    TicketField{"workflow", [](const Ticket& t) { return text_of(t.workflow); }},
};
static_assert(std::ranges::is_sorted(ticket_fields, {}, &TicketField::name));

std::vector<std::string> names_set(const FieldsSet& event) {
  std::vector<std::string> names;
  for (const auto& [name, value] : event.fields) names.push_back("field." + name);
  const auto add = [&](bool given, const char* name) {
    if (given) names.emplace_back(name);
  };
  add(event.subject.has_value(), "subject");
  add(event.priority.has_value(), "priority");
  add(event.region.has_value(), "region");
  add(event.product_line.has_value(), "product_line");
  add(event.customer_level.has_value(), "customer.level");
  add(event.customer.has_value(), "customer");
  add(event.organization.has_value(), "organization");
  add(!event.tags_added.empty() || !event.tags_removed.empty(), "tags");
  return names;
}

/// The fields of one event; what an event does not have is no value.
struct EventField {
  std::string_view field;  ///< without "event."

  Value operator()(const MessageAdded& e) const {
    if (field == "message") return word_of(e.message);
    if (field == "text") return text_of(e.excerpt);
    return {};
  }
  Value operator()(const FieldsSet& e) const { return field == "field" ? Value{names_set(e)} : Value{}; }
  Value operator()(const Moved& e) const {
    if (field == "transition") return text_of(e.transition);
    if (field == "from") return text_of(e.from);
    if (field == "to") return text_of(e.to);
    if (field == "reopened") return e.reopened;
    return {};
  }
  Value operator()(const TypeChanged& e) const { return field == "to" && e.begins_anew() ? text_of(e.state) : Value{}; }
  Value operator()(const Assigned& e) const {
    if (field == "reason") return word_of(e.reason);
    if (field == "team") return text_of(e.team);
    if (field == "assignee") return id_of(e.assignee);
    return {};
  }
  Value operator()(const Held& e) const { return field == "reason" ? text_of(e.reason) : Value{}; }
  Value operator()(const Urged& e) const { return field == "count" ? number_of(e.count) : Value{}; }
  Value operator()(const Escalated& e) const { return field == "level" ? number_of(e.level) : Value{}; }
  Value operator()(const Linked& e) const { return field == "link" ? word_of(e.link) : Value{}; }
  Value operator()(const ClockStarted& e) const { return clock(e.clock); }
  Value operator()(const ClockChanged& e) const { return clock(e.clock); }
  Value operator()(const ClockWarned& e) const {
    if (field == "warning") return text_of(std::string_view(e.warning).substr(0, e.warning.rfind('#')));
    return clock(e.clock);
  }
  Value operator()(const ClockBreached& e) const { return clock(e.clock); }
  Value operator()(const ClockEnded& e) const { return field == "kept" ? Value{e.kept} : clock(e.clock); }
  Value operator()(const Rated& e) const { return field == "score" ? number_of(e.score) : Value{}; }
  Value operator()(const GuestInvited& e) const {
    return field == "question" ? text_of(e.question) : guest(e.name, e.guest);
  }
  Value operator()(const GuestAnswered& e) const { return guest(e.name, e.guest); }
  Value operator()(const GuestRevoked& e) const { return guest(e.name, e.guest); }
  Value operator()(const GuestReminded& e) const { return guest(e.name, e.guest); }
  template <class Other>
  Value operator()(const Other&) const {
    return {};
  }

 private:
  [[nodiscard]] Value guest(const std::string& name, GuestId id) const {
    if (field == "guest") return text_of(name);
    return field == "guest.id" ? id_of(id) : Value{};
  }
  [[nodiscard]] Value clock(const std::string& name) const { return field == "clock" ? text_of(name) : Value{}; }
};

Value event_field(const RecordedEvent& event, std::string_view field) {
  if (field == "kind") return text_of(kind_of(event.event));
  if (field == "actor") return text_of(event.actor.name);
  if (field == "actor.kind") return word_of(event.actor.kind);
  return std::visit(EventField{field}, event.event);
}

std::string printed(const Value& value, bool is_instant) {
  struct Printer {
    bool is_instant;
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool yes) const { return yes ? "true" : "false"; }
    std::string operator()(std::int64_t number) const {
      return is_instant ? to_rfc3339(Time{Duration{number}}) : std::to_string(number);
    }
    std::string operator()(double number) const {
      std::array<char, 32> buffer{};
      const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
      return {buffer.data(), end};
    }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::string>& list) const {
      std::string out;
      for (const auto& one : list) out += (out.empty() ? "" : ", ") + one;
      return out;
    }
  };
  return std::visit(Printer{is_instant}, value);
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

Value TicketSource::get(std::string_view field) const {
  if (field.starts_with("field.")) {
    const auto it = ticket_.fields.find(std::string(field.substr(6)));
    return it == ticket_.fields.end() ? Value{} : it->second;
  }
  if (field.starts_with("event.")) return event_ == nullptr ? Value{} : event_field(*event_, field.substr(6));
  const auto it = std::ranges::lower_bound(ticket_fields, field, {}, &TicketField::name);
  return it == ticket_fields.end() || it->name != field ? Value{} : it->get(ticket_);
}

std::string fill_text(std::string_view text, const FieldSource& source) {
  std::string out;
  bool full = false;
  const auto append = [&](std::string_view part) {
    auto end = std::min(part.size(), max_filled_bytes - out.size());
    full = end < part.size();
    while (full && end > 0 && (static_cast<unsigned char>(part[end]) & 0xC0U) == 0x80U)
      --end;  // a character is never cut
    out += part.substr(0, end);
  };
  while (!text.empty() && !full) {
    const auto open = text.find("{{");
    const auto close = open == std::string_view::npos ? open : text.find("}}", open + 2);
    if (close == std::string_view::npos) {
      append(text);
      break;
    }
    append(text.substr(0, open));
    const auto field = trimmed(text.substr(open + 2, close - open - 2));
    const auto* known = find_catalogue_field(field);
    if (!full) append(printed(source.get(field), known != nullptr && known->type == FieldType::instant));
    text.remove_prefix(close + 2);
  }
  return out;
}

}  // namespace docket::domain
