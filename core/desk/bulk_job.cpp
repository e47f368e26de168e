// SPDX-License-Identifier: Apache-2.0
#include "desk/bulk_job.hpp"

#include <algorithm>

#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "desk/audit.hpp"
#include "desk/command_ticket.hpp"
#include "desk/resolve_principal.hpp"

namespace docket::desk {
namespace {

constexpr std::size_t most_tickets = 10'000;
constexpr int most_running = 5;

/// What a job keeps between slices.
struct BulkInput {
  std::vector<TicketId> tickets{};
  std::optional<domain::Condition> filter{};
  Time started_at{};
  BulkAction action{};
  std::vector<domain::Right>
      rights{};  ///< what the credentials allowed that started it: a token's scopes hold here too
};
BOOST_DESCRIBE_STRUCT(BulkInput, (), (tickets, filter, started_at, action, rights))

/// Position of a filter's walk: tickets in order of creation.
struct BulkCursor {
  std::int64_t key = 0;
  TicketId id{};
  std::int64_t index = 0;
};
BOOST_DESCRIBE_STRUCT(BulkCursor, (), (key, id, index))

domain::TicketCommand to_command(const BulkAction& action) {
  switch (action.verb) {
    case BulkVerb::move: {
      domain::MoveTicket move;
      move.transition = action.transition;
      move.fields = action.fields;
      move.message = action.message;
      return move;
    }
    case BulkVerb::assign: {
      domain::AssignTicket assign;
      assign.team = action.team;
      assign.assignee = action.assignee;
      return assign;
    }
    case BulkVerb::set: {
      domain::SetFields set;
      set.change.fields = action.fields;
      set.change.priority = action.priority;
      set.change.tags_added = action.tags_added;
      set.change.tags_removed = action.tags_removed;
      return set;
    }
    case BulkVerb::hold: {
      domain::HoldTicket hold;
      hold.reason = action.reason;
      hold.note = action.message;
      hold.until = action.until;
      return hold;
    }
    case BulkVerb::resume:
      return domain::ResumeTicket{};
    case BulkVerb::note:
    case BulkVerb::reply: {
      domain::AddMessage message;
      message.kind = action.verb == BulkVerb::note ? domain::MessageKind::note : domain::MessageKind::reply;
      message.body = action.message;
      return message;
    }
    case BulkVerb::urge: {
      domain::UrgeTicket urge;
      urge.message = action.message;
      return urge;
    }
  }
  return domain::ResumeTicket{};
}

void finish(Unit& unit, Job& job, JobState state, const std::string& error = {}) {
  job.state = state;
  job.error = error;
  job.ended_at = unit.now;
}

void act_on(Unit& unit, const domain::Principal& principal, TicketId id, const domain::TicketCommand& command,
            Job& job) {
  const auto outcome = command_ticket(unit, principal, id, {}, command);
  JobResult result;
  result.item = id.value;
  if (outcome) {
    result.outcome = outcome->changed ? "done" : "unchanged";
  } else {
    result.outcome = std::string(info(outcome.error().code).name);
    result.detail = outcome.error().detail;
    ++job.failed;
  }
  ++job.done;
  unit.jobs.add_result(job.id, result);
}

}  // namespace

Result<Job> start_bulk_job(Unit& unit, const domain::Principal& principal, const BulkSelection& selection,
                           const BulkAction& action) {
  if (selection.tickets.empty() == !selection.filter)
    return fail_field("/selection", "Name tickets, or give a filter; one of the two.");
  if (selection.tickets.size() > most_tickets)
    return fail_field("/selection/tickets", "At most 10000 tickets; use a filter for more.");
  const auto running = unit.jobs.running();
  const auto mine = std::ranges::count_if(running, [&](const Job& job) { return job.by == principal.user; });
  if (mine >= most_running)
    return fail(ErrorCode::too_many_requests, "You have five jobs running; wait for one or cancel it.");

  BulkInput input;
  input.tickets = selection.tickets;
  std::ranges::sort(input.tickets);
  const auto [first, last] = std::ranges::unique(input.tickets);
  input.tickets.erase(first, last);
  input.filter = selection.filter;
  input.started_at = unit.now;
  input.action = action;
  for (std::size_t i = 0; i < domain::right_count; ++i) {
    const auto right = static_cast<domain::Right>(i);
    if (principal.may(right)) input.rights.push_back(right);
  }

  Job job;
  job.kind = "bulk";
  job.by = principal.user;
  job.created_at = unit.now;
  if (input.filter) {
    constexpr int cap = 100'000;
    const auto total = unit.tickets.count(*input.filter, cap, principal);
    if (!total) return std::unexpected(total.error());
    job.total = *total;
  } else {
    job.total = static_cast<std::int64_t>(input.tickets.size());
  }
  job.input = json::encode(input);
  job.cursor = json::encode(BulkCursor{});
  job.id = unit.jobs.add_job(job);
  unit.wakes.jobs = true;
  audit(unit, principal.actor, "bulk_started", "job " + std::to_string(job.id.value), {{"tickets", job.total}});
  return job;
}

void run_bulk_slice(Unit& unit, Job& job, int limit) {
  const auto user = unit.directory.find_user(job.by);
  if (!user || !user->active) {
    finish(unit, job, JobState::failed, "The person who started the job was switched off.");
    unit.jobs.save_job(job);
    return;
  }
  const auto input = json::decode_stored<BulkInput>(job.input);
  const auto principal = resolve_principal(*user, *unit.active, input.rights);
  if (!principal.may(domain::Right::ticket_bulk)) {
    finish(unit, job, JobState::failed, "The person who started the job may not do this any more.");
    unit.jobs.save_job(job);
    return;
  }
  auto cursor = json::decode_stored<BulkCursor>(job.cursor);
  const auto command = to_command(input.action);

  if (input.filter) {
    TicketListQuery query;
    query.filter = *input.filter;
    query.sort = domain::Sorting::created;
    query.descending = false;
    query.limit = limit;
    if (cursor.id) query.after = ListPosition{cursor.key, cursor.id};
    const auto page = unit.tickets.list(query, principal);
    if (!page) {
      finish(unit, job, JobState::failed, page.error().detail);
      unit.jobs.save_job(job);
      return;
    }
    bool past_start = false;
    for (const auto& row : page->rows) {
      if (row.created_at > input.started_at) {
        past_start = true;
        break;
      }
      act_on(unit, principal, row.id, command, job);
      cursor.key = row.created_at.time_since_epoch().count();
      cursor.id = row.id;
    }
    if (past_start || !page->next) finish(unit, job, JobState::done);
    job.total = std::max(job.total, job.done);
  } else {
    const auto end = std::min<std::int64_t>(cursor.index + limit, static_cast<std::int64_t>(input.tickets.size()));
    for (; cursor.index < end; ++cursor.index)
      act_on(unit, principal, input.tickets[static_cast<std::size_t>(cursor.index)], command, job);
    if (std::cmp_equal(cursor.index, input.tickets.size())) finish(unit, job, JobState::done);
  }
  job.cursor = json::encode(cursor);
  unit.jobs.save_job(job);
}

Result<Job> cancel_job(Unit& unit, const domain::Principal& principal, JobId id) {
  auto job = unit.jobs.find_job(id);
  if (!job || (job->by != principal.user && !principal.may(domain::Right::system_manage))) {
    return fail(ErrorCode::not_found, "There is no such job.");
  }
  if (job->state != JobState::running) return fail(ErrorCode::already_done, "The job has ended already.");
  finish(unit, *job, JobState::cancelled);
  unit.jobs.save_job(*job);
  audit(unit, principal.actor, "job_cancelled", "job " + std::to_string(id.value));
  return *job;
}

}  // namespace docket::desk
