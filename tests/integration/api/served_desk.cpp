// SPDX-License-Identifier: Apache-2.0
#include "served_desk.hpp"

#include <boost/json/parse.hpp>

#include "support/both_languages.hpp"
#include "support/catch.hpp"

namespace docket::test {

std::string ApiAnswer::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

boost::json::value ApiAnswer::json() const {
  return boost::json::parse(body);
}

std::string ApiAnswer::text(std::string_view member) const {
  return std::string{json().at(member).as_string()};
}

std::int64_t ApiAnswer::number(std::string_view member) const {
  return json().at(member).as_int64();
}

Time monday_morning() {
  return *from_rfc3339("2026-03-02T01:30:00Z");
}

ServedDesk::ServedDesk() : server(std::filesystem::path{DOCKET_SOURCE_DIR} / "config", monday_morning()) {
  const std::vector<Person> people{{"boss", {{"admin", ""}}},
                                   {"lena", {{"lead", "returns"}}, {{"returns", true}}},
                                   {"rui", {{"agent", ""}}, {{"returns", false}}},
                                   {"fin", {{"accountant", ""}}, {{"finance", false}}},
                                   {"cole", {{"collaborator", ""}}},
                                   {"audrey", {{"auditor", ""}}}};
  for (const auto& person : people) {
    ids_[person.login] = server.add(person);
    tokens_[person.login] = server.token(person.login);
  }
}

ClientOptions ServedDesk::door() const {
  ClientOptions options;
  options.port = server.port();
  options.ca_file = server.ca_certificate();
  return options;
}

TlsClient& ServedDesk::connection(const std::string& who) {
  auto& connection = connections_[who];
  if (!connection) connection = std::make_unique<TlsClient>(door());
  return *connection;
}

void ServedDesk::renew_token(const std::string& login) {
  tokens_[login] = server.token(login);
}

std::string ServedDesk::path_of(const std::string& login) const {
  return "/api/v1/users/" + std::to_string(id_of(login).value);
}

namespace {

/// Every refusal is said in both languages, but for what the door says to programs that do not speak HTTP as it is.
ApiAnswer answered(ClientResponse response) {
  ApiAnswer answer{response.status, std::move(response.body), std::move(response.headers)};
  const bool problem = answer.status >= 400 && answer.header("content-type") == "application/problem+json";
  if (problem && answer.text("code") != "malformed_request")
    CHECK(english_only(answer.json().as_object()) == "");
  return answer;
}

}  // namespace

ApiAnswer ServedDesk::call(const std::string& who, std::string_view method, std::string_view path,
                           std::string_view body, const ClientHeaders& headers) {
  if (who.empty()) return stranger(method, path, body, headers);
  ClientHeaders all{{"Authorization", "Bearer " + tokens_.at(who)}};
  const bool typed = std::ranges::any_of(headers, [](const auto& header) { return header.first == "Content-Type"; });
  if (!body.empty() && !typed) all.emplace_back("Content-Type", "application/json");
  all.insert(all.end(), headers.begin(), headers.end());
  auto answer = connection(who).request(method, path, all, body);
  if (answer.header("connection") == "close") connections_.erase(who);
  return answered(std::move(answer));
}

ApiAnswer ServedDesk::stranger(std::string_view method, std::string_view path, std::string_view body,
                               ClientHeaders headers) {
  auto options = door();
  options.source_address = "127.0.9." + std::to_string(++strangers_ % 250 + 1);
  TlsClient client{options};
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  auto answer = client.request(method, path, headers, body);
  return answered(std::move(answer));
}

void ServedDesk::run(const std::vector<ApiCase>& cases) {
  for (const auto& one : cases) {
    INFO(one.name << ": " << one.method << " " << one.path);
    const auto answer = call(one.who, one.method, one.path, one.body, one.headers);
    INFO(answer.body.substr(0, 2000));
    CHECK(answer.status == one.status);
    for (const auto& text : one.contains) {
      INFO("expected " << text);
      CHECK((answer.body.find(text) != std::string::npos));
    }
    for (const auto& text : one.lacks) {
      INFO("not expected " << text);
      CHECK((answer.body.find(text) == std::string::npos));
    }
    if (answer.status >= 400) CHECK(answer.header("content-type") == "application/problem+json");
  }
}

std::vector<std::string> ServedDesk::audited() {
  const auto kinds = desk::read_and_wait(server.engine().database(),
                                         [](const desk::Reading& reading) -> Result<std::vector<std::string>> {
                                           std::vector<std::string> out;
                                           for (const auto& event : reading.stream.desk_events(0, 1000))
                                             out.insert(out.begin(), event.event.kind);
                                           return out;
                                         });
  REQUIRE(kinds);
  return *kinds;
}

std::int64_t ServedDesk::ticket(const std::string& team, const std::string& more) {
  const auto made = call("boss", "POST", "/api/v1/tickets",
                         R"({"type":"consult","subject":"退货运费谁出？","team":")" + team + "\"" + more + "}");
  INFO(made.body);
  REQUIRE(made.status == 201);
  return made.number("id");
}

}  // namespace docket::test
