// SPDX-License-Identifier: Apache-2.0
// What is sent to WeCom, within its limits (document 90236): texts, Markdown and template cards. Pure.
#pragma once

#include "docket/plugin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::wecom {

namespace json = boost::json;

enum class Style { card, text, markdown };
[[nodiscard]] Style style_of(std::string_view name);

/// A button of a card: `key` is what its press asks for, "take", "answer" or kMove with the name of a step.
struct Button {
  std::string key, label;
};
constexpr std::string_view kMove = "move:";
/// What the desk says that the recipient could do, at most as many as a card takes.
[[nodiscard]] std::vector<Button> buttons_of(const sdk::Delivery& delivery);

/// The body of message/send. Give no buttons where there is no callback: nobody would hear them.
[[nodiscard]] json::object app_message(const sdk::Delivery& delivery, std::int64_t agent_id, Style style,
                                       const std::vector<Button>& buttons);

/// A plain text to one member.
[[nodiscard]] json::object plain_message(std::int64_t agent_id, const std::string& member, std::string_view text);

/// The body of a group robot's webhook/send.
[[nodiscard]] json::object robot_message(const sdk::Delivery& delivery, const json::array& mention);

/// A card's task id names the ticket, since the button's event brings it back: the same for each try of a delivery.
[[nodiscard]] std::string task_id(const sdk::Delivery& delivery);
/// The ticket in a task id of ours.
[[nodiscard]] std::optional<std::int64_t> ticket_of_task(std::string_view task_id);

}  // namespace docket::wecom
