// SPDX-License-Identifier: Apache-2.0
// Columns of a list beyond those that each row has: any field of a ticket, told in words.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/call.hpp"
#include "base/json_rules.hpp"
#include "desk/ports/ticket_store.hpp"

namespace docket::api {

/// A row with what was asked for beside it. Its schema is named as the row's.
struct TicketRow : desk::TicketRow {
  std::optional<std::map<std::string, std::string>> told;  ///< by field; none asked for: absent
};
BOOST_DESCRIBE_STRUCT(TicketRow, (desk::TicketRow), (told))
constexpr auto field_rules(const TicketRow*) {
  return std::array{json::FieldRule{
      .field = "told",
      .description = "What the fields that `columns` asks for say, in words and in the desk's zone; empty: nothing, or not for you."}};
}

/// The names in `columns`, by commas; unknown_parameter where there are more than 30 or one is no field of a ticket.
/// `field.<name>` is taken whether some form has it or not.
[[nodiscard]] Result<std::vector<std::string>> told_names(const std::optional<std::string>& columns,
                                                          const domain::Definitions& active);

/// `rows` with what `names` say. Each ticket is read by itself, so a page costs that many look-ups more.
[[nodiscard]] std::vector<TicketRow> with_told(std::vector<desk::TicketRow> rows, const std::vector<std::string>& names,
                                               bool english, const QueryContext& context);

}  // namespace docket::api
