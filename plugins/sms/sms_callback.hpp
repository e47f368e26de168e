// SPDX-License-Identifier: Apache-2.0
// What a gateway calls back with: receipts, and texts that people send. Whoever calls is believed only with the secret, or
// with the signature of the one message that the call is about.
#pragma once

#include "docket/plugin.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::sms {

namespace json = boost::json;

/// The names under which a gateway tells things, and the words that it uses.
struct CallbackWords {
  std::string id, status, error;      ///< of a receipt
  std::vector<std::string> delivered, pending;  ///< any other status is a failure
  std::string from, text, message_id;  ///< of a text that came in
  std::string answer = "";             ///< what the gateway wants to hear
  std::string header = "x-token";
};
/// kannel's, or those of the settings' `receipts` and `incoming`. Throws std::invalid_argument.
[[nodiscard]] CallbackWords callback_words(const json::object& settings);

/// One call as flat records: from the query, a form, a JSON object or a list of them. Query parameters are in each. At
/// most 1,000; nothing when the body is none of these.
using CallbackRecord = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] std::optional<std::vector<CallbackRecord>> records_of(const sdk::HttpRequest& request);

/// What a status means; nothing while it is still under way.
[[nodiscard]] std::optional<bool> arrived(const CallbackWords& words, std::string_view status);

/// The signature in a receipt's address: of one delivery, with the callback's secret.
[[nodiscard]] std::string receipt_signature(std::string_view secret, std::string_view delivery_key);

/// A text as UTF-8: kannel hands UCS-2 over as bytes of UTF-16BE.
[[nodiscard]] std::string as_utf8(std::string_view text, std::string_view charset);

}  // namespace docket::sms
