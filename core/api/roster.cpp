// SPDX-License-Identifier: Apache-2.0
// Who is there when: presence, shifts and leave.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/user_output.hpp"
#include "base/both.hpp"
#include "desk/manage_people.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct ShiftPath {
  UserId user_id{};
  std::int64_t shift_id = 0;
};
BOOST_DESCRIBE_STRUCT(ShiftPath, (), (user_id, shift_id))

struct PresenceInput {
  domain::Presence presence{};
};
BOOST_DESCRIBE_STRUCT(PresenceInput, (), (presence))

Result<Answer<desk::User>> set_presence(const Call<UserPath, None, PresenceInput>& call,
                                        const CommandContext& context) {
  if (!in_person(context.principal, context.session, call.path.user_id) &&
      !context.principal.may(Right::roster_manage)) {
    return fail(ErrorCode::forbidden,
                {"Setting the presence of others needs the right roster_manage; a token needs it in any case.",
                 "修改他人的在线状态需要“管理班表”权限（用令牌时总是需要）。"});
  }
  auto user = desk::set_presence(context.unit, context.principal, call.path.user_id, call.body.presence);
  if (!user) return std::unexpected{std::move(user).error()};
  return std::move(*user);
}

struct ShiftInput {
  desk::ShiftKind kind = desk::ShiftKind::shift;
  Time from{}, to{};
};
BOOST_DESCRIBE_STRUCT(ShiftInput, (), (kind, from, to))
constexpr auto field_rules(const ShiftInput*) {
  return std::array{Rule{.field = "kind", .optional = true}};
}

Result<Answer<desk::Shift>> add_shift(const Call<UserPath, None, ShiftInput>& call, const CommandContext& context) {
  desk::Shift shift;
  shift.user = call.path.user_id;
  shift.kind = call.body.kind;
  shift.from = call.body.from;
  shift.to = call.body.to;
  auto added = desk::add_shift(context.unit, context.principal, shift);
  if (!added) return std::unexpected{std::move(added).error()};
  return Answer<desk::Shift>{*added}.at("/api/v1/users/" + std::to_string(shift.user.value) + "/shifts/" +
                                        std::to_string(added->id));
}

Result<Answer<None>> remove_shift(const Call<ShiftPath, None, None>& call, const CommandContext& context) {
  auto removed = desk::remove_shift(context.unit, context.principal, call.path.user_id, call.path.shift_id);
  if (!removed) return std::unexpected{std::move(removed).error()};
  return None{};
}

struct ShiftsQuery {
  std::optional<Time> from, to;
};
BOOST_DESCRIBE_STRUCT(ShiftsQuery, (), (from, to))
constexpr auto field_rules(const ShiftsQuery*) {
  return std::array{Rule{.field = "from", .description = "Now unless told."},
                    Rule{.field = "to", .description = "31 days after `from` unless told; at most 366 days."}};
}

Result<Answer<Page<desk::Shift>>> list(const Call<UserPath, ShiftsQuery, None>& call, const QueryContext& context) {
  if (!in_person(context.principal, context.session, call.path.user_id) && !context.principal.may(Right::user_read))
    return fail(ErrorCode::forbidden, {"Seeing the shifts of others needs the right user_read.", "查看他人的班次需要“查看同事”权限。"});
  const auto from = call.query.from.value_or(context.reading.now);
  const auto to = call.query.to.value_or(from + std::chrono::hours{24 * 31});
  if (to <= from || to - from > std::chrono::hours{24 * 366}) {
    auto refused = fail(ErrorCode::unknown_parameter,
                        {"The time from `from` to `to` must be 0 to 366 days.", "起止时间须在 366 天以内，且结束晚于开始。"});
    refused.error().fields.push_back({"to", "must be 0 to 366 days after `from`", "须在开始之后 366 天以内"});
    return refused;
  }
  if (!context.reading.directory.find_user(call.path.user_id))
    return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  return Page<desk::Shift>{context.reading.directory.shifts(call.path.user_id, from, to), {}};
}

constexpr int most_shifts = 10'000;

struct RosterQuery : ShiftsQuery {
  std::optional<std::string> team;
};
BOOST_DESCRIBE_STRUCT(RosterQuery, (ShiftsQuery), (team))
constexpr auto field_rules(const RosterQuery*) {
  return std::array{Rule{.field = "from", .description = "Now unless told."},
                    Rule{.field = "to", .description = "31 days after `from` unless told; at most 92 days."},
                    Rule{.field = "team", .description = "Members of this team only.", .length = {1, 64}}};
}

Result<Answer<Page<desk::Shift>>> roster(const Call<None, RosterQuery, None>& call, const QueryContext& context) {
  const auto from = call.query.from.value_or(context.reading.now);
  const auto to = call.query.to.value_or(from + std::chrono::hours{24 * 31});
  if (to <= from || to - from > std::chrono::hours{24 * 92}) {
    auto refused = fail(ErrorCode::unknown_parameter,
                        {"The time from `from` to `to` must be 0 to 92 days.", "起止时间须在 92 天以内，且结束晚于开始。"});
    refused.error().fields.push_back({"to", "must be 0 to 92 days after `from`", "须在开始之后 92 天以内"});
    return refused;
  }
  auto shifts = context.reading.directory.roster(from, to, call.query.team.value_or(""), most_shifts);
  if (std::cmp_equal(shifts.size(), most_shifts)) {
    return fail(ErrorCode::too_large, both("More than {} shifts lie in this time; ask for a shorter one or for one team.",
                                           "这段时间的班次超过 {} 个，请缩短时间或只看一个班组。", most_shifts));
  }
  return Page<desk::Shift>{std::move(shifts), {}};
}

}  // namespace

void add_roster_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "set_presence",
                               .verb = put,
                               .path = "/api/v1/users/{user_id}/presence",
                               .access = Access::signed_in(),
                               .rate = RateClass::write,
                               .summary = "Say whether somebody can take tickets; for others it needs roster_manage.",
                               .errors = {ErrorCode::forbidden}},
                              set_presence));
  routes.push_back(make_route({.name = "list_shifts",
                               .verb = get,
                               .path = "/api/v1/users/{user_id}/shifts",
                               .access = Access::signed_in(),
                               .rate = RateClass::read,
                               .summary = "Shifts and leave of a person; of others with the right user_read.",
                               .errors = {ErrorCode::forbidden}},
                              list));
  routes.push_back(make_route({.name = "list_roster",
                               .verb = get,
                               .path = "/api/v1/shifts",
                               .access = Right::user_read,
                               .rate = RateClass::read,
                               .summary = "Shifts and leave of everybody, or of one team, by person."},
                              roster));
  routes.push_back(make_route({.name = "add_shift",
                               .verb = post,
                               .path = "/api/v1/users/{user_id}/shifts",
                               .access = Right::roster_manage,
                               .rate = RateClass::write,
                               .summary = "Plan a shift or leave.",
                               .success = 201},
                              add_shift));
  routes.push_back(make_route({.name = "remove_shift",
                               .verb = del,
                               .path = "/api/v1/users/{user_id}/shifts/{shift_id}",
                               .access = Right::roster_manage,
                               .rate = RateClass::write,
                               .summary = "Take a shift or leave away."},
                              remove_shift));
}

}  // namespace docket::api
