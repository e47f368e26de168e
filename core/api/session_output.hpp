// SPDX-License-Identifier: Apache-2.0
// Who is signed in, as the API shows it, and the answer that opens a session.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/call.hpp"
#include "base/json_rules.hpp"
#include "desk/people.hpp"
#include "desk/sign_in.hpp"
#include "domain/definitions.hpp"

namespace docket::api {

/// A session without anything that could open it.
struct SessionOutput {
  SessionId id{};
  Time created_at{}, last_used_at{}, expires_at{};
  std::string address;
  bool current = false;
};
BOOST_DESCRIBE_STRUCT(SessionOutput, (), (id, created_at, last_used_at, expires_at, address, current))
constexpr auto field_rules(const SessionOutput*) {
  return std::array{json::FieldRule{.field = "expires_at", .description = "It ends earlier when it is not used."},
                    json::FieldRule{.field = "address", .description = "Where it was opened from."},
                    json::FieldRule{.field = "current", .description = "The one that this request came with."}};
}
[[nodiscard]] SessionOutput session_output(const desk::Session& session, std::optional<SessionId> current);

/// A team of the person.
struct OwnTeam {
  std::string name;
  domain::Title title{};
  bool lead = false;
};
BOOST_DESCRIBE_STRUCT(OwnTeam, (), (name, title, lead))

struct MeOutput {
  desk::User user{};
  std::vector<domain::Right> rights;
  std::map<std::string, std::vector<domain::Right>> team_rights;
  std::vector<std::string> roles;
  std::vector<OwnTeam> teams;
  std::optional<SessionOutput> session;
};
BOOST_DESCRIBE_STRUCT(MeOutput, (), (user, rights, team_rights, roles, teams, session))
constexpr auto field_rules(const MeOutput*) {
  return std::array{
      json::FieldRule{.field = "rights", .description = "Held everywhere; a token holds those of its scopes."},
      json::FieldRule{.field = "team_rights", .description = "Held on tickets of that team."},
      json::FieldRule{.field = "session", .description = "Absent when the request came with a token."}};
}
[[nodiscard]] MeOutput me_output(const desk::User& user, const domain::Principal& principal,
                                 const domain::Definitions& definitions, const std::optional<desk::Session>& session);

/// The same of whoever asks. not_found for a caller who is no person of the desk.
[[nodiscard]] Result<MeOutput> own_account(const QueryContext& context);

/// The answer to a successful sign-in: the person, and the cookie with the new secret.
[[nodiscard]] Answer<MeOutput> opened_session_answer(const desk::OpenedSession& opened,
                                                     const domain::Definitions& definitions);
/// The same without the person.
[[nodiscard]] Answer<None> opened_session_cookie(const desk::OpenedSession& opened);

}  // namespace docket::api
