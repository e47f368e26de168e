// SPDX-License-Identifier: Apache-2.0
// Views as the API shows them.
#pragma once

#include "api/filters.hpp"
#include "base/json_rules.hpp"
#include "desk/ports/workspace_store.hpp"
#include "domain/definitions.hpp"

#include <array>
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::api {

inline constexpr int most_own_views = 50;  // of one person
inline constexpr std::string_view what_order_is = "Of `sort`; without it due ascending, the others descending.";

struct ViewOutput {
  std::string name;
  domain::Title title{};
  domain::Sorting sort{};
  std::optional<domain::Order> order;
  std::vector<std::string> columns;
  bool own = false;
  std::optional<ViewId> id;
  std::optional<std::int64_t> version;
  std::optional<domain::RawCondition> when;
};
BOOST_DESCRIBE_STRUCT(ViewOutput, (), (name, title, sort, order, columns, own, id, version, when))
constexpr auto field_rules(const ViewOutput*) {
  using Rule = json::FieldRule;
  return std::array{Rule{.field = "name", .description = "For the parameter `view` of lists."},
                    Rule{.field = "order", .description = what_order_is},
                    Rule{.field = "own", .description = "Made by you; the others are the desk's."},
                    Rule{.field = "id", .description = "Of a view of your own."},
                    Rule{.field = "version", .description = "Of a view of your own, for If-Match."},
                    Rule{.field = "when", .description = "Which tickets, of a view of your own; all without it."}};
}
[[nodiscard]] ViewOutput view_output(const domain::View& view);
[[nodiscard]] ViewOutput view_output(const desk::OwnView& view);

/// The view of one's own that a list names ("own-12"), as a condition that the person may use now; none: it is no such
/// name, or there is no such view of theirs. Errors: the definitions no longer have what it names.
struct NamedView {
  domain::Condition when{};
  domain::Sorting sort{};
  std::optional<domain::Order> order{};
};
[[nodiscard]] Result<std::optional<NamedView>> find_own_view(const desk::WorkspaceReader& workspace,
                                                             const desk::DirectoryReader& directory,
                                                             const domain::Definitions& active,
                                                             const domain::Principal& principal, std::string_view name);

}  // namespace docket::api
