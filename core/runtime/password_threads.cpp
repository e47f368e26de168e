// SPDX-License-Identifier: Apache-2.0
#include "runtime/password_threads.hpp"

#include <openssl/crypto.h>

#include <utility>

#include "base/password.hpp"

namespace docket::runtime {
namespace {

/// Wipes the password when the task ends, however it ends.
struct Wiped {
  explicit Wiped(std::string text) : value(std::move(text)) {}
  Wiped(Wiped&&) noexcept = default;
  Wiped& operator=(Wiped&&) = delete;
  ~Wiped() { OPENSSL_cleanse(value.data(), value.size()); }
  std::string value;
};

}  // namespace

PasswordThreads::PasswordThreads(std::size_t threads, std::size_t queue_limit) : queue_limit_(queue_limit) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

PasswordThreads::~PasswordThreads() {
  std::deque<Task> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(queue_);
  }
  wake_.notify_all();
  Error stopping;
  stopping.code = ErrorCode::shutting_down;
  stopping.detail = "The server is stopping.";
  for (auto& task : left) task(&stopping);
  for (auto& thread : threads_) thread.join();
}

void PasswordThreads::hash(std::string password, std::move_only_function<void(Result<std::string>)> done) {
  submit([secret = Wiped(std::move(password)), done = std::move(done)](const Error* refused) mutable {
    if (refused != nullptr) return done(std::unexpected(*refused));
    done(hash_password(secret.value));
  });
}

void PasswordThreads::verify(std::string password, std::optional<std::string> encoded,
                             std::move_only_function<void(Result<bool>)> done) {
  submit([secret = Wiped(std::move(password)), encoded = std::move(encoded),
          done = std::move(done)](const Error* refused) mutable {
    if (refused != nullptr) return done(std::unexpected(*refused));
    if (!encoded) {
      spend_password_time(secret.value);
      return done(false);
    }
    done(verify_password(secret.value, *encoded));
  });
}

void PasswordThreads::submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < queue_limit_) {
      queue_.push_back(std::move(task));
      wake_.notify_one();
      return;
    }
  }
  Error overloaded;
  overloaded.code = ErrorCode::overloaded;
  overloaded.detail = "Too many people sign in at this moment; try again in a few seconds.";
  overloaded.retry_after_seconds = 2;
  task(&overloaded);
}

void PasswordThreads::run() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task(nullptr);
  }
}

}  // namespace docket::runtime
