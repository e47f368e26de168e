// SPDX-License-Identifier: Apache-2.0
// A mail server as the settings name it, and why it did not do what it was asked.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "docket/plugin.hpp"

namespace docket::mail {

enum class Security {
  tls,       ///< from the first byte
  starttls,  ///< demanded: a server without it is refused
  none,      ///< only where the admin said so
};

struct Server {
  std::string host{};
  std::uint16_t port = 0;
  Security security = Security::tls;
  std::string user{};      ///< empty: no login
  std::string password{};  ///< the secret's reference, not the secret
  bool oauth = false;      ///< the secret is a bearer token (XOAUTH2)
};

class MailFault : public std::runtime_error {
 public:
  enum class Kind {
    unreachable,  ///< not now
    refused,      ///< the host or its certificate is not allowed: repeating is no use
    login,        ///< wrong name or password: repeating locks the account
    temporary,    ///< the server says later
    permanent,    ///< the server says never
  };
  MailFault(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// "imap.example.com:993".
[[nodiscard]] std::string place(const Server& server);

/// From settings {host, port, security, user, password, auth}; `fallback_port` by the security.
[[nodiscard]] Server server_of(const sdk::json::object& settings, std::uint16_t tls_port, std::uint16_t starttls_port);

/// Sets what both protocols share on a CURL handle; `secret` is the password or token itself.
void prepare(void* curl, const Server& server, const std::string& secret);

/// What a libcurl result means; `said` is what libcurl or the egress said of it.
[[nodiscard]] MailFault fault_of(int curl_result, const Server& server, const std::string& said, bool egress_refused);

}  // namespace docket::mail
