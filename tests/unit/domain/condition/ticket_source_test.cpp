// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/ticket_source.hpp"

#include <set>

#include "support/catch.hpp"
#include "support/random_condition.hpp"

using namespace docket;
using namespace docket::domain;

namespace {

Value text(const char* t) {
  return std::string(t);
}

Value event_value(TicketEvent event, std::string_view field) {
  const RecordedEvent recorded{1, Time{}, Actor{ActorKind::user, 7, "li"}, std::move(event)};
  const Ticket ticket;
  return TicketSource(ticket, Time{}, &recorded).get(field);
}

bool type_fits(const Value& value, FieldType type) {
  switch (type) {
    case FieldType::text:
    case FieldType::choice:
      return std::holds_alternative<std::string>(value);
    case FieldType::number:
    case FieldType::id:
    case FieldType::instant:
      return std::holds_alternative<std::int64_t>(value);
    case FieldType::boolean:
      return std::holds_alternative<bool>(value);
    case FieldType::list:
      return std::holds_alternative<std::vector<std::string>>(value);
  }
  return false;
}

}  // namespace

TEST_CASE("every field of the catalogue is read off a ticket, with its type") {
  tests::Random random(11);
  std::set<std::string_view> unread;
  for (const auto& field : field_catalogue()) {
    if (!field.event_only) unread.insert(field.name);
  }
  for (int i = 1; i < 200; ++i) {
    const auto ticket = tests::random_ticket(random, TicketId{i});
    const TicketSource source(ticket, tests::random_now);
    for (const auto& field : field_catalogue()) {
      const auto value = source.get(field.name);
      if (std::holds_alternative<std::monostate>(value)) continue;
      CHECK(type_fits(value, field.type));
      unread.erase(field.name);
    }
  }
  for (const auto name : unread) FAIL_CHECK("never has a value: " << name);
}

TEST_CASE("values of a ticket") {
  Ticket ticket;
  ticket.subject = "退货";
  ticket.category = StateCategory::new_;
  ticket.watchers = {UserId{3}, UserId{12}};
  ticket.fields["order"] = text("A-1");
  const TicketSource source(ticket, Time{});
  CHECK(source.get("category") == text("new"));
  CHECK(source.get("text") == text("退货"));
  CHECK(source.get("watchers") == Value{std::vector<std::string>{"3", "12"}});
  CHECK(source.get("field.order") == text("A-1"));
  CHECK(source.get("field.other") == Value{});
  CHECK(source.get("event.kind") == Value{});
  CHECK(source.get("no.such") == Value{});
  CHECK(source.get("") == Value{});
  CHECK(source.get("breached") == Value{false});
  CHECK(source.get("due_at") == Value{});
  ticket.last_text = "请处理";
  CHECK(source.get("text") == text("退货\n请处理"));

  const auto at = [](int s) { return Time{std::chrono::seconds{s}}; };
  ClockRun paused{.clock = "a", .paused = true, .due_at = at(1)};
  ClockRun ended{.clock = "b", .breached_at = at(2), .ended_at = at(3)};
  ClockRun late{.clock = "c", .due_at = at(9)};
  ClockRun soon{.clock = "d", .due_at = at(5)};
  ticket.clocks = {paused, ended, late, soon};
  CHECK(source.get("due_at") == Value{std::int64_t{5'000'000}});
  CHECK(source.get("breached") == Value{true});
}

TEST_CASE("values of an event") {
  CHECK(event_value(Urged{3}, "event.kind") == text("urged"));
  CHECK(event_value(Urged{3}, "event.count") == Value{std::int64_t{3}});
  CHECK(event_value(Urged{3}, "event.actor") == text("li"));
  CHECK(event_value(Urged{3}, "event.actor.kind") == text("user"));
  CHECK(event_value(Urged{3}, "event.clock") == Value{});
  CHECK(event_value(MessageAdded{1, MessageKind::customer, "", "在吗", {}}, "event.message") == text("customer"));
  CHECK(event_value(MessageAdded{1, MessageKind::customer, "", "在吗", {}}, "event.text") == text("在吗"));
  CHECK(event_value(Moved{"refund", "checked", "paid", StateCategory::open, false}, "event.to") == text("paid"));
  CHECK(event_value(Moved{"refund", "checked", "paid", StateCategory::open, false}, "event.from") == text("checked"));
  CHECK(event_value(Moved{"refund", "checked", "paid", StateCategory::open, false}, "event.transition") ==
        text("refund"));
  CHECK(event_value(ClockWarned{"resolution", 1, "late#2", Time{}, {}}, "event.warning") == text("late"));
  CHECK(event_value(ClockWarned{"resolution", 1, "late", Time{}, {}}, "event.warning") == text("late"));
  CHECK(event_value(ClockWarned{"resolution", 1, "late", Time{}, {}}, "event.clock") == text("resolution"));
  FieldsSet set;
  set.fields["order"] = text("1");
  set.priority = Priority::high;
  CHECK(event_value(set, "event.field") == Value{std::vector<std::string>{"field.order", "priority"}});
  Assigned assigned;
  assigned.reason = AssignReason::taken;
  assigned.team = "a";
  assigned.assignee = UserId{4};
  CHECK(event_value(assigned, "event.reason") == text("taken"));
  CHECK(event_value(assigned, "event.assignee") == Value{std::int64_t{4}});
}

TEST_CASE("placeholders are filled, and nothing else happens") {
  Ticket ticket;
  ticket.id = TicketId{7};
  ticket.subject = "{{id}} $& \\1";
  ticket.tags = {"a", "b"};
  ticket.created_at = tests::random_now;
  const TicketSource source(ticket, Time{});
  CHECK(fill_text("工单 {{id}}：{{ subject }}", source) == "工单 7：{{id}} $& \\1");
  CHECK(fill_text("{{tags}}|{{on_hold}}|{{nothing}}|{{}}|{{created_at}}", source) ==
        "a, b|false|||2026-02-13T09:30:00.000000Z");
  CHECK(fill_text("{{id", source) == "{{id");
  CHECK(fill_text("id}} {", source) == "id}} {");
  CHECK(fill_text("", source).empty());

  ticket.subject = std::string(1000, 'x') + "退";
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "{{subject}}";
  const auto filled = fill_text(many, source);
  CHECK(filled.size() <= 256 * 1024);
  CHECK(filled.size() > 256 * 1024 - 4);
}
