// SPDX-License-Identifier: Apache-2.0
#include "http/tls.hpp"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <new>
#include <string_view>
#include <system_error>

#include "base/both.hpp"
#include "base/log.hpp"
#include "http/descriptor.hpp"

namespace docket::http {
namespace {

struct BioFree {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
struct X509Free {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct KeyFree {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using BioPtr = std::unique_ptr<BIO, BioFree>;
using X509Ptr = std::unique_ptr<X509, X509Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, KeyFree>;

std::unexpected<Error> tls_failure(const Said& what) {
  const std::string reason = take_tls_error();
  if (reason.empty()) return fail(ErrorCode::internal, {what.en + ".", what.zh + "。"});
  return fail(ErrorCode::internal, {what.en + ": " + reason + ".", what.zh + "：" + reason + "。"});
}

BioPtr reader(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Never asks a terminal for the passphrase of an encrypted key.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

// --- the socket as OpenSSL sees it. Its own socket BIO writes with write(), which raises SIGPIPE when the peer is
// gone.

int descriptor_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int socket_write(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(descriptor_of(bio), data, size, MSG_NOSIGNAL);
  if (sent >= 0) {
    *written = static_cast<std::size_t>(sent);
    return 1;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) BIO_set_retry_write(bio);
  return 0;
}

int socket_read(BIO* bio, char* data, std::size_t size, std::size_t* received) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(descriptor_of(bio), data, size, 0);
  if (got > 0) {
    *received = static_cast<std::size_t>(got);
    return 1;
  }
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return 0;
}

long socket_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "docket socket");
    if (made == nullptr) throw std::bad_alloc();
    BIO_meth_set_write_ex(made, socket_write);
    BIO_meth_set_read_ex(made, socket_read);
    BIO_meth_set_ctrl(made, socket_control);
    return made;
  }();
  return method;
}

// --- settings

/// HTTP/1.1 is the only protocol here; a client that insists on another must not be answered in this one (ALPACA).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                    void*) {
  static constexpr std::string_view http11 = "http/1.1";
  for (unsigned i = 0; i < in_size; i += in[i] + 1U) {
    const std::string_view offered(reinterpret_cast<const char*>(in) + i + 1, in[i]);
    if (offered == http11) {
      *out = in + i + 1;
      *out_size = static_cast<unsigned char>(http11.size());
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<void> load_keys(SSL_CTX& context, const TlsKeys& keys) {
  const BioPtr chain = reader(keys.certificate_pem);
  const X509Ptr leaf(PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr));
  if (!leaf) return tls_failure({"The certificate is not PEM", "证书不是 PEM 格式"});
  if (SSL_CTX_use_certificate(&context, leaf.get()) != 1) return tls_failure({"The certificate can not be used", "证书无法使用"});
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr)) {
    if (SSL_CTX_add0_chain_cert(&context, next) != 1) {
      X509_free(next);
      return tls_failure({"The certificate chain can not be used", "证书链无法使用"});
    }
  }
  ERR_clear_error();  // the end of the chain is an error to PEM_read_bio_X509

  const BioPtr secret = reader(keys.key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(secret.get(), nullptr, no_passphrase, nullptr));
  if (!key) return tls_failure({"The private key is not PEM without passphrase", "私钥不是无口令的 PEM 格式"});
  if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1)
    return tls_failure({"The private key does not belong to the certificate", "私钥与证书不匹配"});
  // A server with an expired certificate is of more use than none: browsers warn, and so does the log.
  if (X509_cmp_current_time(X509_get0_notAfter(leaf.get())) < 0) log::warning("certificate_expired");
  return {};
}

Result<std::string> read_small_file(const std::string& path, bool secret) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    return fail(ErrorCode::internal, both("{} can not be read: {}.", "{} 无法读取：{}。", path, std::generic_category().message(errno)));
  }
  struct stat facts {};
  std::string text;
  Error error;
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size > 1024 * 1024) {
    error.detail = path + " is not a file of at most 1 MiB.";
  } else if (secret && (facts.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    error.detail = path + " holds a private key and is open to all users; take their rights away (chmod o= …).";
  } else {
    text.resize(static_cast<std::size_t>(facts.st_size));
    if (::pread(file.get(), text.data(), text.size(), 0) != facts.st_size) error.detail = path + " can not be read.";
  }
  if (!error.detail.empty()) return std::unexpected(std::move(error));
  return text;
}

}  // namespace

Result<TlsKeys> read_tls_keys(const std::string& certificate_file, const std::string& key_file) {
  auto certificate = read_small_file(certificate_file, false);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  auto key = read_small_file(key_file, true);
  if (!key) return std::unexpected(std::move(key.error()));
  TlsKeys keys;
  keys.certificate_pem = std::move(*certificate);
  keys.key_pem = std::move(*key);
  return keys;
}

Result<SslContext> make_server_context(const TlsKeys& keys) {
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return tls_failure({"TLS can not be set up", "无法建立 TLS"});
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_options(
      raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(raw, 1);
  const bool set = SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1 && SSL_CTX_set_num_tickets(raw, 0) == 1 &&
                   SSL_CTX_set_cipher_list(
                       raw,
                       "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                       "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305") == 1 &&
                   SSL_CTX_set_ciphersuites(
                       raw, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1 &&
                   SSL_CTX_set1_groups_list(raw, "X25519:P-256:P-384") == 1;
  if (!set) return tls_failure({"TLS can not be set up", "无法建立 TLS"});
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  if (auto loaded = load_keys(*raw, keys); !loaded) return std::unexpected(std::move(loaded.error()));
  return context;
}

SslPtr make_server_connection(SSL_CTX& context, int descriptor) {
  SslPtr ssl(SSL_new(&context));
  BIO* const bio = BIO_new(socket_method());
  if (!ssl || bio == nullptr) {
    BIO_free(bio);
    throw std::bad_alloc();
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_accept_state(ssl.get());
  return ssl;
}

std::string take_tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return {};
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

}  // namespace docket::http
