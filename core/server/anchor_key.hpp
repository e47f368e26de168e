// SPDX-License-Identifier: Apache-2.0
// The key that signs the heads of all histories. It lies beside the database, not in it, and can be moved to another
// disk.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace docket::server {

/// Ed25519 (RFC 8032). Immutable; any thread.
class AnchorKey {
 public:
  /// Reads the private key (PEM), or makes it with mode 0600. The public key is written beside it as "<file>.pub".
  /// Throws std::runtime_error with a sentence for the operator.
  [[nodiscard]] static AnchorKey load_or_make(const std::filesystem::path& file);
  /// None where there is no file: who only checks makes no key. Throws as above.
  [[nodiscard]] static std::optional<AnchorKey> load(const std::filesystem::path& file);
  AnchorKey(AnchorKey&&) noexcept;
  ~AnchorKey();

  [[nodiscard]] std::string sign(std::string_view bytes) const;  ///< base64url
  [[nodiscard]] bool verify(std::string_view bytes, const std::string& signature) const;

 private:
  explicit AnchorKey(void* key) : key_(key) {}
  void* key_;
};

}  // namespace docket::server
