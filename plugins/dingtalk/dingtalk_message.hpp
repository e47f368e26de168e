// SPDX-License-Identifier: Apache-2.0
// What is sent to DingTalk, within its limits: work notices (工作通知) and the messages of group robots. Pure.
#pragma once

#include "docket/plugin.hpp"

#include <string>
#include <string_view>

namespace docket::dingtalk {

namespace json = boost::json;

/// The `msg` of a work notice, at most 2,048 bytes of JSON: a card that leads to the ticket, or Markdown without a link.
/// The same content reaches one person once a day, so the delivery's key is part of it.
[[nodiscard]] json::object work_notice(const sdk::Delivery& delivery);

/// The body of robot/send. `keyword` stands in it where the robot demands one; whoever is mentioned must be in the text.
[[nodiscard]] json::object robot_message(const sdk::Delivery& delivery, std::string_view keyword, const json::array& mobiles);

}  // namespace docket::dingtalk
