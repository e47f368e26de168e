// SPDX-License-Identifier: Apache-2.0
// A few threads with a bounded queue: what does not fit is refused at once.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace docket::runtime {

/// Thread-safe. Tasks run in order of arrival.
class WorkThreads {
 public:
  /// Called once: with a value to do the work, or with why it will not be done. What it throws is logged by type.
  using Task = std::move_only_function<void(Result<void>)>;

  /// `busy` is what a client is told when the queue is full.
  WorkThreads(std::string name, std::size_t threads, std::size_t queue_limit, Said busy);
  ~WorkThreads();  ///< answers what is queued with shutting_down, ends the threads
  WorkThreads(const WorkThreads&) = delete;
  WorkThreads& operator=(const WorkThreads&) = delete;

  void submit(Task task);

 private:
  void run();
  void call(Task& task, Result<void> may_run) const;

  const std::string name_;
  const std::size_t queue_limit_;
  const Said busy_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace docket::runtime
