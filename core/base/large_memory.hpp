// SPDX-License-Identifier: Apache-2.0
// Room for millions of values that comes from the system and goes back to it a little at a time.
#pragma once

#include <cstddef>
#include <new>

namespace docket {

/// From here on room is large, in bytes.
inline constexpr std::size_t large_memory = std::size_t{256} << 10;

/// Maps zeroed room. Throws std::bad_alloc.
[[nodiscard]] void* map_large(std::size_t bytes);
/// Gives it back in steps of a MiB. Whole, 50 MB take the kernel some ten milliseconds, in which other threads of the process
/// that touch new memory stand in line: lists beside reports felt it.
void unmap_large(void* room, std::size_t bytes) noexcept;

/// For containers that may become large; what is small comes from the heap. Any thread.
template <class T>
struct LargeAllocator {
  using value_type = T;

  LargeAllocator() = default;
  template <class Other>
  LargeAllocator(const LargeAllocator<Other>&) {}  // NOLINT(google-explicit-constructor): allocators convert

  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > std::size_t(-1) / sizeof(T)) throw std::bad_array_new_length();
    const auto bytes = count * sizeof(T);
    return static_cast<T*>(bytes < large_memory ? ::operator new(bytes) : map_large(bytes));
  }
  void deallocate(T* room, std::size_t count) noexcept {
    const auto bytes = count * sizeof(T);
    if (bytes < large_memory) {
      ::operator delete(room, bytes);
    } else {
      unmap_large(room, bytes);
    }
  }
  bool operator==(const LargeAllocator&) const = default;
};

}  // namespace docket
