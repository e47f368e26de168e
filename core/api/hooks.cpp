// SPDX-License-Identifier: Apache-2.0
#include "api/hooks.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "desk/access_links.hpp"
#include "http/render.hpp"

namespace docket::api {
namespace {

constexpr std::string_view prefix = "/api/v1/hooks/";

// A plugin's answer stands on the desk's own origin: nothing that a browser would run.
constexpr std::array<std::string_view, 4> plain_types{"text/plain", "application/json", "application/xml", "text/xml"};

std::string safe_type(const desk::HookAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name != "content-type" && name != "Content-Type") continue;
    const auto type = std::string_view(value).substr(0, std::min(value.find(';'), value.size()));
    if (std::ranges::find(plain_types, type) != plain_types.end()) return std::string(type) + "; charset=utf-8";
  }
  return "text/plain; charset=utf-8";
}

http::Response rendered(desk::HookAnswer answer) {
  http::Response response;
  response.status = answer.status;
  if (!answer.body.empty()) response.headers.emplace_back("Content-Type", safe_type(answer));
  for (auto& [name, value] : answer.headers) {
    if ((name == "retry-after" || name == "Retry-After") && value.size() < 40 && value.find_first_of("\r\n") == std::string::npos)
      response.headers.emplace_back("Retry-After", std::move(value));
  }
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(answer.body);
  return response;
}

}  // namespace

bool is_hook(std::string_view path) {
  return path.starts_with(prefix) && path.size() > prefix.size();
}

void answer_hook(desk::PluginDoor* door, http::Request request, http::Respond respond) {
  auto refuse = [id = request.id](http::Respond& to, const Error& error) { to(http::render_problem(error, id)); };
  if (request.method != http::Method::get && request.method != http::Method::post) {
    auto error = fail(ErrorCode::method_not_allowed, {"Only GET and POST are taken here.", "这里只接受 GET 和 POST。"}).error();
    error.allowed = {"GET", "POST"};
    return refuse(respond, error);
  }
  const auto rest = std::string_view(request.path).substr(prefix.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  const std::string name(rest.substr(0, slash));
  if (door == nullptr) return refuse(respond, fail(ErrorCode::not_found, {"There is nothing here.", "这里没有内容。"}).error());
  desk::HookRequest hook;
  hook.method = request.method == http::Method::get ? "GET" : "POST";
  hook.path = slash < rest.size() ? std::string(rest.substr(slash)) : "/";
  hook.query = request.query;
  hook.address = request.remote_address;
  for (const auto& [key, value] : request.headers) {
    // The desk's own credentials are not a plugin's business, however they are spelled.
    const bool own = key == "cookie" || (key == "authorization" && (value.contains("dkt_") || value.contains(desk::link_prefix)));
    if (!own) hook.headers.emplace_back(key, value);
  }
  hook.body = std::move(request.body);
  auto shared = std::make_shared<http::Respond>(std::move(respond));
  door->receive_http(name, std::move(hook), [shared, refuse](Result<desk::HookAnswer> answer) mutable {
    if (!answer) return refuse(*shared, answer.error());
    (*shared)(rendered(std::move(*answer)));
  });
}

}  // namespace docket::api
