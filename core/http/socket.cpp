// SPDX-License-Identifier: Apache-2.0
#include "http/socket.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>

namespace docket::http {
namespace {

using Outcome = Socket::Outcome;
using Step = Socket::Step;

Step plain_step(ssize_t moved, Outcome retry) {
  if (moved > 0) return {Outcome::done, static_cast<std::size_t>(moved)};
  if (moved == 0) return {Outcome::end, 0};
  const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {again ? retry : Outcome::failed, 0};
}

}  // namespace

Socket::Step Socket::failure(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {Outcome::want_read, 0};
    case SSL_ERROR_WANT_WRITE:
      return {Outcome::want_write, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {Outcome::end, 0};
    default:
      break;
  }
  broken_ = true;
  ERR_clear_error();
  return {Outcome::failed, 0};
}

Socket::Step Socket::handshake() {
  if (!ssl_) return {Outcome::done, 0};
  if (!tcp_.is_open()) return {Outcome::failed, 0};
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return {Outcome::done, 0};
  return failure(result);
}

Socket::Step Socket::read(char* to, std::size_t size) {
  if (!ssl_) return plain_step(::recv(tcp_.native_handle(), to, size, 0), Outcome::want_read);
  if (!tcp_.is_open()) return {Outcome::failed, 0};
  ERR_clear_error();
  std::size_t got = 0;
  const int result = SSL_read_ex(ssl_.get(), to, size, &got);
  if (result == 1) return {Outcome::done, got};
  return failure(result);
}

Socket::Step Socket::write(const char* from, std::size_t size) {
  if (!ssl_) return plain_step(::send(tcp_.native_handle(), from, size, MSG_NOSIGNAL), Outcome::want_write);
  if (!tcp_.is_open()) return {Outcome::failed, 0};
  ERR_clear_error();
  std::size_t sent = 0;
  const int result = SSL_write_ex(ssl_.get(), from, size, &sent);
  if (result == 1) return {Outcome::done, sent};
  return failure(result);
}

void Socket::shut_write() {
  if (!tcp_.is_open()) return;
  if (ssl_ && !broken_ && SSL_is_init_finished(ssl_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  boost::system::error_code ignored;
  tcp_.shutdown(asio::socket_base::shutdown_send, ignored);
}

Socket::Step Socket::discard(char* scratch, std::size_t size) {
  return plain_step(::recv(tcp_.native_handle(), scratch, size, 0), Outcome::want_read);
}

void Socket::close() {
  boost::system::error_code ignored;
  tcp_.close(ignored);
}

}  // namespace docket::http
