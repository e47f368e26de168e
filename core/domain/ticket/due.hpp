// SPDX-License-Identifier: Apache-2.0
// Catching up with clocks. Only the files that implement decide() include this.
#pragma once

#include "domain/ticket/deciding.hpp"

namespace docket::domain {

/// Does the warnings and breaches that fell due at or before `until`, with their actions, in order of their due time.
void do_due_clock_events(Deciding& deciding, Time until);

}  // namespace docket::domain
