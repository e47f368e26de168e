// SPDX-License-Identifier: Apache-2.0
#include "runtime/work_threads.hpp"

#include <pthread.h>

#include <exception>
#include <typeinfo>
#include <utility>

#include "base/log.hpp"

namespace docket::runtime {

WorkThreads::WorkThreads(std::string name, std::size_t threads, std::size_t queue_limit, Said busy)
    : name_(std::move(name)), queue_limit_(queue_limit), busy_(std::move(busy)) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkThreads::~WorkThreads() {
  std::deque<Task> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(queue_);
  }
  wake_.notify_all();
  for (auto& task : left) call(task, fail(ErrorCode::shutting_down, {"The server is stopping.", "服务器正在重启，请稍候再试。"}));
  for (auto& thread : threads_) thread.join();
}

void WorkThreads::submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < queue_limit_) {
      queue_.push_back(std::move(task));
      wake_.notify_one();
      return;
    }
  }
  auto overloaded = fail(ErrorCode::overloaded, busy_);
  overloaded.error().retry_after_seconds = 2;
  call(task, std::move(overloaded));
}

void WorkThreads::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    call(task, {});
  }
}

void WorkThreads::call(Task& task, Result<void> may_run) const {
  try {
    task(std::move(may_run));
  } catch (const std::exception& failure) {
    // The text may hold values; its type is enough to find the place. Whoever waits hears of it when the task goes.
    log::error("work_failed", {{"threads", name_}, {"exception", typeid(failure).name()}});
  }
}

}  // namespace docket::runtime
