// SPDX-License-Identifier: Apache-2.0
#include "runtime/freed_memory.hpp"

#include <malloc.h>

namespace docket::runtime {

void keep_freed_memory() {
  constexpr int kept = 64 << 20;
  ::mallopt(M_TRIM_THRESHOLD, kept);
  ::mallopt(M_MMAP_MAX, 0);
}

void give_back_freed_memory() { ::malloc_trim(0); }

}  // namespace docket::runtime
