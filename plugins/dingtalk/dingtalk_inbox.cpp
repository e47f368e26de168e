// SPDX-License-Identifier: Apache-2.0
#include "dingtalk_inbox.hpp"

#include <charconv>

namespace docket::dingtalk {
namespace {

constexpr std::int64_t kFresh_ms = 600'000;

std::optional<json::object> object_in(std::string_view text) {
  boost::system::error_code error;
  auto value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return {};
  return std::move(value.as_object());
}

/// Text of a member; empty when it is absent or of another type: whatever comes from outside may be anything.
std::string safe_text(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string{};
}

}  // namespace

std::optional<json::object> opened(const sdk::CallbackCrypto& crypto, const sdk::HttpRequest& request) {
  const auto body = object_in(request.body);
  if (!body) return {};
  const auto encrypted = safe_text(*body, "encrypt");
  const auto signature = request.parameter("msg_signature").value_or(request.parameter("signature").value_or(""));
  if (encrypted.empty() ||
      !crypto.signed_by(signature, request.parameter("timestamp").value_or(""), request.parameter("nonce").value_or(""), encrypted))
    return {};
  const auto plain = crypto.decrypt(encrypted);
  if (!plain) return {};
  return object_in(*plain);
}

std::string sealed_success(const sdk::CallbackCrypto& crypto, std::int64_t now_ms, std::string_view nonce) {
  const auto sealed = crypto.encrypt("success");
  const auto timestamp = std::to_string(now_ms);
  return json::serialize(json::object{{"msg_signature", crypto.signature(timestamp, nonce, sealed)},
                                      {"timeStamp", timestamp},
                                      {"nonce", nonce},
                                      {"encrypt", sealed}});
}

std::optional<ChatMessage> robot_message_of(const sdk::HttpRequest& request, std::string_view app_secret, std::int64_t now_ms) {
  const std::string timestamp(request.header("timestamp"));
  std::int64_t at = 0;
  const auto [end, error] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), at);
  if (error != std::errc{} || end != timestamp.data() + timestamp.size() || at <= now_ms - kFresh_ms || at >= now_ms + kFresh_ms) return {};
  const auto expected = sdk::hmac_sha256_base64(app_secret, timestamp + "\n" + std::string(app_secret));
  if (!sdk::equal_in_constant_time(request.header("sign"), expected)) return {};
  const auto body = object_in(request.body);
  if (!body) return {};
  ChatMessage out{safe_text(*body, "msgId"), safe_text(*body, "senderStaffId"), {}};
  if (const auto* text = body->if_contains("text"); text != nullptr && text->is_object()) out.text = safe_text(text->as_object(), "content");
  if (out.id.empty() || out.id.size() > 150) out.id = sdk::sha256_hex(request.body);
  return out;
}

}  // namespace docket::dingtalk
