// SPDX-License-Identifier: Apache-2.0
// Credentials, sessions and tokens in SQL.
#pragma once

#include "desk/ports/access_store.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time.
class AccessRows final : public desk::AccessStore {
 public:
  explicit AccessRows(Session& session) : session_(session) {}

  [[nodiscard]] std::optional<desk::Session> find_session(const Digest& secret) const override;
  [[nodiscard]] std::optional<desk::Token> find_token(const Digest& secret) const override;
  [[nodiscard]] std::vector<desk::Session> sessions(UserId user) const override;
  [[nodiscard]] std::vector<desk::Token> tokens(std::optional<UserId> user, TokenId after, int limit) const override;
  [[nodiscard]] std::optional<std::string> password_hash(UserId user) const override;

  void set_password_hash(UserId user, const std::string& encoded) override;
  SessionId add_session(const desk::Session& session, const Digest& secret) override;
  void touch_session(SessionId id, Time now) override;
  bool remove_session(UserId user, SessionId id) override;
  void remove_sessions(UserId user) override;
  int drop_expired_sessions(Time now, int limit) override;
  TokenId add_token(const desk::Token& token, const Digest& secret) override;
  bool revoke_token(TokenId id, Time now) override;

 private:
  Session& session_;
};

}  // namespace docket::store
