// SPDX-License-Identifier: Apache-2.0
// What DingTalk calls with: events in the encrypted envelope, and messages to the app's robot with a signature in the head.
#pragma once

#include "docket/callback_crypto.hpp"
#include "docket/plugin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::dingtalk {

namespace json = boost::json;

/// The event of a POST; nothing when it is not signed, not for us or no JSON.
[[nodiscard]] std::optional<json::object> opened(const sdk::CallbackCrypto& crypto, const sdk::HttpRequest& request);

/// The only answer that DingTalk takes for "received": the word "success", sealed.
[[nodiscard]] std::string sealed_success(const sdk::CallbackCrypto& crypto, std::int64_t now_ms, std::string_view nonce);

/// What a person wrote to the robot.
struct ChatMessage {
  std::string id, member, text;
};
/// Checks "sign" = base64(HMAC-SHA256(secret, timestamp "\n" secret)) and that the timestamp is within ten minutes, since
/// the vendor signs the time and not the words. Nothing for what is not signed; a message of another kind has no text.
[[nodiscard]] std::optional<ChatMessage> robot_message_of(const sdk::HttpRequest& request, std::string_view app_secret,
                                                          std::int64_t now_ms);

}  // namespace docket::dingtalk
