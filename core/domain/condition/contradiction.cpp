// SPDX-License-Identifier: Apache-2.0
// Shows that a condition can never hold: its disjunctive form is built with a budget, and every conjunction in it must
// contradict itself on one field. Whatever is not understood is taken as satisfiable, so the answer "never" is sound.
#include "domain/condition/contradiction.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace docket::domain {
namespace {

constexpr std::size_t max_conjunctions = 256;
constexpr std::size_t max_literals = 64;
constexpr std::size_t max_candidates = 1000;
constexpr int max_checks = 20'000;  // of one conjunction
constexpr std::int64_t max_comparisons = 100'000;  // in one check of one field

/// One test or its complement; complementary operators are resolved, so `op` is is, in, contains, starts_with, a
/// comparison, an age or is_set.
struct Literal {
  const Condition* test = nullptr;
  Operator op = Operator::is;
  bool positive = true;
};
using Conjunction = std::vector<Literal>;

/// No value means that the form would be too long.
using Disjunction = std::optional<std::vector<Conjunction>>;

Literal literal_of(const Condition& test, bool positive) {
  switch (test.op) {
    case Operator::is_not:
      return {&test, Operator::is, !positive};
    case Operator::not_in:
      return {&test, Operator::in, !positive};
    case Operator::not_contains:
      return {&test, Operator::contains, !positive};
    case Operator::is_empty:
      return {&test, Operator::is_set, !positive};
    default:
      return {&test, test.op, positive};
  }
}

bool is_age(Operator op) {
  return op == Operator::older_than || op == Operator::newer_than;
}
bool is_comparison(Operator op) {
  return op == Operator::less || op == Operator::at_most || op == Operator::greater || op == Operator::at_least;
}

/// A field that has one given value, to try candidates with the ordinary evaluation.
class OneValue final : public FieldSource {
 public:
  explicit OneValue(Value value) : value_(std::move(value)) {}
  [[nodiscard]] Value get(std::string_view) const override { return value_; }
  [[nodiscard]] Time now() const override { return Time{}; }

 private:
  Value value_;
};

std::vector<Value> values_of(const Condition& test) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&test.value)) return {list->begin(), list->end()};
  return {test.value};
}

std::int64_t count_values(const Condition& test) {
  const auto* list = std::get_if<std::vector<std::string>>(&test.value);
  return list == nullptr ? 1 : static_cast<std::int64_t>(list->size());
}

/// Texts whose parts are looked for: each value folded, each byte.
std::int64_t count_bytes(const Condition& test) {
  constexpr std::int64_t folding = 16;
  std::int64_t bytes = count_values(test) * folding;
  if (const auto* text = std::get_if<std::string>(&test.value)) bytes += static_cast<std::int64_t>(text->size());
  if (const auto* list = std::get_if<std::vector<std::string>>(&test.value)) {
    for (const auto& one : *list) bytes += static_cast<std::int64_t>(one.size());
  }
  return bytes;
}

/// How many comparisons of values the check of one field takes at most: all that its literals name with those that one of
/// them wants.
struct Cost {
  std::int64_t values = 0;
  std::int64_t comparisons = 0;
};
Cost cost_of(const std::vector<Literal>& literals) {
  constexpr std::int64_t bytes_a_comparison = 16;
  Cost cost;
  std::int64_t wanted = 1;
  std::int64_t wanted_bytes = 0;
  std::int64_t parts = 0;
  for (const auto& literal : literals) {
    const auto values = count_values(*literal.test);
    cost.values += values;
    if (literal.op == Operator::contains || literal.op == Operator::starts_with) parts += count_bytes(*literal.test);
    if (!literal.positive) continue;
    wanted = std::max(wanted, values);
    if (literal.op == Operator::is || literal.op == Operator::in)
      wanted_bytes = std::max(wanted_bytes, count_bytes(*literal.test));
  }
  cost.comparisons = cost.values * wanted + parts * wanted_bytes / bytes_a_comparison;
  return cost;
}

/// Every value that a field with one value may have when it equals `wanted`: a text may stand for a number or yes/no.
void add_candidates(const Value& wanted, std::vector<Value>& out) {
  out.push_back(wanted);
  const auto* text = std::get_if<std::string>(&wanted);
  if (text == nullptr) return;
  if (*text == "true" || *text == "false") out.emplace_back(*text == "true");
  const auto* end = text->data() + text->size();
  std::int64_t whole = 0;
  if (const auto [at, error] = std::from_chars(text->data(), end, whole); error == std::errc{} && at == end) {
    out.emplace_back(whole);
  }
  double real = 0;
  if (const auto [at, error] = std::from_chars(text->data(), end, real); error == std::errc{} && at == end) {
    out.emplace_back(real);
  }
}

/// A lower and an upper bound that tighten; empty when no number is left.
class Range {
 public:
  void above(long double bound, bool strict) {
    if (bound > low_ || (bound == low_ && strict)) {
      low_ = bound;
      low_strict_ = strict;
    }
  }
  void below(long double bound, bool strict) {
    if (bound < high_ || (bound == high_ && strict)) {
      high_ = bound;
      high_strict_ = strict;
    }
  }
  [[nodiscard]] bool empty() const { return low_ > high_ || (low_ == high_ && (low_strict_ || high_strict_)); }

 private:
  long double low_ = -std::numeric_limits<long double>::infinity();
  long double high_ = std::numeric_limits<long double>::infinity();
  bool low_strict_ = false;
  bool high_strict_ = false;
};

std::optional<long double> number_of(const Value& value) {
  if (const auto* i = std::get_if<std::int64_t>(&value)) return static_cast<long double>(*i);
  if (const auto* d = std::get_if<double>(&value)) return static_cast<long double>(*d);
  return std::nullopt;
}

/// Bounds of a number by the comparisons, or of an age by older_than and newer_than. A negated one bounds only because
/// a positive one of the same sort says that the field has a value of that sort.
bool ranges_exclude(const std::vector<Literal>& literals, bool (*sort)(Operator)) {
  if (std::ranges::none_of(literals, [&](const Literal& l) { return l.positive && sort(l.op); })) return false;
  Range range;
  for (const auto& literal : literals) {
    if (!sort(literal.op)) continue;
    const bool whole_only = is_age(literal.op);
    const auto bound = number_of(literal.test->value);
    if (!bound || (whole_only && !std::holds_alternative<std::int64_t>(literal.test->value))) {
      if (literal.positive) return true;  // a comparison with something that is no number never holds
      continue;
    }
    switch (literal.op) {
      case Operator::less:
        literal.positive ? range.below(*bound, true) : range.above(*bound, false);
        break;
      case Operator::at_most:
      case Operator::newer_than:
        literal.positive ? range.below(*bound, false) : range.above(*bound, true);
        break;
      case Operator::greater:
      case Operator::older_than:
        literal.positive ? range.above(*bound, true) : range.below(*bound, false);
        break;
      case Operator::at_least:
        literal.positive ? range.above(*bound, false) : range.below(*bound, true);
        break;
      default:
        break;
    }
  }
  return range.empty();
}

/// Some positive literal wants one of values that other literals all forbid. Holds for fields with one value and for
/// lists.
bool wanted_are_forbidden(const std::vector<Literal>& literals, std::optional<FieldType> type) {
  const bool is_list = type == FieldType::list;
  const bool has_parts = is_list || type == FieldType::text || type == FieldType::choice;
  std::vector<Value> forbidden;        // by `is` and `in`: forbids equal values, and list elements
  std::vector<Value> forbidden_parts;  // by `contains`: forbids them as parts, so as whole values too
  for (const auto& literal : literals) {
    if (literal.positive) continue;
    if (literal.op == Operator::is || literal.op == Operator::in)
      std::ranges::copy(values_of(*literal.test), std::back_inserter(forbidden));
    if (literal.op == Operator::contains)
      std::ranges::copy(values_of(*literal.test), std::back_inserter(forbidden_parts));
  }
  const auto has = [](const std::vector<Value>& values, const Value& value) {
    return std::ranges::find(values, value) != values.end();
  };
  for (const auto& literal : literals) {
    if (!literal.positive) continue;
    const bool exact = literal.op == Operator::is || literal.op == Operator::in;
    if (!exact && literal.op != Operator::contains) continue;
    const auto wanted = values_of(*literal.test);
    if (std::ranges::all_of(wanted, [&](const Value& value) {
          // A part of a text may be there though the whole text must not be equal to it.
          const bool by_equality = (exact || is_list) && has(forbidden, value);
          // A whole value has itself as a part unless it is a number, which has no parts.
          const bool by_part = (!exact || has_parts) && has(forbidden_parts, value);
          return by_equality || by_part;
        })) {
      return true;
    }
  }
  return false;
}

/// For a field with one value that some literal wants equal to one of few values: none of them passes all literals.
bool candidates_fail(const std::vector<Literal>& literals) {
  const auto anchor = std::ranges::find_if(
      literals, [](const Literal& l) { return l.positive && (l.op == Operator::is || l.op == Operator::in); });
  if (anchor == literals.end()) return false;
  std::vector<Value> candidates;
  for (const auto& value : values_of(*anchor->test)) add_candidates(value, candidates);
  if (candidates.size() > max_candidates) return false;
  return std::ranges::all_of(candidates, [&](const Value& candidate) {
    const OneValue source(candidate);
    return std::ranges::any_of(literals, [&](const Literal& literal) {
      if (is_age(literal.op)) return false;  // depends on now
      const bool as_written = literal.op == literal.test->op;  // or the complement
      return (holds(*literal.test, source) == as_written) != literal.positive;
    });
  });
}

class Prover {
 public:
  Prover(const CustomFieldTypes& types, ProofEffort& effort) : types_(types), all_(effort) {}

  /// The disjunctive form of `condition`, or of its complement; conjunctions that contradict themselves are left out.
  [[nodiscard]] Disjunction expand(const Condition& condition, bool positive) {
    switch (condition.kind) {
      case Condition::Kind::always:
        return positive ? std::vector<Conjunction>{{}} : std::vector<Conjunction>{};
      case Condition::Kind::test: {
        Conjunction one{literal_of(condition, positive)};
        if (contradicts(one)) return std::vector<Conjunction>{};
        return std::vector<Conjunction>{std::move(one)};
      }
      case Condition::Kind::all:
        return positive ? conjoin(condition.children, true) : disjoin(condition.children, false);
      case Condition::Kind::any:
        return positive ? disjoin(condition.children, true) : conjoin(condition.children, false);
      case Condition::Kind::none:
        return positive ? conjoin(condition.children, false) : disjoin(condition.children, true);
    }
    return std::nullopt;
  }

  /// Every conjunction of `left` with every one of `right`.
  [[nodiscard]] Disjunction cross(const std::vector<Conjunction>& left, const std::vector<Conjunction>& right) {
    std::vector<Conjunction> out;
    for (const auto& a : left) {
      for (const auto& b : right) {
        if (a.size() + b.size() > max_literals) return std::nullopt;
        Conjunction joined = a;
        joined.insert(joined.end(), b.begin(), b.end());
        if (--checks_left_ < 0 || spent()) return std::nullopt;
        if (contradicts(joined)) continue;
        if (out.size() == max_conjunctions) return std::nullopt;
        out.push_back(std::move(joined));
      }
    }
    return out;
  }

 private:
  [[nodiscard]] Disjunction conjoin(const std::vector<Condition>& children, bool positive) {
    std::vector<Conjunction> product{{}};
    bool too_long = false;
    for (const auto& child : children) {
      const auto expanded = expand(child, positive);
      if (!expanded) {
        too_long = true;  // leaves out a demand: the rest may still contradict itself
        continue;
      }
      auto next = cross(product, *expanded);
      if (!next) {
        too_long = true;
        continue;
      }
      product = std::move(*next);
      if (product.empty()) return product;
    }
    if (too_long) return std::nullopt;
    return product;
  }

  [[nodiscard]] Disjunction disjoin(const std::vector<Condition>& children, bool positive) {
    std::vector<Conjunction> sum;
    for (const auto& child : children) {
      auto expanded = expand(child, positive);
      if (!expanded || sum.size() + expanded->size() > max_conjunctions) return std::nullopt;
      std::ranges::move(*expanded, std::back_inserter(sum));
    }
    return sum;
  }

  [[nodiscard]] std::optional<FieldType> type_of(const std::string& field) const {
    if (const auto* known = find_catalogue_field(field)) return known->type;
    return types_ ? types_(field) : std::nullopt;
  }

  [[nodiscard]] bool spent() const { return own_.left() == 0 || all_.left() == 0; }
  bool spend(std::int64_t comparisons) { return own_.spend(comparisons) && all_.spend(comparisons); }

  [[nodiscard]] bool field_contradicts(const std::vector<Literal>& literals, std::optional<FieldType> type) {
    const bool must_have = std::ranges::any_of(literals, [](const Literal& l) { return l.positive; });
    const bool must_lack =
        std::ranges::any_of(literals, [](const Literal& l) { return !l.positive && l.op == Operator::is_set; });
    if (must_have && must_lack) return true;
    if (ranges_exclude(literals, is_comparison) || ranges_exclude(literals, is_age)) return true;
    const auto cost = cost_of(literals);
    const bool small = cost.comparisons <= max_comparisons;
    if (!spend(small ? cost.comparisons : cost.values) || !small) return false;
    const bool is_single = type && *type != FieldType::list;
    return wanted_are_forbidden(literals, type) || (is_single && candidates_fail(literals));
  }

  [[nodiscard]] bool contradicts(const Conjunction& conjunction) {
    if (!spend(static_cast<std::int64_t>(conjunction.size()))) return false;
    std::map<std::string_view, std::vector<Literal>> by_field;
    for (const auto& literal : conjunction) by_field[literal.test->field].push_back(literal);
    return std::ranges::any_of(by_field, [&](const auto& entry) {
      return field_contradicts(entry.second, type_of(std::string(entry.first)));
    });
  }

  const CustomFieldTypes& types_;
  ProofEffort& all_;
  ProofEffort own_{one_proof};
  int checks_left_ = max_checks;
};

}  // namespace

bool impossible(const Condition& condition, const CustomFieldTypes& types, ProofEffort& effort) {
  const auto form = Prover(types, effort).expand(condition, true);
  return form && form->empty();
}

bool contradict(const Condition& a, const Condition& b, const CustomFieldTypes& types, ProofEffort& effort) {
  Prover prover(types, effort);
  const auto form_a = prover.expand(a, true);
  const auto form_b = prover.expand(b, true);
  if ((form_a && form_a->empty()) || (form_b && form_b->empty())) return true;
  if (!form_a || !form_b) return false;
  const auto both = prover.cross(*form_a, *form_b);
  return both && both->empty();
}

bool impossible(const Condition& condition, const CustomFieldTypes& types) {
  ProofEffort effort(one_proof);
  return impossible(condition, types, effort);
}

bool contradict(const Condition& a, const Condition& b, const CustomFieldTypes& types) {
  ProofEffort effort(one_proof);
  return contradict(a, b, types, effort);
}

}  // namespace docket::domain
