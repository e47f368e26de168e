// SPDX-License-Identifier: Apache-2.0
// How often a password may be tried for one login. The route limits the address; this limits the login, whoever tries.
#pragma once

#include <string_view>

#include "api/rate_limit.hpp"
#include "base/error.hpp"

namespace docket::api {

/// One try. An address from which that login was opened before is not held up by what others try, so that nobody can
/// lock a person out.
class SignInLimit {
 public:
  SignInLimit(RateLimiter& limiter, std::string_view login, std::string_view address);

  /// too_many_requests with the time to wait. The same for logins that do not exist.
  [[nodiscard]] Result<void> take();
  /// The password was right.
  void succeeded();

 private:
  RateLimiter& limiter_;
  std::uint64_t login_;
  std::uint64_t pair_;
};

}  // namespace docket::api
