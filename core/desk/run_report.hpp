// SPDX-License-Identifier: Apache-2.0
// One report for one caller: its question checked, its facts counted, its rows put into words.
#pragma once

#include "desk/ports/unit.hpp"
#include "domain/report/report.hpp"

namespace docket::desk {

/// As somebody asks. Days are those of the desk's zone, both included; the last 30 unless told.
struct ReportRequest {
  std::string report;
  std::optional<domain::ReportGroup> group;  ///< none: the report's own
  domain::ReportPeriod by = domain::ReportPeriod::day;
  std::optional<std::chrono::year_month_day> from, to;
  domain::ReportFilter filter{};
  bool english = false;  ///< words of the answer
};

struct ReportAnswer {
  const domain::ReportInfo* report = nullptr;
  domain::ReportGroup group{};
  std::chrono::year_month_day from{}, to{};
  Time as_of{};
  domain::ReportTable table{};      ///< the first cells in words
  std::vector<std::string> keys{};  ///< of each row: what its first cell is in filters, e.g. the name of a team
};

/// Errors: not_found for a report that there is not, unknown_parameter for a group that the report does not have,
/// invalid_field for a range, overloaded while the facts of an older desk are being gathered.
[[nodiscard]] Result<ReportAnswer> run_report(const Reading& reading, const domain::Principal& principal,
                                              const ReportRequest& request);

}  // namespace docket::desk
