// SPDX-License-Identifier: Apache-2.0
#include "http/tls_identity.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <system_error>

#include "base/both.hpp"
#include "base/hash.hpp"
#include "http/descriptor.hpp"

namespace docket::http {
namespace {

constexpr auto authority_life = std::chrono::days(3650);
constexpr auto server_life = std::chrono::days(397);  // what browsers still accept
constexpr auto renew_before = std::chrono::days(30);
constexpr auto clock_tolerance = std::chrono::hours(1);

template <auto Function>
struct Free {
  void operator()(auto* object) const noexcept { Function(object); }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;

struct Pair {
  Certificate certificate;
  Key key;
};

std::unexpected<Error> failure(Said detail) {
  return fail(ErrorCode::internal, std::move(detail));
}

/// Only lack of memory or of random numbers makes these fail.
void must(bool done) {
  if (!done) {
    ERR_clear_error();
    throw std::runtime_error("OpenSSL could not make a certificate");
  }
}

std::time_t seconds(Time time) {
  return static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

/// The names go into OpenSSL's configuration syntax, so nothing else may be in them.
bool is_dns_name(std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  return plain && !name.empty() && name.size() <= 253 && !name.starts_with('.') && !name.starts_with('-') &&
         name.find("..") == std::string_view::npos;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  return list;
}

std::string permitted_names(const std::vector<std::string>& names) {
  std::string list = "critical";
  for (const std::string& name : names) {
    list += ",permitted;";
    if (!is_address(name)) {
      list += "DNS:" + name;
    } else if (name.find(':') == std::string::npos) {
      list += "IP:" + name + "/255.255.255.255";
    } else {
      list += "IP:" + name + "/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF";
    }
  }
  return list;
}

void add(X509& certificate, X509& issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  must(extension != nullptr);
  must(X509_add_ext(&certificate, extension.get(), -1) == 1);
}

Duration time_left(const X509& certificate, Time now) {
  const std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>> from(ASN1_TIME_set(nullptr, seconds(now)));
  int days = 0;
  int rest = 0;
  must(from != nullptr && ASN1_TIME_diff(&days, &rest, from.get(), X509_get0_notAfter(&certificate)) == 1);
  return std::chrono::days(days) + std::chrono::seconds(rest);
}

/// A certificate with a new key, not signed yet.
Pair begin(std::string_view common_name, Time now, Duration life) {
  Pair made;
  made.key.reset(EVP_EC_gen("P-256"));
  made.certificate.reset(X509_new());
  must(made.key != nullptr && made.certificate != nullptr);
  X509* const raw = made.certificate.get();
  std::string serial = random_bytes(16);
  serial[0] = static_cast<char>((serial[0] & 0x3F) | 0x40);  // positive, and always sixteen bytes
  const Number number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), static_cast<int>(serial.size()), nullptr));
  must(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(raw)) != nullptr);
  must(X509_set_version(raw, X509_VERSION_3) == 1);
  must(ASN1_TIME_set(X509_getm_notBefore(raw), seconds(now - clock_tolerance)) != nullptr);
  must(ASN1_TIME_set(X509_getm_notAfter(raw), seconds(now + life - clock_tolerance)) != nullptr);
  must(X509_set_pubkey(raw, made.key.get()) == 1);
  must(X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(common_name.data()),
                                  static_cast<int>(common_name.size()), -1, 0) == 1);
  return made;
}

Pair make_authority(const std::vector<std::string>& names, Time now) {
  Pair made = begin("Docket local CA " + to_hex(random_bytes(4)), now, authority_life);
  X509& raw = *made.certificate;
  must(X509_set_issuer_name(&raw, X509_get_subject_name(&raw)) == 1);
  add(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign");
  add(raw, raw, NID_subject_key_identifier, "hash");
  add(raw, raw, NID_name_constraints, permitted_names(names));
  must(X509_sign(&raw, made.key.get(), EVP_sha256()) != 0);
  return made;
}

Pair make_server(const Pair& authority, const std::vector<std::string>& names, Time now) {
  // Not past the authority's own end: nobody would believe it there.
  Pair made = begin(names.front(), now, std::min<Duration>(server_life, time_left(*authority.certificate, now) + clock_tolerance));
  X509& raw = *made.certificate;
  X509& issuer = *authority.certificate;
  must(X509_set_issuer_name(&raw, X509_get_subject_name(&issuer)) == 1);
  add(raw, issuer, NID_basic_constraints, "critical,CA:FALSE");
  add(raw, issuer, NID_key_usage, "critical,digitalSignature");
  add(raw, issuer, NID_ext_key_usage, "serverAuth");
  add(raw, issuer, NID_subject_key_identifier, "hash");
  add(raw, issuer, NID_authority_key_identifier, "keyid:always");
  add(raw, issuer, NID_subject_alt_name, alternative_names(names));
  must(X509_sign(&raw, authority.key.get(), EVP_sha256()) != 0);
  return made;
}

std::string pem_of(const X509& certificate) {
  const Bio out(BIO_new(BIO_s_mem()));
  must(out && PEM_write_bio_X509(out.get(), &certificate) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(const EVP_PKEY& key) {
  const Bio out(BIO_new(BIO_s_secmem()));
  must(out && PEM_write_bio_PKCS8PrivateKey(out.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// Replaces the file as a whole, so that a reader never sees half of it.
Result<void> write_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  const bool written = file && ::fchmod(file.get(), mode) == 0 &&
                       ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file.get()) == 0 && ::rename(fresh.c_str(), path.c_str()) == 0;
  if (written) return {};
  return failure(both("{} can not be written: {}.", "{} 无法写入：{}。", path, std::generic_category().message(errno)));
}

Result<void> write_pair(const Pair& pair, const std::string& certificate_file, const std::string& key_file) {
  if (auto key = write_file(key_file, pem_of(*pair.key), 0600); !key) return key;
  return write_file(certificate_file, pem_of(*pair.certificate), 0644);
}

bool is_there(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

/// Nothing when either file is missing.
Result<Pair> read_pair(const std::string& certificate_file, const std::string& key_file) {
  const auto read = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  Pair pair;
  if (!is_there(certificate_file) || !is_there(key_file)) return pair;
  const std::string certificate = read(certificate_file);
  const std::string key = read(key_file);
  const Bio certificate_bio(BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())));
  const Bio key_bio(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  pair.certificate.reset(PEM_read_bio_X509(certificate_bio.get(), nullptr, no_passphrase, nullptr));
  pair.key.reset(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, no_passphrase, nullptr));
  const bool usable =
      pair.certificate && pair.key && X509_check_private_key(pair.certificate.get(), pair.key.get()) == 1;
  ERR_clear_error();
  if (!usable) return failure(both("{} and {} are not a certificate and its key.", "{} 与 {} 不是证书和它的密钥。", certificate_file, key_file));
  return pair;
}

/// Half an authority is an error: another in its place would end the trust of every client.
Result<Pair> read_authority(const std::string& certificate_file, const std::string& key_file) {
  if (is_there(certificate_file) != is_there(key_file)) {
    const auto& missing = is_there(certificate_file) ? key_file : certificate_file;
    const auto& present = is_there(certificate_file) ? certificate_file : key_file;
    return failure(both("{} is missing, so that no certificate can be made. Put it back. Only if it is lost for good, remove {}, and `docket "
                        "init` makes a new authority, which all clients must then be told to trust.",
                        "缺少 {}，无法签发证书，请放回原文件。确已永久丢失时才删除 {}，`docket init` 会生成新的颁发机构，所有客户端须重新信任它。",
                        missing, present));
  }
  return read_pair(certificate_file, key_file);
}

/// The names that the certificate is good for, in its order.
std::vector<std::string> names_of(const X509& certificate) {
  std::vector<std::string> names;
  auto* const list =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(list, i);
    const bool address = name->type == GEN_IPADD;
    if (!address && name->type != GEN_DNS) continue;
    const ASN1_STRING* const text = address ? name->d.iPAddress : name->d.dNSName;
    const auto* const bytes = ASN1_STRING_get0_data(text);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(text));
    if (!address) {
      names.emplace_back(reinterpret_cast<const char*>(bytes), size);
    } else if (std::array<char, INET6_ADDRSTRLEN> written{};
               (size == 4 || size == 16) && inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, written.data(), written.size())) {
      names.emplace_back(written.data());
    }
  }
  GENERAL_NAMES_free(list);
  std::erase_if(names, [](const std::string& name) { return !is_address(name) && !is_dns_name(name); });
  return names;
}

bool covers(const X509& certificate, const std::string& name) {
  auto* const raw = const_cast<X509*>(&certificate);  // the functions change nothing
  if (is_address(name)) return X509_check_ip_asc(raw, name.c_str(), 0) == 1;
  return X509_check_host(raw, name.data(), name.size(), 0, nullptr) == 1;
}

bool expires_before(const X509& certificate, Time time) {
  std::time_t limit = seconds(time);
  return X509_cmp_time(X509_get0_notAfter(&certificate), &limit) < 0;
}

/// Whether the authority's constraints let it sign the server's certificate.
bool may_sign(const X509& authority, const X509& server) {
  int critical = 0;
  auto* const constraints =
      static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(&authority, NID_name_constraints, &critical, nullptr));
  if (constraints == nullptr) return true;
  auto* const raw = const_cast<X509*>(&server);
  X509_check_purpose(raw, -1, 0);  // reads the alternative names, which the check takes from where this puts them
  const int verdict = NAME_CONSTRAINTS_check(raw, constraints);
  NAME_CONSTRAINTS_free(constraints);
  return verdict == X509_V_OK;
}

}  // namespace

Result<LocalIdentity> ensure_local_identity(const std::string& directory, const std::vector<std::string>& names,
                                            Time now) {
  std::vector<std::string> all{"localhost", "127.0.0.1", "::1"};
  for (const std::string& name : names) {
    if (!is_address(name) && !is_dns_name(name))
      return failure(both("\"{}\" is neither a DNS name nor an address.", "`{}` 既不是域名也不是地址。", name));
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  }
  LocalIdentity identity;
  identity.ca_certificate = directory + "/ca.pem";
  identity.certificate = directory + "/server.pem";
  identity.key = directory + "/server.key";
  const std::string ca_key = directory + "/ca.key";

  auto server = read_pair(identity.certificate, identity.key);
  if (!server) return std::unexpected(std::move(server.error()));
  const bool good_server =
      server->certificate && !expires_before(*server->certificate, now + renew_before) &&
      std::ranges::all_of(all, [&](const std::string& name) { return covers(*server->certificate, name); });
  if (server->certificate) {
    // What clients call the machine by already goes on working.
    for (auto& name : names_of(*server->certificate))
      if (std::ranges::find(all, name) == all.end()) all.push_back(std::move(name));
  }
  // The authority's key may be kept elsewhere until it is needed.
  if (good_server && is_there(identity.ca_certificate) && !is_there(ca_key)) return identity;

  auto authority = read_authority(identity.ca_certificate, ca_key);
  if (!authority) return std::unexpected(std::move(authority.error()));
  if (!authority->certificate || expires_before(*authority->certificate, now + server_life)) {
    *authority = make_authority(all, now);
    identity.changed = true;
    if (auto written = write_pair(*authority, identity.ca_certificate, ca_key); !written) {
      return std::unexpected(std::move(written.error()));
    }
  }
  if (good_server && !identity.changed) return identity;

  *server = make_server(*authority, all, now);
  if (!may_sign(*authority->certificate, *server->certificate)) {
    return failure(both("The authority in {} was made for other names. Move {} elsewhere and run `docket init` with every --server-name: a new "
                        "one is made, which all clients must then trust.",
                        "{} 里的颁发机构是为其他名称生成的。把 {} 移到别处，再用全部 --server-name 运行 `docket init`：会生成新的，所有客户端须重新信任它。",
                        identity.ca_certificate, directory));
  }
  identity.changed = true;
  if (auto written = write_pair(*server, identity.certificate, identity.key); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return identity;
}

Result<bool> renew_local_identity(const std::string& directory, Time now) {
  const std::string certificate = directory + "/server.pem";
  const std::string key = directory + "/server.key";
  auto server = read_pair(certificate, key);
  if (!server) return std::unexpected(std::move(server.error()));
  if (!server->certificate || !expires_before(*server->certificate, now + renew_before)) return false;
  const auto names = names_of(*server->certificate);
  if (names.empty()) return failure(both("The certificate in {} names no machine, so there is nothing to renew it for.", "{} 里的证书没有写明任何机器名，无从续期。", certificate));

  const std::string ca_certificate = directory + "/ca.pem";
  const auto authority = read_authority(ca_certificate, directory + "/ca.key");
  if (!authority) return std::unexpected(authority.error());
  if (!authority->certificate) {
    return failure(both("There is no authority in {} that could renew the certificate. Put ca.pem and ca.key back.", "{} 里没有可为证书续期的颁发机构，请放回 ca.pem 与 ca.key。", directory));
  }
  const auto made = make_server(*authority, names, now);
  // Of an authority that ends as soon, another certificate would be no better.
  if (time_left(*made.certificate, now) <= std::max(time_left(*server->certificate, now), Duration::zero())) {
    return failure(both("The authority in {} ends itself. Stop the server and run `docket init`: it makes a new one, which all clients must "
                        "then trust.",
                        "{} 里的颁发机构自身即将到期。请停止服务并运行 `docket init` 生成新的，所有客户端须重新信任它。", ca_certificate));
  }
  if (!may_sign(*authority->certificate, *made.certificate)) {
    return failure(both("The authority in {} was made for other names than the certificate has.", "{} 里的颁发机构不是为证书上的名称生成的。", ca_certificate));
  }
  if (auto written = write_pair(made, certificate, key); !written) return std::unexpected(std::move(written.error()));
  return true;
}

}  // namespace docket::http
