// SPDX-License-Identifier: Apache-2.0
// What WeCom calls back with: XML in an encrypted envelope (documents 90930 and 101033). Pure but for randomness.
#pragma once

#include "docket/callback_crypto.hpp"
#include "docket/plugin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::wecom {

/// One decrypted call. Members that its kind does not have are empty.
struct Incoming {
  std::string kind;    ///< MsgType: text, event, image …
  std::string event;   ///< Event: template_card_event …
  std::string member;  ///< FromUserName
  std::string id;      ///< the same for each of WeCom's three tries
  std::string content, event_key, task_id, response_code;
};

/// The query's values, decoded so that a bare + stays one.
struct Signed {
  std::string signature, timestamp, nonce, echo;
};
[[nodiscard]] Signed signed_query(std::string_view raw_query);

/// The text to answer an address check (GET) with; nothing when it is not signed with our token.
[[nodiscard]] std::optional<std::string> checked_echo(const sdk::CallbackCrypto& crypto, const Signed& query);

/// Whether the signed time is within ten minutes of `now_s`: what somebody captured and sends again later is too old.
[[nodiscard]] bool is_fresh(const Signed& query, std::int64_t now_s);

/// The call of a POST; nothing when it is not signed, not for us, or no such XML. Neither entities nor a DTD are read.
[[nodiscard]] std::optional<Incoming> opened(const sdk::CallbackCrypto& crypto, const Signed& query, std::string_view body);

}  // namespace docket::wecom
