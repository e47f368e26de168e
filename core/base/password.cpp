// SPDX-License-Identifier: Apache-2.0
#include "base/password.hpp"

#include <argon2.h>

#include <stdexcept>

#include "base/hash.hpp"

namespace docket {
namespace {

constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t salt_bytes = 16;

}  // namespace

std::string hash_password(std::string_view password) {
  const auto salt = random_bytes(salt_bytes);
  std::string encoded(argon2_encodedlen(passes, memory_kib, lanes, salt_bytes, hash_bytes, Argon2_id), '\0');
  const int outcome = argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(), salt.data(),
                                            salt.size(), hash_bytes, encoded.data(), encoded.size());
  if (outcome != ARGON2_OK) throw std::runtime_error(argon2_error_message(outcome));
  encoded.resize(encoded.find('\0') == std::string::npos ? encoded.size() : encoded.find('\0'));
  return encoded;
}

bool verify_password(std::string_view password, const std::string& encoded) {
  return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
}

void spend_password_time(std::string_view password) {
  static_cast<void>(hash_password(password));
}

}  // namespace docket
