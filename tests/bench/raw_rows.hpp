// SPDX-License-Identifier: Apache-2.0
// How fast the machine can write the very rows of a ticket: taken out of a finished desk, put into an empty database by
// hand.
#pragma once

#include <cstdint>
#include <filesystem>

namespace docket::bench {

struct RawFigures {
  std::size_t tickets = 0;
  std::size_t rows = 0;
  std::size_t group = 0;  ///< tickets a commit
  double per_second = 0;  ///< tickets
};

/// Reads the tickets after `after` with all that hangs on them from a stopped desk, at most `most` of them, and writes
/// the same rows with prepared statements into a new database in `scratch`, `group` tickets a commit, durable each time
/// as the desk's are. Only the writing is timed. Throws std::runtime_error on any SQL error.
[[nodiscard]] RawFigures write_raw_rows(const std::filesystem::path& desk, const std::filesystem::path& scratch,
                                        std::int64_t after, std::size_t most, std::size_t group);

}  // namespace docket::bench
