// SPDX-License-Identifier: Apache-2.0
// Whole lists as files: started as a job, fetched when it is done.
#include "api/desk_output.hpp"
#include "api/filters.hpp"
#include "api/report_query.hpp"
#include "api/resources.hpp"
#include "api/route.hpp"
#include "desk/export_job.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct ExportInput {
  desk::ExportKind what{};
  desk::ExportFormat format = desk::ExportFormat::xlsx;
  std::optional<domain::RawCondition> filter;
  std::optional<std::string> view;
  std::optional<Language> language;
};
BOOST_DESCRIBE_STRUCT(ExportInput, (), (what, format, filter, view, language))
constexpr auto field_rules(const ExportInput*) {
  return std::array{Rule{.field = "format", .description = "xlsx unless told.", .optional = true},
                    Rule{.field = "filter", .description = "Only for tickets: a condition; all that you see unless told."},
                    Rule{.field = "view", .description = "Only for tickets: the name of a view, beside the filter."},
                    Rule{.field = "language", .description = "Of the headings; the desk's unless told."}};
}

Result<domain::Condition> condition_of(const ExportInput& input, const CommandContext& context) {
  const auto& active = *context.unit.active;
  domain::Condition condition;
  if ((input.filter || input.view) && input.what != desk::ExportKind::tickets)
    return fail_field(input.filter ? "/filter" : "/view", {"Only tickets are filtered.", "只有导出工单时才能筛选。"});
  if (input.view) {
    auto own = find_own_view(context.unit.workspace, context.unit.directory, active, context.principal, *input.view);
    if (!own) return std::unexpected{std::move(own).error()};
    const auto view = active.views.find(*input.view);
    if (*own) {
      condition = std::move((*own)->when);
    } else if (view == active.views.end() || !may_use_view(view->second, context.principal)) {
      return fail_field("/view", {"is not the name of a view", "没有这个视图"});
    } else {
      condition = api::condition_of(view->second, active, context.principal, context.unit.directory);
    }
  }
  if (input.filter) {
    auto filter = list_filter(*input.filter, active, context.principal, context.unit.directory, "/filter");
    if (!filter) return std::unexpected{std::move(filter).error()};
    condition = both_hold(std::move(condition), std::move(*filter));
  }
  return condition;
}

Result<Answer<desk::Job>> start(const Call<None, None, ExportInput>& call, const CommandContext& context) {
  auto filter = condition_of(call.body, context);
  if (!filter) return std::unexpected{std::move(filter).error()};
  auto job = desk::start_export(
      context.unit, context.principal,
      {call.body.what, call.body.format, std::move(*filter), in_english(call.body.language, *context.unit.active)});
  if (!job) return std::unexpected{std::move(job).error()};
  auto location = "/api/v1/exports/" + std::to_string(job->id.value) + "/file";
  return Answer<desk::Job>{std::move(*job)}.at(std::move(location));
}

struct ExportPath {
  JobId job_id{};
};
BOOST_DESCRIBE_STRUCT(ExportPath, (), (job_id))

Result<Answer<FileBody>> file(const Call<ExportPath, None, None>& call, const QueryContext& context) {
  auto found = desk::exported_file(context.reading, context.principal, call.path.job_id, context.services.exports);
  if (!found) return std::unexpected{std::move(found).error()};
  return FileBody{std::move(found->path), std::move(found->name), std::move(found->media_type), {}};
}

}  // namespace

void add_export_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route(
      {.name = "start_export",
       .verb = post,
       .path = "/api/v1/exports",
       .access = Right::ticket_export,
       .rate = RateClass::expensive,
       .summary = "Write a whole list into a file, as a job.",
       .description = "Without a limit of rows, and only what you may see. Follow the job, or cancel it, at "
                      "/jobs/{job_id}; fetch the file at /exports/{job_id}/file within a day.",
       .success = 202},
      start));
  routes.push_back(make_route({.name = "read_export",
                               .verb = get,
                               .path = "/api/v1/exports/{job_id}/file",
                               .access = Right::ticket_export,
                               .rate = RateClass::read,
                               .summary = "The file of an export of yours that is done.",
                               .errors = {ErrorCode::conflict}},
                              file));
}

}  // namespace docket::api
