// SPDX-License-Identifier: Apache-2.0
// How long threads want the processor at a time.
#pragma once

namespace docket {

/// This thread, and threads and processes that it starts from now on, have the processor for 0.1 ms at a time instead of
/// some milliseconds, and come to it sooner: an answer does not wait until a report, or a plugin that spins, has had its
/// turn. What each gets in all stays as it is. Linux 6.12 and newer heed it (sched_setattr(2): `sched_runtime` of
/// SCHED_OTHER); where it can not be had nothing changes.
void want_short_turns();

}  // namespace docket
