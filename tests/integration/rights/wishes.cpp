// SPDX-License-Identifier: Apache-2.0
#include "wishes.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>

#include "api/openapi.hpp"

namespace docket::rights {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::int64_t whole(const boost::json::object& schema, const char* name, std::int64_t fallback) {
  const auto* found = schema.if_contains(name);
  return found == nullptr ? fallback : found->to_number<std::int64_t>();
}

std::string kind_of(const boost::json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (type == nullptr) return {};
  return std::string{type->is_array() ? type->as_array().front().as_string() : type->as_string()};
}

}  // namespace

Wishes::Wishes(const House& house)
    : house_(house), document_(boost::json::parse(api::openapi_document(house.routes()))) {}

const boost::json::object& Wishes::operation(const api::Route& route) const {
  const auto& paths = document_.at("paths").as_object();
  return paths.at(route.spec().path).at(lower(http::name(route.spec().verb))).as_object();
}

const boost::json::object& Wishes::resolved(const boost::json::value& schema) const {
  const auto& object = schema.as_object();
  for (const char* one : {"allOf", "oneOf", "anyOf"}) {
    if (const auto* parts = object.if_contains(one)) return resolved(parts->as_array().front());
  }
  const auto* reference = object.if_contains("$ref");
  if (reference == nullptr) return object;
  return resolved(document_.at_pointer(std::string{reference->as_string()}.substr(1)));
}

boost::json::value Wishes::value(const std::string& name, const boost::json::value& of, const Hints& hints) const {
  const auto& schema = resolved(of);
  if (name == "type") return "consult";
  if (name == "reason") return "等待客户";  // to hold a ticket
  if (name == "transition") return boost::json::string(hints.transition);
  if (name == "into" || name == "ticket") return hints.other_ticket.value;
  if (name == "tickets") return boost::json::array{hints.other_ticket.value};
  if (name == "users") return boost::json::array{house_.someone().value};
  if (name == "user" || name == "user_id") return house_.someone().value;
  if (name == "login" || name == "name" || name == "value") return boost::json::string(hints.unique);
  if (name == "password") return House::password;
  if (name == "filter") return boost::json::parse(R"({"field":"team","op":"is","value":"service"})");
  if (name == "selection") return boost::json::object{{"tickets", boost::json::array{hints.other_ticket.value}}};
  if (name == "scopes") return boost::json::array{"ticket_read"};
  if (name == "files") return house_.files();
  if (name == "from") return "2026-03-03T01:00:00Z";
  if (name == "to" || name == "until" || name == "expires_at") return "2026-03-03T09:00:00Z";
  if (const auto* words = schema.if_contains("enum")) {
    const auto& all = words->as_array();
    const auto note = std::ranges::find(all, boost::json::value("note"));
    return note == all.end() ? all.front() : *note;
  }
  const auto kind = kind_of(schema);
  if (kind == "string") {
    const auto length = static_cast<std::size_t>(whole(schema, "minLength", 1));
    return boost::json::string(std::string(std::max<std::size_t>(length, 1), 'x'));
  }
  if (kind == "integer" || kind == "number") return whole(schema, "minimum", 1);
  if (kind == "boolean") return false;
  if (kind == "array") {
    boost::json::array out;
    for (std::int64_t i = 0; i < whole(schema, "minItems", 0); ++i) out.push_back(value(name, schema.at("items"), hints));
    return out;
  }
  boost::json::object out;
  if (const auto* required = schema.if_contains("required")) {
    for (const auto& member : required->as_array()) {
      const std::string key{member.as_string()};
      out[key] = value(key, schema.at("properties").at(key), hints);
    }
  }
  return out;
}

std::string Wishes::body(const api::Route& route, const Hints& hints) const {
  const auto* body = operation(route).if_contains("requestBody");
  if (body == nullptr || route.endpoint().body_kind() != api::BodyKind::json) return {};
  const auto& schema = body->at("content").at("application/json").at("schema");
  auto made = value("", schema, hints);
  // What is new wants a name, though the schema is that of a change, where nothing is required.
  if (const auto* properties = resolved(schema).if_contains("properties");
      properties != nullptr && made.is_object() && route.spec().verb == http::Method::post) {
    for (const char* name : {"login", "name"}) {
      if (const auto* property = properties->as_object().if_contains(name)) made.as_object()[name] = value(name, *property, hints);
    }
  }
  // Another one than the tickets have.
  if (route.spec().name == "change_ticket_type") made.as_object()["type"] = "logistics";
  return boost::json::serialize(made);
}

std::string Wishes::member_with_ticket(const api::Route& route) const {
  if (route.endpoint().body_kind() != api::BodyKind::json) return {};
  const auto& schema = resolved(operation(route).at("requestBody").at("content").at("application/json").at("schema"));
  const auto* properties = schema.if_contains("properties");
  for (const char* name : {"into", "ticket"}) {
    if (properties != nullptr && properties->as_object().contains(name)) return name;
  }
  return {};
}

std::string Wishes::query(const api::Route& route) const {
  const auto* parameters = operation(route).if_contains("parameters");
  std::string out;
  if (parameters == nullptr) return out;
  for (const auto& parameter : parameters->as_array()) {
    const auto& one = resolved(parameter);
    const auto* required = one.if_contains("required");
    if (one.at("in").as_string() != "query" || required == nullptr || !required->as_bool()) continue;
    const std::string name{one.at("name").as_string()};
    std::string text = "%E7%9F%B3%E6%A6%B4";  // 石榴, which every ticket of the matrix bears
    if (name == "from") text = "2026-03-01";
    if (name == "to") text = "2026-03-03";
    if (const auto* words = resolved(one.at("schema")).if_contains("enum")) text = words->as_array().front().as_string();
    out += (out.empty() ? "?" : "&") + name + "=" + text;
  }
  return out;
}

}  // namespace docket::rights
