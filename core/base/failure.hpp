// SPDX-License-Identifier: Apache-2.0
// What stops a command or the start of the server, said to the person who gave it.
#pragma once

#include <stdexcept>

#include "base/said.hpp"

namespace docket {

/// what() is the English sentence, for the log; said() has both, for whoever stands at the terminal.
class Failure : public std::runtime_error {
 public:
  explicit Failure(Said said) : std::runtime_error(said.en), said_(std::move(said)) {}
  [[nodiscard]] const Said& said() const { return said_; }

 private:
  Said said_;
};

}  // namespace docket
