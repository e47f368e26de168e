// SPDX-License-Identifier: Apache-2.0
#include "tryton_rpc.hpp"

#include "docket/callback_crypto.hpp"
#include "docket/text.hpp"

#include <chrono>
#include <cstdio>

namespace docket::tryton {
namespace {

constexpr std::size_t kMostAnswer = std::size_t{32} << 20;

/// A sign-in is slowed down by the server after wrong ones.
constexpr std::int64_t kLogin_ms = 45'000;

std::string dated(const json::object& value) {
  char text[64];
  const auto size = std::snprintf(text, sizeof text, "%04lld-%02lld-%02lld", static_cast<long long>(sdk::number_of(value, "year")),
                                  static_cast<long long>(sdk::number_of(value, "month")),
                                  static_cast<long long>(sdk::number_of(value, "day")));
  return {text, static_cast<std::size_t>(size)};
}

std::string timed(const json::object& value) {
  char text[64];
  const auto size = std::snprintf(text, sizeof text, "T%02lld:%02lld:%02lldZ", static_cast<long long>(sdk::number_of(value, "hour")),
                                  static_cast<long long>(sdk::number_of(value, "minute")),
                                  static_cast<long long>(sdk::number_of(value, "second")));
  return dated(value) + std::string(text, static_cast<std::size_t>(size));
}

/// The error of an answer: ["UserError", ["message", "description", ...]]. What follows can be 20 KB long.
[[noreturn]] void raise(const json::value& error) {
  std::string kind = "error", message;
  if (error.is_array() && !error.as_array().empty()) {
    const auto& parts = error.as_array();
    if (parts[0].is_string()) kind = std::string(parts[0].as_string());
    if (parts.size() > 1 && parts[1].is_string()) message = std::string(parts[1].as_string());
    if (parts.size() > 1 && parts[1].is_array()) {
      for (const auto& one : parts[1].as_array()) {
        if (one.is_string() && message.size() < 300) message += (message.empty() ? "" : " ") + std::string(one.as_string());
      }
    }
  }
  throw RpcError(kind, message);
}

}  // namespace

RpcError::RpcError(std::string kind, const std::string& message)
    : std::runtime_error("Tryton answers " + sdk::shortened(kind, 100) + (message.empty() ? "" : ": " + sdk::shortened(message, 300))),
      kind_(std::move(kind)) {}

Rpc::Rpc(sdk::Host host, Account account) : host_(host), account_(std::move(account)), http_(host) {
  while (account_.url.ends_with('/')) account_.url.pop_back();
}

sdk::WebAnswer Rpc::post(const std::string& method, const json::array& parameters, const std::string& session) {
  sdk::WebRequest request;
  request.method = "POST";
  request.url = account_.url + "/" + account_.database + "/";
  request.headers = {{"Content-Type", "application/json"}};
  if (!session.empty()) request.headers.emplace_back("Authorization", "Session " + session);
  // Exactly these three members, or errors come as HTML.
  request.body = json::serialize(json::object{{"id", 1}, {"method", method}, {"params", parameters}});
  request.timeout_ms = session.empty() ? kLogin_ms : 60'000;
  request.most = kMostAnswer;
  return http_.send(request);
}

namespace {
// Tryton slows down and then locks by how many sign-ins were wrong of late: one an hour is not many.
constexpr std::int64_t refused_for_s = 3600;
constexpr std::int64_t lock_s = 900;
}  // namespace

void Rpc::log_in() {
  const auto password = host_.secret(account_.password);
  const auto digest = sdk::sha256_hex(password);
  if (digest == refused_ && host_.now_s() < refused_until_s_)
    throw LoginRefused("user or password was refused; it is tried again when the file changes, or an hour after (用户名或密码不正确；文件改动后或一小时后再试)");
  const auto answer = post("common.db.login", {account_.user, json::object{{"password", password}}, "en"}, {});
  const bool asks_again = answer.status == 200 && answer.json().is_object() && answer.json().as_object().contains("error");
  if (answer.status == 401 || answer.status == 429 || asks_again) {
    refused_ = digest;
    refused_until_s_ = host_.now_s() + (answer.status == 429 ? lock_s : refused_for_s);
    throw LoginRefused(answer.status == 429 ? "too many wrong sign-ins; Tryton has locked the user for a while (登录失败过多，已被锁定)"
                                            : "user or password is wrong (用户名或密码不正确)");
  }
  if (answer.status == 404) throw RpcError("404", "there is no database \"" + account_.database + "\"");
  if (answer.status != 200) throw sdk::TransportError("Tryton answers with status " + std::to_string(answer.status), false);
  const auto said = answer.json();
  const auto* result = said.is_object() ? said.as_object().if_contains("result") : nullptr;
  if (result == nullptr || !result->is_array() || result->as_array().size() < 2 || !result->as_array()[0].is_int64() ||
      !result->as_array()[1].is_string())
    throw sdk::TransportError("Tryton's answer to the sign-in is none", false);
  session_ = sdk::base64(account_.user + ":" + std::to_string(result->as_array()[0].as_int64()) + ":" +
                         std::string(result->as_array()[1].as_string()));
}

json::value Rpc::call(const std::string& method, json::array parameters) {
  if (session_.empty()) log_in();
  auto answer = post(method, parameters, session_);
  if (answer.status == 401) {
    session_.clear();
    log_in();
    answer = post(method, parameters, session_);
  }
  if (answer.status == 403) throw RpcError("403", "the method " + method + " is not open to this user");
  if (answer.status != 200) throw sdk::TransportError("Tryton answers with status " + std::to_string(answer.status), false);
  auto value = answer.json();
  if (!value.is_object()) throw sdk::TransportError("Tryton's answer is no JSON object", false);
  auto& object = value.as_object();
  if (const auto* error = object.if_contains("error")) raise(*error);
  auto* result = object.if_contains("result");
  if (result == nullptr) throw sdk::TransportError("Tryton's answer has no result", false);
  return std::move(*result);
}

json::value plain(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const auto& one : value.as_array()) out.push_back(plain(one));
    return out;
  }
  if (!value.is_object()) return value;
  const auto& object = value.as_object();
  if (object.contains("__class__")) {
    const auto kind = sdk::text_of(object, "__class__");
    if (kind == "Decimal") return json::value(sdk::text_of(object, "decimal"));
    if (kind == "date") return json::value(dated(object));
    if (kind == "datetime") return json::value(timed(object));
    return nullptr;  // bytes and durations: nothing that a ticket shows
  }
  json::object out;
  for (const auto& [name, member] : object) {
    std::string key(name);
    if (key.ends_with('.')) key.pop_back();
    // "party" is the id and "party." its facts; the facts are what is wanted.
    if (key.size() != name.size() || !out.contains(key)) out[key] = plain(member);
  }
  return out;
}

json::object datetime_of(std::int64_t seconds) {
  const std::chrono::sys_seconds at{std::chrono::seconds{seconds}};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  return {{"__class__", "datetime"},
          {"year", static_cast<int>(date.year())},
          {"month", static_cast<unsigned>(date.month())},
          {"day", static_cast<unsigned>(date.day())},
          {"hour", time.hours().count()},
          {"minute", time.minutes().count()},
          {"second", time.seconds().count()},
          {"microsecond", 0}};
}

}  // namespace docket::tryton
