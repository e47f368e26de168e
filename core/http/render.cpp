// SPDX-License-Identifier: Apache-2.0
#include "http/render.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace docket::http {
namespace {

constexpr std::string_view fixed_headers =
    "Strict-Transport-Security: max-age=63072000\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n";
constexpr std::string_view no_store = "Cache-Control: no-store\r\n";
constexpr std::string_view no_content = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Answer";
  }
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view name, std::string_view lower_case) {
  return std::ranges::equal(name, lower_case, {}, lower);
}

constexpr std::array<std::string_view, 5> transport_owned{"content-length", "transfer-encoding", "connection", "date",
                                                          "x-request-id"};

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

std::string render_head(const Response& response, const HeadFacts& facts) {
  bool own_cache_control = false;
  bool own_content_policy = false;
  std::string head;
  head.reserve(640);
  head += "HTTP/1.1 ";
  head += std::to_string(response.status);
  head += ' ';
  head += reason(response.status);
  head += "\r\nDate: ";
  head += facts.date;
  head += "\r\nX-Request-Id: ";
  head += facts.request_id;
  head += "\r\n";
  for (const auto& [name, value] : response.headers) {
    own_cache_control = own_cache_control || same_name(name, "cache-control");
    own_content_policy = own_content_policy || same_name(name, "content-security-policy");
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
  }
  head += fixed_headers;
  if (!own_cache_control) head += no_store;
  if (!own_content_policy) head += no_content;
  if (has_body(response.status)) {
    head += "Content-Length: ";
    head += std::to_string(facts.content_length);
    head += "\r\n";
  }
  if (facts.close) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

bool is_sendable(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  return std::ranges::all_of(response.headers, [](const auto& field) {
    const auto& [name, value] = field;
    if (!is_token(name)) return false;
    if (std::ranges::any_of(transport_owned, [&](std::string_view owned) { return same_name(name, owned); }))
      return false;
    return std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  });
}

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

Response render_problem(const Error& error, std::string_view request_id) {
  const ErrorInfo& row = info(error.code);
  boost::json::object problem;
  problem["type"] = "urn:docket:error:" + std::string{row.name};
  problem["title"] = row.title;
  problem["status"] = row.http_status;
  problem["code"] = row.name;
  if (!error.detail.empty()) problem["detail"] = error.detail;
  if (!error.detail_zh.empty()) problem["detail_zh"] = error.detail_zh;
  if (!error.fields.empty()) {
    boost::json::array fields;
    for (const FieldError& field : error.fields) {
      boost::json::object entry;
      entry["pointer"] = field.pointer;
      entry["message"] = field.message;
      if (!field.message_zh.empty()) entry["message_zh"] = field.message_zh;
      fields.push_back(std::move(entry));
    }
    problem["fields"] = std::move(fields);
  }
  if (!error.allowed.empty()) problem["allowed"] = boost::json::array(error.allowed.begin(), error.allowed.end());
  problem["request_id"] = request_id;

  Response response;
  response.status = row.http_status;
  response.headers.emplace_back("Content-Type", "application/problem+json");
  if (error.retry_after_seconds > 0)
    response.headers.emplace_back("Retry-After", std::to_string(error.retry_after_seconds));
  if (error.code == ErrorCode::method_not_allowed && !error.allowed.empty()) {
    std::string allow;
    for (const std::string& method : error.allowed) allow += (allow.empty() ? "" : ", ") + method;
    response.headers.emplace_back("Allow", std::move(allow));
  }
  response.body = boost::json::serialize(problem);
  return response;
}

}  // namespace docket::http
