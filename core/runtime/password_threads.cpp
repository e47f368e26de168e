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

PasswordThreads::PasswordThreads(std::size_t threads, std::size_t queue_limit)
    : threads_("passwords", threads, queue_limit,
               {"Too many people sign in at this moment; try again in a few seconds.", "此刻登录的人太多，请过几秒再试。"}) {}

void PasswordThreads::hash(std::string password, std::move_only_function<void(Result<std::string>)> done) {
  threads_.submit([secret = Wiped(std::move(password)), done = std::move(done)](Result<void> may_run) mutable {
    if (!may_run) return done(std::unexpected(std::move(may_run.error())));
    done(hash_password(secret.value));
  });
}

void PasswordThreads::verify(std::string password, std::optional<std::string> encoded,
                             std::move_only_function<void(Result<bool>)> done) {
  threads_.submit([secret = Wiped(std::move(password)), encoded = std::move(encoded),
                   done = std::move(done)](Result<void> may_run) mutable {
    if (!may_run) return done(std::unexpected(std::move(may_run.error())));
    if (!encoded) {
      spend_password_time(secret.value);
      return done(false);
    }
    done(verify_password(secret.value, *encoded));
  });
}

}  // namespace docket::runtime
