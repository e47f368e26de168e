// SPDX-License-Identifier: Apache-2.0
// What can go wrong as an ordinary answer: one table of codes, one error value, one result type.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/said.hpp"

namespace docket {

/// Every error that a client or an operator can meet. `error_table()` says what each means.
enum class ErrorCode {
  malformed_request,
  malformed_json,
  unknown_parameter,
  invalid_header,
  unauthenticated,
  forbidden,
  origin_refused,
  not_found,
  method_not_allowed,
  request_timeout,
  conflict,
  transition_not_allowed,
  idempotency_mismatch,
  already_done,
  stale_version,
  length_required,
  too_large,
  uri_too_long,
  unsupported_media_type,
  expectation_failed,
  misdirected,
  invalid_field,
  invalid_definition,
  precondition_required,
  too_many_requests,
  head_too_large,
  internal,
  not_implemented,
  overloaded,
  shutting_down,
  database_unavailable,
  http_version,
  storage_full,
};

/// One row of the error table.
struct ErrorInfo {
  ErrorCode code;
  std::string_view name;      ///< stable word in the API, e.g. "stale_version"
  int http_status;            ///< status of the answer that carries it
  bool retryable;             ///< whether the same request may succeed later
  std::string_view title;     ///< one sentence for people, English
  std::string_view operator_text;  ///< what an operator should know or do
};

[[nodiscard]] std::span<const ErrorInfo> error_table();
[[nodiscard]] const ErrorInfo& info(ErrorCode code);

/// One wrong place in the input.
struct FieldError {
  std::string pointer;  ///< JSON pointer (RFC 6901) into the body, or the name of a query parameter
  std::string message;  ///< what was expected, safe to show
  std::string message_zh{};  ///< the same in Chinese; empty where it was said in English only
  [[nodiscard]] Said said() const { return {message, message_zh}; }
  bool operator==(const FieldError&) const = default;
};

/// One of several; fail_field() for the only one.
[[nodiscard]] inline FieldError field_error(std::string pointer, Said message) {
  return {std::move(pointer), std::move(message.en), std::move(message.zh)};
}

/// An expected failure. Everything in it is safe to show to the client that caused it.
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail{};                ///< what happened and what to do, in English
  std::string detail_zh{};             ///< the same in Chinese; empty where it was said in English only
  std::vector<FieldError> fields{};    ///< for invalid_field
  std::vector<std::string> allowed{};  ///< for transition_not_allowed and method_not_allowed: what would be accepted
  int retry_after_seconds = 0;         ///< 0 = no Retry-After

  [[nodiscard]] Said said() const { return {detail, detail_zh}; }
  void say(Said words) {
    detail = std::move(words.en);
    detail_zh = std::move(words.zh);
  }
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, Said detail) {
  Error error;
  error.code = code;
  error.say(std::move(detail));
  return std::unexpected<Error>(std::move(error));
}

/// One wrong field; `pointer` as in FieldError.
[[nodiscard]] inline std::unexpected<Error> fail_field(std::string pointer, Said message) {
  Error error;
  error.code = ErrorCode::invalid_field;
  error.say(message);
  error.fields.push_back(field_error(std::move(pointer), std::move(message)));
  return std::unexpected<Error>(std::move(error));
}

}  // namespace docket
