// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "base/both.hpp"
#include "base/enum.hpp"
#include "desk/audit.hpp"
#include "desk/command_ticket.hpp"
#include "desk/hand_back.hpp"
#include "desk/manage_people.hpp"
#include "desk/resolve_principal.hpp"
#include "domain/chinese_names.hpp"

namespace docket::desk {
namespace {

std::string subject_of(UserId id) {
  return "user " + std::to_string(id.value);
}

/// Collects every fault of one request.
class Faults {
 public:
  void add(std::string pointer, Said message) {
    error_.fields.push_back(field_error(std::move(pointer), std::move(message)));
  }
  [[nodiscard]] bool any() const { return !error_.fields.empty(); }
  [[nodiscard]] std::unexpected<Error> take() {
    error_.code = ErrorCode::invalid_field;
    error_.say(error_.fields.front().said());
    return std::unexpected(std::move(error_));
  }

 private:
  Error error_{};
};

bool good_login(const std::string& login) {
  if (login.size() < 2 || login.size() > 64) return false;
  return std::ranges::all_of(login, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '@';
  });
}

void check_names(const std::vector<std::string>& given, const std::vector<std::string>& known,
                 const std::string& pointer, const Said& what, Faults& faults) {
  if (known.empty()) return;  // the desk does not list them, so any word goes
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (std::ranges::find(known, given[i]) == known.end()) {
      faults.add(pointer + "/" + std::to_string(i),
                 both("There is no {0} \"{2}\" on this desk.", "服务台没有{1}“{2}”。", what.en, what.zh, given[i]));
    }
  }
}

/// Nobody hands on a sight of fields that they do not have.
void check_field_groups(const domain::Principal& principal, const domain::Role& role, const std::string& team,
                        const std::string& at, Faults& faults) {
  for (const auto& [group, held] : principal.field_groups) {
    const auto named = role.field_groups.find(group);
    const auto given = named == role.field_groups.end() ? domain::FieldAccess::write : named->second;
    if (given > principal.access(group, team)) {
      faults.add(at + "/role", both("You can not grant \"{0}\": it gives more access to the fields of the group \"{1}\" than "
                                    "you have.",
                                    "不能授予角色{2}：它对字段组“{1}”的权限比您的大。", role.name, group,
                                    domain::zh_quoted(role.title, role.name)));
      return;
    }
  }
}

void check_grants(const Unit& unit, const domain::Principal& principal, const std::vector<RoleGrant>& grants,
                  const std::vector<RoleGrant>& before, Faults& faults) {
  for (std::size_t i = 0; i < grants.size(); ++i) {
    const auto at = "/grants/" + std::to_string(i);
    const auto role = unit.active->roles.find(grants[i].role);
    if (role == unit.active->roles.end()) {
      faults.add(at + "/role", both("There is no role \"{0}\" in the definitions.", "没有角色“{0}”。", grants[i].role));
      continue;
    }
    if (!grants[i].team.empty() && !unit.active->teams.contains(grants[i].team)) {
      faults.add(at + "/team", both("There is no team \"{0}\" in the definitions.", "没有班组“{0}”。", grants[i].team));
    }
    for (const auto right : role->second.rights) {
      // Held in one team is not enough to give it everywhere.
      const bool held = grants[i].team.empty() ? principal.rights.test(static_cast<std::size_t>(right))
                                               : principal.may(right, grants[i].team);
      if (!held) {
        faults.add(at + "/role", both("You can not grant \"{0}\": it has the right {1}, which you do not have there.",
                                      "不能授予角色{2}：它含有您没有的{3}权限。", grants[i].role, domain::name(right),
                                      domain::zh_quoted(role->second.title, role->first), domain::zh_right(right)));
        break;
      }
    }
    check_field_groups(principal, role->second, grants[i].team, at, faults);
    const bool had = std::ranges::find(before, grants[i]) != before.end();
    if (!had && !may_hand_on(principal, grants[i], *unit.active)) {
      faults.add(at + "/role", both("You can not grant \"{0}\": steps or macros are for who has this role, and you do not have it there.",
                                    "不能授予角色{1}：有的流转或宏只有这个角色能用，而您没有这个角色。", grants[i].role,
                                    domain::zh_quoted(role->second.title, role->first)));
    }
  }
}

/// Nor a sight of tickets. What they had may stay, and memberships count too: a role may show the tickets of its holder's
/// teams.
void check_views(const Unit& unit, const domain::Principal& principal, const UserChange& wish, const User& before,
                 const User& after, Faults& faults) {
  if (!wish.grants && !wish.memberships) return;
  const auto had = resolve_principal(before, *unit.active, {}).views;
  auto known = had;
  known.insert(known.end(), principal.views.begin(), principal.views.end());
  for (std::size_t i = 0; i < after.grants.size(); ++i) {
    const auto role = unit.active->roles.find(after.grants[i].role);
    if (role == unit.active->roles.end()) continue;
    const auto view = view_of(after.grants[i], role->second, after.memberships);
    if (std::ranges::find(had, view) != had.end() || show_all_of(known, view)) continue;
    const auto title = domain::zh_quoted(role->second.title, role->first);
    if (wish.grants) {
      faults.add("/grants/" + std::to_string(i) + "/role",
                 both("You can not grant \"{0}\": it shows tickets that you do not see.",
                      "不能授予角色{1}：它能看到您看不到的工单。", role->first, title));
    } else {
      faults.add("/memberships", both("In these teams the role \"{0}\" would show this person tickets that you do not see.",
                                      "加入这些班组后，对方凭角色{1}会看到您看不到的工单。", role->first, title));
      return;
    }
  }
}

/// Applies the wish to the user; every fault is collected.
void apply(const Unit& unit, const domain::Principal& principal, const UserChange& wish, User& user, Faults& faults) {
  const auto before = user;
  if (wish.name) {
    user.name = *wish.name;
    if (user.name.empty()) faults.add("/name", {"A name is needed.", "请填写姓名。"});
  }
  if (wish.email) user.email = *wish.email;
  if (wish.phone) user.phone = *wish.phone;
  if (wish.language) {
    user.language = *wish.language;
    if (user.language != "zh" && user.language != "en") faults.add("/language", {"Expected \"zh\" or \"en\".", "须为 zh 或 en。"});
  }
  if (wish.active) user.active = *wish.active;
  if (wish.capacity) {
    if (*wish.capacity < 0 || *wish.capacity > 10'000) faults.add("/capacity", {"Expected 0 (as the team) to 10000.", "须为 0（同班组）到 10000。"});
    user.capacity = *wish.capacity == 0 ? std::optional<int>{} : wish.capacity;
  }
  if (wish.skills) user.skills = *wish.skills;
  if (wish.regions) {
    check_names(*wish.regions, unit.active->desk.regions, "/regions", {"region", "地区"}, faults);
    user.regions = *wish.regions;
  }
  if (wish.product_lines) {
    check_names(*wish.product_lines, unit.active->desk.product_lines, "/product_lines", {"product line", "产品线"}, faults);
    user.product_lines = *wish.product_lines;
  }
  if (wish.grants) {
    check_grants(unit, principal, *wish.grants, before.grants, faults);
    user.grants = *wish.grants;
  }
  if (wish.memberships) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < wish.memberships->size(); ++i) {
      const auto& team = (*wish.memberships)[i].team;
      const auto at = "/memberships/" + std::to_string(i) + "/team";
      if (!unit.active->teams.contains(team)) faults.add(at, both("There is no team \"{0}\" in the definitions.", "没有班组“{0}”。", team));
      if (!seen.insert(team).second) faults.add(at, both("The team \"{0}\" is named twice.", "班组“{0}”写了两次。", team));
    }
    user.memberships = *wish.memberships;
  }
  check_views(unit, principal, wish, before, user, faults);
}

/// By these one comes to act as somebody, or is sent what they are told of.
bool reaches_for(const UserChange& wish, const User& user) {
  return wish.active || wish.grants || (wish.email && *wish.email != user.email) || (wish.phone && *wish.phone != user.phone);
}

/// Held everywhere, or in a team of that person.
bool may_plan(const domain::Principal& principal, const User& user) {
  constexpr auto right = domain::Right::roster_manage;
  return principal.rights.test(static_cast<std::size_t>(right)) ||
         std::ranges::any_of(user.memberships,
                             [&](const Membership& membership) { return principal.may(right, membership.team); });
}

}  // namespace

Result<User> create_user(Unit& unit, const domain::Principal& principal, const UserChange& wish,
                         const std::optional<std::string>& password_hash) {
  Faults faults;
  User user;
  user.created_at = unit.now;
  user.login = wish.login.value_or("");
  if (!good_login(user.login)) {
    faults.add("/login", {"A login has 2 to 64 of the characters a-z 0-9 . _ - @.", "登录名为 2 到 64 个字符，只能用小写字母、数字和 . _ - @。"});
  } else if (unit.directory.find_user_by_login(user.login)) {
    faults.add("/login", both("The login \"{0}\" is taken.", "登录名 {0} 已被使用。", user.login));
  }
  if (!wish.name) faults.add("/name", {"A name is needed.", "请填写姓名。"});
  apply(unit, principal, wish, user, faults);
  if (faults.any()) return faults.take();
  user.id = unit.directory.add_user(user);
  if (password_hash) unit.access.set_password_hash(user.id, *password_hash);
  audit(unit, principal.actor, "user_created", subject_of(user.id), {{"login", user.login}});
  return user;
}

Result<User> change_user(Unit& unit, const domain::Principal& principal, UserId id,
                         std::optional<std::int64_t> expected_version, const UserChange& wish) {
  auto user = unit.directory.find_user(id);
  if (!user) return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  if (reaches_for(wish, *user)) {
    if (auto within = check_within(principal, *user, *unit.active); !within) return std::unexpected(std::move(within.error()));
  }
  if (expected_version && *expected_version != user->version) {
    return fail(ErrorCode::stale_version,
                both("The user is at version {}; read it again and repeat.",
                     "用户资料刚被别人改过（现在是版本 {}），请看过最新内容再试。", user->version));
  }
  Faults faults;
  if (wish.login && *wish.login != user->login) faults.add("/login", {"A login can not be changed; make a new user.", "登录名不能修改，请新建用户。"});
  if (wish.active && !*wish.active && id == principal.user) faults.add("/active", {"You can not switch yourself off.", "不能停用自己的账号。"});
  const auto before = *user;
  apply(unit, principal, wish, *user, faults);
  if (faults.any()) return faults.take();
  if (*user == before) return *user;
  ++user->version;
  unit.directory.save_user(*user);
  domain::Fields details;
  if (before.active != user->active) details["active"] = user->active;
  if (before.grants != user->grants) {
    std::vector<std::string> now_held;
    for (const auto& grant : user->grants)
      now_held.push_back(grant.team.empty() ? grant.role : grant.role + "@" + grant.team);
    details["grants"] = now_held;
  }
  if (before.memberships != user->memberships) {
    std::vector<std::string> teams;
    for (const auto& membership : user->memberships)
      teams.push_back(membership.lead ? membership.team + " (lead)" : membership.team);
    details["memberships"] = teams;
  }
  audit(unit, principal.actor, "user_changed", subject_of(id), details);
  if (before.active && !user->active) {
    unit.access.remove_sessions(id);
    hand_back_tickets(unit, principal, id);
  }
  return *user;
}

Result<void> check_within(const domain::Principal& principal, const User& user, const domain::Definitions& definitions) {
  if (user.id == principal.user || holds_all_of(principal, user, definitions)) return {};
  return fail(ErrorCode::forbidden, {"This person may do or see what you may not; ask somebody who may.",
                                     "对方能做或能看的，有您没有权限的，请由有这些权限的人来操作。"});
}

Result<void> may_set_password(const domain::Principal& principal, const User& user,
                              const domain::Definitions& definitions) {
  if (user.id != principal.user && !principal.may(domain::Right::user_manage))
    return fail(ErrorCode::forbidden, {"Setting the passwords of others needs the right user_manage.", "设置他人的密码需要“管理用户”权限。"});
  return check_within(principal, user, definitions);
}

Result<void> set_password(Unit& unit, const domain::Principal& principal, UserId id, const std::string& password_hash) {
  const auto user = unit.directory.find_user(id);
  if (!user) return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  if (auto may = may_set_password(principal, *user, *unit.active); !may) return may;
  unit.access.set_password_hash(id, password_hash);
  unit.access.remove_sessions(id);
  audit(unit, principal.actor, "password_changed", subject_of(id));
  return {};
}

Result<void> end_sessions(Unit& unit, const domain::Principal& principal, UserId id) {
  const auto user = unit.directory.find_user(id);
  if (!user) return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  if (auto may = may_set_password(principal, *user, *unit.active); !may) return may;
  unit.access.remove_sessions(id);
  audit(unit, principal.actor, "sessions_ended", subject_of(id));
  return {};
}

Result<User> set_up_desk(Unit& unit, const UserChange& wish, const std::string& password_hash) {
  if (!unit.directory.users(UserId{}, 1, {}).empty()) {
    return fail(ErrorCode::conflict, {"This desk is set up already. Ask an admin for an account.", "服务台已经初始化过了，请向管理员要账号。"});
  }
  auto first = wish;
  first.grants = std::vector<RoleGrant>{};
  for (const auto& [name, role] : unit.active->roles) {
    if (std::ranges::find(role.rights, domain::Right::system_manage) != role.rights.end())
      first.grants->push_back({name});
  }
  if (first.grants->empty())
    return fail(ErrorCode::conflict, {"No role of the definitions has the right system_manage.", "配置里没有任何角色有“管理系统”权限。"});
  return create_user(unit, domain::system_principal("set-up"), first, password_hash);
}

Result<User> set_presence(Unit& unit, const domain::Principal& principal, UserId id, domain::Presence presence) {
  auto user = unit.directory.find_user(id);
  if (!user) return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  if (id != principal.user && !may_plan(principal, *user)) {
    return fail(ErrorCode::forbidden, {"Setting the presence of others needs the right roster_manage for their team.",
                                     "修改他人的在线状态需要其班组的“管理班表”权限。"});
  }
  if (user->presence == presence) return *user;
  user->presence = presence;
  unit.directory.set_presence(id, presence);
  audit(unit, principal.actor, "presence_changed", subject_of(id), {{"presence", std::string(enum_name(presence))}});
  if (presence == domain::Presence::online || presence == domain::Presence::busy) {
    constexpr int at_once = 20;
    for (const auto& membership : user->memberships) redispatch_waiting(unit, membership.team, at_once);
  }
  return *user;
}

Result<Shift> add_shift(Unit& unit, const domain::Principal& principal, Shift shift) {
  const auto user = unit.directory.find_user(shift.user);
  if (!user) return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  if (!may_plan(principal, *user))
    return fail(ErrorCode::forbidden, {"Planning shifts needs the right roster_manage for the team of that person.",
                                     "排班需要对方班组的“管理班表”权限。"});
  if (shift.to <= shift.from) return fail_field("/to", {"The end must lie after the beginning.", "结束须晚于开始。"});
  if (shift.to - shift.from > std::chrono::hours{24 * 366})
    return fail_field("/to", {"A shift or leave lasts at most 366 days.", "班次或休假最长 366 天。"});
  shift.id = unit.directory.add_shift(shift);
  audit(unit, principal.actor, shift.kind == ShiftKind::leave ? "leave_added" : "shift_added", subject_of(shift.user),
        {{"from", to_rfc3339(shift.from)}, {"to", to_rfc3339(shift.to)}});
  return shift;
}

Result<void> remove_shift(Unit& unit, const domain::Principal& principal, UserId user, std::int64_t shift) {
  const auto person = unit.directory.find_user(user);
  if (!person) return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  if (!may_plan(principal, *person))
    return fail(ErrorCode::forbidden, {"Planning shifts needs the right roster_manage for the team of that person.",
                                     "排班需要对方班组的“管理班表”权限。"});
  if (!unit.directory.remove_shift(user, shift)) return fail(ErrorCode::not_found, {"There is no such shift.", "没有这个班次。"});
  audit(unit, principal.actor, "shift_removed", subject_of(user), {{"shift", shift}});
  return {};
}

}  // namespace docket::desk
