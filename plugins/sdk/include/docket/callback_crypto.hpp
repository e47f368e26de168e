// SPDX-License-Identifier: Apache-2.0
// The envelope of callbacks that WeCom (企业微信) and DingTalk (钉钉) share: a SHA-1 signature over four sorted texts, and
// AES-256-CBC with padding to 32 bytes around "16 random bytes | length | message | receiver".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace docket::sdk {

/// One application's callback keys. Immutable.
class CallbackCrypto {
 public:
  /// `aes_key` is the vendor's EncodingAESKey, 43 characters of base64; nothing when it is not one. Its last character may
  /// leave bits over, which strict decoders refuse and vendors hand out. `receiver`: the corp id (WeCom), or the app key,
  /// corp id or suite key (DingTalk).
  [[nodiscard]] static std::optional<CallbackCrypto> make(std::string token, std::string_view aes_key, std::string receiver);

  /// Lower-case hex over the sorted texts.
  [[nodiscard]] std::string signature(std::string_view timestamp, std::string_view nonce, std::string_view encrypted) const;
  /// In constant time.
  [[nodiscard]] bool signed_by(std::string_view signature, std::string_view timestamp, std::string_view nonce,
                               std::string_view encrypted) const;
  /// The message inside; nothing when it is not base64, not for this receiver, or damaged. Check the signature first.
  [[nodiscard]] std::optional<std::string> decrypt(std::string_view encrypted) const;
  /// Base64 of the sealed message.
  [[nodiscard]] std::string encrypt(std::string_view message) const;

 private:
  CallbackCrypto(std::string token, std::string key, std::string receiver);
  std::string token_, key_, receiver_;
};

/// Base64 with padding, as vendors write it.
[[nodiscard]] std::string base64(std::string_view bytes);
/// The bytes of base64 text, with or without padding; bits over at the end are dropped, as vendors' keys need.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
/// Lower-case hex HMAC-SHA256.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view message);
/// Base64(HMAC-SHA256): how robots of several vendors sign.
[[nodiscard]] std::string hmac_sha256_base64(std::string_view key, std::string_view message);
/// Lower-case hex SHA-256.
[[nodiscard]] std::string sha256_hex(std::string_view text);
/// Whether two texts are equal, in a time that does not depend on where they differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace docket::sdk
