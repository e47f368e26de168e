// SPDX-License-Identifier: Apache-2.0
#include "support/live_desk.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "base/enum.hpp"
#include "domain/identity/principal.hpp"

namespace docket::tests {
namespace {

constexpr const char* admin_password = "correct horse battery staple";

[[noreturn]] void refuse(std::string_view what, const Reply& reply) {
  throw std::runtime_error(std::string{what} + " was answered " + std::to_string(reply.status) + " " + reply.body);
}

std::vector<std::string> serve_command(const std::filesystem::path& binary, const std::filesystem::path& data,
                                       std::vector<std::string> options) {
  std::vector<std::string> command{binary.string(), "serve", "--data", data.string(), "--port", "0", "--admin-port", "0"};
  std::ranges::move(options, std::back_inserter(command));
  return command;
}

/// The word after `mark` in a program's output.
std::string word_after(const std::string& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) throw std::runtime_error("no \"" + std::string{mark} + "\" in: " + text);
  const std::size_t begin = at + mark.size();
  return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

}  // namespace

boost::json::array every_scope() {
  boost::json::array scopes;
  for (std::size_t i = 0; i < domain::right_count; ++i)
    scopes.emplace_back(domain::name(static_cast<domain::Right>(i)));
  return scopes;
}

LiveDesk::LiveDesk(std::filesystem::path binary, std::filesystem::path config, std::filesystem::path data,
                   std::vector<std::string> options)
    : binary_(std::move(binary)),
      config_(std::move(config)),
      data_(std::move(data)),
      process_(serve_command(binary_, data_, std::move(options)), data_.string() + ".log") {}

Finished LiveDesk::run(std::vector<std::string> command) const {
  command.insert(command.begin(), binary_.string());
  command.insert(command.end(), {"--data", data_.string()});
  return run_program(command);
}

void LiveDesk::init() {
  const Finished made = run({"init", "--config", config_.string()});
  if (made.status != 0) throw std::runtime_error("docket init: " + made.output);
  secret_ = word_after(made.output, "first admin): ");
}

std::chrono::milliseconds LiveDesk::start(std::chrono::milliseconds patience) {
  const auto took = process_.start(patience);
  if (!took) throw std::runtime_error("the server did not start; see " + log_file().string());
  return *took;
}

Target LiveDesk::target() const {
  Target target;
  target.port = process_.port();
  target.ca_file = (data_ / "tls" / "ca.pem").string();
  return target;
}

Reply LiveDesk::call(std::string_view method, std::string_view path, std::string_view token, std::string_view body,
                     std::string_view headers) const {
  std::string lines{headers};
  if (!token.empty()) lines.append("Authorization: Bearer ").append(token).append("\r\n");
  return ask(target(), request_text(target(), method, path, lines, body));
}

boost::json::value LiveDesk::json(std::string_view method, std::string_view path, std::string_view token,
                                  const boost::json::value& body) const {
  const Reply reply = call(method, path, token, body.is_null() ? std::string{} : boost::json::serialize(body));
  if (reply.status < 200 || reply.status > 299) refuse(std::string{method} + " " + std::string{path}, reply);
  return reply.body.empty() ? boost::json::value{} : boost::json::parse(reply.body);
}

void LiveDesk::enter(std::string_view path, const boost::json::object& body) {
  const Reply opened = call("POST", path, "", boost::json::serialize(body));
  if (opened.status != 201) refuse(path, opened);
  const std::string cookie = opened.header("set-cookie");
  const std::string headers = "Cookie: " + cookie.substr(0, cookie.find(';')) +
                              "\r\nOrigin: https://localhost:" + std::to_string(process_.port()) + "\r\n";
  const boost::json::object wish{{"name", "tests"}, {"scopes", every_scope()}};
  const Reply token = call("POST", "/api/v1/tokens", "", boost::json::serialize(wish), headers);
  if (token.status != 201) refuse("the admin's token", token);
  token_ = std::string{boost::json::parse(token.body).at("secret").as_string()};
}

void LiveDesk::set_up_admin() {
  enter("/api/v1/setup", {{"secret", secret_}, {"login", "admin"}, {"name", "Admin"}, {"password", admin_password}});
}

void LiveDesk::sign_in_admin(const std::string& password) {
  enter("/api/v1/sessions", {{"login", "admin"}, {"password", password}});
}

std::string LiveDesk::demo_password() const {
  std::ifstream in{data_ / "demo-password"};
  std::string password;
  if (!std::getline(in, password)) throw std::runtime_error("the demo kept no password");
  return password;
}

std::string LiveDesk::add_token(const std::string& name) const {
  const auto made =
      json("POST", "/api/v1/tokens", token_, boost::json::object{{"name", name}, {"scopes", every_scope()}});
  return std::string{made.at("secret").as_string()};
}

std::string LiveDesk::add_person(const std::string& login, const boost::json::value& grants,
                                 const boost::json::value& memberships) {
  const auto user =
      json("POST", "/api/v1/users", token_,
           boost::json::object{{"login", login}, {"name", login}, {"grants", grants}, {"memberships", memberships}});
  const auto& id = user.at("id");
  (void)json("PUT", "/api/v1/users/" + boost::json::serialize(id) + "/presence", token_,
             boost::json::object{{"presence", "online"}});
  const auto made = json("POST", "/api/v1/tokens", token_,
                         boost::json::object{{"name", login}, {"scopes", every_scope()}, {"user", id}});
  return std::string{made.at("secret").as_string()};
}

}  // namespace docket::tests
