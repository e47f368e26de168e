// SPDX-License-Identifier: Apache-2.0
// The facts behind reports, as one caller may count them.
#pragma once

#include "base/error.hpp"
#include "domain/dispatch/dispatch.hpp"
#include "domain/identity/principal.hpp"
#include "domain/report/counted.hpp"

namespace docket::desk {

struct AgentNow {
  UserId user{};
  std::string name;
  domain::Presence presence{};
  std::int64_t load = 0;  ///< tickets held, in all teams
  bool lead = false;
};
BOOST_DESCRIBE_STRUCT(AgentNow, (), (user, name, presence, load, lead))

struct TeamNow {
  std::string team;
  std::int64_t open = 0;      ///< neither resolved nor closed
  std::int64_t waiting = 0;   ///< of them, for an agent
  std::int64_t overdue = 0;   ///< of them, with a running clock past its goal
  std::int64_t due_soon = 0;  ///< of them, with a goal ahead
  std::int64_t on_hold = 0;
  std::int64_t created_today = 0, resolved_today = 0;
  std::vector<AgentNow> agents;
};

class ReportReader {
 public:
  virtual ~ReportReader() = default;
  /// Calls `visit` for every ticket that may count, in the order of their numbers: what this view of the database holds,
  /// to the last commit. The principal gets what it may see and has report_read for, by the team that each thing
  /// happened in. overloaded: the facts of an older desk are still being gathered.
  [[nodiscard]] virtual Result<void> scan(const domain::FactQuery& query, domain::NameBook& names,
                                          const domain::Principal& principal,
                                          const domain::VisitTicket& visit) const = 0;
  /// The facts of one ticket as they are kept, for `docket verify`; none when the ticket is not known.
  struct Kept {
    domain::FactHead head{};
    std::vector<domain::Fact> facts{};  ///< by kind, then as they happened
  };
  [[nodiscard]] virtual std::optional<Kept> kept(TicketId id) const = 0;
  /// Whether the facts of all tickets are kept; else those of an older desk are being gathered.
  [[nodiscard]] virtual bool gathered() const = 0;
  /// How the teams stand, without what happened today, for whoever may see all of them. Goals up to `soon` are ahead.
  [[nodiscard]] virtual std::vector<TeamNow> teams_now(Time now, Time soon) const = 0;
};

}  // namespace docket::desk
