// SPDX-License-Identifier: Apache-2.0
// Who is addressed in a message, as the API takes it.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/json_rules.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::api {

struct MentionsInput {
  std::vector<UserId> users{};
  std::vector<std::string> teams{};
};
BOOST_DESCRIBE_STRUCT(MentionsInput, (), (users, teams))
constexpr auto field_rules(const MentionsInput*) {
  using Rule = json::FieldRule;
  return std::array{Rule{.field = "users", .optional = true, .items = {0, domain::max_mentions}},
                    Rule{.field = "teams", .optional = true, .length = {1, 64}, .items = {0, domain::max_mentions}}};
}

}  // namespace docket::api
