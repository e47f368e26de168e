// SPDX-License-Identifier: Apache-2.0
// Password work on threads of its own, so that a wave of sign-ins delays nobody's tickets.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace docket::desk {

/// Thread-safe. `done` is called once, on a thread of the hasher, or at once with `overloaded` when too many wait.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  virtual void hash(std::string password, std::move_only_function<void(Result<std::string>)> done) = 0;
  /// False for a wrong password and, after the same work, when there is no hash.
  virtual void verify(std::string password, std::optional<std::string> encoded,
                      std::move_only_function<void(Result<bool>)> done) = 0;
};

}  // namespace docket::desk
