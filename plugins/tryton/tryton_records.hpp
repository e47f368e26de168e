// SPDX-License-Identifier: Apache-2.0
// Which of Tryton's models are read as what, how a run goes through all that changed, and how a row becomes a record.
#pragma once

#include "docket/plugin.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket::tryton {

namespace json = boost::json;

/// A model whose rows are records, and its children whose change does not touch it: a new phone number of a party leaves
/// the party's own write_date as it was.
struct Resource {
  std::string_view name;   ///< customers, orders, products
  std::string_view model;  ///< party.party
  std::vector<std::string_view> fields;
  struct Child {
    std::string_view model, parent;  ///< party.contact_mechanism, party
  };
  std::vector<Child> children;
  bool has_active;
};
[[nodiscard]] const Resource* resource_of(std::string_view name);

/// Where a run is. A first or full run goes through the model by id; a later one through the rows changed since `since_s`
/// of the model (step 0) and of each child (1, 2, …), by id as well, so that nothing that changes meanwhile moves a page.
struct Cursor {
  std::int64_t begun_s = 0;  ///< when this run began, 0 between runs; the next one looks at what changed since, less an overlap
  std::int64_t since_s = 0;  ///< 0: everything
  std::int64_t step = 0;
  std::int64_t after = 0;  ///< id
  [[nodiscard]] static Cursor parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

/// How far the clocks of the desk and of Tryton may differ, and how long a transaction there may last.
inline constexpr std::int64_t overlap_s = 600;

/// The domain of a page.
[[nodiscard]] json::array domain_of(const Cursor& cursor, bool has_active);

/// Adds what a desk wants of a party: `phone`, `email` and `city` beside the rows they come from.
[[nodiscard]] json::object record_data(std::string_view resource, const json::object& row);

}  // namespace docket::tryton
