// SPDX-License-Identifier: Apache-2.0
#include "runtime/sending_budget.hpp"

#include "support/catch.hpp"

using namespace docket;
using namespace docket::runtime;
using namespace std::chrono_literals;

namespace {
const Time start = *from_rfc3339("2026-03-02T02:00:00Z");
}

TEST_CASE("a window slides: what is one too many is told when it may be asked again", "[budget]") {
  SendingBudget budget({.per_minute = 3});
  CHECK_FALSE(budget.take("a", start));
  CHECK_FALSE(budget.take("b", start + 10s));
  CHECK_FALSE(budget.take("", start + 20s));
  CHECK(budget.take("c", start + 30s) == start + 60s);
  CHECK(budget.take("c", start + 59s) == start + 60s);
  CHECK_FALSE(budget.take("c", start + 60s));
  CHECK(budget.take("c", start + 61s) == start + 70s);
}

TEST_CASE("a refused asking takes nothing", "[budget]") {
  SendingBudget budget({.per_second = 1, .per_minute = 2});
  CHECK_FALSE(budget.take("", start));
  for (int i = 0; i < 100; ++i) CHECK(budget.take("", start + 500ms) == start + 1s);
  CHECK_FALSE(budget.take("", start + 1s));
  CHECK(budget.take("", start + 2s) == start + 60s);  // the longest of those that are full
}

TEST_CASE("limits of one recipient are nobody else's", "[budget]") {
  SendingBudget budget({.per_recipient_per_minute = 1, .per_recipient_per_hour = 2});
  CHECK_FALSE(budget.take("a", start));
  CHECK(budget.take("a", start + 1s) == start + 1min);
  CHECK_FALSE(budget.take("b", start + 1s));
  CHECK_FALSE(budget.take("", start + 1s));  // a room has no person's limit
  CHECK_FALSE(budget.take("", start + 1s));
  CHECK_FALSE(budget.take("a", start + 2min));
  CHECK(budget.take("a", start + 4min) == start + 1h);
  CHECK_FALSE(budget.take("a", start + 1h));
}

TEST_CASE("no limit is none, and a clock that goes back forgets rather than waits for ever", "[budget]") {
  SendingBudget none{{}};
  for (int i = 0; i < 10'000; ++i) REQUIRE_FALSE(none.take("a", start));
  SendingBudget budget({.per_day = 1});
  CHECK_FALSE(budget.take("", start + 24h * 365));
  CHECK_FALSE(budget.take("", start));
  CHECK(budget.take("", start) == start + 24h);
}
