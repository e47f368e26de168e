// SPDX-License-Identifier: Apache-2.0
#include "base/both.hpp"
#include "desk/audit.hpp"
#include "desk/manage_people.hpp"

namespace docket::desk {
namespace {

template <class Row>
std::unexpected<Error> stale(const Row& row, const Said& what) {
  return fail(ErrorCode::stale_version,
              both("The {0} is at version {2}; read it again and repeat.",
                   "{1}刚被别人改过（现在是版本 {2}），请看过最新内容再试。", what.en, what.zh, row.version));
}

Result<void> apply(const Unit& unit, const CustomerChange& wish, Customer& customer) {
  if (wish.name) customer.name = *wish.name;
  if (wish.phone) customer.phone = *wish.phone;
  if (wish.email) customer.email = *wish.email;
  if (wish.level) customer.level = *wish.level;
  if (wish.region) customer.region = *wish.region;
  if (wish.notes) customer.notes = *wish.notes;
  if (wish.organization) customer.organization = *wish.organization;
  if (customer.name.empty()) return fail_field("/name", {"A name is needed.", "请填写名称。"});
  if (customer.organization && !unit.directory.find_organization(customer.organization)) {
    return fail_field("/organization", both("There is no organization {}.", "没有企业客户 {}。", customer.organization.value));
  }
  return {};
}

Result<void> apply(const OrganizationChange& wish, Organization& organization) {
  if (wish.name) organization.name = *wish.name;
  if (wish.level) organization.level = *wish.level;
  if (wish.region) organization.region = *wish.region;
  if (wish.notes) organization.notes = *wish.notes;
  if (organization.name.empty()) return fail_field("/name", {"A name is needed.", "请填写名称。"});
  return {};
}

}  // namespace

Result<Customer> create_customer(Unit& unit, const domain::Principal& principal, const CustomerChange& wish) {
  Customer customer;
  customer.created_at = unit.now;
  if (auto applied = apply(unit, wish, customer); !applied) return std::unexpected(std::move(applied.error()));
  customer.id = unit.directory.add_customer(customer);
  audit(unit, principal.actor, "customer_created", "customer " + std::to_string(customer.id.value));
  return customer;
}

Result<Customer> change_customer(Unit& unit, const domain::Principal& principal, CustomerId id,
                                 std::optional<std::int64_t> expected_version, const CustomerChange& wish) {
  auto customer = unit.directory.find_customer(id);
  if (!customer) return fail(ErrorCode::not_found, {"There is no such customer.", "没有这位客户。"});
  if (expected_version && *expected_version != customer->version) return stale(*customer, {"customer", "客户资料"});
  const auto before = *customer;
  if (auto applied = apply(unit, wish, *customer); !applied) return std::unexpected(std::move(applied.error()));
  if (*customer == before) return *customer;
  ++customer->version;
  unit.directory.save_customer(*customer);
  audit(unit, principal.actor, "customer_changed", "customer " + std::to_string(id.value));
  return *customer;
}

Result<Organization> create_organization(Unit& unit, const domain::Principal& principal,
                                         const OrganizationChange& wish) {
  Organization organization;
  organization.created_at = unit.now;
  if (auto applied = apply(wish, organization); !applied) return std::unexpected(std::move(applied.error()));
  organization.id = unit.directory.add_organization(organization);
  audit(unit, principal.actor, "organization_created", "organization " + std::to_string(organization.id.value));
  return organization;
}

Result<Organization> change_organization(Unit& unit, const domain::Principal& principal, OrganizationId id,
                                         std::optional<std::int64_t> expected_version, const OrganizationChange& wish) {
  auto organization = unit.directory.find_organization(id);
  if (!organization) return fail(ErrorCode::not_found, {"There is no such organization.", "没有这个企业客户。"});
  if (expected_version && *expected_version != organization->version) return stale(*organization, {"organization", "企业客户资料"});
  const auto before = *organization;
  if (auto applied = apply(wish, *organization); !applied) return std::unexpected(std::move(applied.error()));
  if (*organization == before) return *organization;
  ++organization->version;
  unit.directory.save_organization(*organization);
  audit(unit, principal.actor, "organization_changed", "organization " + std::to_string(id.value));
  return *organization;
}

}  // namespace docket::desk
