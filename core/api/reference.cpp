// SPDX-License-Identifier: Apache-2.0
#include "api/reference.hpp"

#include "api/openapi.hpp"
#include "api/problem.hpp"

#include <algorithm>

namespace docket::api {
namespace {

std::string access_of(const Access& access) {
  if (const auto right = access.right()) {
    const auto other = access.other_right();
    return "`" + std::string{enum_name(*right)} + "`" + (other ? " or `" + std::string{enum_name(*other)} + "`" : "");
  }
  if (const auto purpose = access.purpose())
    return std::string{enum_name(*purpose)} + (access.needs_credentials() ? " link" : " link or anybody");
  return access.needs_credentials() ? "signed in" : "anybody";
}

std::string codes_of(const Route& route) {
  // What any route may answer is said once, on top.
  constexpr std::array common{
      ErrorCode::internal,  ErrorCode::overloaded,        ErrorCode::shutting_down,  ErrorCode::database_unavailable,
      ErrorCode::forbidden, ErrorCode::unauthenticated,   ErrorCode::storage_full,   ErrorCode::too_many_requests,
      ErrorCode::not_found, ErrorCode::unknown_parameter, ErrorCode::invalid_header, ErrorCode::origin_refused,
      ErrorCode::too_large, ErrorCode::malformed_json,    ErrorCode::invalid_field,  ErrorCode::unsupported_media_type};
  std::string text;
  for (const ErrorCode code : errors_of(route)) {
    if (std::ranges::find(common, code) != common.end()) continue;
    text += (text.empty() ? "" : ", ") + ("`" + std::string{info(code).name} + "`");
  }
  return text;
}

}  // namespace

std::string routes_page(const std::vector<Route>& routes) {
  std::string page =
      "# Routes\n\n"
      "Made from the route table by a test; do not edit. Bodies and answers stand in `/api/v1/openapi.json`.\n\n"
      "Any route may answer `unauthenticated`, `forbidden`, `origin_refused`, `not_found`, `unknown_parameter`, "
      "`invalid_header`, "
      "`malformed_json`, `invalid_field`, `unsupported_media_type`, `too_large`, `too_many_requests`, `internal`, "
      "`overloaded`, "
      "`shutting_down`, `database_unavailable` and `storage_full`; others are listed. What they mean is in "
      "[errors](errors.md).\n\n"
      "Programs send `Authorization: Bearer` with a token that `POST /api/v1/tokens` made, pages the cookie of `POST /api/v1/sessions`.\n\n";
  page += rates_told() +
          "\n\n"
          "`GET /api/v1/stream` is a WebSocket, for who has `ticket_read`. Send `{\"last_seq\": N}`, or `{}` to begin with the "
          "present; hear `{\"seq\", \"resync\"}`, then `{\"seq\", \"ticket\", \"kind\", \"version\", \"at\"}` for each event of a "
          "ticket that you may see. With `resync` read anew what you show. Messages with a `type` are for the pages "
          "(`notice`, `presence`). Close code 4401: the session or token is no longer good.\n";
  std::string_view resource;
  for (const Route& route : routes) {
    const RouteSpec& spec = route.spec();
    if (resource_of(spec.path) != resource) {
      resource = resource_of(spec.path);
      page += "\n## " + std::string{resource} +
              "\n\n| route | what it does | who may | rate | other errors |\n| --- | --- | --- | --- | --- |\n";
    }
    page +=
        "| `" + std::string{http::name(spec.verb)} + " " + std::string{spec.path} + "` | " + std::string{spec.summary};
    if (spec.if_match == Match::required) page += " Needs `If-Match`.";
    page +=
        " | " + access_of(spec.access) + " | " + std::string{enum_name(spec.rate)} + " | " + codes_of(route) + " |\n";
  }
  return page;
}

std::string errors_page() {
  std::string page =
      "# Errors\n\n"
      "Made from the table of errors by a test; do not edit. Every error of the API is an "
      "`application/problem+json` document (RFC 9457) whose `code` is a word of this table and whose `request_id` "
      "stands in the log. `detail` says what happened and what to do, in English; `detail_zh` says the same in Chinese, as "
      "`message` and `message_zh` of each entry of `fields` do. What only programs meet, such as malformed HTTP, has "
      "no Chinese: show `detail` then. Programs go by `code`; the sentences may change.\n\n"
      "| code | status | again? | what clients are told | what operators should know |\n| --- | --- | --- | --- | --- "
      "|\n";
  for (const ErrorInfo& row : error_table()) {
    page += "| `" + std::string{row.name} + "` | " + std::to_string(row.http_status) + " | " +
            (row.retryable ? "yes" : "no") + " | " + std::string{row.title} + " | " + std::string{row.operator_text} +
            " |\n";
  }
  return page;
}

}  // namespace docket::api
