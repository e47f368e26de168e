// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <array>
#include <cstddef>

namespace docket {
namespace {

using enum ErrorCode;

constexpr std::array table{
    ErrorInfo{malformed_request, "malformed_request", 400, false, "The request is not well-formed HTTP.",
              "The connection was closed. A proxy or client in front of Docket sends something ambiguous."},
    ErrorInfo{malformed_json, "malformed_json", 400, false, "The body is not valid JSON.", "The client must mend its request."},
    ErrorInfo{unknown_parameter, "unknown_parameter", 400, false, "A query parameter is unknown, repeated or malformed.",
              "The client must mend its request; the answer names the parameter."},
    ErrorInfo{invalid_header, "invalid_header", 400, false, "A request header has a value that is not accepted here.",
              "The client must mend its request; the detail names the header."},
    ErrorInfo{unauthenticated, "unauthenticated", 401, false, "Sign in or send a valid token.",
              "Wrong password, expired session or revoked token. Repeated cases from one address are rate limited."},
    ErrorInfo{forbidden, "forbidden", 403, false, "You may not do this.", "The role lacks the right that the detail names."},
    ErrorInfo{origin_refused, "origin_refused", 403, false, "The request comes from another site.",
              "Origin is not `https://` and the Host of the request, or Sec-Fetch-Site names another site. A proxy in front must "
              "leave Host as it came."},
    ErrorInfo{not_found, "not_found", 404, false, "There is no such thing, or you may not see it.",
              "Nothing to do. The same answer is given for what does not exist and for what is not visible."},
    ErrorInfo{method_not_allowed, "method_not_allowed", 405, false, "This path does not take this method.",
              "The client must mend its request."},
    ErrorInfo{request_timeout, "request_timeout", 408, true, "The request did not arrive in time.",
              "A slow or stalled client. Many of them at once are an attack on the number of connections."},
    ErrorInfo{conflict, "conflict", 409, false, "The request conflicts with what is stored.", "The client should read again and decide."},
    ErrorInfo{transition_not_allowed, "transition_not_allowed", 409, false, "This step is not allowed here.",
              "The workflow does not offer the step in the ticket's state; `allowed` lists those that it does."},
    ErrorInfo{idempotency_mismatch, "idempotency_mismatch", 409, false,
              "This Idempotency-Key was used with another request.", "The client reuses keys; it must make a new one for each request."},
    ErrorInfo{already_done, "already_done", 409, false, "This was already done.", "Nothing to do."},
    ErrorInfo{stale_version, "stale_version", 412, false, "Somebody changed this in the meantime. Read it again.",
              "Two people worked on one thing; nothing was overwritten."},
    ErrorInfo{length_required, "length_required", 411, false, "Send Content-Length; Transfer-Encoding is not accepted.",
              "A proxy in front of Docket should buffer requests."},
    ErrorInfo{too_large, "too_large", 413, false, "The body is too large.",
              "The limits are fixed: 25 MiB for a file, 8 MiB for definitions, 1 MiB for most else."},
    ErrorInfo{uri_too_long, "uri_too_long", 414, false, "The request target is too long.", "The client must mend its request."},
    ErrorInfo{unsupported_media_type, "unsupported_media_type", 415, false, "Send application/json.", "The client must mend its request."},
    ErrorInfo{expectation_failed, "expectation_failed", 417, false, "Only Expect: 100-continue is known.", "The client must mend its request."},
    ErrorInfo{misdirected, "misdirected", 421, false, "This server does not answer for that host name.",
              "Give the name to `docket serve` as `--server-name` if it is meant to."},
    ErrorInfo{invalid_field, "invalid_field", 422, false, "Some fields are wrong.", "The client must mend the fields that `fields` names."},
    ErrorInfo{invalid_definition, "invalid_definition", 422, false, "The definitions have faults.",
              "Run `docket check`; nothing was published."},
    ErrorInfo{precondition_required, "precondition_required", 428, false, "Send If-Match with the ETag that you read.",
              "The client must mend its request."},
    ErrorInfo{too_many_requests, "too_many_requests", 429, true, "Too many requests. Try again later.",
              "A client passed its rate limit. The limits are fixed and stand in `docs/reference/api.md`; behind a proxy give "
              "`docket serve` `--trusted-proxy`, or all its clients count as one address."},
    ErrorInfo{head_too_large, "head_too_large", 431, false, "The request head is too large.", "The client must mend its request."},
    ErrorInfo{internal, "internal", 500, true, "Something went wrong on our side. Nothing was changed.",
              "Look for the incident id in the log."},
    ErrorInfo{not_implemented, "not_implemented", 501, false, "This method is unknown.", "The client must mend its request."},
    ErrorInfo{overloaded, "overloaded", 503, true, "The server is busy. Try again shortly.",
              "Queues are full. If this lasts, look at disk latency and at the load in /metrics."},
    ErrorInfo{shutting_down, "shutting_down", 503, true, "The server is stopping. Try again shortly.", "Expected during a restart."},
    ErrorInfo{database_unavailable, "database_unavailable", 503, true, "The database is not available. Nothing was changed.",
              "Look at the log for the first error of the store."},
    ErrorInfo{http_version, "http_version", 505, false, "Only HTTP/1.1 is spoken here.", "The client must mend its request."},
    ErrorInfo{storage_full, "storage_full", 507, true, "The disk of the server is full. Nothing was changed.",
              "Free space on the data disk; writes resume by themselves."},
};

static_assert([] {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].code) != i) return false;
  }
  return true;
}());

}  // namespace

std::span<const ErrorInfo> error_table() { return table; }

const ErrorInfo& info(ErrorCode code) { return table[static_cast<std::size_t>(code)]; }

}  // namespace docket
