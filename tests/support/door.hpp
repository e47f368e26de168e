// SPDX-License-Identifier: Apache-2.0
// A real http::Server on a free port with a certificate of its own and a program behind it that tests can steer.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server.hpp"
#include "support/temporary_directory.hpp"
#include "support/tls_client.hpp"

namespace docket::test {

/// Answers `/echo` with the request's body, `/upload` with size and first bytes of the file that it became, `/big` with
/// 4 MiB, `/file` with a file of 1 MiB, `/empty` with 204, `/silent` by dropping the answer, `/throw` by throwing, and
/// leaves `/later` to the test. Streams echo.
class Program final : public http::Handler {
 public:
  explicit Program(std::string directory);

  Result<http::BodyPlan> plan(const http::Head& head, const std::string& remote_address) override;
  void handle(http::Request request, http::Respond respond) override;
  void open_stream(http::Request request, http::AcceptStream accept) override;

  /// "GET /path" of all requests so far.
  [[nodiscard]] std::vector<std::string> seen() const;
  [[nodiscard]] http::Request last() const;
  /// Waits until `count` answers to `/later` are owed, and takes them.
  [[nodiscard]] std::vector<http::Respond> take_later(std::size_t count);
  [[nodiscard]] std::vector<http::StreamSender> senders() const;
  [[nodiscard]] int streams_closed() const { return streams_closed_; }

 private:
  class Echo;
  std::string directory_;
  std::shared_ptr<const std::string> big_;
  mutable std::mutex mutex_;
  std::vector<std::string> seen_;
  http::Request last_;
  std::vector<http::Respond> later_;
  std::vector<http::StreamSender> senders_;
  std::atomic<int> streams_closed_{0};
};

/// A started server. `adjust` may change the options before it starts.
class Door {
 public:
  explicit Door(const std::function<void(http::ServerOptions&)>& adjust = {});

  [[nodiscard]] ClientOptions client() const;  ///< checks the certificate
  TlsClient connect() const { return TlsClient(client()); }
  [[nodiscard]] http::Server& server() { return *server_; }
  [[nodiscard]] Program& program() { return *program_; }
  [[nodiscard]] std::string directory() const { return directory_.path().string(); }
  [[nodiscard]] std::string origin() const { return "https://localhost:" + std::to_string(server_->port()); }

 private:
  TemporaryDirectory directory_;
  bool tls_ = true;
  std::unique_ptr<Program> program_;
  std::unique_ptr<http::Server> server_;
};

/// Looks until `condition` holds, for at most a minute.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

/// For what only a short wait can show. A slow machine may let an honest client wait as long, so `attempt` is made with
/// more and more patience until it comes out as it must; false when it does not with any.
[[nodiscard]] bool with_patience(const std::function<bool(std::chrono::milliseconds patience)>& attempt);

}  // namespace docket::test
