// SPDX-License-Identifier: Apache-2.0
#include "support/api_desk.hpp"

#include "api/routes.hpp"
#include "definition/bundle.hpp"
#include "support/both_languages.hpp"

#include <boost/json/parse.hpp>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace docket::test {
namespace {

const Time monday_morning = *from_rfc3339("2026-03-02T02:00:00Z");  // ten o'clock in Shanghai

desk::BundleFiles shipped_files() {
  const auto bundle = definition::load_bundle(std::string{DOCKET_SOURCE_DIR} + "/config");
  if (!bundle) throw std::runtime_error(bundle.error().detail);
  return bundle->files;
}

domain::Definitions shipped() {
  const auto checked = definition::YamlCompiler{}.compile(shipped_files(), monday_morning);
  if (!checked.definitions) throw std::runtime_error("the shipped definitions do not compile");
  return *checked.definitions;
}

api::GatewayOptions options() {
  api::GatewayOptions made;
  made.rates.of.fill({0, 0});
  made.cursor_key = "test";
  made.setup_digest = sha256(ApiDesk::setup_secret);
  return made;
}

}  // namespace

std::string BlobsInPlace::take(const std::string& temporary_file) {
  std::ifstream file{temporary_file, std::ios::binary};
  std::stringstream bytes;
  bytes << file.rdbuf();
  const auto digest = to_hex(sha256(bytes.str()));
  paths_[digest] = temporary_file;
  return digest;
}

std::optional<std::string> BlobsInPlace::verified_path(const std::string& sha256) const {
  const auto found = paths_.find(sha256);
  if (found == paths_.end()) return {};
  return found->second;
}

std::string ApiAnswer::code() const {
  const auto* object = body.if_object();
  const auto* word = object == nullptr ? nullptr : object->if_contains("code");
  return word == nullptr ? "" : std::string{word->as_string()};
}

const boost::json::value& ApiAnswer::at(std::string_view pointer) const {
  return body.at_pointer(boost::json::string_view{pointer});
}

ApiDesk::ApiDesk()
    : desk(shipped()),
      gateway(options(), api::routes(), {desk, passwords, blobs, compiler, side, exports, board, machine}) {
  desk.now = monday_morning;
  desk::Publication first;
  first.at = monday_morning;
  auto unit = desk.unit();
  unit.bundles.publish(*unit.active, shipped_files(), first, {});
  const auto made =
      post("", "/api/v1/setup",
           R"({"secret":"the-setup-secret","login":"boss","name":"老板","password":"correct horse battery"})");
  if (made.status != 201) throw std::runtime_error("the desk can not be set up: " + made.text);
  const auto& cookie = made.headers.at("Set-Cookie");
  credentials["boss"] = {{"cookie", cookie.substr(0, cookie.find(';'))}, {"origin", "https://desk.example"}};
}

ApiAnswer ApiDesk::call(const std::string& who, http::Method method, const std::string& target, const std::string& body,
                        http::Headers more) {
  http::Request request;
  request.method = method;
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string::npos) request.query = target.substr(mark + 1);
  if (!who.empty()) request.headers = credentials.at(who);
  request.headers.emplace_back("host", "desk.example");
  if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
  for (auto& header : more) {
    if (header.first == "x-body-file")
      request.body_file = header.second;
    else
      request.headers.push_back(std::move(header));
  }
  request.body = body;
  request.remote_address = "192.0.2.7";
  request.id = "request-1";
  std::optional<http::Response> got;
  gateway.handle(std::move(request), [&](http::Response response) { got = std::move(response); });
  if (!got) throw std::runtime_error("no answer");
  ApiAnswer answer;
  answer.status = got->status;
  answer.text = got->shared_body ? *got->shared_body : got->body;
  answer.file = got->body_file;
  if (!answer.text.empty()) answer.body = boost::json::parse(answer.text);
  if (answer.status >= 400) {
    if (const auto english = english_only(answer.body.as_object()); !english.empty())
      throw std::runtime_error("said in English only: " + english);
  }
  for (auto& [name, value] : got->headers) answer.headers[name] = value;
  return answer;
}

std::int64_t ApiDesk::user(const std::string& login, const std::string& role, const std::string& team) {
  desk::User user;
  user.login = login;
  user.name = login;
  user.grants = {{role, team}};
  if (!team.empty()) user.memberships = {{team, role == "lead"}};
  user.presence = domain::Presence::online;
  auto unit = desk.unit();
  const auto id = unit.directory.add_user(user);
  desk::Token token;
  token.user = id;
  for (std::size_t i = 0; i < domain::right_count; ++i) token.scopes.push_back(static_cast<domain::Right>(i));
  unit.access.add_token(token, sha256("token-" + login));
  credentials[login] = {{"authorization", "Bearer token-" + login}};
  return id.value;
}

}  // namespace docket::test
