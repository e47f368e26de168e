// SPDX-License-Identifier: Apache-2.0
// What is sent to WeCom, within its limits (document 90236): texts, Markdown and template cards. Pure.
#pragma once

#include "docket/plugin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::wecom {

namespace json = boost::json;

enum class Style { card, text, markdown };
[[nodiscard]] Style style_of(std::string_view name);

/// The body of message/send. Buttons are made only when `buttons`: without a callback nobody would hear them.
[[nodiscard]] json::object app_message(const sdk::Delivery& delivery, std::int64_t agent_id, Style style, bool buttons);

/// A plain text to one member.
[[nodiscard]] json::object plain_message(std::int64_t agent_id, const std::string& member, std::string_view text);

/// The body of a group robot's webhook/send.
[[nodiscard]] json::object robot_message(const sdk::Delivery& delivery, const json::array& mention);

/// A card's task id names the ticket, since the button's event brings it back: the same for each try of a delivery.
[[nodiscard]] std::string task_id(const sdk::Delivery& delivery);
/// The ticket in a task id of ours.
[[nodiscard]] std::optional<std::int64_t> ticket_of_task(std::string_view task_id);

}  // namespace docket::wecom
