// SPDX-License-Identifier: Apache-2.0
// Passwords: Argon2id (RFC 9106) with 19 MiB, two passes, one lane. Slow on purpose: never on an io or database thread.
#pragma once

#include <string>
#include <string_view>

namespace docket {

/// The encoded hash with its own random salt. Throws std::runtime_error when there is no memory for it.
[[nodiscard]] std::string hash_password(std::string_view password);

/// Whether the password gives this encoded hash. False for anything that is no such hash.
[[nodiscard]] bool verify_password(std::string_view password, const std::string& encoded);

/// Does the work of a verification without a hash to compare with, so that an unknown login takes as long as a known
/// one.
void spend_password_time(std::string_view password);

}  // namespace docket
