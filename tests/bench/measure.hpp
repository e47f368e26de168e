// SPDX-License-Identifier: Apache-2.0
// One measurement of a running server: what was asked, how it was answered, what the server spent on it.
#pragma once

#include <sys/types.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "support/load_client.hpp"

namespace docket::bench {

/// A request without its credentials.
struct Request {
  std::string method = "GET";
  std::string path{};
  std::string body{};
};

struct Load {
  std::vector<Request> requests{};    ///< asked in turn by all connections together
  std::vector<std::string> tokens{};  ///< requests take turns with them: limits are a token's
  std::size_t connections = 1;
  std::size_t each = 0;  ///< requests a connection; 0: for `seconds`
  double seconds = 0;
  bool warm = false;  ///< connections stand before the clock begins
};

struct Figures {
  std::size_t requests = 0;
  std::size_t good = 0;  ///< answered 2xx
  double seconds = 0, per_second = 0;
  double p50_ms = 0, p95_ms = 0, p99_ms = 0, max_ms = 0;
  std::string first_fault{};

  [[nodiscard]] boost::json::object json() const;
};

/// Throws std::runtime_error when not every connection of a warm load can be opened.
[[nodiscard]] Figures measure(const tests::Target& target, const Load& load);

/// What a process holds and has spent, from /proc. Zeros when it is gone.
struct Process {
  double cpu_seconds = 0;
  double rss_mib = 0, pss_mib = 0, peak_mib = 0;
};
[[nodiscard]] Process look_at(pid_t pid);

/// One metric of the server's admin listener on loopback; throws std::runtime_error when it is not there.
[[nodiscard]] double metric(int admin_port, const std::string& name);

}  // namespace docket::bench
