// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/sample_value.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace docket::domain {

Value sample_value(const Field& field, Time now) {
  const auto number = field.minimum.value_or(field.maximum ? std::min(1.0, *field.maximum) : 1.0);
  switch (field.kind) {
    case FieldKind::integer:
      return static_cast<std::int64_t>(std::ceil(number));
    case FieldKind::number:
      return number;
    case FieldKind::boolean:
      return true;
    case FieldKind::choice:
      return field.choices.empty() ? Value{} : Value{field.choices[0].name};
    case FieldKind::choices:
      return field.choices.empty() ? Value{} : Value{std::vector<std::string>{field.choices[0].name}};
    case FieldKind::date:
      return to_rfc3339(now).substr(0, 10);
    case FieldKind::instant:
      return std::int64_t{now.time_since_epoch().count()};
    case FieldKind::phone:
      return std::string("13800000000");
    case FieldKind::email:
      return std::string("someone@example.com");
    case FieldKind::text:
    case FieldKind::long_text:
      return std::string(first_characters(field.pattern.empty() ? "示例" : "SAMPLE0000000001",
                                          std::max<std::size_t>(field.max_length, 1)));
  }
  return {};
}

}  // namespace docket::domain
