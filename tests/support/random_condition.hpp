// SPDX-License-Identifier: Apache-2.0
// Random conditions and random tickets over one small vocabulary, so that tests of the two back ends of the condition
// language hit and miss often. Same seed, same values.
#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "domain/condition/condition.hpp"
#include "domain/condition/desk_fields.hpp"
#include "domain/ticket/ticket.hpp"

namespace docket::tests {

using Random = std::mt19937_64;

inline int pick(Random& random, int below) {
  return std::uniform_int_distribution<int>(0, below - 1)(random);
}
inline bool chance(Random& random, int percent) {
  return pick(random, 100) < percent;
}
template <class Range>
[[nodiscard]] const auto& one_of(Random& random, const Range& range) {
  return range[static_cast<std::size_t>(pick(random, static_cast<int>(std::size(range))))];
}

/// "now" of the random tickets: Friday 2026-02-13 17:30 in Shanghai, the eve of the Spring Festival holidays.
inline constexpr Time random_now{std::chrono::sys_days{std::chrono::year{2026} / 2 / 13} + std::chrono::hours{9} +
                                 std::chrono::minutes{30}};

inline constexpr std::array<std::string_view, 10> texts{"退货申请",     "Refund 退款",   "REFUND now", "ｒｅｆｕｎｄ",
                                                        "发票 invoice", "质量问题 100%", "a_b",        "Straße",
                                                        "VIP客户急",    "物流查询"};
inline constexpr std::array<std::string_view, 9> words{"退货", "refund",  "REFUND", "退",  "100%",
                                                       "_",    "strasse", "vip",    "没有"};
inline constexpr std::array<std::string_view, 4> names{"a", "b", "c", "d"};
inline constexpr std::array<std::string_view, 5> categories{"new", "open", "pending", "resolved", "closed"};
inline constexpr std::array<std::string_view, 4> priorities{"low", "normal", "high", "urgent"};
inline constexpr std::array<std::string_view, 3> turns{"agent", "customer", "nobody"};

struct ConditionShape {
  bool lists_only = true;                      ///< only fields that list filters may use
  std::vector<domain::Field> custom_fields{};  ///< also tests "field.<name>" of these
  int depth = 3;
};

/// The names that a choice field of the catalogue has in this vocabulary.
inline std::vector<std::string> names_of(std::string_view field) {
  const auto copy = [](const auto& all) { return std::vector<std::string>(all.begin(), all.end()); };
  if (field == "category") return copy(categories);
  if (field == "priority") return copy(priorities);
  if (field == "awaiting") return copy(turns);
  return copy(names);
}

inline Time random_instant(Random& random) {
  // Whole hours around now, so that equal instants happen.
  return random_now + std::chrono::hours{pick(random, 20) - 15};
}

inline std::vector<std::string> some_of(Random& random, const std::vector<std::string>& all) {
  std::vector<std::string> out;
  for (int n = 1 + pick(random, 3); n > 0; --n) out.push_back(one_of(random, all));
  return out;
}

/// One test of a field, with an operator and a value that the compiler of definitions would take for its type.
inline domain::Condition random_test(Random& random, std::string field, domain::FieldType type,
                                     const std::vector<std::string>& choices) {
  using domain::FieldType;
  using domain::Operator;
  domain::Condition test;
  test.kind = domain::Condition::Kind::test;
  test.field = std::move(field);
  if (chance(random, 10)) {
    test.op = chance(random, 50) ? Operator::is_set : Operator::is_empty;
    return test;
  }
  const bool negate = chance(random, 40);
  switch (type) {
    case FieldType::text:
      if (chance(random, 25)) {
        test.op = Operator::starts_with;
        test.value = std::string(one_of(random, words));
      } else if (chance(random, 60)) {
        test.op = negate ? Operator::not_contains : Operator::contains;
        test.value = some_of(random, {words.begin(), words.end()});
      } else {
        test.op = negate ? Operator::is_not : Operator::is;
        test.value = std::string(one_of(random, texts));
      }
      break;
    case FieldType::choice:
      if (chance(random, 50)) {
        test.op = negate ? Operator::is_not : Operator::is;
        test.value = one_of(random, choices);
      } else {
        test.op = negate ? Operator::not_in : Operator::in;
        test.value = some_of(random, choices);
      }
      break;
    case FieldType::list:
      if (chance(random, 50)) {
        test.op = negate ? Operator::is_not : Operator::is;
        test.value = one_of(random, choices);
      } else {
        test.op = negate ? Operator::not_contains : Operator::contains;
        test.value = some_of(random, choices);
      }
      break;
    case FieldType::boolean:
      test.op = negate ? Operator::is_not : Operator::is;
      test.value = chance(random, 50);
      break;
    case FieldType::id:
      if (chance(random, 60)) {
        test.op = negate ? Operator::is_not : Operator::is;
        test.value = std::int64_t{pick(random, 4)};
      } else {
        test.op = negate ? Operator::not_in : Operator::in;
        test.value = some_of(random, {"0", "1", "2", "3"});
      }
      break;
    case FieldType::instant: {
      constexpr std::array operators{Operator::less,     Operator::at_most,    Operator::greater,
                                     Operator::at_least, Operator::older_than, Operator::newer_than};
      test.op = one_of(random, operators);
      if (test.op == Operator::older_than || test.op == Operator::newer_than) {
        test.value = Duration(std::chrono::hours{pick(random, 16)}).count();
      } else {
        test.value = random_instant(random).time_since_epoch().count();
      }
      break;
    }
    case FieldType::number: {
      constexpr std::array operators{Operator::is,      Operator::is_not,  Operator::less,
                                     Operator::at_most, Operator::greater, Operator::at_least};
      test.op = one_of(random, operators);
      if (chance(random, 30)) {
        test.value = pick(random, 8) / 2.0;
      } else {
        test.value = std::int64_t{pick(random, 4)};
      }
      break;
    }
  }
  return test;
}

inline domain::Condition random_test(Random& random, const ConditionShape& shape) {
  if (!shape.custom_fields.empty() && chance(random, 30)) {
    const auto& field = one_of(random, shape.custom_fields);
    return random_test(random, "field." + field.name, domain::condition_type(field.kind), names_of({}));
  }
  while (true) {
    const auto& field = one_of(random, domain::field_catalogue());
    if (field.event_only || (shape.lists_only && !field.in_lists)) continue;
    // Ids in a list are texts of numbers; tags are the names.
    const bool ids = field.name == "watchers" || field.name == "copied";
    return random_test(random, std::string(field.name), field.type,
                       ids ? std::vector<std::string>{"1", "2", "3"} : names_of(field.name));
  }
}

inline domain::Condition random_condition(Random& random, const ConditionShape& shape = {}) {
  using Kind = domain::Condition::Kind;
  if (shape.depth == 0 || chance(random, 30)) return random_test(random, shape);
  auto inner = shape;
  --inner.depth;
  domain::Condition condition;
  constexpr std::array kinds{Kind::all, Kind::any, Kind::none};
  condition.kind = one_of(random, kinds);
  for (int n = chance(random, 5) ? 0 : 1 + pick(random, 3); n > 0; --n)
    condition.children.push_back(random_condition(random, inner));
  return condition;
}

inline domain::Value random_value(Random& random, domain::FieldKind kind) {
  using domain::FieldKind;
  switch (kind) {
    case FieldKind::integer:
      return std::int64_t{pick(random, 4)};
    case FieldKind::number:
      return pick(random, 8) / 2.0;
    case FieldKind::boolean:
      return chance(random, 50);
    case FieldKind::choice:
      return std::string(one_of(random, names));
    case FieldKind::choices: {
      std::vector<std::string> chosen;
      for (const auto name : names) {
        if (chance(random, 40)) chosen.emplace_back(name);
      }
      return chosen;
    }
    case FieldKind::instant:
      return random_instant(random).time_since_epoch().count();
    default:
      return std::string(one_of(random, texts));
  }
}

/// A ticket with every field that the catalogue can read, each often absent.
inline domain::Ticket random_ticket(Random& random, TicketId id, const std::vector<domain::Field>& custom_fields = {}) {
  using namespace domain;
  const auto name = [&] { return chance(random, 30) ? std::string() : std::string(one_of(random, names)); };
  const auto instant = [&] {
    return chance(random, 40) ? std::optional<Time>() : std::optional<Time>(random_instant(random));
  };
  Ticket ticket;
  ticket.id = id;
  ticket.version = 1 + pick(random, 5);
  ticket.type = one_of(random, names);
  ticket.workflow = one_of(random, names);
  ticket.state = one_of(random, names);
  ticket.category = static_cast<StateCategory>(pick(random, 5));
  ticket.step = 1 + pick(random, 4);
  ticket.entered_at = random_instant(random);
  ticket.priority = static_cast<Priority>(pick(random, 4));
  ticket.subject = one_of(random, texts);
  ticket.last_text = chance(random, 50) ? "" : std::string(one_of(random, texts));
  ticket.channel = one_of(random, names);
  ticket.customer = CustomerId{pick(random, 4)};
  ticket.organization = OrganizationId{pick(random, 4)};
  ticket.customer_level = name();
  ticket.region = name();
  ticket.product_line = name();
  ticket.team = name();
  ticket.assignee = UserId{pick(random, 4)};
  ticket.waiting = chance(random, 30);
  ticket.last_handler = UserId{pick(random, 4)};
  ticket.created_by = {static_cast<ActorKind>(pick(random, 5)), pick(random, 4), name()};
  for (const auto tag : names) {
    if (chance(random, 30)) ticket.tags.emplace_back(tag);
  }
  for (int user = 1; user < 4; ++user) {
    if (chance(random, 30)) ticket.watchers.emplace_back(user);
    if (chance(random, 30)) ticket.copied.emplace_back(user);
  }
  if (chance(random, 10)) ticket.merged_into = TicketId{pick(random, 4)};
  if (chance(random, 30))
    ticket.hold = Hold{std::string(one_of(random, names)), "", random_instant(random), std::nullopt};
  ticket.awaiting = static_cast<Awaiting>(pick(random, 3));
  ticket.created_at = random_instant(random);
  ticket.updated_at = random_instant(random);
  ticket.first_replied_at = instant();
  ticket.resolved_at = instant();
  ticket.closed_at = instant();
  ticket.urges = pick(random, 4);
  ticket.escalation = pick(random, 4);
  ticket.reopens = pick(random, 4);
  if (chance(random, 30)) ticket.rating = domain::Rating{1 + pick(random, 5), "不错", random_now};
  ticket.messages = pick(random, 4);
  for (int n = pick(random, 3); n > 0; --n) {
    ClockRun run;
    run.clock = std::to_string(n);
    run.started_at = random_instant(random);
    run.due_at = instant();
    if (chance(random, 30)) run.breached_at = random_instant(random);
    if (chance(random, 40)) {
      run.ended_at = random_instant(random);
      run.due_at.reset();
    }
    ticket.clocks.push_back(std::move(run));
  }
  for (const auto& field : custom_fields) {
    if (chance(random, 60)) ticket.fields[field.name] = random_value(random, field.kind);
  }
  return ticket;
}

}  // namespace docket::tests
