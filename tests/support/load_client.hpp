// SPDX-License-Identifier: Apache-2.0
// Many TLS connections from one thread: what loads, kills and measures a running server from outside.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::tests {

/// One answer, or why there was none.
struct Reply {
  int status = 0;      ///< 0: the connection failed before the answer was complete
  std::string head{};  ///< status line and header fields
  std::string body{};
  std::chrono::nanoseconds latency{};  ///< from the request's start; for the first on a connection that is the connect

  /// Value of a header field by its lower-case name, or empty.
  [[nodiscard]] std::string header(std::string_view lower_case_name) const;
};

/// How to reach the server.
struct Target {
  std::string host = "127.0.0.1";
  int port = 0;
  std::string ca_file{};           ///< the only authority that is trusted
  std::string name = "localhost";  ///< expected in the certificate, and sent as Host
};

/// The bytes of an HTTP/1.1 request. `headers` are whole lines, each ending in CRLF.
[[nodiscard]] std::string request_text(const Target& target, std::string_view method, std::string_view path,
                                       std::string_view headers = {}, std::string_view body = {});

/// A fixed number of connections driven by epoll. Not thread-safe; one thread owns it. The constructor throws
/// std::runtime_error when the authority's file is not readable; a failing connection is an answer with status 0.
class LoadClient {
 public:
  /// The next request of that connection, or nothing when it has no more to ask.
  using Next = std::function<std::optional<std::string>(std::size_t connection)>;
  /// Called with each answer.
  using Done = std::function<void(std::size_t connection, Reply reply)>;

  LoadClient(Target target, std::size_t connections);
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;
  ~LoadClient();

  /// Opens all connections with their handshakes, and gives how many stand.
  std::size_t open_all(std::chrono::milliseconds patience);

  /// Lets every connection ask until it has no more to ask, all begin at once. Connections that are closed are opened
  /// first, and that counts into the latency of their request. After a failure the connection is opened again for its
  /// next request. Stops early at the deadline; what is unanswered then is reported with status 0. `stop`, when given,
  /// is asked between events and ends the run without waiting.
  void run(const Next& next, const Done& done, std::chrono::milliseconds deadline,
           const std::function<bool()>& stop = {});

  void close_all();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One request on a connection of its own.
[[nodiscard]] Reply ask(const Target& target, const std::string& request,
                        std::chrono::milliseconds patience = std::chrono::seconds{30});

/// The value at that rank (0 to 1) of an unsorted sample; 0 for an empty one. Nearest rank.
[[nodiscard]] std::chrono::nanoseconds percentile(std::vector<std::chrono::nanoseconds> sample, double rank);

}  // namespace docket::tests
