// SPDX-License-Identifier: Apache-2.0
#include "api_client.hpp"

#include <algorithm>
#include <stdexcept>

namespace docket::tests {
namespace {

Error problem_of(const boost::json::value& answer, int status) {
  Error error;
  const auto* problem = answer.if_object();
  if (problem == nullptr || !problem->contains("code"))
    throw std::runtime_error("status " + std::to_string(status) + " without a problem");
  const std::string code(problem->at("code").as_string());
  const auto table = error_table();
  const auto row = std::ranges::find(table, code, &ErrorInfo::name);
  if (row == table.end() || row->http_status != status)
    throw std::runtime_error("unknown problem " + code + " with status " + std::to_string(status));
  error.code = row->code;
  if (const auto* detail = problem->if_contains("detail")) error.detail = detail->as_string();
  if (const auto* fields = problem->if_contains("fields")) {
    for (const auto& field : fields->as_array()) {
      error.fields.push_back(
          {std::string(field.at("pointer").as_string()), std::string(field.at("message").as_string())});
    }
  }
  if (const auto* allowed = problem->if_contains("allowed")) {
    for (const auto& word : allowed->as_array()) error.allowed.emplace_back(word.as_string());
  }
  return error;
}

}  // namespace

ApiClient::ApiClient(std::uint16_t port, const std::string& ca_file) {
  options_.port = port;
  options_.ca_file = ca_file;
}

Result<boost::json::value> ApiClient::ask(std::string_view method, const std::string& target, const std::string& token,
                                          const boost::json::value& body, std::optional<std::int64_t> version) {
  test::ClientHeaders headers{{"Authorization", "Bearer " + token}};
  if (method == "POST") headers.emplace_back("Idempotency-Key", "scenario-" + std::to_string(++keys_));
  if (version) headers.emplace_back("If-Match", "\"v" + std::to_string(*version) + "\"");
  std::string text;
  if (!body.is_null()) {
    text = boost::json::serialize(body);
    headers.emplace_back("Content-Type", "application/json");
  }
  if (!connection_) connection_.emplace(options_);
  const auto response = connection_->request(method, target, headers, text);
  if (response.header("connection") == "close") connection_.reset();
  boost::json::value answer;
  if (!response.body.empty()) answer = boost::json::parse(response.body);
  if (response.status >= 400) return std::unexpected(problem_of(answer, response.status));
  return answer;
}

boost::json::value ApiClient::need(std::string_view method, const std::string& target, const std::string& token,
                                   const boost::json::value& body) {
  auto answer = ask(method, target, token, body);
  if (answer) return std::move(*answer);
  std::string what = std::string(method) + " " + target + ": " + answer.error().detail;
  for (const auto& field : answer.error().fields) what += "; " + field.pointer + " " + field.message;
  throw std::runtime_error(what);
}

}  // namespace docket::tests
