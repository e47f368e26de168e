// SPDX-License-Identifier: Apache-2.0
// From a condition as somebody wrote it, in YAML or as JSON, to a checked one: names, operators and values in one
// place.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/condition/condition.hpp"
#include "domain/value.hpp"

namespace docket::domain {

/// A tree as it was written: `{all: […]}`, `{any: […]}`, `{not: …}` or `{field, operator, value}`.
struct RawCondition {
  enum class Kind { all, any, not_, test };
  Kind kind = Kind::test;
  std::vector<RawCondition> children{};  ///< of all and any; exactly one of not_
  std::string field{};
  std::string op{};              ///< name of an Operator; empty: none was given
  std::optional<Value> value{};  ///< nothing: none was given
  bool plain = false;            ///< the value is text without a type (YAML) that may stand for a number or yes/no
};

/// What a condition may know of one field.
struct ConditionField {
  FieldType type = FieldType::text;
  std::vector<std::string> values{};  ///< the only values that the field can have; empty: any
  bool in_lists = true;               ///< list filters and views may use it
  bool event_only = false;            ///< has a value only while a trigger looks at an event
};

/// The fields that conditions of one desk may name.
class ConditionFields {
 public:
  virtual ~ConditionFields() = default;
  [[nodiscard]] virtual std::optional<ConditionField> find(std::string_view name) const = 0;
  [[nodiscard]] virtual std::vector<std::string> names() const = 0;  ///< all of them, to suggest one
};

/// Where the condition will be used, and so what it may name.
struct ConditionUse {
  bool lists = false;    ///< becomes SQL: only fields with `in_lists`
  bool event = false;    ///< may name fields of the event that a trigger looks at
  bool persons = false;  ///< may use "@me" and "@my_teams", which are replaced before it is evaluated
};

/// One fault, with a JSON pointer below the condition: "/all/0/operator".
struct ConditionFault {
  std::string pointer{};
  Said message{};
  Said expected{};           ///< what would have been right; may be empty
  std::string suggestion{};  ///< the word that was perhaps meant; may be empty
  bool operator==(const ConditionFault&) const = default;
};

constexpr std::size_t max_condition_depth = 32;
constexpr std::size_t max_condition_tests = 200;   ///< tests and groups of one condition
constexpr std::size_t max_condition_values = 200;  ///< values of one list

/// Checks every part and gives all faults at once. Values get the type of their field: durations for older_than and
/// newer_than become microseconds, RFC 3339 text and dates (midnight UTC) become instants, `in` and its kin hold a list
/// of texts.
[[nodiscard]] std::expected<Condition, std::vector<ConditionFault>> check_condition(const RawCondition& raw,
                                                                                    const ConditionFields& fields,
                                                                                    const ConditionUse& use);

/// The same for the API: ErrorCode::invalid_field with a pointer to each fault, `prefix` in front.
[[nodiscard]] Result<Condition> build_condition(const RawCondition& raw, const ConditionFields& fields,
                                                const ConditionUse& use, const std::string& prefix);

/// What an operator takes besides its field.
enum class OperandKind { none, one, list, span };
[[nodiscard]] OperandKind operand_of(Operator op);

/// The operators that make sense for a type, in the order of the enumeration.
[[nodiscard]] std::vector<Operator> operators_for(FieldType type);

}  // namespace docket::domain
