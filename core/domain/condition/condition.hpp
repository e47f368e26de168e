// SPDX-License-Identifier: Apache-2.0
// The one condition language: guards, dispatch, SLA matching, triggers, views, list filters and row rights.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "domain/value.hpp"

namespace docket::domain {

/// How a field is compared. Logic has two values: a field without value fails every operator except `is_not`, `not_in`,
/// `not_contains` and `is_empty`, which it passes. Empty text and an empty list are no value, and an empty text to compare
/// with matches nothing. Whole numbers and numbers compare by their value. A text to compare with stands for a number or for
/// yes/no ("42", "true") where the field has such, and a whole number for its text in a list; everything else of unlike types is unequal and in no order.
enum class Operator {
  is,            ///< equal; on a list: the list has it
  is_not,        ///< the complement of `is`
  in,            ///< equal to one of a list of values
  not_in,        ///< the complement of `in`
  contains,      ///< text: has one of these as a part, both folded (base/text.hpp); list: has one of these
  not_contains,  ///< the complement of `contains`
  starts_with,   ///< text begins with this, both folded
  less,          ///< numbers and instants
  at_most,
  greater,
  at_least,
  older_than,   ///< instant lies more than the given microseconds before now
  newer_than,   ///< instant lies at most the given microseconds before now
  is_set,       ///< has a value (empty text and empty list count as none); takes no value
  is_empty,     ///< the complement of `is_set`; takes no value
};
BOOST_DESCRIBE_ENUM(Operator, is, is_not, in, not_in, contains, not_contains, starts_with, less, at_most, greater, at_least,
                    older_than, newer_than, is_set, is_empty)

/// A tree of tests. A default-constructed condition always holds.
struct Condition {
  enum class Kind { always, all, any, none, test };
  BOOST_DESCRIBE_NESTED_ENUM(Kind, always, all, any, none, test)
  Kind kind = Kind::always;
  std::vector<Condition> children{};  ///< of all, any and none (`not` of its children: none of them holds)
  std::string field{};                ///< a name of the field catalogue, or "field.<custom>"
  Operator op = Operator::is;
  Value value{};  ///< a list of texts for in, not_in, contains, not_contains

  bool operator==(const Condition&) const = default;
};
BOOST_DESCRIBE_STRUCT(Condition, (), (kind, children, field, op, value))  // as stored in jobs; people write RawCondition

/// What a condition asks for values. `get` gives monostate for a field without value.
class FieldSource {
 public:
  virtual ~FieldSource() = default;
  [[nodiscard]] virtual Value get(std::string_view field) const = 0;
  [[nodiscard]] virtual Time now() const = 0;
};

/// Pure; depth is bounded by the loader (32).
[[nodiscard]] bool holds(const Condition& condition, const FieldSource& source);

/// What type a field of the catalogue has; custom fields come from the forms.
enum class FieldType { text, choice, number, boolean, instant, list, id };

/// One built-in field that conditions may name.
struct CatalogueField {
  std::string_view name;         ///< as written in YAML and in filters, e.g. "state", "customer.level", "event.kind"
  FieldType type;
  bool in_lists;                 ///< has a column, so that list filters and views may use it
  bool event_only;               ///< known only while a trigger looks at an event
  std::string_view description;  ///< English, for the reference manual
};
/// Ascending by name.
[[nodiscard]] const std::vector<CatalogueField>& field_catalogue();
[[nodiscard]] const CatalogueField* find_catalogue_field(std::string_view name);

/// Tells the type of a custom field ("field.<name>"); nothing when unknown, which makes the two below more careful.
using CustomFieldTypes = std::function<std::optional<FieldType>(std::string_view)>;
/// True when the two can be shown never to hold together (used by `check` for guards; false when in doubt).
[[nodiscard]] bool contradict(const Condition& a, const Condition& b, const CustomFieldTypes& types = {});
/// True when the condition can be shown never to hold (used by `check` for rules; false when in doubt). Bounded work: a
/// condition whose disjunctive form is too long is in doubt.
[[nodiscard]] bool impossible(const Condition& condition, const CustomFieldTypes& types = {});

}  // namespace docket::domain
