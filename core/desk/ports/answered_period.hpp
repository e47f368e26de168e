// SPDX-License-Identifier: Apache-2.0
// By which lengths of time the IdempotencyStore counts keys and forgets them, since the epoch.
#pragma once

#include "base/clock.hpp"

namespace docket::desk {

inline constexpr Duration answered_period = std::chrono::hours{24};

}  // namespace docket::desk
