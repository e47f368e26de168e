// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <typeinfo>
#include <utility>

#include "base/log.hpp"

namespace docket::runtime {

Loop::Loop(std::string name, Step step) : name_(std::move(name)), step_(std::move(step)), thread_([this] { run(); }) {}

Loop::~Loop() {
  stop();
}

void Loop::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void Loop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Loop::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  while (true) {
    auto wait = longest_wait;
    try {
      wait = std::clamp(step_(), std::chrono::milliseconds{0}, longest_wait);
    } catch (const std::exception& failure) {
      // The text may hold values; its type is enough to find the place.
      log::error("loop_step_failed", {{"loop", name_}, {"exception", typeid(failure).name()}});
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, wait, [this] { return woken_ || stopping_; });
    woken_ = false;
    if (stopping_) return;
  }
}

}  // namespace docket::runtime
