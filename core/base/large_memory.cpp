// SPDX-License-Identifier: Apache-2.0
#include "base/large_memory.hpp"

#include <sys/mman.h>

#include <algorithm>

namespace docket {

void* map_large(std::size_t bytes) {
  void* const room = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) throw std::bad_alloc();
  return room;
}

void unmap_large(void* room, std::size_t bytes) noexcept {
  constexpr std::size_t step = std::size_t{1} << 20;
  for (std::size_t at = 0; at < bytes; at += step) ::munmap(static_cast<std::byte*>(room) + at, std::min(step, bytes - at));
}

}  // namespace docket
