// SPDX-License-Identifier: Apache-2.0
// Sessions of others: seen and ended by whoever manages people.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/session_output.hpp"
#include "api/user_output.hpp"
#include "desk/manage_people.hpp"

namespace docket::api {
namespace {

using domain::Right;

Result<Answer<Page<SessionOutput>>> list(const Call<UserPath, None, None>& call, const QueryContext& context) {
  if (!context.reading.directory.find_user(call.path.user_id))
    return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  auto sessions = context.reading.access.sessions(call.path.user_id);
  std::ranges::sort(sessions, std::greater{}, &desk::Session::last_used_at);
  Page<SessionOutput> page;
  for (const auto& session : sessions) {
    if (context.reading.now < session.expires_at) page.items.push_back(session_output(session, context.session));
  }
  return page;
}

Result<Answer<None>> end_all(const Call<UserPath, None, None>& call, const CommandContext& context) {
  if (auto ended = desk::end_sessions(context.unit, context.principal, call.path.user_id); !ended)
    return std::unexpected{std::move(ended).error()};
  return None{};
}

}  // namespace

void add_user_session_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "list_user_sessions",
                               .verb = get,
                               .path = "/api/v1/users/{user_id}/sessions",
                               .access = Right::user_manage,
                               .rate = RateClass::read,
                               .summary = "Open sessions of a person, last used first."},
                              list));
  routes.push_back(make_route({.name = "end_user_sessions",
                               .verb = del,
                               .path = "/api/v1/users/{user_id}/sessions",
                               .access = Right::user_manage,
                               .rate = RateClass::write,
                               .summary = "Ends all sessions of a person, who must then sign in again."},
                              end_all));
}

}  // namespace docket::api
