// SPDX-License-Identifier: Apache-2.0
#include "docket/callback_crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace docket::sdk {
namespace {

constexpr std::size_t kRandom = 16;
constexpr std::size_t kHead = kRandom + 4;
constexpr std::size_t kBlock = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

std::string hex(const unsigned char* data, std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    out += digits[data[i] >> 4U];
    out += digits[data[i] & 15U];
  }
  return out;
}

std::string digest_of(const EVP_MD* kind, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, kind, nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot digest");
  return hex(digest.data(), size);
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(message), message.size(), digest.data(), &size) ==
      nullptr)
    throw std::runtime_error("OpenSSL cannot sign");
  return {reinterpret_cast<const char*>(digest.data()), size};
}

/// AES-256-CBC without padding; the input is whole blocks.
std::optional<std::string> run_cipher(bool encrypting, std::string_view key, std::string_view text) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string out(text.size() + 16, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int size = 0, rest = 0;
  if (!cipher ||
      EVP_CipherInit_ex(cipher.get(), EVP_aes_256_cbc(), nullptr, bytes_of(key), bytes_of(key), encrypting ? 1 : 0) != 1 ||
      EVP_CIPHER_CTX_set_padding(cipher.get(), 0) != 1 ||
      EVP_CipherUpdate(cipher.get(), to, &size, bytes_of(text), static_cast<int>(text.size())) != 1 ||
      EVP_CipherFinal_ex(cipher.get(), to + size, &rest) != 1)
    return {};
  out.resize(static_cast<std::size_t>(size + rest));
  return out;
}

}  // namespace

CallbackCrypto::CallbackCrypto(std::string token, std::string key, std::string receiver)
    : token_(std::move(token)), key_(std::move(key)), receiver_(std::move(receiver)) {}

std::optional<CallbackCrypto> CallbackCrypto::make(std::string token, std::string_view aes_key, std::string receiver) {
  if (token.empty() || aes_key.size() != 43) return {};
  auto key = from_base64(aes_key);
  if (!key || key->size() != 32) return {};
  return CallbackCrypto(std::move(token), std::move(*key), std::move(receiver));
}

std::string CallbackCrypto::signature(std::string_view timestamp, std::string_view nonce, std::string_view encrypted) const {
  std::array<std::string_view, 4> parts{token_, timestamp, nonce, encrypted};
  std::ranges::sort(parts);
  std::string all;
  for (const auto part : parts) all += part;
  return digest_of(EVP_sha1(), all);
}

bool CallbackCrypto::signed_by(std::string_view signature, std::string_view timestamp, std::string_view nonce,
                               std::string_view encrypted) const {
  return equal_in_constant_time(signature, this->signature(timestamp, nonce, encrypted));
}

std::optional<std::string> CallbackCrypto::decrypt(std::string_view encrypted) const {
  if (encrypted.size() > std::size_t{4} << 20) return {};
  const auto sealed = from_base64(encrypted);
  if (!sealed || sealed->empty() || sealed->size() % 16 != 0) return {};
  auto plain = run_cipher(false, key_, *sealed);
  if (!plain) return {};
  const auto pad = static_cast<unsigned char>(plain->back());
  if (pad >= 1 && pad <= kBlock && pad <= plain->size()) plain->resize(plain->size() - pad);
  if (plain->size() < kHead) return {};
  std::size_t size = 0;
  for (std::size_t i = kRandom; i < kHead; ++i) size = (size << 8U) | static_cast<unsigned char>((*plain)[i]);
  if (size > plain->size() - kHead) return {};
  if (!equal_in_constant_time(std::string_view(*plain).substr(kHead + size), receiver_)) return {};
  return plain->substr(kHead, size);
}

std::string CallbackCrypto::encrypt(std::string_view message) const {
  std::string plain(kRandom, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(plain.data()), static_cast<int>(kRandom)) != 1)
    throw std::runtime_error("OpenSSL has no random bytes");
  for (int shift = 24; shift >= 0; shift -= 8)
    plain += static_cast<char>((message.size() >> static_cast<unsigned>(shift)) & 0xFFU);
  plain += message;
  plain += receiver_;
  const auto pad = kBlock - plain.size() % kBlock;
  plain.append(pad, static_cast<char>(pad));
  const auto sealed = run_cipher(true, key_, plain);
  if (!sealed) throw std::runtime_error("OpenSSL cannot encrypt");
  return base64(*sealed);
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const int value = value_of(c);
    if (value < 0) return {};
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>((bits >> static_cast<unsigned>(have)) & 0xFFU);
    }
  }
  return out;
}

std::string hmac_sha256_base64(std::string_view key, std::string_view message) {
  return base64(hmac_sha256(key, message));
}

std::string hmac_sha256_hex(std::string_view key, std::string_view message) {
  const auto digest = hmac_sha256(key, message);
  return hex(bytes_of(digest), digest.size());
}

std::string sha256_hex(std::string_view text) {
  return digest_of(EVP_sha256(), text);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace docket::sdk
