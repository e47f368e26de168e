// SPDX-License-Identifier: Apache-2.0
#include "wecom_message.hpp"

#include "docket/callback_crypto.hpp"
#include "docket/text.hpp"

#include <charconv>

namespace docket::wecom {
namespace {

constexpr std::size_t kText = 2048;
constexpr std::size_t kRobotMarkdown = 4096;
constexpr std::size_t kTitle = 36 * 3;      // of a card; the vendor advises 26 to 36 characters
constexpr std::size_t kSubtitle = 112 * 3;
constexpr std::size_t kMostButtons = 6;
constexpr std::string_view kTask = "docket-";
/// An identical message is not shown again within this time, in which a try is repeated whose answer was lost.
constexpr std::int64_t kDuplicate_s = 600;

std::string whole_text(const sdk::Delivery& delivery) {
  std::string text = delivery.subject;
  if (!delivery.body.empty()) text += (text.empty() ? "" : "\n") + delivery.body;
  if (delivery.link.empty()) return sdk::shortened(text, kText);
  if (delivery.link.size() + 1 >= kText / 2) return sdk::shortened(text, kText);
  return sdk::shortened(text, kText - delivery.link.size() - 1) + "\n" + delivery.link;
}

/// A card is one delivery's, by its task. Other messages may well have the words of an earlier one, as a warning that is
/// repeated does: only of a repeated try may it be asked whether they were shown already.
json::object to_member(const sdk::Delivery& delivery, std::int64_t agent_id, std::string_view kind) {
  json::object message{{"touser", delivery.address}, {"msgtype", kind}, {"agentid", agent_id}};
  if (kind == "template_card" || delivery.attempt > 1) {
    message["enable_duplicate_check"] = 1;
    message["duplicate_check_interval"] = kDuplicate_s;
  }
  return message;
}

json::object card(const sdk::Delivery& delivery, const std::vector<Button>& buttons) {
  const bool zh = delivery.language != "en";
  json::object out{{"card_type", "text_notice"},
                   {"main_title", json::object{{"title", sdk::shortened(delivery.subject, kTitle)}}},
                   {"task_id", task_id(delivery)}};
  if (!delivery.body.empty()) out["sub_title_text"] = sdk::shortened(delivery.body, kSubtitle);
  if (!delivery.ticket_number.empty())
    out["horizontal_content_list"] =
        json::array{json::object{{"keyname", zh ? "工单" : "Ticket"}, {"value", sdk::shortened(delivery.ticket_number, 78)}}};
  if (!delivery.link.empty()) out["card_action"] = json::object{{"type", 1}, {"url", delivery.link}};
  json::array list;
  for (const auto& button : buttons)
    list.push_back(json::object{{"text", sdk::shortened(button.label, 30)}, {"style", list.empty() ? 1 : 2}, {"key", button.key}});
  if (!list.empty()) {
    out["card_type"] = "button_interaction";
    out["button_list"] = std::move(list);
  }
  return out;
}

}  // namespace

Style style_of(std::string_view name) {
  if (name == "text") return Style::text;
  return name == "markdown" ? Style::markdown : Style::card;
}

std::vector<Button> buttons_of(const sdk::Delivery& delivery) {
  std::vector<Button> out;
  const auto* actions = delivery.raw.if_contains("actions");
  if (actions == nullptr || !actions->is_array() || delivery.ticket_id == 0) return out;
  for (const auto& action : actions->as_array()) {
    if (!action.is_object() || out.size() == kMostButtons) continue;
    const auto kind = sdk::text_of(action.as_object(), "kind");
    const auto name = sdk::text_of(action.as_object(), "name");
    if (name.empty() || name.size() > 1000) continue;
    const auto label = sdk::text_of(action.as_object(), "label", name);
    if (kind == "take" || kind == "answer") out.push_back({kind, label});
    if (kind == "move") out.push_back({std::string(kMove) + name, label});
  }
  return out;
}

json::object app_message(const sdk::Delivery& delivery, std::int64_t agent_id, Style style, const std::vector<Button>& buttons) {
  // A text notice must lead somewhere; without a link and without buttons it is a text.
  if (style == Style::card) {
    auto made = card(delivery, buttons);
    if (made.contains("card_action") || made.contains("button_list")) {
      auto message = to_member(delivery, agent_id, "template_card");
      message["template_card"] = std::move(made);
      return message;
    }
  }
  if (style == Style::markdown) {
    auto message = to_member(delivery, agent_id, "markdown");
    message["markdown"] = json::object{{"content", whole_text(delivery)}};
    return message;
  }
  auto message = to_member(delivery, agent_id, "text");
  message["text"] = json::object{{"content", whole_text(delivery)}};
  return message;
}

json::object plain_message(std::int64_t agent_id, const std::string& member, std::string_view text) {
  json::object message{{"touser", member}, {"msgtype", "text"}, {"agentid", agent_id}};
  message["text"] = json::object{{"content", sdk::shortened(sdk::without_controls(std::string(text)), kText)}};
  return message;
}

json::object robot_message(const sdk::Delivery& delivery, const json::array& mention) {
  if (mention.empty() && !delivery.link.empty()) {
    std::string text = "**" + sdk::shortened(delivery.subject, 512) + "**\n" + delivery.body;
    text = sdk::shortened(text, kRobotMarkdown - delivery.link.size() - 16) + "\n[" +
           (delivery.ticket_number.empty() ? std::string("→") : delivery.ticket_number) + "](" + delivery.link + ")";
    return {{"msgtype", "markdown"}, {"markdown", json::object{{"content", text}}}};
  }
  json::object text{{"content", whole_text(delivery)}};
  if (!mention.empty()) text["mentioned_list"] = mention;
  return {{"msgtype", "text"}, {"text", std::move(text)}};
}

std::string task_id(const sdk::Delivery& delivery) {
  return std::string(kTask) + std::to_string(delivery.ticket_id) + "-" + sdk::sha256_hex(delivery.key).substr(0, 24);
}

std::optional<std::int64_t> ticket_of_task(std::string_view task) {
  if (!task.starts_with(kTask)) return {};
  task.remove_prefix(kTask.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(task.data(), task.data() + task.size(), id);
  if (error != std::errc{} || end == task.data() + task.size() || *end != '-' || id <= 0) return {};
  return id;
}

}  // namespace docket::wecom
