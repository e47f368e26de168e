// SPDX-License-Identifier: Apache-2.0
#include "desk/sign_in.hpp"

#include <algorithm>

#include "base/both.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "desk/audit.hpp"
#include "desk/manage_people.hpp"
#include "desk/resolve_principal.hpp"
#include "domain/chinese_names.hpp"

namespace docket::desk {
namespace {

std::unexpected<Error> unauthenticated() {
  return fail(ErrorCode::unauthenticated, {"Sign in again, or send a valid token.", "登录名或密码不对，或登录已过期，请重新登录。"});
}

std::string subject_of(UserId id) {
  return "user " + std::to_string(id.value);
}

}  // namespace

SignInCandidate find_sign_in(const Reading& reading, const std::string& login) {
  SignInCandidate candidate;
  const auto user = reading.directory.find_user_by_login(login);
  if (!user) return candidate;
  candidate.user = user->id;
  candidate.active = user->active;
  candidate.password_hash = reading.access.password_hash(user->id);
  return candidate;
}

Result<OpenedSession> open_session(Unit& unit, const SignInCandidate& compared, const std::string& address,
                                   const SessionLimits& limits) {
  // A new password ends all sessions, those of who was being compared with the old one included.
  if (unit.access.password_hash(compared.user) != compared.password_hash) return unauthenticated();
  return open_session(unit, compared.user, address, limits);
}

Result<OpenedSession> open_session(Unit& unit, UserId id, const std::string& address, const SessionLimits& limits) {
  const auto user = unit.directory.find_user(id);
  if (!user || !user->active) return unauthenticated();
  unit.access.drop_expired_sessions(unit.now, 100);
  auto open = unit.access.sessions(id);
  std::ranges::sort(open, {}, &Session::last_used_at);
  for (std::size_t i = 0; i + static_cast<std::size_t>(limits.per_user) <= open.size(); ++i)
    unit.access.remove_session(id, open[i].id);

  OpenedSession opened;
  opened.secret = random_token();
  opened.user = *user;
  opened.session.user = id;
  opened.session.created_at = unit.now;
  opened.session.last_used_at = unit.now;
  opened.session.expires_at = unit.now + limits.absolute;
  opened.session.address = address;
  opened.session.id = unit.access.add_session(opened.session, sha256(opened.secret));
  domain::Actor actor;
  actor.kind = domain::ActorKind::user;
  actor.id = id.value;
  actor.name = user->login;
  audit(unit, actor, "signed_in", subject_of(id), {{"address", address}});
  return opened;
}

void record_failed_sign_in(Unit& unit, const std::string& login, const std::string& address) {
  domain::Actor actor;
  actor.name = "sign-in";
  // What is nobody's login may be a password that was typed into the wrong field.
  const bool known = unit.directory.find_user_by_login(login).has_value();
  audit(unit, actor, "sign_in_failed", "login", {{"login", known ? login : "?"}, {"address", address}});
}

void close_session(Unit& unit, const domain::Principal& principal, SessionId session) {
  if (unit.access.remove_session(principal.user, session))
    audit(unit, principal.actor, "signed_out", subject_of(principal.user));
}

Result<Authenticated> authenticate_session(const AccessReader& access, const DirectoryReader& directory,
                                           const domain::Definitions& definitions, Time now, const std::string& secret,
                                           const SessionLimits& limits) {
  const auto session = access.find_session(sha256(secret));
  if (!session || now >= session->expires_at || now - session->last_used_at >= limits.idle) return unauthenticated();
  const auto user = directory.find_user(session->user);
  if (!user || !user->active) return unauthenticated();
  Authenticated result;
  result.principal = resolve_principal(*user, definitions, {});
  result.session = *session;
  result.touch = now - session->last_used_at > std::chrono::minutes{1};
  return result;
}

Result<Authenticated> authenticate_token(const AccessReader& access, const DirectoryReader& directory,
                                         const domain::Definitions& definitions, Time now, const std::string& secret) {
  const auto token = access.find_token(sha256(secret));
  if (!token || token->revoked_at || (token->expires_at && now >= *token->expires_at)) return unauthenticated();
  const auto user = directory.find_user(token->user);
  if (!user || !user->active) return unauthenticated();
  Authenticated result;
  result.principal = resolve_principal(*user, definitions, token->scopes);
  return result;
}

Result<MadeToken> create_token(Unit& unit, const domain::Principal& principal, const NewToken& wish) {
  const auto owner = wish.user.value_or(principal.user);
  if (owner != principal.user && !principal.may(domain::Right::user_manage)) {
    return fail(ErrorCode::forbidden, {"Making tokens for other people needs the right user_manage.", "为他人建令牌需要“管理用户”权限。"});
  }
  const auto user = unit.directory.find_user(owner);
  if (!user || !user->active)
    return fail_field("/user", both("There is no active user {}.", "没有在用的用户 {}。", owner.value));
  const bool for_another = owner != principal.user;
  if (for_another && !holds_all_of(principal, *user, *unit.active)) {
    return fail(ErrorCode::forbidden,
                {"This person may do or see what you may not; they must make the token themselves.",
                 "对方能做或能看的，有您没有权限的，请由本人建令牌。"});
  }
  if (wish.name.empty()) return fail_field("/name", {"Give the token a name, so that people know what it is for.", "请给令牌起个名字，写明用途。"});
  if (wish.scopes.empty()) return fail_field("/scopes", {"Name at least one right; a token holds only what is named.", "请至少选一项权限，令牌只有选中的权限。"});
  for (std::size_t i = 0; i < wish.scopes.size(); ++i) {
    if (!principal.may(wish.scopes[i])) {
      return fail_field("/scopes/" + std::to_string(i),
                        both("You do not have the right {0} yourself, so you can not give it to a token.",
                             "您自己没有{1}权限，不能给令牌。", domain::name(wish.scopes[i]), domain::zh_right(wish.scopes[i])));
    }
  }
  if (wish.expires_at && *wish.expires_at <= unit.now) return fail_field("/expires_at", {"This instant has passed.", "这个时间已经过去。"});

  MadeToken made;
  made.secret = "dkt_" + random_token();
  made.token.user = owner;
  made.token.name = wish.name;
  made.token.scopes = wish.scopes;
  made.token.created_at = unit.now;
  made.token.expires_at = wish.expires_at;
  made.token.id = unit.access.add_token(made.token, sha256(made.secret));
  audit(unit, principal.actor, "token_created", "token " + std::to_string(made.token.id.value),
        {{"name", wish.name}, {"user", user->login}});
  return made;
}

Result<void> revoke_token(Unit& unit, const domain::Principal& principal, TokenId id) {
  const bool any = principal.may(domain::Right::user_manage);
  const auto owner = any ? std::optional<UserId>{} : std::optional{principal.user};
  const auto tokens = unit.access.tokens(owner, TokenId{id.value - 1}, 1);
  if (tokens.empty() || tokens.front().id != id) return fail(ErrorCode::not_found, {"There is no such token.", "没有这个令牌。"});
  if (const auto user = unit.directory.find_user(tokens.front().user)) {
    if (auto within = check_within(principal, *user, *unit.active); !within) return within;
  }
  if (tokens.front().revoked_at) return {};
  unit.access.revoke_token(id, unit.now);
  audit(unit, principal.actor, "token_revoked", "token " + std::to_string(id.value));
  return {};
}

}  // namespace docket::desk
