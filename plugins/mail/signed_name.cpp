// SPDX-License-Identifier: Apache-2.0
#include "mail/signed_name.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "mail/charset.hpp"
#include "mail/scratch.hpp"

namespace docket::mail {
namespace {

constexpr std::size_t mac_bytes = 16;
constexpr std::size_t key_bytes = 32;
constexpr std::string_view address_label = "docket mail address 1";
constexpr std::string_view message_label = "docket mail message 1";
constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";

std::string base32(std::string_view bytes) {
  std::string out;
  unsigned int bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    held += 8;
    while (held >= 5) {
      held -= 5;
      out += alphabet[(bits >> held) & 31];
    }
    bits &= (1U << held) - 1;
  }
  if (held > 0) out += alphabet[(bits << (5 - held)) & 31];
  return out;
}

/// nullopt: a letter that is none, or bits at the end that no encoder leaves (each value has one spelling).
std::optional<std::string> base32_bytes(std::string_view text) {
  std::string out;
  unsigned int bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    if (value == std::string_view::npos) return {};
    bits = bits << 5 | static_cast<unsigned int>(value);
    held += 5;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>((bits >> held) & 255);
    }
    bits &= (1U << held) - 1;
  }
  if (held >= 5 || bits != 0) return {};
  return out;
}

void put_number(std::string& out, std::int64_t number) {
  auto rest = static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
  while (rest >= 128) {
    out += static_cast<char>((rest & 127) | 128);
    rest >>= 7;
  }
  out += static_cast<char>(rest);
}

std::optional<std::int64_t> take_number(std::string_view& bytes) {
  std::uint64_t out = 0;
  for (int shift = 0; shift < 63; shift += 7) {
    if (bytes.empty()) return {};
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    out |= static_cast<std::uint64_t>(byte & 127) << shift;
    if (byte < 128) return static_cast<std::int64_t>(out);
  }
  return {};
}

std::string payload_of_name(const SignedName& name) {
  std::string out(1, static_cast<char>(name.purpose));
  put_number(out, name.ticket);
  put_number(out, name.recipient);
  put_number(out, name.day);
  return out;
}

std::optional<SignedName> name_of_payload(std::string_view payload) {
  if (payload.empty()) return {};
  SignedName out;
  const int purpose = payload.front();
  if (purpose != 1 && purpose != 2) return {};
  out.purpose = static_cast<Purpose>(purpose);
  payload.remove_prefix(1);
  const auto ticket = take_number(payload);
  const auto recipient = take_number(payload);
  const auto day = take_number(payload);
  if (!ticket || !recipient || !day || *ticket == 0) return {};
  out.ticket = *ticket;
  out.recipient = *recipient;
  out.day = *day;
  return out;
}

}  // namespace

Signer::Signer(std::vector<std::string> keys) : keys_(std::move(keys)) {
  if (keys_.empty()) throw std::invalid_argument("密钥文件是空的：至少需要一行密钥 · the key file holds no key");
  for (const auto& key : keys_) {
    if (key.size() < key_bytes) {
      throw std::invalid_argument(
          "密钥太短：每行至少 32 个字符，例如 openssl rand -hex 32 的输出 · a key needs at least 32 characters a line");
    }
  }
}

Signer Signer::from_file_text(std::string_view text) {
  std::vector<std::string> keys;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    if (!line.empty() && !line.starts_with('#')) keys.emplace_back(line);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return Signer(std::move(keys));
}

std::string Signer::sign(const std::string& key, std::string_view label, std::string_view payload) const {
  std::string text(label);
  text += '\0';
  text += payload;
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), mac.data(), &size) == nullptr)
    throw std::runtime_error("no HMAC");
  return {reinterpret_cast<const char*>(mac.data()), mac_bytes};
}

std::string Signer::token(std::string_view label, std::string payload) const {
  payload += sign(keys_.front(), label, payload);
  return base32(payload);
}

std::optional<std::string> Signer::payload_of(std::string_view label, std::string_view token) const {
  if (token.size() > 120) return {};
  auto bytes = base32_bytes(token);
  if (!bytes || bytes->size() <= mac_bytes) return {};
  const auto mac = bytes->substr(bytes->size() - mac_bytes);
  bytes->resize(bytes->size() - mac_bytes);
  for (const auto& key : keys_) {
    const auto right = sign(key, label, *bytes);
    if (CRYPTO_memcmp(right.data(), mac.data(), mac_bytes) == 0) return bytes;
  }
  return {};
}

std::string Signer::address_token(const SignedName& name) const {
  return token(address_label, payload_of_name(name));
}

std::optional<SignedName> Signer::read_address_token(std::string_view text) const {
  const auto payload = payload_of(address_label, text);
  return payload ? name_of_payload(*payload) : std::nullopt;
}

std::string Signer::message_token(const SignedName& name, std::string_view unique) const {
  // The digest keeps ids of one ticket apart and says nothing about the key that it is made from.
  auto payload = payload_of_name(name);
  payload += sha256_hex(unique).substr(0, 12);
  return "t." + token(message_label, payload);
}

std::optional<SignedName> Signer::read_message_token(std::string_view left) const {
  if (!left.starts_with("t.")) return {};
  auto payload = payload_of(message_label, left.substr(2));
  if (!payload || payload->size() < 12) return {};
  payload->resize(payload->size() - 12);
  return name_of_payload(*payload);
}

std::string reply_address(const std::string& mailbox, const std::string& token) {
  const auto at = mailbox.rfind('@');
  return mailbox.substr(0, at) + "+" + token + mailbox.substr(at);
}

std::string_view token_of_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return {};
  const auto plus = address.substr(0, at).rfind('+');
  return plus == std::string_view::npos ? std::string_view{} : address.substr(plus + 1, at - plus - 1);
}

}  // namespace docket::mail
