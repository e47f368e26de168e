// SPDX-License-Identifier: Apache-2.0
// Settings of a plugin held against the schema of its manifest, a small part of JSON Schema. What is given has texts
// where YAML has scalars; the schema says what they are.
#include <re2/re2.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

#include "base/json.hpp"
#include "base/text.hpp"
#include "desk/ports/plugin_catalogue.hpp"

namespace docket::desk {
namespace {

namespace bj = boost::json;

std::string_view text_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
}
bool yes_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}
std::optional<double> number_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

class Typing {
 public:
  std::vector<FieldError> faults;
  std::map<std::string, std::string> secrets;

  bj::value value(const bj::object& schema, const bj::value& given, const std::string& pointer) {
    const auto type = text_in(schema, "type");
    if (type == "object") return object(schema, given, pointer);
    if (type == "array") return array(schema, given, pointer);
    return scalar(schema, type, given, pointer);
  }

 private:
  /// Goes on from the setting's name: "setting `x` is missing", "设置 `x`：没有填写".
  void fault(const std::string& pointer, Said message) {
    faults.push_back({pointer, std::move(message.en), std::move(message.zh)});
  }

  bj::value object(const bj::object& schema, const bj::value& given, const std::string& pointer) {
    if (!given.is_object()) {
      fault(pointer, {"must be a map", "要写成映射"});
      return bj::object{};
    }
    const auto& from = given.get_object();
    static const bj::object none;
    const auto* known = schema.if_contains("properties");
    const auto& properties = known != nullptr && known->is_object() ? known->get_object() : none;
    bj::object out;
    for (const auto& member : properties) {
      if (!member.value().is_object()) continue;
      const auto& below = member.value().get_object();
      auto at = pointer;
      json::append_pointer(at, member.key());
      if (const auto* value_given = from.if_contains(member.key())) {
        out[member.key()] = value(below, *value_given, at);
      } else if (const auto* fallback = below.if_contains("default")) {
        out[member.key()] = *fallback;
      }
    }
    for (const auto& member : from) {
      if (properties.contains(member.key())) continue;
      auto at = pointer;
      json::append_pointer(at, member.key());
      const auto* more = schema.if_contains("additionalProperties");
      if (more != nullptr && more->is_object()) {
        out[member.key()] = value(more->get_object(), member.value(), at);
      } else {
        fault(at, {"is not a setting of this plugin", "插件没有这项设置"});
      }
    }
    if (const auto* required = schema.if_contains("required"); required != nullptr && required->is_array()) {
      for (const auto& name : required->get_array()) {
        if (!name.is_string() || from.contains(name.get_string())) continue;
        auto at = pointer;
        json::append_pointer(at, name.get_string());
        fault(at, {"is missing", "没有填写"});
      }
    }
    return out;
  }

  bj::value array(const bj::object& schema, const bj::value& given, const std::string& pointer) {
    if (!given.is_array()) {
      fault(pointer, {"must be a list", "要写成列表"});
      return bj::array{};
    }
    const auto size = static_cast<double>(given.get_array().size());
    if (const auto least = number_in(schema, "minItems"); least && size < *least)
      fault(pointer, {"has too few items", "项数太少"});
    if (const auto most = number_in(schema, "maxItems"); size > most.value_or(1000)) {
      fault(pointer, {"has too many items", "项数太多"});
      return bj::array{};
    }
    bj::array out;
    static const bj::object any{{"type", "string"}};
    const auto* items = schema.if_contains("items");
    const auto& below = items != nullptr && items->is_object() ? items->get_object() : any;
    for (std::size_t i = 0; i < given.get_array().size(); ++i) {
      out.push_back(value(below, given.get_array()[i], pointer + "/" + std::to_string(i)));
    }
    return out;
  }

  bj::value scalar(const bj::object& schema, std::string_view type, const bj::value& given, const std::string& pointer) {
    if (!given.is_string()) {
      fault(pointer, {"must be a single value", "要写成单个值"});
      return nullptr;
    }
    const std::string_view text = given.get_string();
    bj::value out = nullptr;
    if (type == "boolean") {
      if (text == "true" || text == "false") {
        out = text == "true";
      } else {
        fault(pointer, {"must be true or false", "只能是 true 或 false"});
      }
    } else if (type == "integer" || type == "number") {
      out = number(schema, type == "integer", text, pointer);
    } else {
      out = string(schema, text, pointer);
    }
    if (const auto* words = schema.if_contains("enum"); words != nullptr && words->is_array() && !out.is_null()) {
      if (std::ranges::find(words->get_array(), out) == words->get_array().end()) {
        Said expected;
        for (const auto& word : words->get_array()) {
          const auto shown = word.is_string() ? std::string(word.get_string()) : bj::serialize(word);
          expected.en += (expected.empty() ? "must be one of " : ", ") + shown;
          expected.zh += (expected.zh.empty() ? "只能是以下之一：" : "、") + shown;
        }
        fault(pointer, std::move(expected));
      }
    }
    return out;
  }

  bj::value number(const bj::object& schema, bool whole, std::string_view text, const std::string& pointer) {
    double number = 0;
    std::int64_t integer = 0;
    const auto* const end = text.data() + text.size();
    const auto read = whole ? std::from_chars(text.data(), end, integer) : std::from_chars(text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number)) {
      fault(pointer, whole ? Said{"must be a whole number", "要写成整数"} : Said{"must be a number", "要写成数字"});
      return nullptr;
    }
    const double seen = whole ? static_cast<double>(integer) : number;
    const auto least = number_in(schema, "minimum");
    const auto most = number_in(schema, "maximum");
    if ((least && seen < *least) || (most && seen > *most)) {
      Said bounds{"must be", "要"};
      if (least) {
        const auto bound = bj::serialize(schema.at("minimum"));
        bounds.en += " at least " + bound;
        bounds.zh += "不小于 " + bound;
      }
      if (most) {
        const auto bound = bj::serialize(schema.at("maximum"));
        bounds.en += (least ? " and at most " : " at most ") + bound;
        bounds.zh += (least ? "，不大于 " : "不大于 ") + bound;
      }
      fault(pointer, std::move(bounds));
    }
    if (whole) return integer;
    return number;
  }

  bj::value string(const bj::object& schema, std::string_view text, const std::string& pointer) {
    if (yes_in(schema, "secret")) {
      if (!text.starts_with('/')) {
        fault(pointer, {"must be the absolute path of a file that holds the secret, never the secret itself",
                        "要写存放密钥的文件的绝对路径，不能写密钥本身"});
        return nullptr;
      }
      secrets[pointer] = std::string(text);
      return bj::value(pointer);
    }
    const auto length = static_cast<double>(count_characters(text));
    if (const auto least = number_in(schema, "minLength"); least && length < *least)
      fault(pointer, {"is too short", "太短"});
    if (const auto most = number_in(schema, "maxLength"); length > most.value_or(10'000))
      fault(pointer, {"is too long", "太长"});
    if (const auto pattern = text_in(schema, "pattern"); !pattern.empty()) {
      const std::string shown(pattern);
      const re2::RE2 expression(re2::StringPiece(pattern.data(), pattern.size()), re2::RE2::Quiet);
      if (expression.ok() && !re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), expression))
        fault(pointer, {"must match " + shown, "不符合要求的格式 " + shown});
    }
    if (text_in(schema, "format") == "uri" && !text.starts_with("https://") && !text.starts_with("http://"))
      fault(pointer,
            {"must be an address that begins with https:// or http://", "要写以 https:// 或 http:// 开头的地址"});
    return bj::value(text);
  }
};

}  // namespace

bool stands_in(const std::vector<std::filesystem::path>& directories, const std::filesystem::path& file) {
  const auto plain = file.lexically_normal();
  return std::ranges::any_of(directories, [&](const std::filesystem::path& one) {
    auto directory = one.lexically_normal();
    if (!directory.has_filename()) directory = directory.parent_path();  // it was written with a slash at its end
    const auto at = std::mismatch(directory.begin(), directory.end(), plain.begin(), plain.end());
    return directory.is_absolute() && at.first == directory.end() && at.second != plain.end();
  });
}

bool PluginManifest::has(std::string_view call) const {
  return std::ranges::find(calls, call) != calls.end();
}

Result<TypedSettings> typed_settings(const bj::object& schema, const bj::object& given) {
  Typing typing;
  auto top = schema;
  top["type"] = "object";
  auto values = typing.value(top, given, {});
  if (!typing.faults.empty()) {
    Error error;
    error.code = ErrorCode::invalid_field;
    const auto& first = typing.faults.front();
    error.detail = "A setting " + first.message + ": " + first.pointer;
    error.detail_zh = "插件设置 " + first.pointer + "：" + first.message_zh;
    error.fields = std::move(typing.faults);
    return std::unexpected(std::move(error));
  }
  TypedSettings out;
  out.values = std::move(values.as_object());
  out.secrets = std::move(typing.secrets);
  return out;
}

}  // namespace docket::desk
