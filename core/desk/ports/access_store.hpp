// SPDX-License-Identifier: Apache-2.0
// Credentials, sessions and tokens. Only digests are stored; nothing here has a way to the API or the log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/id.hpp"
#include "domain/identity/principal.hpp"

namespace docket::desk {

struct Session {
  SessionId id{};
  UserId user{};
  Time created_at{}, last_used_at{}, expires_at{};
  std::string address{};  ///< where it was opened from
};
BOOST_DESCRIBE_STRUCT(Session, (), (id, user, created_at, last_used_at, expires_at, address))

struct Token {
  TokenId id{};
  UserId user{};
  std::string name{};
  std::vector<domain::Right> scopes{};
  Time created_at{};
  std::optional<Time> expires_at{};
  std::optional<Time> revoked_at{};
};
BOOST_DESCRIBE_STRUCT(Token, (), (id, user, name, scopes, created_at, expires_at, revoked_at))

class AccessReader {
 public:
  virtual ~AccessReader() = default;
  /// The session of that secret's digest, whatever its age; the use case judges.
  [[nodiscard]] virtual std::optional<Session> find_session(const Digest& secret) const = 0;
  [[nodiscard]] virtual std::optional<Token> find_token(const Digest& secret) const = 0;
  [[nodiscard]] virtual std::vector<Session> sessions(UserId user) const = 0;
  [[nodiscard]] virtual std::vector<Token> tokens(std::optional<UserId> user, TokenId after, int limit) const = 0;
  /// Encoded Argon2id hash; none: the user has no password.
  [[nodiscard]] virtual std::optional<std::string> password_hash(UserId user) const = 0;
};

class AccessStore : public AccessReader {
 public:
  virtual void set_password_hash(UserId user, const std::string& encoded) = 0;
  virtual SessionId add_session(const Session& session, const Digest& secret) = 0;
  virtual void touch_session(SessionId id, Time now) = 0;
  virtual bool remove_session(UserId user, SessionId id) = 0;
  virtual void remove_sessions(UserId user) = 0;
  /// Drops sessions that ended before `now`, at most `limit`; gives how many.
  virtual int drop_expired_sessions(Time now, int limit) = 0;
  virtual TokenId add_token(const Token& token, const Digest& secret) = 0;
  virtual bool revoke_token(TokenId id, Time now) = 0;
};

}  // namespace docket::desk
