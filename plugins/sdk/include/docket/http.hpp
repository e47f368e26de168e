// SPDX-License-Identifier: Apache-2.0
// HTTP for plugins: libcurl over sockets that the host connects. No redirects, sizes capped, certificates checked
// against the admin's authorities; proxies and name resolution are the egress process's business.
#pragma once

#include "docket/plugin.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using CURL = void;

namespace docket::sdk {

/// No answer came: refused, unreachable, cut, too slow, too large, certificate not trusted.
class TransportError : public std::runtime_error {
 public:
  TransportError(const std::string& what, bool refused) : std::runtime_error(what), refused_(refused) {}
  /// The host may not be called at all: the manifest's or the admin's list does not have it. Repeating is no use.
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  bool refused_;
};

struct WebRequest {
  std::string method = "GET";
  std::string url{};  ///< http or https
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::int64_t timeout_ms = 15'000;            ///< shortened to what the call has left
  std::size_t most = std::size_t{4} << 20;     ///< bytes of the answer's body
};

struct WebAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers{};  ///< lower-case names
  std::string body{};
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// Body as JSON; throws TransportError with the beginning of the body when it is none.
  [[nodiscard]] json::value json() const;
  /// Retry-After in seconds, 0 when absent or a date.
  [[nodiscard]] std::int64_t retry_after_s() const;
};

/// A client that keeps its connections between calls. One thread; lives as long as the plugin's instance.
class Http {
 public:
  explicit Http(Host host);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  /// Any answer of the server is an answer, whatever its status. Throws TransportError where none came.
  [[nodiscard]] WebAnswer send(const WebRequest& request);
  [[nodiscard]] WebAnswer get(std::string url);
  [[nodiscard]] WebAnswer post_json(std::string url, const json::value& body);
  [[nodiscard]] WebAnswer post_form(std::string url, const std::vector<std::pair<std::string, std::string>>& fields);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// For other protocols of libcurl (smtp, imap): makes `handle` connect to the host of its URL through `host`, with the
/// admin's authorities, without proxy, signals and redirects. Keep the returned object as long as the handle is used;
/// after a failed transfer `why()` says what the egress said.
class CurlRoute {
 public:
  CurlRoute(Host host, CURL* handle);
  ~CurlRoute();
  CurlRoute(const CurlRoute&) = delete;
  CurlRoute& operator=(const CurlRoute&) = delete;
  /// Sets the URL; call before each transfer that goes elsewhere. `default_port` where the URL has none.
  void set_url(const std::string& url, std::uint16_t default_port = 0);
  [[nodiscard]] const std::string& why() const;
  [[nodiscard]] bool refused() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// %-escapes everything but letters, digits and -._~
[[nodiscard]] std::string escape_url(std::string_view text);

}  // namespace docket::sdk
