// SPDX-License-Identifier: Apache-2.0
// The facts behind reports, as one caller may count them.
#pragma once

#include "base/error.hpp"
#include "domain/identity/principal.hpp"
#include "domain/report/counted.hpp"

namespace docket::desk {

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
};

}  // namespace docket::desk
