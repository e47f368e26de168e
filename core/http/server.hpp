// SPDX-License-Identifier: Apache-2.0
// The front door: accepts TLS connections, lets through what the guard accepts, and carries answers back.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "http/counters.hpp"
#include "http/handler.hpp"

namespace docket::http {

/// Certificate chain (leaf first) and private key, both PEM.
struct TlsKeys {
  std::string certificate_pem;
  std::string key_pem;
};

/// Reads both files. Refuses a key that others may read.
[[nodiscard]] Result<TlsKeys> read_tls_keys(const std::string& certificate_file, const std::string& key_file);

/// One line of the access log: a finished request, or a head that was refused (then `path` is empty).
struct AccessRecord {
  std::string_view method;
  std::string_view path;  ///< without query
  int status = 0;
  std::chrono::microseconds total{0};  ///< from the first byte of the head to the last byte handed to the kernel
  std::uint64_t bytes_in = 0;          ///< body
  std::uint64_t bytes_out = 0;         ///< head and body
  std::string_view remote_address;
  std::string_view request_id;
};

/// A ready-made access log: server errors as warnings, refusals and all else at level debug.
void log_access(const AccessRecord& record);

/// Bounds of one WebSocket.
struct StreamLimits {
  std::size_t max_message_bytes = 64 * 1024;   ///< of the client; longer ones close the stream
  std::size_t max_queued_bytes = 1024 * 1024;  ///< waiting for a client that reads slowly; beyond, the stream is closed
  std::size_t max_queued_messages = 1024;
  std::chrono::milliseconds idle{60'000};  ///< silence after which the stream is closed; a ping goes out at half of it
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6 address to listen on; "::" takes both families
  std::uint16_t port = 0;             ///< 0 = any free one, see Server::port()
  std::optional<TlsKeys> tls;         ///< none = plain HTTP, which is permitted on loopback addresses only

  std::vector<std::string> server_names{"localhost", "127.0.0.1", "::1"};  ///< what Host may say, without port
  std::string stream_path;                   ///< the path of the live stream; empty = none
  std::vector<std::string> trusted_proxies;  ///< addresses or networks (CIDR) whose X-Forwarded-For is believed

  unsigned io_threads = 0;  ///< 0 = one a core
  std::size_t max_connections = 10'000;
  std::size_t max_connections_per_address = 100;  ///< an IPv6 /64 counts as one address
  std::vector<std::string> uncapped_addresses{"127.0.0.0/8",
                                              "::1"};  ///< not counted per address; trusted proxies neither

  /// Of all connections together, in memory: a body that would go beyond is answered with 503. Those of up to
  /// `small_body` bytes are not counted, so that ordinary requests are served meanwhile.
  std::uint64_t max_body_bytes = std::uint64_t{256} << 20;
  std::uint64_t small_body = 16 * 1024;

  std::chrono::milliseconds handshake_deadline{10'000};
  std::chrono::milliseconds head_deadline{10'000};
  std::chrono::milliseconds body_deadline{30'000};    ///< plus the time of the body at `min_bytes_per_second`
  std::chrono::milliseconds answer_deadline{60'000};  ///< for the handler; then 503
  std::chrono::milliseconds write_deadline{30'000};   ///< plus the time of the answer at `min_bytes_per_second`
  std::chrono::milliseconds idle_timeout{75'000};     ///< between two requests
  std::uint64_t min_bytes_per_second = 64 * 1024;

  StreamLimits stream;
  std::string
      upload_directory;  ///< private directory for bodies that go to files; leftovers in it are removed at start
  std::function<void(const AccessRecord&)> access_log;  ///< on io threads, concurrently; empty = none
};

/// A listening server with its io threads. Functions may be called from any thread.
class Server {
 public:
  /// Starts to listen and to serve. `handler` must outlive the server. The error says what to mend: address in use,
  /// certificate and key that do not belong together, a name that is no address.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler& handler);

  /// Stops at once.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const Counters& counters() const;

  /// Connections accepted from now on use the new certificate; the old one stays if the new one is faulty.
  [[nodiscard]] Result<void> reload_tls(const TlsKeys& keys);

  /// Stops accepting, closes idle connections, lets requests under way finish for at most `grace`, then cuts what is
  /// left; returns when all is done. A second call, from any thread, ends the grace of the first at once.
  /// Not from an io thread, that is, not from a Handler or a StreamPeer.
  void stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::http
