// SPDX-License-Identifier: Apache-2.0
// Reports: which there are, and the table of one.
#include "api/paging.hpp"
#include "api/report_query.hpp"
#include "api/report_workbook.hpp"
#include "api/resources.hpp"
#include "base/log.hpp"
#include "desk/ports/file_not_written.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct GroupOutput {
  domain::ReportGroup name{};
  domain::Title label{};
};
BOOST_DESCRIBE_STRUCT(GroupOutput, (), (name, label))

struct ReportInfoOutput {
  std::string name;
  domain::Title label{}, description{};
  std::vector<GroupOutput> groups;
  bool dated = true;
  std::vector<std::string> filters;
  domain::ChartKind chart{};
};
BOOST_DESCRIBE_STRUCT(ReportInfoOutput, (), (name, label, description, groups, dated, filters, chart))
constexpr auto field_rules(const ReportInfoOutput*) {
  return std::array{Rule{.field = "groups", .description = "What its rows can be; the first unless told."},
                    Rule{.field = "dated", .description = "Counts a range of days; otherwise what is so now."},
                    Rule{.field = "filters", .description = "Parameters that narrow it."}};
}

Result<Answer<Page<ReportInfoOutput>>> list(const Call<None, None, None>&, const QueryContext&) {
  Page<ReportInfoOutput> out;
  for (const auto& report : domain::report_catalogue()) {
    ReportInfoOutput row{std::string(report.name), report.title, report.text, {}, report.dated, {}, report.chart};
    row.filters = {"type", "channel", "region", "product_line", "workflow", "team", "priority", "agent"};
    if (report.on_clocks()) row.filters.insert(row.filters.end(), {"clock", "policy"});
    for (const auto group : report.groups) row.groups.push_back({group, domain::title_of(group)});
    out.items.push_back(std::move(row));
  }
  return out;
}

struct ColumnOutput {
  std::string name, label;
  domain::ColumnKind kind{};
};
BOOST_DESCRIBE_STRUCT(ColumnOutput, (), (name, label, kind))

struct ChartOutput {
  domain::ChartKind kind{};
  std::string x;
  std::vector<std::string> series;
};
BOOST_DESCRIBE_STRUCT(ChartOutput, (), (kind, x, series))

struct ReportOutput {
  std::string name, label;
  domain::ReportGroup group{};
  std::chrono::year_month_day from{}, to{};
  Time as_of{};
  std::vector<ColumnOutput> columns;
  std::vector<std::vector<domain::Cell>> rows;
  std::vector<std::string> keys;
  std::vector<domain::Cell> totals;
  ChartOutput chart;
};
BOOST_DESCRIBE_STRUCT(ReportOutput, (), (name, label, group, from, to, as_of, columns, rows, keys, totals, chart))
constexpr auto field_rules(const ReportOutput*) {
  return std::array{
      Rule{.field = "rows", .description = "Cells in the order of the columns; null where there is nothing to say. "
                                           "Durations are seconds, shares are percent."},
      Rule{.field = "keys", .description = "Of each row: what its first cell is as a value of a filter."},
      Rule{.field = "totals", .description = "The same columns over everything; medians are those of everything."}};
}

Result<Answer<ReportOutput>> read(const Call<ReportPath, ReportQuery, None>& call, const QueryContext& context) {
  auto answer = answer_report(call.path.report, call.query, context);
  if (!answer) return std::unexpected{std::move(answer).error()};
  const bool english = in_english(call.query.language, *context.reading.active);
  ReportOutput out;
  out.name = answer->report->name;
  out.label = in_language(answer->report->title, english);
  out.group = answer->group;
  out.from = answer->from;
  out.to = answer->to;
  out.as_of = answer->as_of;
  for (const auto& column : answer->table.columns)
    out.columns.push_back({column.name, in_language(column.title, english), column.kind});
  out.chart = {answer->table.chart, out.columns.front().name, std::move(answer->table.series)};
  out.rows = std::move(answer->table.rows);
  out.keys = std::move(answer->keys);
  out.totals = std::move(answer->table.totals);
  return out;
}

Result<Answer<FileBody>> workbook(const Call<ReportPath, ReportQuery, None>& call, const QueryContext& context) {
  const auto answer = answer_report(call.path.report, call.query, context);
  if (!answer) return std::unexpected{answer.error()};
  auto [path, guard] = context.services.exports.scratch();
  try {
    write_report_workbook(path, *answer, in_english(call.query.language, *context.reading.active));
  } catch (const desk::FileNotWritten& failure) {
    log::error("report_not_written", {{"report", call.path.report}, {"reason", std::string_view(failure.what())}});
    return desk::refuse_file_not_written();
  }
  const auto name = std::string(answer->report->name) + "-" + domain::day_text(answer->to) + ".xlsx";
  return FileBody{std::move(path), name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                  std::move(guard)};
}

}  // namespace

bool in_english(const std::optional<Language>& language, const domain::Definitions& definitions) {
  return language ? *language == Language::en : definitions.desk.language == "en";
}

const std::string& in_language(const domain::Title& title, bool english) {
  return english && !title.en.empty() ? title.en : title.zh;
}

Result<desk::ReportAnswer> answer_report(const std::string& report, const ReportQuery& query,
                                         const QueryContext& context) {
  desk::ReportRequest request;
  request.report = report;
  request.group = query.group;
  request.by = query.by.value_or(domain::ReportPeriod::day);
  request.from = query.from;
  request.to = query.to;
  request.filter = {query.type,   query.channel,  query.region,   query.product_line, query.team, query.clock,
                    query.policy, query.workflow, query.priority, query.agent};
  request.english = in_english(query.language, *context.reading.active);
  return desk::run_report(context.reading, context.principal, request);
}

void add_report_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "list_reports",
                               .verb = get,
                               .path = "/api/v1/reports",
                               .access = Right::report_read,
                               .rate = RateClass::read,
                               .summary = "Which reports there are."},
                              list));
  routes.push_back(make_route(
      {.name = "read_report",
       .verb = get,
       .path = "/api/v1/reports/{report}",
       .access = Right::report_read,
       .rate = RateClass::search,
       .summary = "One report: its table, and what a chart of it shows.",
       .description = "Exact on what is committed now, over the teams in which you may read reports.",
       .lane = Lane::report,
       .errors = {ErrorCode::overloaded}},
      read));
  routes.push_back(make_route({.name = "read_report_workbook",
                               .verb = get,
                               .path = "/api/v1/reports/{report}/workbook",
                               .access = Right::report_read,
                               .rate = RateClass::search,
                               .summary = "The same as a workbook (XLSX), with the chart in it.",
                               .lane = Lane::report,
                               .errors = {ErrorCode::overloaded}},
                              workbook));
}

}  // namespace docket::api
