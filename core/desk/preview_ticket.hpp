// SPDX-License-Identifier: Apache-2.0
// What would become of a ticket: who would get it and why, what it would be promised, which rules would act. The ordinary
// decision on the desk as it is, of which nothing is kept.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

/// A dispatch rule or an SLA policy in its turn. What comes after the first that holds is not asked.
struct RuleTried {
  std::string name{};
  std::string when{};     ///< its condition in words
  bool holds = false;
  bool asked = true;      ///< false: an earlier one held
  std::string because{};  ///< what kept it from holding
};
BOOST_DESCRIBE_STRUCT(RuleTried, (), (name, when, holds, asked, because))

/// With what the rule would do.
struct DispatchRuleTried : RuleTried {
  std::string team{};
  std::vector<std::string> skills{};
  bool match_region = false, match_product_line = false;
  std::optional<domain::DispatchBy> by{};
};
BOOST_DESCRIBE_STRUCT(DispatchRuleTried, (RuleTried), (team, skills, match_region, match_product_line, by))

struct TicketPreview {
  domain::Ticket ticket{};                       ///< as it would be
  std::vector<domain::RecordedEvent> events{};
  domain::Fields assumed{};                      ///< required fields that were not given, with what was taken for them
  std::vector<DispatchRuleTried> dispatch{};
  std::vector<RuleTried> sla{};
};

/// `command` names at least the type. `definitions` are those in force, or others that nobody published: people, who is in
/// which team and their shifts are the desk's either way. `at` may lie in the future: shifts and calendars are those of
/// then, presence and load those of now. Errors: invalid_field as for a real ticket.
[[nodiscard]] Result<TicketPreview> preview_ticket(const Reading& reading,
                                                   const std::shared_ptr<const domain::Definitions>& definitions,
                                                   domain::CreateTicket command, Time at);

}  // namespace docket::desk
