// SPDX-License-Identifier: Apache-2.0
// Who goes first for the processor.
#pragma once

#include <sched.h>
#include <sys/types.h>

namespace docket {

/// Lets a thread (0: the caller) have the processor only when nobody else wants it (SCHED_IDLE of sched(7)), or puts it
/// back among the others at its niceness, which alone divides the time and still lets a turn of a millisecond or more run
/// to its end. The way back asks for RLIMIT_NICE to allow that niceness. False when it was not allowed.
inline bool put_last(pid_t thread, bool last) {
  const sched_param none{};
  return ::sched_setscheduler(thread, last ? SCHED_IDLE : SCHED_OTHER, &none) == 0;
}

}  // namespace docket
