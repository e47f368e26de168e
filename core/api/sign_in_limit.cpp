// SPDX-License-Identifier: Apache-2.0
#include "api/sign_in_limit.hpp"

#include <string>

#include "base/both.hpp"

namespace docket::api {

SignInLimit::SignInLimit(RateLimiter& limiter, std::string_view login, std::string_view address)
    : limiter_(limiter),
      login_(limiter.secret_key("login\n" + std::string{login})),
      pair_(limiter.secret_key("login at\n" + std::string{address} + "\n" + std::string{login})) {}

Result<void> SignInLimit::take() {
  const auto now = RateLimiter::Now::clock::now();
  const auto key = limiter_.remembers(pair_) ? pair_ : login_;
  const int wait = limiter_.take(RateClass::sign_in, key, now);
  if (wait == 0) return {};
  auto refused =
      fail(ErrorCode::too_many_requests, both("Too many tries for this login. Wait {} s.", "这个登录名试错太多，请 {} 秒后再试。", wait));
  refused.error().retry_after_seconds = wait;
  return refused;
}

void SignInLimit::succeeded() {
  limiter_.remember(pair_, RateLimiter::Now::clock::now());
}

}  // namespace docket::api
