// SPDX-License-Identifier: Apache-2.0
// Chance that is the same on every machine: splitmix64.
#pragma once

#include <cstdint>

namespace docket::simulation {

class Random {
 public:
  /// Seeds are mixed: side by side on the generator's own path they would draw the same numbers, one place apart.
  explicit Random(std::uint64_t seed) : state_(mixed(seed + 0x632BE59BD9B4E019U)) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    return mixed(state_);
  }
  /// 0 … n-1; n is positive.
  int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
  bool per_mille(int n) { return below(1'000) < n; }

 private:
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  std::uint64_t state_;
};

}  // namespace docket::simulation
