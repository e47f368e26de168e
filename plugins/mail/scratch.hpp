// SPDX-License-Identifier: Apache-2.0
// Contents too large for memory: owned descriptors, and nameless files to put them into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "docket/plugin.hpp"

namespace docket::mail {

using sdk::Descriptor;

/// Makes nameless files: in `directory` when one can be made there, else in memory that may be swapped out.
class Scratch {
 public:
  explicit Scratch(std::string directory = {}) : directory_(std::move(directory)) {}
  /// Throws std::system_error.
  [[nodiscard]] Descriptor make() const;

 private:
  std::string directory_;
};

/// Writes all of it. Throws std::system_error (a full disk).
void write_all(int fd, std::string_view bytes);
[[nodiscard]] std::int64_t size_of(int fd);
/// From the start, at most `most` bytes. Throws std::system_error.
[[nodiscard]] std::string read_start(int fd, std::size_t most);
/// Lower-case hex of the whole content, read in pieces.
[[nodiscard]] std::string sha256_hex(int fd);
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace docket::mail
