// SPDX-License-Identifier: Apache-2.0
#include "desk/deliver.hpp"

#include "support/catch.hpp"

using namespace docket;
using namespace docket::desk;
using namespace std::chrono_literals;

TEST_CASE("the wait between tries doubles from a second to an hour, spread over its upper half") {
  CHECK(back_off(0, 0.0) == 500ms);
  CHECK(back_off(0, 0.999) < 1s);
  CHECK(back_off(1, 0.0) == 1s);
  CHECK(back_off(5, 0.0) == 16s);
  for (int tries : {12, 13, 40, 1'000'000}) {
    CHECK(back_off(tries, 0.0) == 30min);
    CHECK(back_off(tries, 0.999) <= 1h);
  }
  Duration last{};
  for (int tries = 0; tries < 12; ++tries) {
    CHECK(back_off(tries, 0.5) > last);
    last = back_off(tries, 0.5);
  }
}
