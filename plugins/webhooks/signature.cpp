// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <cstdlib>

namespace docket::webhooks {
namespace {

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string padded(text);
  while (padded.size() % 4 != 0) padded += '=';
  std::string out(padded.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  if (size < 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(size));
  for (auto at = padded.size(); at > 0 && padded[at - 1] == '=' && !out.empty(); --at) out.pop_back();
  return out;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

}  // namespace

std::optional<std::string> key_of(std::string_view secret) {
  constexpr std::string_view prefix = "whsec_";
  auto key = secret.starts_with(prefix) ? from_base64(secret.substr(prefix.size())) : std::optional<std::string>(secret);
  if (!key || key->size() < 24) return std::nullopt;
  return key;
}

std::string sign(std::string_view key, std::string_view id, std::string_view timestamp, std::string_view body) {
  std::string text(id);
  text.append(".").append(timestamp).append(".").append(body);
  return "v1," + base64(hmac(key, text));
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool verify(std::string_view key, std::string_view id, std::string_view timestamp, std::string_view body,
            std::string_view signatures, long long now_s) {
  long long at = 0;
  const auto read = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), at);
  if (id.empty() || read.ec != std::errc{} || read.ptr != timestamp.data() + timestamp.size() || std::llabs(now_s - at) > 300) return false;
  const auto wanted = sign(key, id, timestamp, body);
  bool good = false;
  while (!signatures.empty()) {
    const auto one = signatures.substr(0, std::min(signatures.find(' '), signatures.size()));
    good = equal(one, wanted) || good;
    signatures.remove_prefix(std::min(one.size() + 1, signatures.size()));
  }
  return good;
}

bool verify_hub(std::string_view key, std::string_view body, std::string_view signature) {
  return equal(signature, "sha256=" + hex(hmac(key, body)));
}

}  // namespace docket::webhooks
