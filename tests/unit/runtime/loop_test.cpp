// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop.hpp"

#include <atomic>
#include <future>
#include <semaphore>
#include <stdexcept>

#include "support/catch.hpp"

using namespace docket::runtime;
using namespace std::chrono_literals;

TEST_CASE("a loop runs once at the start and again for each wake") {
  std::counting_semaphore<100> ran{0};
  Loop loop("test", [&] {
    ran.release();
    return Loop::longest_wait;
  });
  REQUIRE(ran.try_acquire_for(5s));
  loop.wake();
  CHECK(ran.try_acquire_for(500ms));  // well before the longest wait
}

TEST_CASE("a step that says zero runs again at once, and stop ends it") {
  std::atomic<int> steps{0};
  std::promise<void> many;
  Loop loop("test", [&] {
    if (++steps == 50) many.set_value();
    return 0ms;
  });
  CHECK(many.get_future().wait_for(900ms) == std::future_status::ready);
  loop.stop();
  const int after = steps;
  loop.wake();
  CHECK(steps == after);
}

TEST_CASE("what a step throws does not end the loop") {
  std::counting_semaphore<100> ran{0};
  Loop loop("test", [&]() -> std::chrono::milliseconds {
    ran.release();
    throw std::runtime_error("a secret value");
  });
  REQUIRE(ran.try_acquire_for(5s));
  loop.wake();
  CHECK(ran.try_acquire_for(5s));
}
