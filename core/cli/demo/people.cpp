// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/people.hpp"

#include <algorithm>
#include <map>

#include "desk/manage_people.hpp"
#include "desk/resolve_principal.hpp"

namespace docket::cli {
namespace {

using domain::Definitions;
using domain::Principal;

std::vector<std::string> known(const std::vector<std::string>& wanted, const std::vector<std::string>& all) {
  std::vector<std::string> kept;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(kept),
               [&](const std::string& one) { return std::find(all.begin(), all.end(), one) != all.end(); });
  return kept;
}

std::string known_region(const std::string& region, const Definitions& active) {
  return known({region}, active.desk.regions).empty() ? std::string{} : region;
}

/// The role with the most rights: whatever the desk calls it, it administers.
std::string strongest_role(const Definitions& active) {
  const auto most = std::max_element(active.roles.begin(), active.roles.end(), [](const auto& a, const auto& b) {
    return a.second.rights.size() < b.second.rights.size();
  });
  return most == active.roles.end() ? std::string{} : most->first;
}

desk::UserChange wish_for(const DemoAgent& agent, const Definitions& active) {
  desk::UserChange wish;
  wish.login = agent.login;
  wish.name = agent.name;
  wish.email = agent.email;
  wish.skills = agent.skills;
  wish.regions = known(agent.regions, active.desk.regions);
  wish.product_lines = known(agent.product_lines, active.desk.product_lines);
  std::vector<desk::Membership> memberships;
  for (const desk::Membership& membership : agent.memberships) {
    if (active.teams.contains(membership.team)) memberships.push_back(membership);
  }
  if (memberships.empty() && active.teams.contains(active.desk.default_team))
    memberships.push_back({active.desk.default_team, false});
  wish.memberships = std::move(memberships);
  std::vector<desk::RoleGrant> grants;
  for (const std::string& role : agent.roles) {
    if (active.roles.contains(role)) grants.push_back({role, ""});
  }
  wish.grants = std::move(grants);
  return wish;
}

/// Makes a user who is at work from now on.
Result<Principal> employ(desk::Unit& unit, const Principal& maker, const desk::UserChange& wish,
                         const std::string& password_hash) {
  const auto user = desk::create_user(unit, maker, wish, password_hash);
  if (!user) return std::unexpected(user.error());
  const auto present = desk::set_presence(unit, maker, user->id, domain::Presence::online);
  if (!present) return std::unexpected(present.error());
  return desk::resolve_principal(*present, *unit.active, std::nullopt);
}

Result<std::vector<DemoCaller>> add_customers(desk::Unit& unit, const Principal& maker, const DemoPeople& people) {
  std::map<std::string, OrganizationId> organizations;
  for (const DemoOrganization& organization : people.organizations) {
    desk::OrganizationChange wish;
    wish.name = organization.name;
    wish.level = organization.level;
    wish.region = known_region(organization.region, *unit.active);
    const auto made = desk::create_organization(unit, maker, wish);
    if (!made) return std::unexpected(made.error());
    organizations.emplace(organization.name, made->id);
  }
  std::vector<DemoCaller> callers;
  for (const DemoCustomer& customer : people.customers) {
    desk::CustomerChange wish;
    wish.name = customer.name;
    wish.phone = customer.phone;
    wish.email = customer.email;
    wish.level = customer.level;
    wish.region = known_region(customer.region, *unit.active);
    if (customer.organization) wish.organization = organizations[*customer.organization];
    const auto made = desk::create_customer(unit, maker, wish);
    if (!made) return std::unexpected(made.error());
    callers.push_back({made->id, made->name, made->region});
  }
  return callers;
}

}  // namespace

Result<DemoStaff> add_demo_people(desk::Database& database, const DemoPeople& people, const std::string& password_hash,
                                  Time at) {
  return desk::write_and_wait(database, [&](desk::Unit& unit) -> Result<DemoStaff> {
    unit.now = at;
    if (!unit.active) return fail(ErrorCode::conflict, {"Publish definitions first: teams and roles come from them.", "请先发布配置：班组与角色由配置定义。"});
    if (unit.directory.find_user_by_login("admin")) return fail(ErrorCode::conflict, {"The desk has an admin already.", "服务台已有管理员。"});
    const Principal maker = domain::system_principal("demo");
    const auto tickets = unit.tickets.count({}, 1, maker);
    if (!tickets) return std::unexpected(tickets.error());
    if (*tickets > 0) return fail(ErrorCode::conflict, {"The desk has tickets already.", "服务台已有工单。"});
    DemoStaff staff;
    desk::UserChange admin;
    admin.login = "admin";
    admin.name = "管理员";
    admin.grants = std::vector<desk::RoleGrant>{{strongest_role(*unit.active), ""}};
    auto made = employ(unit, maker, admin, password_hash);
    if (!made) return std::unexpected(made.error());
    staff.admin = std::move(*made);
    for (const DemoAgent& agent : people.agents) {
      made = employ(unit, maker, wish_for(agent, *unit.active), password_hash);
      if (!made) return std::unexpected(made.error());
      staff.agents.push_back(std::move(*made));
    }
    auto callers = add_customers(unit, maker, people);
    if (!callers) return std::unexpected(callers.error());
    staff.callers = std::move(*callers);
    return staff;
  });
}

}  // namespace docket::cli
