// SPDX-License-Identifier: Apache-2.0
// Which chance a test takes: always the same, or the one in DOCKET_SEED, to try others or one that failed.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace docket::test {

/// DOCKET_SEED, or `usual`. Name it in INFO, so that a failure can be repeated.
inline std::uint64_t seed_or(std::uint64_t usual) {
  const char* given = std::getenv("DOCKET_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : usual;
}

}  // namespace docket::test
