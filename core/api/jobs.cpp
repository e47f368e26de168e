// SPDX-License-Identifier: Apache-2.0
// Jobs: one command on many tickets, with progress and cancel.
#include "api/filters.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "desk/bulk_job.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct JobPath {
  JobId job_id{};
};
BOOST_DESCRIBE_STRUCT(JobPath, (), (job_id))

struct SelectionInput {
  std::vector<TicketId> tickets{};
  std::optional<domain::RawCondition> filter;
};
BOOST_DESCRIBE_STRUCT(SelectionInput, (), (tickets, filter))
constexpr auto field_rules(const SelectionInput*) {
  return std::array{Rule{.field = "tickets", .description = "These, or", .optional = true, .items = {0, 10'000}},
                    Rule{.field = "filter", .description = "all that match when their turn comes."}};
}

struct ActionInput {
  desk::BulkVerb verb{};
  std::string transition{}, message{};
  domain::Fields fields{};
  std::string team{};
  std::optional<UserId> assignee;
  std::optional<domain::Priority> priority;
  std::vector<std::string> tags_added{}, tags_removed{};
  std::string reason{};
  std::optional<Time> until;
  std::string macro{};
};
BOOST_DESCRIBE_STRUCT(ActionInput, (),
                      (verb, transition, message, fields, team, assignee, priority, tags_added, tags_removed, reason,
                       until, macro))
constexpr auto field_rules(const ActionInput*) {
  return std::array{
      Rule{.field = "verb", .description = "What is done to each; the other members are those of the single command."},
      Rule{.field = "transition", .optional = true, .length = {0, 64}},
      Rule{.field = "message", .optional = true, .length = {0, 65'536}},
      Rule{.field = "fields", .optional = true, .items = {0, 200}},
      Rule{.field = "team", .optional = true, .length = {0, 64}},
      Rule{.field = "tags_added", .optional = true, .length = {1, 64}, .items = {0, 50}},
      Rule{.field = "tags_removed", .optional = true, .length = {1, 64}, .items = {0, 50}},
      Rule{.field = "reason", .optional = true, .length = {0, 200}},
      Rule{.field = "macro", .description = "Name of the macro, for the verb macro.", .optional = true, .length = {0, 64}}};
}

struct BulkInput {
  SelectionInput selection;
  ActionInput action;
};
BOOST_DESCRIBE_STRUCT(BulkInput, (), (selection, action))

Result<Answer<desk::Job>> start(const Call<None, None, BulkInput>& call, const CommandContext& context) {
  desk::BulkSelection selection;
  selection.tickets = call.body.selection.tickets;
  if (call.body.selection.filter) {
    auto filter = list_filter(*call.body.selection.filter, *context.unit.active, context.principal,
                              context.unit.directory, "/selection/filter");
    if (!filter) return std::unexpected{std::move(filter).error()};
    selection.filter = std::move(*filter);
  }
  const auto& input = call.body.action;
  desk::BulkAction action;
  action.verb = input.verb;
  action.transition = input.transition;
  action.message = input.message;
  action.fields = input.fields;
  action.team = input.team;
  action.assignee = input.assignee.value_or(UserId{});
  action.priority = input.priority;
  action.tags_added = input.tags_added;
  action.tags_removed = input.tags_removed;
  action.reason = input.reason;
  action.until = input.until;
  action.macro = input.macro;
  auto job = desk::start_bulk_job(context.unit, context.principal, selection, action);
  if (!job) return std::unexpected{std::move(job).error()};
  const auto id = job->id;
  return Answer<desk::Job>{std::move(*job)}.at("/api/v1/jobs/" + std::to_string(id.value));
}

Result<Answer<desk::Job>> read(const Call<JobPath, None, None>& call, const QueryContext& context) {
  auto job = desk::known_job(context.reading.jobs, context.principal, call.path.job_id);
  if (!job) return std::unexpected{std::move(job).error()};
  return std::move(*job);
}

Result<Answer<Page<desk::Job>>> list(const Call<None, PageQuery, None>& call, const QueryContext& context) {
  const auto before = page_start(context.cursors, "jobs", call.query);
  if (!before) return std::unexpected{before.error()};
  auto rows = context.reading.jobs.jobs(desk::job_sight(context.principal), JobId{*before}, page_size(call.query) + 1);
  return page_of(context.cursors, "jobs", call.query, std::move(rows), [](const auto& row) { return row.id.value; });
}

Result<Answer<Page<desk::JobResult>>> results(const Call<JobPath, PageQuery, None>& call, const QueryContext& context) {
  const auto job = desk::known_job(context.reading.jobs, context.principal, call.path.job_id);
  if (!job) return std::unexpected{job.error()};
  const std::string name = "jobs/" + std::to_string(job->id.value);
  const auto after = page_start(context.cursors, name, call.query);
  if (!after) return std::unexpected{after.error()};
  auto rows = context.reading.jobs.results(job->id, *after, page_size(call.query) + 1);
  return page_of(context.cursors, name, call.query, std::move(rows), [](const auto& row) { return row.item; });
}

Result<Answer<desk::Job>> cancel(const Call<JobPath, None, None>& call, const CommandContext& context) {
  auto job = desk::cancel_job(context.unit, context.principal, call.path.job_id);
  if (!job) return std::unexpected{std::move(job).error()};
  return std::move(*job);
}

Result<Answer<desk::Job>> undo(const Call<JobPath, None, None>& call, const CommandContext& context) {
  auto job = desk::start_undo_job(context.unit, context.principal, call.path.job_id);
  if (!job) return std::unexpected{std::move(job).error()};
  const auto id = job->id;
  return Answer<desk::Job>{std::move(*job)}.at("/api/v1/jobs/" + std::to_string(id.value));
}

}  // namespace

void add_job_routes(std::vector<Route>& routes) {
  using enum http::Method;
  // Whoever begins jobs on tickets sees them to their end.
  const auto own_or_read = Access::either(Right::job_read, Right::ticket_bulk);
  routes.push_back(make_route({.name = "start_bulk",
                               .verb = post,
                               .path = "/api/v1/tickets/bulk",
                               .access = Right::ticket_bulk,
                               .rate = RateClass::expensive,
                               .summary = "Do one thing to many tickets, as a job.",
                               .description = "Of a filter the job's total is 0 until its tickets have been counted.",
                               .success = 202},
                              start));
  routes.push_back(make_route({.name = "list_jobs",
                               .verb = get,
                               .path = "/api/v1/jobs",
                               .access = own_or_read,
                               .rate = RateClass::read,
                               .summary = "Your own jobs, newest first; all of them with system_manage.",
                               .description = "Without `job_read` those that you began on tickets."},
                              list));
  routes.push_back(make_route({.name = "read_job",
                               .verb = get,
                               .path = "/api/v1/jobs/{job_id}",
                               .access = own_or_read,
                               .rate = RateClass::read,
                               .summary = "How far a job is."},
                              read));
  routes.push_back(make_route({.name = "list_job_results",
                               .verb = get,
                               .path = "/api/v1/jobs/{job_id}/results",
                               .access = own_or_read,
                               .rate = RateClass::read,
                               .summary = "What came of each ticket."},
                              results));
  routes.push_back(make_route({.name = "cancel_job",
                               .verb = post,
                               .path = "/api/v1/jobs/{job_id}/cancel",
                               .access = own_or_read,
                               .rate = RateClass::write,
                               .summary = "Stop a job; what was done stays done.",
                               .errors = {ErrorCode::conflict}},
                              cancel));
  routes.push_back(make_route(
      {.name = "undo_job",
       .verb = post,
       .path = "/api/v1/jobs/{job_id}/undo",
       .access = Right::ticket_bulk,
       .rate = RateClass::expensive,
       .summary = "Put back what a job changed, as another job.",
       .description = "Ticket by ticket, where nobody has changed it since: state, owner, fields, tags and hold become what "
                      "they were, by new events. What was said or sent stays; a ticket that somebody worked on since stays "
                      "as it is, and its result says so. An undo can be undone.",
       .success = 202,
       .errors = {ErrorCode::conflict, ErrorCode::too_many_requests}},
      undo));
}

}  // namespace docket::api
