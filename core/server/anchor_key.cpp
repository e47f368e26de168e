// SPDX-License-Identifier: Apache-2.0
#include "server/anchor_key.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/both.hpp"
#include "base/failure.hpp"
#include "base/hash.hpp"
#include "server/private_file.hpp"

namespace docket::server {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using File = std::unique_ptr<FILE, decltype(&std::fclose)>;

EVP_PKEY* get(void* key) {
  return static_cast<EVP_PKEY*>(key);
}

template <class Write>
std::string pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> to(BIO_new(BIO_s_secmem()), &BIO_free);
  char* bytes = nullptr;
  if (!to || write(to.get()) != 1) throw std::runtime_error("No key for anchors could be made.");
  const long size = BIO_get_mem_data(to.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::optional<AnchorKey> AnchorKey::load(const std::filesystem::path& file) {
  const auto existing = File(std::fopen(file.c_str(), "re"), &std::fclose);
  if (!existing) {
    if (errno == ENOENT) return {};
    throw Failure(both("The key for anchors in {} can not be read: {}.", "锚点密钥 {} 无法读取：{}。", file.string(), std::string_view(std::strerror(errno))));
  }
  Key key(PEM_read_PrivateKey(existing.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  if (!key || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) {
    throw Failure(both("The key for anchors in {} is not an Ed25519 key in PEM; put the right file back.",
                       "锚点密钥 {} 不是 PEM 格式的 Ed25519 密钥，请放回正确的文件。", file.string()));
  }
  return AnchorKey(key.release());
}

AnchorKey AnchorKey::load_or_make(const std::filesystem::path& file) {
  if (auto existing = load(file)) return std::move(*existing);
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
  if (!key) throw std::runtime_error("No key for anchors could be made.");
  write_private(file.string() + ".pub", pem([&](BIO* to) { return PEM_write_bio_PUBKEY(to, key.get()); }));
  write_private(file, pem([&](BIO* to) {
                  return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
                }));
  return AnchorKey(key.release());
}

AnchorKey::AnchorKey(AnchorKey&& other) noexcept : key_(std::exchange(other.key_, nullptr)) {}
AnchorKey::~AnchorKey() {
  EVP_PKEY_free(get(key_));
}

std::string AnchorKey::sign(std::string_view bytes) const {
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, get(key_)) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets(bytes),
                     bytes.size()) != 1) {
    throw std::runtime_error("An anchor could not be signed.");
  }
  return to_base64url(signature);
}

bool AnchorKey::verify(std::string_view bytes, const std::string& signature) const {
  const auto raw = from_base64url(signature);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!raw || !context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, get(key_)) != 1) return false;
  return EVP_DigestVerify(context.get(), octets(*raw), raw->size(), octets(bytes), bytes.size()) == 1;
}

}  // namespace docket::server
