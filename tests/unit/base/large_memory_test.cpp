// SPDX-License-Identifier: Apache-2.0
#include "base/large_memory.hpp"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace docket;

namespace {

using Values = std::vector<std::int64_t, LargeAllocator<std::int64_t>>;

std::int64_t resident_bytes() {
  std::int64_t size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

TEST_CASE("values stay what they are as their room grows from the heap into large memory and is handed on") {
  Values values;
  for (std::int64_t i = 0; i < 300'000; ++i) values.push_back(i);
  CHECK(std::accumulate(values.begin(), values.end(), std::int64_t{0}) == 299'999LL * 300'000 / 2);
  Values more{1, 2, 3};
  more.insert(more.end(), values.begin(), values.end());
  const auto taken = std::exchange(values, {});
  CHECK(values.empty());
  CHECK(taken.back() == 299'999);
  CHECK(more.size() == 300'003);
  CHECK_THROWS_AS(LargeAllocator<std::int64_t>{}.allocate(std::size_t(-1) / 4), std::bad_array_new_length);
}

TEST_CASE("large memory goes back to the system, with an odd size as well") {
  constexpr std::int64_t mib = 1 << 20;
  auto values = std::make_unique<Values>(8 * mib + 77, 1);
  const auto held = resident_bytes();
  values.reset();
  CHECK(held - resident_bytes() > 60 * mib);
}
