// SPDX-License-Identifier: Apache-2.0
#include "api/parameters.hpp"

#include "base/both.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace docket::api {
namespace {

constexpr std::size_t most_parameters = 50;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      if (i + 2 >= text.size()) return {};
      const int high = hex(text[i + 1]);
      const int low = hex(text[i + 2]);
      if (high < 0 || low < 0) return {};
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return {};
    out.push_back(c);
  }
  if (!is_utf8(out)) return {};
  return out;
}

std::unexpected<Error> refuse(std::string name, Said message) {
  Error error;
  error.code = ErrorCode::unknown_parameter;
  error.say(both("The query string is wrong: {0}.", "网址参数有误：{1}。", message.en, message.zh));
  error.fields.push_back(field_error(std::move(name), std::move(message)));
  return std::unexpected{std::move(error)};
}

}  // namespace

Result<RawParameters> split_query(std::string_view raw) {
  RawParameters parameters;
  for (std::size_t from = 0; !raw.empty() && from <= raw.size();) {
    const std::size_t to = std::min(raw.find('&', from), raw.size());
    const auto part = raw.substr(from, to - from);
    from = to + 1;
    const std::size_t equals = std::min(part.find('='), part.size());
    auto name = decoded(part.substr(0, equals));
    if (!name || name->empty()) return refuse("", {"a name is empty or badly encoded", "参数名为空或编码有误"});
    auto value = decoded(part.substr(std::min(equals + 1, part.size())));
    if (!value) return refuse(*name, {"the value is badly encoded", "参数值编码有误"});
    if (std::ranges::any_of(parameters, [&](const auto& earlier) { return earlier.first == *name; })) {
      return refuse(*name, {"is given twice", "参数重复"});
    }
    if (parameters.size() == most_parameters) return refuse(*name, {"there are too many parameters", "参数太多"});
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

namespace detail {

boost::json::object parameter_object(const RawParameters& raw, std::span<const ParameterField> fields) {
  boost::json::object object;
  for (const auto& [name, text] : raw) {
    const auto field = std::ranges::find(fields, name, &ParameterField::name);
    object[name] = field == fields.end() ? boost::json::value(text) : field->value(text);
  }
  return object;
}

Error parameter_error(Error error) {
  error.code = ErrorCode::unknown_parameter;
  for (auto& field : error.fields) {
    if (field.pointer.starts_with('/')) field.pointer.erase(0, 1);
  }
  if (error.fields.size() == 1)
    error.say(both("Parameter {0} {1}.", "参数 {0}：{2}。", error.fields[0].pointer, error.fields[0].message,
                   error.fields[0].said().in(Language::zh)));
  else
    error.say(both("{} parameters are wrong.", "有 {} 个参数不对。", error.fields.size()));
  return error;
}

}  // namespace detail
}  // namespace docket::api
