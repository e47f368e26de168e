// SPDX-License-Identifier: Apache-2.0
// What the routes of one user have in common.
#pragma once

#include <boost/describe.hpp>

#include "api/call.hpp"
#include "desk/people.hpp"

namespace docket::api {

struct UserPath {
  UserId user_id{};
};
BOOST_DESCRIBE_STRUCT(UserPath, (), (user_id))

[[nodiscard]] inline Answer<desk::User> user_answer(const desk::User& user) {
  return Answer<desk::User>{user}.with_version(user.version);
}

/// Whoever acts on their own account must be there in person: a token holds no more than its scopes, and these things
/// have none.
[[nodiscard]] inline bool in_person(const domain::Principal& principal, std::optional<SessionId> session, UserId user) {
  return session.has_value() && principal.user == user;
}

}  // namespace docket::api
