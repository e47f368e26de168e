// SPDX-License-Identifier: Apache-2.0
// What would become of a ticket: who would get it and why, what it would be promised, which rules would act. The ordinary
// decision on the desk as it is, of which nothing is kept.
#pragma once

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

struct TicketPreview {
  domain::Ticket ticket{};                       ///< as it would be
  std::vector<domain::RecordedEvent> events{};
  domain::Fields assumed{};                      ///< required fields that were not given, with what was taken for them
  std::vector<RuleTried> dispatch{};
  std::vector<RuleTried> sla{};
};

/// `command` names at least the type. `at` may lie in the future: shifts and calendars are those of then, presence and load
/// those of now. Errors: invalid_field as for a real ticket.
[[nodiscard]] Result<TicketPreview> preview_ticket(const Reading& reading, domain::CreateTicket command, Time at);

}  // namespace docket::desk
