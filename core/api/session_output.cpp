// SPDX-License-Identifier: Apache-2.0
#include "api/session_output.hpp"

#include "api/credentials.hpp"
#include "desk/resolve_principal.hpp"

namespace docket::api {
namespace {

std::vector<domain::Right> list_of(const domain::Rights& rights) {
  std::vector<domain::Right> list;
  for (std::size_t i = 0; i < domain::right_count; ++i) {
    if (rights.test(i)) list.push_back(static_cast<domain::Right>(i));
  }
  return list;
}

}  // namespace

SessionOutput session_output(const desk::Session& session, std::optional<SessionId> current) {
  return {session.id,         session.created_at, session.last_used_at,
          session.expires_at, session.address,    session.id == current};
}

MeOutput me_output(const desk::User& user, const domain::Principal& principal, const domain::Definitions& definitions,
                   const std::optional<desk::Session>& session) {
  MeOutput me;
  me.user = user;
  me.rights = list_of(principal.rights);
  for (const auto& [team, rights] : principal.team_rights) me.team_rights[team] = list_of(rights);
  me.roles = principal.roles;
  for (const auto& membership : user.memberships) {
    const auto team = definitions.teams.find(membership.team);
    if (team != definitions.teams.end()) me.teams.push_back({team->first, team->second.title, membership.lead});
  }
  if (session) me.session = session_output(*session, session->id);
  return me;
}

Result<MeOutput> own_account(const QueryContext& context) {
  const auto user = context.reading.directory.find_user(context.principal.user);
  if (!user) return fail(ErrorCode::not_found, {"You are not a person of this desk.", "您不是这个服务台的用户。"});
  std::optional<desk::Session> session;
  for (const auto& one : context.reading.access.sessions(user->id)) {
    if (one.id == context.session) session = one;
  }
  return me_output(*user, context.principal, *context.reading.active, session);
}

Answer<MeOutput> opened_session_answer(const desk::OpenedSession& opened, const domain::Definitions& definitions) {
  const auto principal = desk::resolve_principal(opened.user, definitions, {});
  return Answer<MeOutput>{me_output(opened.user, principal, definitions, opened.session)}.with_header(
      "Set-Cookie", session_cookie_value(opened.secret));
}

Answer<None> opened_session_cookie(const desk::OpenedSession& opened) {
  return Answer<None>{}.with_header("Set-Cookie", session_cookie_value(opened.secret));
}

}  // namespace docket::api
