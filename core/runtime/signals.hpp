// SPDX-License-Identifier: Apache-2.0
// SIGTERM and SIGINT as a wait, SIGHUP as a call; everything else in the process keeps these signals blocked.
#pragma once

#include <functional>

namespace docket::runtime {

/// Blocks SIGTERM, SIGINT and SIGHUP for the calling thread and all that it starts later, and SIGPIPE is ignored. Call
/// first thing in main.
void block_signals();

/// Waits for SIGTERM or SIGINT; calls `on_hangup` for each SIGHUP meanwhile. On a further SIGTERM or SIGINT after it
/// returned the process ends at once.
void wait_for_stop(const std::function<void()>& on_hangup);

}  // namespace docket::runtime
