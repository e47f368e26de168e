// SPDX-License-Identifier: Apache-2.0
// A few threads for password hashing with a bounded queue.
#pragma once

#include "desk/ports/password_hasher.hpp"
#include "runtime/work_threads.hpp"

namespace docket::runtime {

/// Each hash takes 19 MiB while it runs, so `threads` also bounds the memory.
class PasswordThreads final : public desk::PasswordHasher {
 public:
  PasswordThreads(std::size_t threads, std::size_t queue_limit);

  void hash(std::string password, std::move_only_function<void(Result<std::string>)> done) override;
  void verify(std::string password, std::optional<std::string> encoded,
              std::move_only_function<void(Result<bool>)> done) override;

 private:
  WorkThreads threads_;
};

}  // namespace docket::runtime
