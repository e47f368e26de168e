// SPDX-License-Identifier: Apache-2.0
// The people of the demo desk, made by the same use cases as anybody's.
#pragma once

#include <string>
#include <vector>

#include "cli/demo/texts.hpp"
#include "desk/ports/database.hpp"

namespace docket::cli {

/// A customer of the demo, as stories need one.
struct DemoCaller {
  CustomerId id{};
  std::string name{};
  std::string region{};
};

struct DemoStaff {
  std::vector<domain::Principal> agents{};  ///< leads among them
  domain::Principal admin{};
  std::vector<DemoCaller> callers{};
};

/// Makes agents, an admin, organizations and customers as of `at`; everybody comes online. Teams, roles, regions and
/// product lines that the active definitions do not know are left out. conflict when the admin's login is taken
/// already, which is how a second run is noticed; otherwise the errors of the use cases.
[[nodiscard]] Result<DemoStaff> add_demo_people(desk::Database& database, const DemoPeople& people,
                                                const std::string& password_hash, Time at);

}  // namespace docket::cli
