// SPDX-License-Identifier: Apache-2.0
// People and companies as rows: users with their grants and memberships, shifts, customers, organizations.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/json_rules.hpp"
#include "domain/dispatch/dispatch.hpp"
#include "domain/value.hpp"

namespace docket::desk {

/// A role held everywhere (empty team), or on the tickets of one team.
struct RoleGrant {
  std::string role;
  std::string team{};
  bool operator==(const RoleGrant&) const = default;
};
BOOST_DESCRIBE_STRUCT(RoleGrant, (), (role, team))
constexpr auto field_rules(const RoleGrant*) {
  return std::array{json::FieldRule{.field = "role", .length = {1, 64}},
                    json::FieldRule{.field = "team", .description = "Everywhere unless told.", .optional = true}};
}

struct Membership {
  std::string team;
  bool lead = false;
  bool operator==(const Membership&) const = default;
};
BOOST_DESCRIBE_STRUCT(Membership, (), (team, lead))
constexpr auto field_rules(const Membership*) {
  return std::array{json::FieldRule{.field = "team", .length = {1, 64}},
                    json::FieldRule{.field = "lead", .optional = true}};
}

/// A person who works here. Passwords are kept apart and never travel with this.
struct User {
  UserId id{};
  std::int64_t version = 1;
  std::string login;
  std::string name;
  std::string email{};
  std::string phone{};
  std::string language{"zh"};
  bool active = true;
  std::optional<int> capacity{};  ///< open tickets at once; none: the team's
  std::vector<std::string> skills{}, regions{}, product_lines{};
  std::vector<RoleGrant> grants{};
  std::vector<Membership> memberships{};
  domain::Presence presence = domain::Presence::off;
  Time created_at{};
  bool operator==(const User&) const = default;
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (id, version, login, name, email, phone, language, active, capacity, skills, regions,
                       product_lines, grants, memberships, presence, created_at))

enum class ShiftKind { shift, leave };
BOOST_DESCRIBE_ENUM(ShiftKind, shift, leave)

/// What they say of a moment: shift_plan.hpp.
struct Shift {
  std::int64_t id = 0;
  UserId user{};
  ShiftKind kind = ShiftKind::shift;
  Time from{};
  Time to{};
  bool operator==(const Shift&) const = default;
};
BOOST_DESCRIBE_STRUCT(Shift, (), (id, user, kind, from, to))

struct Organization {
  OrganizationId id{};
  std::int64_t version = 1;
  std::string name;
  std::string level{}, region{}, notes{};
  Time created_at{};
  bool operator==(const Organization&) const = default;
};
BOOST_DESCRIBE_STRUCT(Organization, (), (id, version, name, level, region, notes, created_at))

struct Customer {
  CustomerId id{};
  std::int64_t version = 1;
  std::string name;
  std::string phone{}, email{}, level{}, region{}, notes{};
  OrganizationId organization{};
  Time created_at{};
  bool operator==(const Customer&) const = default;
};
BOOST_DESCRIBE_STRUCT(Customer, (), (id, version, name, phone, email, level, region, notes, organization, created_at))

}  // namespace docket::desk
