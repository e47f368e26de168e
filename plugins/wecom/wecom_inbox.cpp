// SPDX-License-Identifier: Apache-2.0
#include "wecom_inbox.hpp"

#include <charconv>
#include <pugixml.hpp>

namespace docket::wecom {
namespace {

constexpr std::int64_t kFresh_s = 600;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// The document's root element. pugixml never fetches anything and drops a DTD unread.
pugi::xml_node parsed(pugi::xml_document& document, std::string_view text) {
  const auto result = document.load_buffer(text.data(), text.size(), pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol,
                                           pugi::encoding_utf8);
  return result ? document.child("xml") : pugi::xml_node{};
}

std::string text_in(const pugi::xml_node& root, const char* name) {
  return root.child(name).text().get();
}

}  // namespace

Signed signed_query(std::string_view raw_query) {
  Signed out;
  while (!raw_query.empty()) {
    const auto end = std::min(raw_query.find('&'), raw_query.size());
    const auto pair = raw_query.substr(0, end);
    raw_query.remove_prefix(std::min(end + 1, raw_query.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = pair.substr(0, equals);
    auto value = unescaped(pair.substr(equals + 1));
    if (name == "msg_signature") out.signature = std::move(value);
    else if (name == "timestamp") out.timestamp = std::move(value);
    else if (name == "nonce") out.nonce = std::move(value);
    else if (name == "echostr") out.echo = std::move(value);
  }
  return out;
}

std::optional<std::string> checked_echo(const sdk::CallbackCrypto& crypto, const Signed& query) {
  if (query.echo.empty() || !crypto.signed_by(query.signature, query.timestamp, query.nonce, query.echo)) return {};
  return crypto.decrypt(query.echo);
}

bool is_fresh(const Signed& query, std::int64_t now_s) {
  const auto& text = query.timestamp;
  std::int64_t at = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), at);
  return error == std::errc{} && end == text.data() + text.size() && at > now_s - kFresh_s && at < now_s + kFresh_s;
}

std::optional<Incoming> opened(const sdk::CallbackCrypto& crypto, const Signed& query, std::string_view body) {
  pugi::xml_document envelope;
  const auto sealed = text_in(parsed(envelope, body), "Encrypt");
  if (sealed.empty() || !crypto.signed_by(query.signature, query.timestamp, query.nonce, sealed)) return {};
  const auto plain = crypto.decrypt(sealed);
  if (!plain) return {};
  pugi::xml_document document;
  const auto root = parsed(document, *plain);
  if (!root) return {};
  Incoming out{.kind = text_in(root, "MsgType"),
               .event = text_in(root, "Event"),
               .member = text_in(root, "FromUserName"),
               .id = text_in(root, "MsgId"),
               .content = text_in(root, "Content"),
               .event_key = text_in(root, "EventKey"),
               .task_id = text_in(root, "TaskId"),
               .response_code = text_in(root, "ResponseCode")};
  if (out.id.empty()) out.id = out.member + "-" + text_in(root, "CreateTime") + "-" + out.task_id + "-" + out.event_key;
  return out;
}

}  // namespace docket::wecom
