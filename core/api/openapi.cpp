// SPDX-License-Identifier: Apache-2.0
#include "api/openapi.hpp"

#include "api/problem.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <set>

namespace docket::api {
namespace {

namespace bj = boost::json;

constexpr std::string_view problem_type = "application/problem+json";

bj::object reference(std::string_view to) {
  return {{"$ref", to}};
}

bj::object with_schema(std::string_view media_type, bj::value schema) {
  return {{media_type, bj::object{{"schema", std::move(schema)}}}};
}

bj::object header_parameter(std::string_view name, bool required, std::string_view description, bj::object schema) {
  return {{"name", name},
          {"in", "header"},
          {"required", required},
          {"description", description},
          {"schema", std::move(schema)}};
}

// The members of an object schema as parameters.
void add_parameters(bj::array& parameters, bj::object& object, std::string_view in) {
  const auto* required = object.if_contains("required");
  const auto is_required = [&](bj::string_view name) {
    return required != nullptr &&
           std::ranges::any_of(required->as_array(), [&](const auto& r) { return r.as_string() == name; });
  };
  for (auto& [name, schema] : object.at("properties").as_object()) {
    bj::object parameter{{"name", name}, {"in", in}, {"required", in == "path" || is_required(name)}};
    auto& members = schema.as_object();
    if (auto* description = members.if_contains("description")) {
      parameter["description"] = *description;
      members.erase("description");
    }
    if (const auto* type = members.if_contains("type"); type != nullptr && *type == "array") {
      parameter["style"] = "form";
      parameter["explode"] = false;
    }
    parameter["schema"] = std::move(schema);
    parameters.push_back(std::move(parameter));
  }
}

std::string access_sentence(const Access& access) {
  if (const auto right = access.right()) {
    const auto other = access.other_right();
    return "Needs the right `" + std::string{enum_name(*right)} + "`" +
           (other ? " or `" + std::string{enum_name(*other)} + "`" : "") + ".";
  }
  if (const auto purpose = access.purpose()) {
    const std::string who =
        *purpose == desk::LinkPurpose::portal ? "a customer's link to a ticket" : "a guest's link (协作人)";
    return access.needs_credentials() ? "For whoever has " + who + "." : "For anybody, or whoever has " + who + ".";
  }
  return access.needs_credentials() ? "For anybody who is signed in." : "For anybody.";
}

bj::object responses(const Route& route, RouteShapes& shapes) {
  const RouteSpec& spec = route.spec();
  bj::object all;
  bj::object success;
  const bool empty = !shapes.answer;
  const int status = empty && spec.success == 200 ? 204 : spec.success;
  success["description"] = empty           ? "Done."
                           : status == 201 ? "Made."
                           : status == 202 ? "Accepted; goes on as a job."
                                           : "As asked.";
  bj::object headers;
  if (status == 201) headers["Location"] = reference("#/components/headers/Location");
  if (spec.if_match != Match::none) headers["ETag"] = reference("#/components/headers/ETag");
  if (!headers.empty()) success["headers"] = std::move(headers);
  if (!empty) success["content"] = with_schema(shapes.answer_type, std::move(*shapes.answer));
  all[std::to_string(status)] = std::move(success);

  std::map<int, std::string> problems;
  for (const ErrorCode code : errors_of(route)) {
    auto& text = problems[info(code).http_status];
    text += (text.empty() ? "" : " ") + ("`" + std::string{info(code).name} + "`: " + std::string{info(code).title});
  }
  for (auto& [problem, text] : problems) {
    all[std::to_string(problem)] = bj::object{
        {"description", text}, {"content", with_schema(problem_type, reference("#/components/schemas/Problem"))}};
  }
  return all;
}

bj::object operation(const Route& route, json::SchemaBook& book) {
  const RouteSpec& spec = route.spec();
  RouteShapes shapes = route.endpoint().shapes(book);
  bj::object out{{"operationId", spec.name}, {"tags", bj::array{resource_of(spec.path)}}, {"summary", spec.summary}};
  std::string description{spec.description};
  if (!description.empty()) description += "\n\n";
  out["description"] = description + access_sentence(spec.access);
  if (const auto right = spec.access.right()) out["x-docket-right"] = enum_name(*right);
  if (const auto other = spec.access.other_right()) out["x-docket-other-right"] = enum_name(*other);
  out["x-docket-rate"] = enum_name(spec.rate);
  if (const auto purpose = spec.access.purpose()) {
    bj::array ways{bj::object{{"link", bj::array{}}}};
    if (!spec.access.needs_credentials()) ways.push_back(bj::object{});
    out["security"] = std::move(ways);
    out["x-docket-link"] = enum_name(*purpose);
  } else if (!spec.access.needs_credentials()) {
    out["security"] = bj::array{};
  }

  bj::array parameters;
  add_parameters(parameters, shapes.path, "path");
  add_parameters(parameters, shapes.query, "query");
  if (spec.if_match != Match::none) {
    parameters.push_back(header_parameter("If-Match", spec.if_match == Match::required,
                                          "The ETag that was read; the change is refused if somebody was faster.",
                                          {{"type", "string"}, {"examples", bj::array{"\"v3\""}}}));
  }
  if (remembers(route)) {
    parameters.push_back(reference("#/components/parameters/IdempotencyKey"));
  }
  if (!parameters.empty()) out["parameters"] = std::move(parameters);
  if (shapes.body) {
    out["requestBody"] =
        bj::object{{"required", true}, {"content", with_schema(shapes.body_type, std::move(*shapes.body))}};
  }
  out["responses"] = responses(route, shapes);
  return out;
}

bj::object shared_components(json::SchemaBook& book) {
  (void)book.schema<Problem>(json::SchemaBook::Direction::out);
  bj::object components;
  components["schemas"] = book.components();
  components["securitySchemes"] = bj::object{
      {"token", bj::object{{"type", "http"}, {"scheme", "bearer"}, {"description", "A token made at /api/v1/tokens."}}},
      {"link", bj::object{{"type", "http"},
                          {"scheme", "bearer"},
                          {"description", "The secret in the fragment of a link, beginning with `dlk_`. It opens one ticket, for "
                                          "one purpose, until it ends or is taken back."}}},
      {"session", bj::object{{"type", "apiKey"},
                             {"in", "cookie"},
                             {"name", session_cookie},
                             {"description", "For browsers. Unsafe methods must come from Docket's own pages."}}}};
  components["parameters"] = bj::object{
      {"IdempotencyKey",
       header_parameter(
           "Idempotency-Key", false,
           "Made by the client for each new request. A repetition within 24 hours gets the first answer again "
           "and does nothing; the same key with another request is refused. Routes without this parameter do not look at it.",
           {{"type", "string"}, {"minLength", 1}, {"maxLength", 128}, {"pattern", "^[!-~]+$"}})}};
  const bj::object text{{"type", "string"}};
  components["headers"] = bj::object{
      {"Location", bj::object{{"description", "Where what was made is found."}, {"schema", text}}},
      {"ETag", bj::object{{"description", "The version, for If-Match."}, {"schema", text}}}};
  return components;
}

}  // namespace

std::vector<ErrorCode> errors_of(const Route& route) {
  using enum ErrorCode;
  const RouteSpec& spec = route.spec();
  const bool command = route.kind() == RouteKind::command;
  std::set<ErrorCode> codes{unknown_parameter, internal, too_many_requests};
  codes.insert(spec.errors.begin(), spec.errors.end());
  if (route.kind() != RouteKind::plain) codes.insert({overloaded, shutting_down, database_unavailable});
  if (command) codes.insert({invalid_header, storage_full});
  if (spec.keyed) codes.insert(invalid_header);
  if (spec.access.needs_credentials()) codes.insert(unauthenticated);
  if (spec.access.right()) codes.insert(forbidden);
  if (spec.verb != http::Method::get && spec.access.needs_credentials()) codes.insert(origin_refused);
  if (spec.path.find('{') != spec.path.npos) codes.insert(not_found);
  if (route.endpoint().body_kind() == BodyKind::json) {
    codes.insert({malformed_json, invalid_field, too_large, unsupported_media_type});
  } else if (route.endpoint().body_kind() == BodyKind::upload) {
    codes.insert(too_large);
  }
  if (spec.if_match != Match::none) codes.insert(stale_version);
  if (spec.if_match == Match::required) codes.insert(precondition_required);
  if (remembers(route)) {
    codes.insert(idempotency_mismatch);
    if (spec.replay == Replay::refuse) codes.insert(already_done);
  }
  std::vector<ErrorCode> sorted{codes.begin(), codes.end()};
  std::ranges::stable_sort(sorted, {}, [](ErrorCode code) { return info(code).http_status; });
  return sorted;
}

std::string rates_told() {
  std::string out = "Rates, in requests a second for long and in requests at once:";
  const RateLimits limits;
  for (std::size_t i = 1; i < rate_class_count; ++i) {  // the first is `none`
    const auto rate_class = static_cast<RateClass>(i);
    const auto& rate = limits[rate_class];
    out += fmt::format("{} {} {} and {}", i == 1 ? "" : ",", enum_name(rate_class), rate.per_second, rate.burst);
  }
  return out + ". They count by token, session or link, and by address for strangers; what links do counts as `outside` by "
               "address too, wrong secrets as `failure`. Beyond a rate the answer is `too_many_requests` with `Retry-After`.";
}

std::string openapi_document(const std::vector<Route>& routes) {
  json::SchemaBook book;
  bj::object paths;
  for (const Route& route : routes) {
    auto& path = paths[route.spec().path];
    if (path.is_null()) path = bj::object{};
    std::string verb{http::name(route.spec().verb)};
    std::ranges::transform(verb, verb.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    path.as_object()[verb] = operation(route, book);
  }
  bj::object document;
  document["openapi"] = "3.1.0";
  document["info"] = bj::object{{"title", "Docket"},
                                {"version", "1"},
                                {"license", bj::object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}},
                                {"description",
                                 std::string{"Times are RFC 3339 in UTC, durations are whole microseconds. Unknown names in a body "
                                 "are refused, each fault with a "
                                 "JSON pointer. A member that has no value is left out; null clears it where a schema "
                                 "allows null. Lists come in pages: "
                                 "`next` is the cursor of the next one. "} + rates_told()}};
  document["servers"] = bj::array{bj::object{{"url", "/"}}};
  document["security"] = bj::array{bj::object{{"token", bj::array{}}}, bj::object{{"session", bj::array{}}}};
  document["paths"] = std::move(paths);
  document["components"] = shared_components(book);
  std::string text;
  json::append_value(text, document);
  return text;
}

}  // namespace docket::api
