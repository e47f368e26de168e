// SPDX-License-Identifier: Apache-2.0
// How a report is asked for, the same for its table and its workbook.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "api/call.hpp"
#include "base/json_rules.hpp"
#include "desk/run_report.hpp"

namespace docket::api {

struct ReportPath {
  std::string report{};
};
BOOST_DESCRIBE_STRUCT(ReportPath, (), (report))

struct ReportQuery {
  std::optional<std::chrono::year_month_day> from, to;
  std::optional<domain::ReportPeriod> by;
  std::optional<domain::ReportGroup> group;
  std::optional<std::string> type, channel, region, product_line, team, clock, policy, workflow;
  std::optional<domain::Priority> priority;
  std::optional<UserId> agent;
  std::optional<Language> language;
};
BOOST_DESCRIBE_STRUCT(ReportQuery, (),
                      (from, to, by, group, type, channel, region, product_line, team, clock, policy, workflow, priority,
                       agent, language))
constexpr auto field_rules(const ReportQuery*) {
  using Rule = json::FieldRule;
  return std::array{
      Rule{.field = "from", .description = "First day, in the desk's zone; 29 days before `to` unless told."},
      Rule{.field = "to", .description = "Last day, included; today unless told."},
      Rule{.field = "by", .description = "Length of a period where rows are periods; a day unless told."},
      Rule{.field = "group", .description = "What the rows are: one of the report's groups, the first unless told."},
      Rule{.field = "team", .description = "The team that a thing happened with."},
      Rule{.field = "clock", .description = "Only for reports on clocks."},
      Rule{.field = "policy", .description = "Only for reports on clocks."},
      Rule{.field = "agent", .description = "Id of the user that a thing happened with."},
      Rule{.field = "language", .description = "Of the words in the answer; the desk's unless told."}};
}

[[nodiscard]] bool in_english(const std::optional<Language>& language, const domain::Definitions& definitions);
[[nodiscard]] Result<desk::ReportAnswer> answer_report(const std::string& report, const ReportQuery& query,
                                                       const QueryContext& context);
[[nodiscard]] const std::string& in_language(const domain::Title& title, bool english);

}  // namespace docket::api
