// SPDX-License-Identifier: Apache-2.0
// The fields that conditions of a desk may name: the catalogue, and the custom fields of its forms.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/condition/build.hpp"
#include "domain/ticket/form.hpp"

namespace docket::domain {

struct Definitions;

/// A copy of what it needs: lives on its own, any thread may read it.
class DeskFields final : public ConditionFields {
 public:
  /// The catalogue without any form.
  DeskFields();
  /// Catalogue and forms, and for the catalogue's fields the values that the desk knows (states, teams, types …).
  explicit DeskFields(const Definitions& definitions);

  /// Custom fields of a form, as "field.<name>". A field of one name that two forms declare with different choices gets
  /// both; with different kinds the first wins (the compiler refuses that).
  void add_form(const Form& form);
  /// Says which values a field of the catalogue can have. Unknown fields are ignored.
  void set_values(std::string_view field, std::vector<std::string> values);

  [[nodiscard]] std::optional<ConditionField> find(std::string_view name) const override;
  [[nodiscard]] std::vector<std::string> names() const override;

 private:
  std::map<std::string, ConditionField, std::less<>> fields_;
};

/// What a custom field of that kind is to a condition.
[[nodiscard]] FieldType condition_type(FieldKind kind);

}  // namespace docket::domain
