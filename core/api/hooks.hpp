// SPDX-License-Identifier: Apache-2.0
// What vendors send to plugins: /api/v1/hooks/{plugin}/…, raw in and raw out, from anyone. Not a row of the route table:
// it has no types, no credentials and no idempotency keys; the plugin checks the sender.
#pragma once

#include <cstdint>
#include <string_view>

#include "desk/ports/plugin_door.hpp"
#include "http/message.hpp"

namespace docket::api {

inline constexpr std::uint64_t most_hook_bytes = std::uint64_t{1} << 20;

[[nodiscard]] bool is_hook(std::string_view path);

/// Answers now or later. `door` may be null: then there is nothing here.
void answer_hook(desk::PluginDoor* door, http::Request request, http::Respond respond);

}  // namespace docket::api
