// SPDX-License-Identifier: Apache-2.0
#include "store/access_rows.hpp"

#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "store/query.hpp"

namespace docket::store {
namespace {

constexpr std::size_t most_sessions = 1000;
constexpr std::size_t most_tokens = 1000;

template <class Selection>
std::vector<desk::Session> take_sessions(Selection selection) {
  std::vector<desk::Session> out;
  selection.each(most_sessions,
                 [&](SessionId id, UserId user, Time created, Time used, Time expires, std::string address) {
                   desk::Session session;
                   session.id = id;
                   session.user = user;
                   session.created_at = created;
                   session.last_used_at = used;
                   session.expires_at = expires;
                   session.address = std::move(address);
                   out.push_back(std::move(session));
                 });
  return out;
}

template <class Selection>
std::vector<desk::Token> take_tokens(Selection selection) {
  std::vector<desk::Token> out;
  selection.each(most_tokens, [&](TokenId id, UserId user, std::string name, const std::string& scopes, Time created,
                                  std::optional<Time> expires, std::optional<Time> revoked) {
    desk::Token token;
    token.id = id;
    token.user = user;
    token.name = std::move(name);
    token.scopes = json::decode_stored<std::vector<domain::Right>>(scopes);
    token.created_at = created;
    token.expires_at = expires;
    token.revoked_at = revoked;
    out.push_back(std::move(token));
  });
  return out;
}

}  // namespace

std::optional<desk::Session> AccessRows::find_session(const Digest& secret) const {
  auto found = take_sessions(session_.select<SessionId, UserId, Time, Time, Time, std::string>(
      "SELECT id, user, created_at, last_used_at, expires_at, address FROM session WHERE secret = ?", secret));
  if (found.empty()) return {};
  return std::move(found.front());
}

std::optional<desk::Token> AccessRows::find_token(const Digest& secret) const {
  auto found = take_tokens(
      session_.select<TokenId, UserId, std::string, std::string, Time, std::optional<Time>, std::optional<Time>>(
          "SELECT id, user, name, scopes, created_at, expires_at, revoked_at FROM token WHERE secret = ?", secret));
  if (found.empty()) return {};
  return std::move(found.front());
}

std::vector<desk::Session> AccessRows::sessions(UserId user) const {
  return take_sessions(session_.select<SessionId, UserId, Time, Time, Time, std::string>(
      "SELECT id, user, created_at, last_used_at, expires_at, address FROM session WHERE user = ? ORDER BY id LIMIT "
      "1000",
      user));
}

std::vector<desk::Token> AccessRows::tokens(std::optional<UserId> user, TokenId after, int limit) const {
  const auto count = std::min<std::int64_t>(limit, static_cast<std::int64_t>(most_tokens));
  if (user) {
    return take_tokens(
        session_.select<TokenId, UserId, std::string, std::string, Time, std::optional<Time>, std::optional<Time>>(
            "SELECT id, user, name, scopes, created_at, expires_at, revoked_at FROM token WHERE user = ? AND id > ? "
            "ORDER BY id LIMIT ?",
            *user, after, count));
  }
  return take_tokens(session_.select<TokenId, UserId, std::string, std::string, Time, std::optional<Time>,
                                     std::optional<Time>>(
      "SELECT id, user, name, scopes, created_at, expires_at, revoked_at FROM token WHERE id > ? ORDER BY id LIMIT ?",
      after, count));
}

std::optional<std::string> AccessRows::password_hash(UserId user) const {
  const auto row = session_.select<std::string>("SELECT encoded FROM password WHERE user = ?", user).maybe();
  if (!row) return {};
  return std::get<0>(*row);
}

void AccessRows::set_password_hash(UserId user, const std::string& encoded) {
  session_.run(
      "INSERT INTO password(user, encoded) VALUES(?,?) ON CONFLICT(user) DO UPDATE SET encoded = excluded.encoded",
      user, encoded);
}

SessionId AccessRows::add_session(const desk::Session& session, const Digest& secret) {
  session_.run("INSERT INTO session(user, secret, created_at, last_used_at, expires_at, address) VALUES(?,?,?,?,?,?)",
               session.user, secret, session.created_at, session.last_used_at, session.expires_at, session.address);
  return SessionId{session_.last_insert_id()};
}

void AccessRows::touch_session(SessionId id, Time now) {
  session_.run("UPDATE session SET last_used_at = ? WHERE id = ?", now, id);
}

bool AccessRows::remove_session(UserId user, SessionId id) {
  return session_.run("DELETE FROM session WHERE id = ? AND user = ?", id, user) == 1;
}

void AccessRows::remove_sessions(UserId user) {
  session_.run("DELETE FROM session WHERE user = ?", user);
}

int AccessRows::drop_expired_sessions(Time now, int limit) {
  return static_cast<int>(session_.run(
      "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)", now,
      limit));
}

TokenId AccessRows::add_token(const desk::Token& token, const Digest& secret) {
  session_.run(
      "INSERT INTO token(user, secret, name, scopes, created_at, expires_at, revoked_at) VALUES(?,?,?,?,?,?,?)",
      token.user, secret, token.name, json::encode(token.scopes), token.created_at, token.expires_at, token.revoked_at);
  return TokenId{session_.last_insert_id()};
}

bool AccessRows::revoke_token(TokenId id, Time now) {
  return session_.run("UPDATE token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", now, id) == 1;
}

}  // namespace docket::store
