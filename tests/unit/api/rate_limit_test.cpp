// SPDX-License-Identifier: Apache-2.0
#include "api/rate_limit.hpp"

#include "support/catch.hpp"

using namespace docket::api;
using namespace std::chrono_literals;

TEST_CASE("a bucket empties, says when to come back, and refills") {
  RateLimits limits;
  limits[RateClass::write] = {2, 3};
  RateLimiter limiter{limits, 64};
  RateLimiter::Now now{};
  for (int i = 0; i < 3; ++i) CHECK(limiter.take(RateClass::write, 1, now) == 0);
  CHECK(limiter.take(RateClass::write, 1, now) == 1);
  CHECK(limiter.peek(RateClass::write, 1, now) == 1);
  CHECK(limiter.take(RateClass::write, 2, now) == 0);  // somebody else
  CHECK(limiter.take(RateClass::read, 1, now) == 0);   // something else
  now += 500ms;
  CHECK(limiter.peek(RateClass::write, 1, now) == 0);
  CHECK(limiter.take(RateClass::write, 1, now) == 0);
  CHECK(limiter.take(RateClass::write, 1, now) == 1);
  now += 1h;
  for (int i = 0; i < 3; ++i) CHECK(limiter.take(RateClass::write, 1, now) == 0);
  CHECK(limiter.take(RateClass::write, 1, now) == 1);
  for (int i = 0; i < 1000; ++i) CHECK(limiter.take(RateClass::none, 1, now) == 0);
}

TEST_CASE("a flood of keys does not free whoever is stopped") {
  RateLimits limits;
  limits[RateClass::sign_in] = {0.001, 2};
  RateLimiter limiter{limits, 64};
  const RateLimiter::Now now{};
  for (int i = 0; i < 2; ++i) CHECK(limiter.take(RateClass::sign_in, 42, now) == 0);
  CHECK(limiter.take(RateClass::sign_in, 42, now) > 0);
  for (std::uint64_t key = 1000; key < 3000; ++key) (void)limiter.take(RateClass::read, key, now);
  CHECK(limiter.take(RateClass::sign_in, 42, now) > 0);
}

TEST_CASE("known keys are remembered until they are pushed out") {
  RateLimiter limiter{{}, 64};
  const RateLimiter::Now now{};
  CHECK_FALSE(limiter.remembers(5));
  limiter.remember(5, now);
  CHECK(limiter.remembers(5));
}

TEST_CASE("an IPv6 network counts as one address") {
  const RateLimiter limiter{{}, 64};
  CHECK(limiter.address_key("2001:db8:0:0:1:2:3:4") == limiter.address_key("2001:db8::5:6:7:8"));
  CHECK(limiter.address_key("2001:db8::1") != limiter.address_key("2001:db8:0:1::1"));
  CHECK(limiter.address_key("10.0.0.1") != limiter.address_key("10.0.0.2"));
  CHECK(limiter.address_key("10.0.0.1") != limiter.secret_key("10.0.0.1"));
  CHECK(limiter.address_key("10.0.0.1") != RateLimiter({}, 64).address_key("10.0.0.1"));
}
