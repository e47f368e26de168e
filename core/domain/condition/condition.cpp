// SPDX-License-Identifier: Apache-2.0
#include "domain/condition/condition.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/text.hpp"

namespace docket::domain {
namespace {

using Texts = std::vector<std::string>;

// Both 64-bit integers and doubles are exact in a long double on the platforms that we build for.
static_assert(std::numeric_limits<long double>::digits >= 63);

std::optional<long double> number_in(const Value& value) {
  if (const auto* i = std::get_if<std::int64_t>(&value)) return static_cast<long double>(*i);
  if (const auto* d = std::get_if<double>(&value)) return static_cast<long double>(*d);
  return std::nullopt;
}

std::optional<long double> parse_number(std::string_view text) {
  const auto* end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, whole); error == std::errc{} && at == end) {
    return static_cast<long double>(whole);
  }
  double real = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, real); error == std::errc{} && at == end) {
    return static_cast<long double>(real);
  }
  return std::nullopt;
}

bool has_value(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return false;
  if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
  if (const auto* list = std::get_if<Texts>(&value)) return !list->empty();
  return true;
}

bool equals_text(const Value& field, const std::string& wanted) {
  if (wanted.empty()) return false;
  if (const auto* text = std::get_if<std::string>(&field)) return *text == wanted;
  if (const auto* list = std::get_if<Texts>(&field)) return std::ranges::find(*list, wanted) != list->end();
  if (const auto* yes = std::get_if<bool>(&field)) return wanted == (*yes ? "true" : "false");
  const auto number = number_in(field);
  return number && parse_number(wanted) == number;
}

bool equals(const Value& field, const Value& wanted) {
  if (const auto* text = std::get_if<std::string>(&wanted)) return equals_text(field, *text);
  if (const auto* yes = std::get_if<bool>(&wanted)) {
    const auto* field_yes = std::get_if<bool>(&field);
    return field_yes != nullptr && *field_yes == *yes;
  }
  if (const auto* list = std::get_if<Texts>(&field)) {  // ids in a list are kept as texts
    const auto* id = std::get_if<std::int64_t>(&wanted);
    return id != nullptr && std::ranges::find(*list, std::to_string(*id)) != list->end();
  }
  const auto number = number_in(wanted);
  return number && number_in(field) == number;
}

bool equals_one(const Value& field, const Value& wanted) {
  const auto* list = std::get_if<Texts>(&wanted);
  if (list == nullptr) return equals(field, wanted);
  return std::ranges::any_of(*list, [&](const std::string& one) { return equals_text(field, one); });
}

bool contains_one(const Value& field, const Value& wanted) {
  const auto* text = std::get_if<std::string>(&field);
  if (text == nullptr) return std::holds_alternative<Texts>(field) && equals_one(field, wanted);
  const auto folded = fold(*text);
  const auto is_part = [&](const std::string& word) {
    return !word.empty() && folded.find(fold(word)) != std::string::npos;
  };
  if (const auto* word = std::get_if<std::string>(&wanted)) return is_part(*word);
  const auto* words = std::get_if<Texts>(&wanted);
  return words != nullptr && std::ranges::any_of(*words, is_part);
}

bool starts_with(const Value& field, const Value& wanted) {
  const auto* text = std::get_if<std::string>(&field);
  const auto* beginning = std::get_if<std::string>(&wanted);
  return text != nullptr && beginning != nullptr && !beginning->empty() && fold(*text).starts_with(fold(*beginning));
}

// The instant `age` before now, kept within the range of an instant.
std::int64_t instant_before(Time now, std::int64_t age) {
  std::int64_t out = 0;
  if (!__builtin_sub_overflow(now.time_since_epoch().count(), age, &out)) return out;
  return age > 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

bool passes(Operator op, const Value& field, const Value& wanted, const FieldSource& source) {
  switch (op) {
    case Operator::is:
      return equals(field, wanted);
    case Operator::in:
      return equals_one(field, wanted);
    case Operator::contains:
      return contains_one(field, wanted);
    case Operator::starts_with:
      return starts_with(field, wanted);
    case Operator::older_than:
    case Operator::newer_than: {
      const auto* instant = std::get_if<std::int64_t>(&field);
      const auto* age = std::get_if<std::int64_t>(&wanted);
      if (instant == nullptr || age == nullptr) return false;
      const bool older = *instant < instant_before(source.now(), *age);
      return older == (op == Operator::older_than);
    }
    case Operator::less:
    case Operator::at_most:
    case Operator::greater:
    case Operator::at_least: {
      const auto a = number_in(field);
      const auto b = number_in(wanted);
      if (!a || !b) return false;
      if (op == Operator::less) return *a < *b;
      if (op == Operator::at_most) return *a <= *b;
      if (op == Operator::greater) return *a > *b;
      return *a >= *b;
    }
    case Operator::is_set:
      return true;
    case Operator::is_not:
    case Operator::not_in:
    case Operator::not_contains:
    case Operator::is_empty:
      break;
  }
  return false;  // complements are resolved by test_holds
}

bool test_holds(const Condition& test, const FieldSource& source) {
  const auto field = source.get(test.field);
  auto op = test.op;
  bool wanted = true;
  switch (op) {
    case Operator::is_not:
      op = Operator::is;
      wanted = false;
      break;
    case Operator::not_in:
      op = Operator::in;
      wanted = false;
      break;
    case Operator::not_contains:
      op = Operator::contains;
      wanted = false;
      break;
    case Operator::is_empty:
      op = Operator::is_set;
      wanted = false;
      break;
    default:
      break;
  }
  return (has_value(field) && passes(op, field, test.value, source)) == wanted;
}

}  // namespace

bool holds(const Condition& condition, const FieldSource& source) {
  const auto child_holds = [&](const Condition& child) { return holds(child, source); };
  switch (condition.kind) {
    case Condition::Kind::always:
      return true;
    case Condition::Kind::all:
      return std::ranges::all_of(condition.children, child_holds);
    case Condition::Kind::any:
      return std::ranges::any_of(condition.children, child_holds);
    case Condition::Kind::none:
      return std::ranges::none_of(condition.children, child_holds);
    case Condition::Kind::test:
      return test_holds(condition, source);
  }
  return false;
}

}  // namespace docket::domain
