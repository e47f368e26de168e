// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/form.hpp"

#include <algorithm>

#include "base/both.hpp"
#include "base/enum.hpp"
#include "base/suggest.hpp"
#include "domain/chinese_names.hpp"
#include "domain/ticket/field_check.hpp"

namespace docket::domain {
namespace {

std::string pointer_to(const std::string& prefix, std::string_view field) {
  std::string out = prefix;
  for (const char c : field) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

void refuse_unknown(const Form& form, const Fields& given, const std::string& prefix, std::vector<FieldError>& errors) {
  std::vector<std::string_view> names;
  for (const auto& field : form.fields) names.push_back(field.name);
  for (const auto& [name, value] : given) {
    if (form.find_field(name) != nullptr) continue;
    errors.push_back(field_error(pointer_to(prefix, name),
                                 both("Tickets of type '{0}' have no such field.{1}", "{2}工单没有这个字段。", form.name,
                                      did_you_mean(name, names), zh_quoted(form.title, form.name))));
  }
}

}  // namespace

std::string_view name(Priority priority) {
  return enum_name(priority);
}

std::optional<Priority> find_priority(std::string_view name) {
  return enum_from_name<Priority>(name);
}

const Field* Form::find_field(std::string_view field) const {
  const auto it = std::ranges::find(fields, field, &Field::name);
  return it == fields.end() ? nullptr : &*it;
}

Result<Fields> check_fields(const Form& form, const Fields& given, bool creation, const std::string& pointer_prefix) {
  Fields checked;
  std::vector<FieldError> errors;
  for (const auto& field : form.fields) {
    const auto it = given.find(field.name);
    if (it == given.end() && !creation) continue;
    auto value = it == given.end() ? Result<Value>(Value{}) : check_value(field, it->second);
    if (value && is_empty_value(*value) && creation) value = check_value(field, field.initial);
    if (!value) {
      errors.push_back(field_error(pointer_to(pointer_prefix, field.name), value.error().said()));
    } else if (!is_empty_value(*value)) {
      checked.emplace(field.name, std::move(*value));
    } else if (field.required) {
      errors.push_back({pointer_to(pointer_prefix, field.name), "This field must have a value.", "请填写。"});
    } else if (!creation) {
      checked.emplace(field.name, Value{});
    }
  }
  refuse_unknown(form, given, pointer_prefix, errors);
  if (errors.empty()) return checked;
  Error error;
  error.code = ErrorCode::invalid_field;
  error.say(errors.size() == 1 ? errors.front().said()
                               : both("{} fields are not as the form wants them.", "有 {} 处不符合表单要求。", errors.size()));
  error.fields = std::move(errors);
  return std::unexpected(std::move(error));
}

}  // namespace docket::domain
