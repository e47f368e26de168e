// SPDX-License-Identifier: Apache-2.0
// What the writer knows between its jobs; never the truth, only what spares a question.
#pragma once

#include <cstdint>

#include "store/roster_memory.hpp"

namespace docket::store {

/// Of the writer thread alone; lives as long as the database is open.
struct WriterMemory {
  std::int64_t last_ticket = -1;  ///< highest number given, also by jobs that were undone; -1 = not asked yet
  RosterMemory roster{};
};

}  // namespace docket::store
