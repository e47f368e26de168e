// SPDX-License-Identifier: Apache-2.0
// Compiled forms: the ticket types of a desk with their custom fields.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/value.hpp"
#include "domain/workflow/workflow.hpp"

namespace docket::domain {

enum class Priority { low, normal, high, urgent };
BOOST_DESCRIBE_ENUM(Priority, low, normal, high, urgent)
[[nodiscard]] std::string_view name(Priority priority);
[[nodiscard]] std::optional<Priority> find_priority(std::string_view name);

enum class FieldKind { text, long_text, integer, number, boolean, choice, choices, date, instant, phone, email };
BOOST_DESCRIBE_ENUM(FieldKind, text, long_text, integer, number, boolean, choice, choices, date, instant, phone, email)

struct Choice {
  std::string name{};
  Title title{};
  bool operator==(const Choice&) const = default;
};

struct Field {
  std::string name{};
  Title title{};
  FieldKind kind = FieldKind::text;
  bool required = false;          ///< at creation
  bool indexed = false;           ///< list filters may use it on a desk of any size
  bool customer_visible = false;  ///< shown to the customer and taken from the customer's form
  std::string group{};            ///< field group for rights; empty: none
  std::vector<Choice> choices{};
  std::optional<double> minimum{};
  std::optional<double> maximum{};
  std::size_t max_length = 500;   ///< in characters, for text kinds
  std::string pattern{};          ///< RE2, whole value; empty: any
  Value initial{};                ///< value when none is given
  std::string help{};
  bool operator==(const Field&) const = default;
};

/// A ticket type.
struct Form {
  std::string name{};
  Title title{};
  std::string workflow{};
  Priority priority = Priority::normal;
  std::vector<Field> fields{};
  bool customer_may_create = true;
  bool operator==(const Form&) const = default;

  [[nodiscard]] const Field* find_field(std::string_view field) const;
};

/// Checks values against a form; `pointer_prefix` is put before each field's name. On creation required fields must be
/// there and initial values are filled in, and fields without value have no entry; otherwise only the given fields are looked
/// at and null clears, which a required field refuses. Blank texts and empty lists count as null; instants may come as RFC 3339
/// text. Reports every fault at once (ErrorCode::invalid_field).
[[nodiscard]] Result<Fields> check_fields(const Form& form, const Fields& given, bool creation, const std::string& pointer_prefix);

}  // namespace docket::domain
