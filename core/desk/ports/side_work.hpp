// SPDX-License-Identifier: Apache-2.0
// Work that is slow but needs no database: compiling definitions, moving and checking files. It has threads of its
// own, so that neither connections nor jobs wait for it.
#pragma once

#include <functional>

#include "base/error.hpp"

namespace docket::desk {

/// Thread-safe.
class SideWork {
 public:
  using Work = std::move_only_function<void(Result<void> may_run)>;

  virtual ~SideWork() = default;
  /// Calls `work` once: with a value on a thread aside, or at once with why it can not run (overloaded,
  /// shutting_down).
  virtual void run(Work work) = 0;
};

}  // namespace docket::desk
