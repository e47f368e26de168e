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
  std::counting_semaphore<1000> ran{0};
  Loop loop("test", [&] {
    ran.release();
    return Loop::longest_wait;
  });
  REQUIRE(ran.try_acquire_for(60s));
  // So many that without being woken they would take two minutes.
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 120; ++i) {
    loop.wake();
    REQUIRE(ran.try_acquire_for(60s));
  }
  CHECK(std::chrono::steady_clock::now() - begin < 60s);
}

TEST_CASE("a step that says zero runs again at once, and stop ends it") {
  std::atomic<int> steps{0};
  std::promise<void> many;
  Loop loop("test", [&] {
    if (++steps == 120) many.set_value();
    return 0ms;
  });
  CHECK(many.get_future().wait_for(60s) == std::future_status::ready);  // two minutes with the longest wait between them
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
  REQUIRE(ran.try_acquire_for(60s));
  loop.wake();
  CHECK(ran.try_acquire_for(60s));
}
