// SPDX-License-Identifier: Apache-2.0
// A few threads for password hashing with a bounded queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "desk/ports/password_hasher.hpp"

namespace docket::runtime {

/// Each hash takes 19 MiB while it runs, so `threads` also bounds the memory.
class PasswordThreads final : public desk::PasswordHasher {
 public:
  PasswordThreads(std::size_t threads, std::size_t queue_limit);
  ~PasswordThreads() override;  ///< answers what is queued with shutting_down, ends the threads

  void hash(std::string password, std::move_only_function<void(Result<std::string>)> done) override;
  void verify(std::string password, std::optional<std::string> encoded,
              std::move_only_function<void(Result<bool>)> done) override;

 private:
  /// `work(nullptr)` does it; with an error it only answers.
  using Task = std::move_only_function<void(const Error*)>;
  void submit(Task task);
  void run();

  const std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace docket::runtime
