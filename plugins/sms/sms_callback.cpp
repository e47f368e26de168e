// SPDX-License-Identifier: Apache-2.0
#include "sms_callback.hpp"

#include "docket/callback_crypto.hpp"
#include "sms_gateway.hpp"

#include <algorithm>
#include <cstdint>

namespace docket::sms {
namespace {

constexpr std::size_t kMostRecords = 1000;
constexpr std::size_t kMostFields = 100;

std::vector<std::string> words_in(const json::object& from, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_array()) return out;
  for (const auto& one : value->get_array()) out.emplace_back(one.as_string());
  return out;
}

const json::object& object_in(const json::object& from, std::string_view name) {
  static const json::object none;
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

std::string decoded(std::string_view escaped) {
  sdk::HttpRequest one;
  one.query = "v=" + std::string(escaped);
  return one.parameter("v").value_or("");
}

void add_form(std::string_view form, CallbackRecord& to) {
  while (!form.empty() && to.size() < kMostFields) {
    const auto pair = form.substr(0, std::min(form.find('&'), form.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (equals > 0) to.emplace(decoded(pair.substr(0, equals)), equals < pair.size() ? decoded(pair.substr(equals + 1)) : std::string{});
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
  }
}

void add_object(const json::object& object, CallbackRecord& to) {
  for (const auto& member : object) {
    if (to.size() >= kMostFields) return;
    if (auto value = scalar_at(member.value(), {})) to.insert_or_assign(std::string(member.key()), std::move(*value));
  }
}

void append_utf8(std::string& out, std::uint32_t character) {
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xC0U | (character >> 6U));
    out += static_cast<char>(0x80U | (character & 0x3FU));
  } else if (character < 0x10000) {
    out += static_cast<char>(0xE0U | (character >> 12U));
    out += static_cast<char>(0x80U | ((character >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (character & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (character >> 18U));
    out += static_cast<char>(0x80U | ((character >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((character >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (character & 0x3FU));
  }
}

}  // namespace

CallbackWords callback_words(const json::object& settings) {
  CallbackWords out;
  out.header = sdk::text_of(object_in(settings, "callback"), "header", "x-token");
  std::ranges::transform(out.header, out.header.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; });
  if (sdk::text_of(settings, "gateway", "kannel") == "kannel") {
    // dlr-mask: 1 delivered, 2 not, 4 queued at the SMSC, 8 handed to it, 16 refused by it.
    out.id = "key";
    out.status = "status";
    out.delivered = {"1"};
    out.pending = {"4", "8"};
    out.from = "from";
    out.text = "text";
    out.message_id = "id";
    return out;
  }
  const auto& receipts = object_in(settings, "receipts");
  out.id = sdk::text_of(receipts, "id", "id");
  out.status = sdk::text_of(receipts, "status", "status");
  out.error = sdk::text_of(receipts, "error");
  out.delivered = words_in(receipts, "delivered");
  if (out.delivered.empty()) out.delivered = {"DELIVRD"};
  out.pending = words_in(receipts, "pending");
  out.answer = sdk::text_of(receipts, "answer");
  const auto& incoming = object_in(settings, "incoming");
  out.from = sdk::text_of(incoming, "from", "from");
  out.text = sdk::text_of(incoming, "text", "text");
  out.message_id = sdk::text_of(incoming, "id", "id");
  return out;
}

std::optional<std::vector<CallbackRecord>> records_of(const sdk::HttpRequest& request) {
  CallbackRecord common;
  add_form(request.query, common);
  const auto body = request.body;
  const auto begins = body.find_first_not_of(" \t\r\n");
  if (request.method == "GET" || begins == std::string_view::npos) return std::vector<CallbackRecord>{std::move(common)};
  if (body[begins] != '{' && body[begins] != '[') {
    add_form(body, common);
    return std::vector<CallbackRecord>{std::move(common)};
  }
  boost::system::error_code error;
  const auto parsed = json::parse(json::string_view(body.data(), body.size()), error);
  if (error) return {};
  std::vector<CallbackRecord> out;
  const auto add = [&](const json::value& value) {
    if (!value.is_object() || out.size() >= kMostRecords) return;
    out.push_back(common);
    add_object(value.get_object(), out.back());
  };
  if (parsed.is_array()) {
    for (const auto& one : parsed.get_array()) add(one);
  } else {
    add(parsed);
  }
  return out;
}

std::optional<bool> arrived(const CallbackWords& words, std::string_view status) {
  if (status.empty() || std::ranges::find(words.pending, status) != words.pending.end()) return {};
  return std::ranges::find(words.delivered, status) != words.delivered.end();
}

std::string receipt_signature(std::string_view secret, std::string_view delivery_key) {
  return sdk::hmac_sha256_hex(secret, "sms receipt\n" + std::string(delivery_key)).substr(0, 32);
}

std::string as_utf8(std::string_view text, std::string_view charset) {
  if (charset != "UTF-16BE" && charset != "utf-16be" && charset != "UCS-2" && charset != "ucs-2") return std::string(text);
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const auto unit = [&](std::size_t at) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at]) << 8U | static_cast<unsigned char>(text[at + 1]));
    };
    auto character = unit(i);
    if (character >= 0xD800 && character < 0xDC00 && i + 3 < text.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000) {
      character = 0x10000 + ((character - 0xD800) << 10U) + (unit(i + 2) - 0xDC00);
      i += 2;
    } else if (character >= 0xD800 && character < 0xE000) {
      character = 0xFFFD;
    }
    append_utf8(out, character);
  }
  return out;
}

}  // namespace docket::sms
