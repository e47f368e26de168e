// SPDX-License-Identifier: Apache-2.0
// Digests, MACs, random bytes and their text forms, all from OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

using Digest = std::array<std::uint8_t, 32>;  ///< SHA-256

[[nodiscard]] Digest sha256(std::string_view bytes);
[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view bytes);

/// `count` bytes from the kernel's generator through OpenSSL. Throws std::runtime_error if there are none.
[[nodiscard]] std::string random_bytes(std::size_t count);
/// A secret of 256 bits as 43 characters of base64url.
[[nodiscard]] std::string random_token();

[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_hex(const Digest& digest);
[[nodiscard]] std::string to_base64url(std::string_view bytes);                  ///< RFC 4648 §5, no padding
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);  ///< strict: no padding, no white space
[[nodiscard]] inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Compares in constant time; lengths may differ and are not secret.
[[nodiscard]] bool equal_secrets(std::string_view a, std::string_view b);

/// SHA-256 over parts that arrive one after another.
class Hasher {
 public:
  Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();
  void add(std::string_view bytes);
  [[nodiscard]] Digest finish();  ///< once; the hasher is spent afterwards

 private:
  void* context_;
};

}  // namespace docket
