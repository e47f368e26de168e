// SPDX-License-Identifier: Apache-2.0
#include "desk/hand_back.hpp"

#include <optional>

#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "base/log.hpp"
#include "desk/command_ticket.hpp"
#include "domain/unusable_definitions.hpp"

namespace docket::desk {
namespace {

constexpr int at_once = 20;            // with the change of the person; more would keep the writer from others
constexpr int most_counted = 100'000;  // for the progress bar

struct HandBackInput {
  UserId user{};
};
BOOST_DESCRIBE_STRUCT(HandBackInput, (), (user))

/// The last ticket that was tried, in order of creation.
struct HandBackCursor {
  std::int64_t key = 0;
  TicketId id{};
};
BOOST_DESCRIBE_STRUCT(HandBackCursor, (), (key, id))

domain::Condition open_tickets_of(UserId user) {
  domain::Condition held_by;
  held_by.kind = domain::Condition::Kind::test;
  held_by.field = "assignee";
  held_by.value = user.value;
  domain::Condition open;
  open.kind = domain::Condition::Kind::test;
  open.field = "category";
  open.op = domain::Operator::not_in;
  open.value = std::vector<std::string>{"resolved", "closed"};
  domain::Condition both;
  both.kind = domain::Condition::Kind::all;
  both.children = {held_by, open};
  return both;
}

JobResult hand_back(Unit& unit, const Job& job, const TicketRow& row, OnTicket on) {
  domain::AssignTicket again;
  again.team = row.team;
  Result<TicketOutcome> outcome = std::unexpected(failed_on_ticket());
  if (on == OnTicket::act) {
    // An account can be switched off whatever its tickets stand under: such a one stays, and nothing of it was written.
    try {
      outcome = command_ticket(unit, domain::system_principal("roster"), row.id, {}, again);
    } catch (const domain::UnusableDefinitions& error) {
      log::error("ticket_not_handed_back", {{"ticket", row.id.value}, {"reason", error.what()}});
    }
  }
  JobResult result;
  result.item = row.id.value;
  if (outcome) {
    result.outcome = outcome->changed ? "done" : "unchanged";
    return result;
  }
  result.outcome = std::string(info(outcome.error().code).name);
  result.detail = told(unit, job, outcome.error().said());
  log::warning("ticket_not_handed_back",
               {{"ticket", row.id.value}, {"user", row.assignee.value}, {"reason", outcome.error().detail}});
  return result;
}

void finish(Unit& unit, Job& job, JobState state, const std::string& error = {}) {
  job.state = state;
  job.error = error;
  job.ended_at = unit.now;
}

/// Adds what came of each ticket to the job, and moves it on to the place behind them.
void go_on(Unit& unit, Job& job, std::vector<JobResult>& results, int limit, OnTicket on) {
  const auto input = json::decode_stored<HandBackInput>(job.input);
  const auto cursor = json::decode_stored<HandBackCursor>(job.cursor);
  TicketListQuery query;
  query.filter = open_tickets_of(input.user);
  query.sort = domain::Sorting::created;  // which handing back does not change
  query.descending = false;
  query.limit = limit;
  if (cursor.id) query.after = ListPosition{cursor.key, cursor.id};
  const auto page = unit.tickets.list(query, domain::system_principal("roster"));
  if (!page) {
    log::error("tickets_not_handed_back", {{"user", input.user.value}, {"reason", page.error().detail}});
    return finish(unit, job, JobState::failed, told(unit, job, page.error().said()));
  }
  for (const auto& row : page->rows) {
    results.push_back(hand_back(unit, job, row, on));
    ++job.done;
    if (results.back().outcome != "done" && results.back().outcome != "unchanged") ++job.failed;
  }
  if (!page->next) return finish(unit, job, JobState::done);
  job.cursor = json::encode(HandBackCursor{page->next->key, page->next->id});
}

}  // namespace

void hand_back_tickets(Unit& unit, const domain::Principal& principal, UserId user) {
  Job job;
  job.kind = hand_back_job_kind;
  job.by = principal.user;
  job.created_at = unit.now;
  job.input = json::encode(HandBackInput{user});
  job.cursor = json::encode(HandBackCursor{});
  std::vector<JobResult> results;
  go_on(unit, job, results, at_once, OnTicket::act);
  if (job.state == JobState::done && job.failed == 0) return;  // nothing that anybody had to look at
  const auto left = unit.tickets.count(open_tickets_of(user), most_counted, domain::system_principal("roster"));
  job.total = job.done - job.failed + left.value_or(0);
  job.id = unit.jobs.add_job(job);
  for (const auto& result : results) unit.jobs.add_result(job.id, result);
  unit.wakes.jobs = true;
}

void run_hand_back_slice(Unit& unit, Job& job, int limit, OnTicket on) {
  const auto input = json::decode_stored<HandBackInput>(job.input);
  const auto user = unit.directory.find_user(input.user);
  std::vector<JobResult> results;
  if (!user || user->active) {
    finish(unit, job, JobState::cancelled);
  } else {
    go_on(unit, job, results, limit, on);
  }
  for (const auto& result : results) unit.jobs.add_result(job.id, result);
  unit.jobs.save_job(job);
}

}  // namespace docket::desk
