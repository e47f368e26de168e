// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include <charconv>
#include <cstdlib>

#include "docket/callback_crypto.hpp"

namespace docket::webhooks {

std::optional<std::string> key_of(std::string_view secret) {
  constexpr std::string_view prefix = "whsec_";
  auto key = secret.starts_with(prefix) ? sdk::from_base64(secret.substr(prefix.size())) : std::optional<std::string>(secret);
  if (!key || key->size() < 24) return std::nullopt;
  return key;
}

std::string sign(std::string_view key, std::string_view id, std::string_view timestamp, std::string_view body) {
  std::string text(id);
  text.append(".").append(timestamp).append(".").append(body);
  return "v1," + sdk::hmac_sha256_base64(key, text);
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
    good = sdk::equal_in_constant_time(one, wanted) || good;
    signatures.remove_prefix(std::min(one.size() + 1, signatures.size()));
  }
  return good;
}

bool verify_hub(std::string_view key, std::string_view body, std::string_view signature) {
  return sdk::equal_in_constant_time(signature, "sha256=" + sdk::hmac_sha256_hex(key, body));
}

}  // namespace docket::webhooks
