// SPDX-License-Identifier: Apache-2.0
// Sessions, tokens and the first admin. Hashing is done by the caller between the hops: it is slow on purpose.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

/// How long sessions last; node settings.
struct SessionLimits {
  Duration idle = std::chrono::minutes{30};
  Duration absolute = std::chrono::hours{12};
  int per_user = 20;  ///< the oldest go first
};

/// What sign-in needs to compare with. For an unknown login there is a user without id and no hash: the caller hashes
/// all the same, so that time tells nothing.
struct SignInCandidate {
  UserId user{};
  bool active = false;
  std::optional<std::string> password_hash{};
};
[[nodiscard]] SignInCandidate find_sign_in(const Reading& reading, const std::string& login);

/// After the password was found right: a session with a new secret. The secret is shown once and stored as its digest.
struct OpenedSession {
  Session session{};
  std::string secret{};
  User user{};
};
/// The same, if the password that was compared is still the person's; unauthenticated when it was changed meanwhile, or the
/// user switched off.
[[nodiscard]] Result<OpenedSession> open_session(Unit& unit, const SignInCandidate& compared, const std::string& address,
                                                 const SessionLimits& limits);
/// unauthenticated when the user was switched off in the meantime.
[[nodiscard]] Result<OpenedSession> open_session(Unit& unit, UserId user, const std::string& address,
                                                 const SessionLimits& limits);
/// Records a failed sign-in for the audit. `login` may be any text; what is nobody's is not kept.
void record_failed_sign_in(Unit& unit, const std::string& login, const std::string& address);
void close_session(Unit& unit, const domain::Principal& principal, SessionId session);

/// The principal behind a secret. unauthenticated for anything unknown, expired, revoked or switched off: one answer
/// for all.
struct Authenticated {
  domain::Principal principal{};
  std::optional<Session> session{};  ///< none for a token
  bool touch = false;                ///< the session was last marked used more than a minute ago
};
[[nodiscard]] Result<Authenticated> authenticate_session(const AccessReader& access, const DirectoryReader& directory,
                                                         const domain::Definitions& definitions, Time now,
                                                         const std::string& secret, const SessionLimits& limits);
[[nodiscard]] Result<Authenticated> authenticate_token(const AccessReader& access, const DirectoryReader& directory,
                                                       const domain::Definitions& definitions, Time now,
                                                       const std::string& secret);

struct NewToken {
  std::string name{};
  std::vector<domain::Right> scopes{};
  std::optional<Time> expires_at{};
  std::optional<UserId> user{};  ///< for somebody else: needs user_manage
};
struct MadeToken {
  Token token{};
  std::string secret{};  ///< shown once
};
/// A token never holds more than who makes it: scopes that the principal lacks are refused, as is a token for somebody
/// who has rights that the principal lacks.
[[nodiscard]] Result<MadeToken> create_token(Unit& unit, const domain::Principal& principal, const NewToken& wish);
[[nodiscard]] Result<void> revoke_token(Unit& unit, const domain::Principal& principal, TokenId id);

}  // namespace docket::desk
