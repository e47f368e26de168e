// SPDX-License-Identifier: Apache-2.0
// What an error looks like to a client, for the description of the API. The transport writes it (http/render.hpp).
#pragma once

#include "base/error.hpp"
#include "base/json_rules.hpp"

#include <array>
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::api {

struct ProblemField {
  std::string pointer, message;
  std::optional<std::string> message_zh;
};
BOOST_DESCRIBE_STRUCT(ProblemField, (), (pointer, message, message_zh))
constexpr auto field_rules(const ProblemField*) {
  return std::array{
      json::FieldRule{.field = "pointer", .description = "JSON pointer into the body, or the name of a parameter."},
      json::FieldRule{.field = "message", .description = "What was expected there."},
      json::FieldRule{.field = "message_zh", .description = "The same in Chinese."}};
}

/// RFC 9457.
struct Problem {
  std::string type, title;
  int status = 0;
  std::string code;
  std::optional<std::string> detail, detail_zh;
  std::optional<std::vector<ProblemField>> fields;
  std::optional<std::vector<std::string>> allowed;
  std::string request_id;
};
BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, code, detail, detail_zh, fields, allowed, request_id))
constexpr auto field_rules(const Problem*) {
  return std::array{
      json::FieldRule{.field = "type",
                      .description = "Names the error for programs.",
                      .example = "\"urn:docket:error:stale_version\""},
      json::FieldRule{.field = "title", .description = "One sentence about this kind of error."},
      json::FieldRule{.field = "status", .range = {400, 599}},
      json::FieldRule{.field = "code", .description = "The stable word for programs.", .example = "\"stale_version\""},
      json::FieldRule{.field = "detail", .description = "What happened here and what to do about it."},
      json::FieldRule{.field = "detail_zh", .description = "The same in Chinese."},
      json::FieldRule{.field = "fields", .description = "Every wrong field."},
      json::FieldRule{.field = "allowed", .description = "What would be accepted instead: steps or methods."},
      json::FieldRule{.field = "request_id", .description = "To be given to the operator, who finds it in the log."}};
}

/// "tickets" for "/api/v1/tickets/{ticket_id}".
[[nodiscard]] std::string_view resource_of(std::string_view path);

}  // namespace docket::api
