// SPDX-License-Identifier: Apache-2.0
// Signatures of Standard Webhooks (v1) and of X-Hub-Signature-256, made and checked in constant time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace docket::webhooks {

/// The bytes of "whsec_<base64>", or of a plain text that is none; none for broken base64 or fewer than 24 bytes.
[[nodiscard]] std::optional<std::string> key_of(std::string_view secret);

/// "v1,<base64>" over id.timestamp.body.
[[nodiscard]] std::string sign(std::string_view key, std::string_view id, std::string_view timestamp, std::string_view body);

/// Whether one of the space-separated signatures is right, and the time within five minutes of `now_s`.
[[nodiscard]] bool verify(std::string_view key, std::string_view id, std::string_view timestamp, std::string_view body,
                          std::string_view signatures, long long now_s);

/// "sha256=<hex>" over the body.
[[nodiscard]] bool verify_hub(std::string_view key, std::string_view body, std::string_view signature);

}  // namespace docket::webhooks
