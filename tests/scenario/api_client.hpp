// SPDX-License-Identifier: Apache-2.0
// JSON over one TLS connection to the API, with its problems as errors.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "support/tls_client.hpp"

namespace docket::tests {

/// One thread. Throws std::runtime_error when the connection fails or an answer is no JSON.
class ApiClient {
 public:
  ApiClient(std::uint16_t port, const std::string& ca_file);

  /// The body of a 2xx answer (null for an empty one), or the problem. Every POST has an Idempotency-Key of its own.
  [[nodiscard]] Result<boost::json::value> ask(std::string_view method, const std::string& target,
                                               const std::string& token, const boost::json::value& body = nullptr,
                                               std::optional<std::int64_t> version = {});
  /// The same; throws for a problem.
  [[nodiscard]] boost::json::value need(std::string_view method, const std::string& target, const std::string& token,
                                        const boost::json::value& body = nullptr);

 private:
  test::ClientOptions options_;
  std::optional<test::TlsClient> connection_;
  std::int64_t keys_ = 0;
};

}  // namespace docket::tests
