// SPDX-License-Identifier: Apache-2.0
// A plain HTTPS client for tests: blocking, with a deadline on everything, able to send any bytes at all.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::test {

struct ClientOptions {
  std::uint16_t port = 0;
  std::string host = "127.0.0.1";         ///< IPv4 or IPv6 address to connect to
  std::string server_name = "localhost";  ///< SNI, Host, and what the certificate is checked against
  std::string ca_file;                    ///< PEM; empty = the certificate is not checked
  std::string source_address;             ///< local IPv4 address to connect from, for example 127.0.3.7; empty = any
  bool tls = true;
  std::chrono::milliseconds deadline{60'000};  ///< for each call
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

using ClientHeaders = std::vector<std::pair<std::string, std::string>>;

/// One connection. Everything throws std::runtime_error when the deadline passes or the peer does something that is no
/// HTTP. For one thread at a time; some 20 KiB each, so that hundreds can be open.
class TlsClient {
 public:
  explicit TlsClient(const ClientOptions& options);  ///< connects and shakes hands
  TlsClient(TlsClient&&) noexcept;
  TlsClient& operator=(TlsClient&&) noexcept;
  ~TlsClient();  ///< closes without ceremony

  void send(std::string_view raw);
  void shut_write();  ///< end of TLS and TCP in this direction

  /// Sends a request with Host and, for a body or a method that takes one, Content-Length; waits for the answer.
  ClientResponse request(std::string_view method, std::string_view target, const ClientHeaders& headers = {},
                         std::string_view body = {});
  /// The bytes of such a request.
  [[nodiscard]] std::string render(std::string_view method, std::string_view target, const ClientHeaders& headers = {},
                                   std::string_view body = {}) const;

  /// The next answer, or nothing when the peer ends the connection before its first byte. A 100 is an answer of its
  /// own.
  std::optional<ClientResponse> receive(bool to_head = false);
  /// Waits for the end of the connection; true when no further byte came before it (a reset counts as an end).
  bool ended();

  // WebSocket (RFC 6455), text frames up to 64 KiB
  ClientResponse open_websocket(std::string_view target, const ClientHeaders& headers);
  void send_text(std::string_view text);
  /// The next text message, or nothing after a close frame or the end. Answers pings.
  std::optional<std::string> receive_text();
  [[nodiscard]] int close_code() const;  ///< of the close frame that came; 0 = none

 private:
  struct State;
  bool fill();
  void wait(short events);
  void send_frame(unsigned opcode, std::string_view payload);
  std::unique_ptr<State> state_;
};

}  // namespace docket::test
