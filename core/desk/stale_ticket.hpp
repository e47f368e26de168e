// SPDX-License-Identifier: Apache-2.0
// The refusal of a change that names another version than the ticket has.
#pragma once

#include <cstdint>

#include "base/both.hpp"
#include "base/error.hpp"

namespace docket::desk {

[[nodiscard]] inline std::unexpected<Error> stale_ticket(std::int64_t version) {
  return fail(ErrorCode::stale_version, both("The ticket is at version {}; read it again and repeat.",
                                             "工单刚被别人改过（现在是版本 {}），请看过最新内容再试。", version));
}

}  // namespace docket::desk
