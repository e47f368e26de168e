// SPDX-License-Identifier: Apache-2.0
// OpenSSL with its rough edges filed off: owners for its objects, the server's settings, errors as text.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/error.hpp"
#include "http/server.hpp"

namespace docket::http {

struct SslFree {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;
using SslContext = std::shared_ptr<SSL_CTX>;

/// Settings for a server: TLS 1.2 and 1.3, forward secrecy and AEAD only, no renegotiation, compression or resumption.
/// Resumption would save one P-256 signature (some 30 µs) and costs a key that must be rotated and kept on each
/// connection; it is not worth it here.
[[nodiscard]] Result<SslContext> make_server_context(const TlsKeys& keys);

/// A server-side connection over the descriptor, which must stay open as long as the result lives and be non-blocking.
[[nodiscard]] SslPtr make_server_connection(SSL_CTX& context, int descriptor);

/// The first error of this thread's queue as text; empties the queue.
[[nodiscard]] std::string take_tls_error();

}  // namespace docket::http
