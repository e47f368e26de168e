// SPDX-License-Identifier: Apache-2.0
// One accepted connection as a non-blocking byte stream, with TLS or (on loopback) without.
// OpenSSL reads the descriptor itself instead of going through asio::ssl::stream: that keeps 70 KiB of buffers for
// every idle connection, this some 10, and it copies each byte twice more.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>

#include "http/tls.hpp"

namespace docket::http {

namespace asio = boost::asio;

/// Confined to the io thread of its executor.
class Socket {
 public:
  using executor_type = asio::io_context::executor_type;
  using Tcp = asio::basic_stream_socket<asio::ip::tcp, executor_type>;

  enum class Outcome { done, want_read, want_write, end, failed };
  struct Step {
    Outcome outcome = Outcome::done;
    std::size_t bytes = 0;  ///< moved, when done
  };

  /// `tcp` must be non-blocking; `ssl` is null for a plain connection.
  Socket(Tcp tcp, SslPtr ssl) : tcp_(std::move(tcp)), ssl_(std::move(ssl)) {}
  Socket(Socket&&) = default;
  Socket& operator=(Socket&&) = delete;

  // Once closed, all of these fail: OpenSSL knows the descriptor by its number, which may be another's by then.
  // Each of these does what can be done at once; after want_read or want_write, wait for that and call it again with
  // the same bytes.
  [[nodiscard]] Step handshake();
  [[nodiscard]] Step read(char* to, std::size_t size);
  [[nodiscard]] Step write(const char* from, std::size_t size);

  /// Tells the peer that nothing more will be sent.
  void shut_write();
  /// Throws away what has arrived, below TLS. Done = more may come.
  [[nodiscard]] Step discard(char* scratch, std::size_t size);
  void close();

  /// Whether bytes wait inside OpenSSL, so that the descriptor need not become readable.
  [[nodiscard]] bool has_buffered() const { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }
  [[nodiscard]] bool is_tls() const { return ssl_ != nullptr; }

  [[nodiscard]] executor_type get_executor() noexcept { return tcp_.get_executor(); }
  [[nodiscard]] Tcp& tcp() { return tcp_; }

 private:
  [[nodiscard]] Step failure(int result);

  // The descriptor must outlive the SSL object, which refers to it; members die in reverse order.
  Tcp tcp_;
  SslPtr ssl_;
  bool broken_ = false;  // after a fatal TLS error nothing may be written, not even close_notify
};

}  // namespace docket::http
