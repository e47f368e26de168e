// SPDX-License-Identifier: Apache-2.0
#include "dingtalk_message.hpp"

#include "docket/callback_crypto.hpp"
#include "docket/text.hpp"

namespace docket::dingtalk {
namespace {

constexpr std::size_t kNotice = 2048;
constexpr std::size_t kTitle = 128;
constexpr std::size_t kRobotText = 4096;

/// Text of others inside Markdown stays text: what could begin a heading, link, picture or list gets a backslash.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]()#!<>|~").find(c) != std::string_view::npos) out += '\\';
    out += c;
    if (c == '\n') out += '\n';  // a single line end is no line end in Markdown
  }
  return out;
}

/// A short mark that differs from message to message.
std::string mark(const sdk::Delivery& delivery) {
  return sdk::sha256_hex(delivery.key).substr(0, 6);
}

std::string markdown(const sdk::Delivery& delivery, std::size_t bytes) {
  std::string head = "### " + plain(sdk::shortened(delivery.subject, kTitle)) + "\n\n";
  std::string foot = "\n\n" + (delivery.ticket_number.empty() ? std::string{} : plain(delivery.ticket_number) + " · ") + mark(delivery);
  const auto room = bytes > head.size() + foot.size() ? bytes - head.size() - foot.size() : 0;
  // Escapes are added after cutting, so cut until it fits.
  for (auto most = room;; most = most * 3 / 4) {
    const auto body = plain(sdk::shortened(delivery.body, most));
    if (body.size() <= room || most < 8) return head + (body.size() <= room ? body : "") + foot;
  }
}

}  // namespace

json::object work_notice(const sdk::Delivery& delivery) {
  const auto title = sdk::shortened(delivery.subject, kTitle);
  for (std::size_t bytes = 1600;; bytes = bytes * 3 / 4) {
    json::object message;
    const auto text = markdown(delivery, bytes);
    if (delivery.link.empty()) {
      message = {{"msgtype", "markdown"}, {"markdown", json::object{{"title", title}, {"text", text}}}};
    } else {
      message = {{"msgtype", "action_card"},
                 {"action_card", json::object{{"title", title},
                                              {"markdown", text},
                                              {"single_title", delivery.language == "en" ? "Open the ticket" : "查看工单"},
                                              {"single_url", delivery.link}}}};
    }
    if (json::serialize(message).size() <= kNotice || bytes < 64) return message;
  }
}

json::object robot_message(const sdk::Delivery& delivery, std::string_view keyword, const json::array& mobiles) {
  std::string text = markdown(delivery, kRobotText);
  if (!delivery.link.empty())
    text += "\n\n[" + std::string(delivery.language == "en" ? "Open the ticket" : "查看工单") + "](" + delivery.link + ")";
  if (!keyword.empty() && text.find(keyword) == std::string::npos) text += "\n\n" + std::string(keyword);
  for (const auto& mobile : mobiles) text += " @" + std::string(mobile.as_string());
  json::object message{{"msgtype", "markdown"},
                       {"markdown", json::object{{"title", sdk::shortened(delivery.subject, kTitle)}, {"text", text}}},
                       {"msgUuid", delivery.key}};
  if (!mobiles.empty()) message["at"] = json::object{{"atMobiles", mobiles}, {"isAtAll", false}};
  return message;
}

}  // namespace docket::dingtalk
