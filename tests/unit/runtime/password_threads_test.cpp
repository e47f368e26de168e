// SPDX-License-Identifier: Apache-2.0
#include "runtime/password_threads.hpp"

#include <future>
#include <vector>

#include "base/password.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::runtime;

namespace {

Result<bool> verify(PasswordThreads& threads, const std::string& password, std::optional<std::string> encoded) {
  std::promise<Result<bool>> answer;
  threads.verify(password, std::move(encoded), [&](Result<bool> outcome) { answer.set_value(std::move(outcome)); });
  return answer.get_future().get();
}

}  // namespace

TEST_CASE("a password is known by its hash and by nothing else") {
  PasswordThreads threads(2, 8);
  std::promise<Result<std::string>> made;
  threads.hash("correct horse battery", [&](Result<std::string> outcome) { made.set_value(std::move(outcome)); });
  const auto encoded = made.get_future().get();
  REQUIRE(encoded);
  CHECK(encoded->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(verify(threads, "correct horse battery", *encoded) == true);
  CHECK(verify(threads, "correct horse batterz", *encoded) == false);
  CHECK(verify(threads, "correct horse battery", std::nullopt) == false);
  CHECK(verify(threads, "correct horse battery", "not a hash") == false);
  CHECK(hash_password("correct horse battery") != *encoded);  // its own salt each time
}

TEST_CASE("a full queue answers at once, and what is queued at the end is answered too") {
  std::atomic<int> done{0};
  std::atomic<int> refused{0};
  constexpr int wishes = 12;
  std::promise<void> begun, go_on;
  auto released = go_on.get_future();
  {
    PasswordThreads threads(1, 2);
    // The only thread is held here, so that what is asked next waits or is refused, on a slow machine too.
    threads.hash("a long enough password", [&](const Result<std::string>& outcome) {
      begun.set_value();
      released.wait();
      if (outcome) ++done;
    });
    begun.get_future().wait();
    for (int i = 1; i < wishes; ++i) {
      threads.hash("a long enough password", [&](Result<std::string> outcome) {
        if (outcome) {
          ++done;
        } else {
          const auto code = outcome.error().code;
          if (code == ErrorCode::overloaded || code == ErrorCode::shutting_down) ++refused;
        }
      });
    }
    CHECK(refused == wishes - 3);
    go_on.set_value();
  }
  CHECK(done + refused == wishes);
}
