// SPDX-License-Identifier: Apache-2.0
// An HTTP proxy that knows CONNECT only, as companies have one at their edge; and the ways in which it may not let one out.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "plugin/descriptor.hpp"

namespace docket::test {

/// On loopback from construction to destruction. A name is known here if `names` has it: no test asks a resolver.
class ConnectProxy {
 public:
  enum class Manner {
    honest,
    slow,       ///< its answer comes a byte at a time
    eager,      ///< the first bytes of the tunnel come in one piece with its answer
    refuses,    ///< 403
    asks_name,  ///< 407, for a name and password
    asks_else,  ///< 407, for what only Windows knows
    babbles,    ///< a header without end
    silent,     ///< takes the connection and says nothing
    cuts        ///< closes at once
  };
  static constexpr std::string_view first_words = "220 the far end speaks first\r\n";

  /// With `login`, the value of Proxy-Authorization, who does not say it is answered as by `asks_name`.
  explicit ConnectProxy(Manner manner = Manner::honest, std::string login = {});
  ~ConnectProxy();
  ConnectProxy(const ConnectProxy&) = delete;
  ConnectProxy& operator=(const ConnectProxy&) = delete;

  /// `host` as the proxy sees it: a port on loopback.
  void know(const std::string& host, std::uint16_t port);
  [[nodiscard]] std::string place() const { return "127.0.0.1:" + std::to_string(port_); }
  /// The first lines of all requests so far.
  [[nodiscard]] std::vector<std::string> asked() const;

 private:
  void listen();
  void serve(plugin::Descriptor client);
  [[nodiscard]] std::string answer_of(Manner manner) const;
  [[nodiscard]] bool ready(int socket, int other = -1) const;
  void relay(int client, int far) const;

  const Manner manner_;
  const std::string login_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint16_t> names_;
  std::vector<std::string> asked_;
  std::vector<std::jthread> threads_;
  plugin::Descriptor listener_, stop_;
  std::uint16_t port_ = 0;
  std::jthread door_;
};

}  // namespace docket::test
