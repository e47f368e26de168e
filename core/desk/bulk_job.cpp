// SPDX-License-Identifier: Apache-2.0
#include "desk/bulk_job.hpp"

#include <algorithm>
#include <charconv>

#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "desk/audit.hpp"
#include "desk/command_ticket.hpp"
#include "desk/ready_words.hpp"
#include "desk/resolve_principal.hpp"
#include "desk/ticket_filter.hpp"
#include "domain/ticket/ticket_source.hpp"

namespace docket::desk {
namespace {

constexpr std::size_t most_tickets = 10'000;
constexpr int most_running = 5;
constexpr int most_picks = 200;  // of one reading; a list gives no more

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

/// How far a job is: of a filter's walk the last ticket, in order of creation; of named tickets how many are done.
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
    case BulkVerb::macro: {
      domain::RunMacro macro;
      macro.name = action.macro;
      if (!action.message.empty()) macro.message = action.message;
      return macro;
    }
  }
  return domain::ResumeTicket{};
}

/// What an undo keeps between slices; its cursor is the last ticket done.
struct UndoInput {
  JobId job{};
  std::vector<domain::Right> rights{};
};
BOOST_DESCRIBE_STRUCT(UndoInput, (), (job, rights))
struct UndoCursor {
  std::int64_t item = 0;
};
BOOST_DESCRIBE_STRUCT(UndoCursor, (), (item))

void finish(Unit& unit, Job& job, JobState state, const std::string& error = {}) {
  job.state = state;
  job.error = error;
  job.ended_at = unit.now;
}

/// Versions of a ticket before and after what a job did to it, as a result's detail begins: "versions 5-9". An undo
/// reads them there.
struct Versions {
  std::int64_t before = 0, after = 0;
};
constexpr std::string_view versions_word = "versions ";

std::string in_words(const Versions& versions) {
  return std::string(versions_word) + std::to_string(versions.before) + "-" + std::to_string(versions.after);
}

Versions versions_in(const JobResult& result) {
  Versions versions;
  std::string_view text = result.detail;
  if (result.outcome != "done" || !text.starts_with(versions_word)) return {};
  text.remove_prefix(versions_word.size());
  const auto first = std::from_chars(text.data(), text.data() + text.size(), versions.before);
  const auto* end = text.data() + text.size();
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return {};
  if (std::from_chars(first.ptr + 1, end, versions.after).ec != std::errc{}) return {};
  return versions;
}

void keep(Unit& unit, Job& job, TicketId id, const Result<TicketOutcome>& outcome, std::int64_t before,
          const std::string& detail = {}) {
  JobResult result;
  result.item = id.value;
  if (outcome) {
    result.outcome = outcome->changed ? "done" : "unchanged";
    result.detail = detail;
    if (outcome->changed) {
      const auto versions = in_words({before, outcome->ticket.version});
      result.detail = detail.empty() ? versions : versions + "; " + detail;
    }
  } else {
    result.outcome = std::string(info(outcome.error().code).name);
    result.detail = told(unit, job, outcome.error().said());
    ++job.failed;
  }
  ++job.done;
  unit.jobs.add_result(job.id, result);
}

void pass_over(Unit& unit, Job& job, TicketId id) { keep(unit, job, id, std::unexpected(failed_on_ticket()), 0); }

/// A ticket that a filter picked and that has meanwhile left it, or the person's sight, is passed over.
void act_on(Unit& unit, const domain::Principal& principal, TicketId id, const domain::Condition* filter,
            const domain::TicketCommand& command, Job& job) {
  const auto before = unit.tickets.load(id);
  if (filter != nullptr && (!before || !domain::visible(principal, *before, unit.now) ||
                            !domain::holds(*filter, domain::TicketSource{*before, unit.now})))
    return;
  const auto* macro = std::get_if<domain::RunMacro>(&command);
  const auto outcome = macro != nullptr ? run_macro(unit, principal, id, {}, *macro)
                                        : command_ticket(unit, principal, id, {}, command);
  keep(unit, job, id, outcome, before ? before->version : 0);
}

/// For the person: what an undo had to leave, off its own trace.
std::string what_stays(const Unit& unit, const Job& job, TicketId id, const TicketOutcome& outcome, std::int64_t before) {
  if (!outcome.changed) {
    return told(unit, job, {"There was nothing to put back; what was said or sent stays.", "没有可撤销的；已说、已发的保留。"});
  }
  constexpr int most = 200;  // events of one command
  std::string stays;
  for (const auto& recorded : unit.tickets.events(id, before, most)) {
    const auto* trace = std::get_if<domain::RuleFired>(&recorded.event);
    if (trace == nullptr || recorded.actor.kind == domain::ActorKind::system) continue;
    for (const auto& line : trace->refused) stays += (stays.empty() ? "" : "; ") + line;
  }
  return stays;
}

void put_back(Unit& unit, const domain::Principal& principal, const JobResult& done, const std::string& what, Job& job) {
  const TicketId id{done.item};
  const auto versions = versions_in(done);
  if (versions.after <= versions.before) {
    JobResult nothing;
    nothing.item = done.item;
    nothing.outcome = "unchanged";
    nothing.detail = told(unit, job, {"The job had not changed it.", "那次任务没有改动它。"});
    ++job.done;
    unit.jobs.add_result(job.id, nothing);
    return;
  }
  const auto present = unit.tickets.load(id);
  const auto version = present ? present->version : 0;
  const auto outcome = put_back_ticket(unit, principal, id, versions.before, versions.after, what);
  keep(unit, job, id, outcome, version, outcome ? what_stays(unit, job, id, *outcome, version) : std::string{});
}

Result<void> room_for_job(const Unit& unit, const domain::Principal& principal) {
  const auto running = unit.jobs.running();
  const auto mine = std::ranges::count_if(running, [&](const Job& job) { return job.by == principal.user; });
  if (mine < most_running) return {};
  return fail(ErrorCode::too_many_requests, {"You have five jobs running; wait for one or cancel it.", "您已有五个任务在进行，请等一个完成，或先取消一个。"});
}

/// What the person may do who starts a job, cut as their credentials are.
std::vector<domain::Right> rights_now(const domain::Principal& principal) {
  std::vector<domain::Right> rights;
  for (std::size_t i = 0; i < domain::right_count; ++i) {
    const auto right = static_cast<domain::Right>(i);
    if (principal.may(right)) rights.push_back(right);
  }
  return rights;
}

/// The person as they are now; a sentence when they may not go on.
Result<domain::Principal> person_of(const DirectoryReader& directory, const domain::Definitions& active, const Job& job,
                                    const std::vector<domain::Right>& rights) {
  const auto user = directory.find_user(job.by);
  if (!user || !user->active) return fail(ErrorCode::forbidden, {"The person who started the job was switched off.", "发起任务的账号已停用。"});
  auto principal = resolve_principal(*user, active, rights);
  if (!principal.may(domain::Right::ticket_bulk))
    return fail(ErrorCode::forbidden, {"The person who started the job may not do this any more.", "发起任务的人已没有批量操作的权限。"});
  if (principal.may(domain::Right::ticket_read)) show_by(principal, *user, active, domain::Right::ticket_read);
  return principal;
}

/// The same; none, and the job has failed, when they may not go on.
std::optional<domain::Principal> person_or_end(Unit& unit, Job& job, const std::vector<domain::Right>& rights) {
  auto principal = person_of(unit.directory, *unit.active, job, rights);
  if (principal) return std::move(*principal);
  finish(unit, job, JobState::failed, told(unit, job, principal.error().said()));
  unit.jobs.save_job(job);
  return std::nullopt;
}

/// Puts a job in line.
template <class Input, class Cursor>
Job begin(Unit& unit, const domain::Principal& principal, std::string kind, std::int64_t total, const Input& input,
          const Cursor& cursor) {
  Job job;
  job.kind = std::move(kind);
  job.by = principal.user;
  job.created_at = unit.now;
  job.total = total;
  job.input = json::encode(input);
  job.cursor = json::encode(cursor);
  job.id = unit.jobs.add_job(job);
  unit.wakes.jobs = true;
  return job;
}

TicketListQuery walk_of(const domain::Condition& filter, const BulkCursor& cursor) {
  TicketListQuery query;
  query.filter = filter;
  query.sort = domain::Sorting::created;
  query.descending = false;
  query.limit = most_picks;
  if (cursor.id) query.after = ListPosition{cursor.key, cursor.id};
  return query;
}

}  // namespace

std::string told(const Unit& unit, const Job& job, const Said& words) {
  const auto user = unit.directory.find_user(job.by);
  return words.in(user && user->language == "en" ? Language::en : Language::zh);
}

Error failed_on_ticket() {
  return fail(ErrorCode::internal, {"The server failed on this ticket; it stays as it is.", "服务器处理这张工单时出错，未做改动。"}).error();
}

Result<Job> start_bulk_job(Unit& unit, const domain::Principal& principal, const BulkSelection& selection,
                           const BulkAction& action) {
  if (selection.tickets.empty() == !selection.filter)
    return fail_field("/selection", {"Name tickets, or give a filter; one of the two.", "请选工单或给出筛选条件，二选一。"});
  if (selection.tickets.size() > most_tickets)
    return fail_field("/selection/tickets", {"At most 10000 tickets; use a filter for more.", "一次最多选 10000 张，更多请用筛选条件。"});
  if (auto room = room_for_job(unit, principal); !room) return std::unexpected(room.error());

  BulkInput input;
  input.tickets = selection.tickets;
  std::ranges::sort(input.tickets);
  const auto [first, last] = std::ranges::unique(input.tickets);
  input.tickets.erase(first, last);
  input.filter = selection.filter;
  input.started_at = unit.now;
  input.action = action;
  input.rights = rights_now(principal);

  if (input.filter) {
    if (auto fits = check_filter(unit.tickets, *input.filter, principal); !fits) return std::unexpected(fits.error());
  }
  auto job = begin(unit, principal, "bulk", static_cast<std::int64_t>(input.tickets.size()), input, BulkCursor{});
  domain::Fields details;
  if (!input.filter) details["tickets"] = job.total;
  audit(unit, principal.actor, "bulk_started", "job " + std::to_string(job.id.value), details);
  return job;
}

Result<BulkPicks> pick_for_bulk(const Reading& reading, const Job& job) {
  const auto input = json::decode_stored<BulkInput>(job.input);
  const auto principal = person_of(reading.directory, *reading.active, job, input.rights);
  if (!principal) return std::unexpected(principal.error());
  BulkPicks picks;
  if (!input.filter) return picks;
  const auto page =
      reading.tickets.list(walk_of(*input.filter, json::decode_stored<BulkCursor>(job.cursor)), *principal);
  if (!page) return std::unexpected(page.error());
  picks.last = !page->next;
  for (const auto& row : page->rows) {
    if (row.created_at > input.started_at) {
      picks.last = true;
      break;
    }
    picks.picks.push_back({row.created_at.time_since_epoch().count(), row.id});
  }
  return picks;
}

Result<std::int64_t> count_for_bulk(const Reading& reading, const Job& job) {
  const auto input = json::decode_stored<BulkInput>(job.input);
  const auto principal = person_of(reading.directory, *reading.active, job, input.rights);
  if (!principal) return std::unexpected(principal.error());
  if (!input.filter) return static_cast<std::int64_t>(input.tickets.size());
  constexpr int cap = 100'000;
  const auto total = reading.tickets.count(*input.filter, cap, *principal);
  if (!total) return std::unexpected(total.error());
  return std::int64_t{*total};
}

bool run_bulk_slice(Unit& unit, Job& job, const BulkPicks* picks, int limit, OnTicket on) {
  const auto input = json::decode_stored<BulkInput>(job.input);
  const auto person = person_or_end(unit, job, input.rights);
  if (!person) return true;
  auto cursor = json::decode_stored<BulkCursor>(job.cursor);
  const auto command = to_command(input.action);

  if (input.filter) {
    if (picks == nullptr) return false;
    const auto end = picks->picks.end();
    auto next = std::ranges::find_if(picks->picks, [&](const BulkPicks::Pick& pick) {
      return std::pair(cursor.key, cursor.id) < std::pair(pick.key, pick.id);
    });
    if (next == end && !picks->last) return false;
    if (job.total == 0) job.total = picks->total;
    for (int looked_at = 0; next != end && looked_at < limit; ++next, ++looked_at) {
      if (on == OnTicket::act) {
        act_on(unit, *person, next->id, &*input.filter, command, job);
      } else {
        pass_over(unit, job, next->id);
      }
      cursor.key = next->key;
      cursor.id = next->id;
    }
    if (next == end && picks->last) finish(unit, job, JobState::done);
    job.total = std::max(job.total, job.done);
  } else {
    const auto end = std::min<std::int64_t>(cursor.index + limit, static_cast<std::int64_t>(input.tickets.size()));
    for (; cursor.index < end; ++cursor.index) {
      const auto id = input.tickets[static_cast<std::size_t>(cursor.index)];
      if (on == OnTicket::act) {
        act_on(unit, *person, id, nullptr, command, job);
      } else {
        pass_over(unit, job, id);
      }
    }
    if (std::cmp_equal(cursor.index, input.tickets.size())) finish(unit, job, JobState::done);
  }
  job.cursor = json::encode(cursor);
  unit.jobs.save_job(job);
  return true;
}

void end_bulk_job(Unit& unit, JobId id, const Said& why) {
  auto job = unit.jobs.find_job(id);
  if (!job || job->state != JobState::running) return;
  finish(unit, *job, JobState::failed, told(unit, *job, why));
  unit.jobs.save_job(*job);
}

JobSight job_sight(const domain::Principal& principal) {
  if (!principal.may(domain::Right::job_read)) return {principal.user, true};
  if (!principal.may(domain::Right::system_manage)) return {principal.user, false};
  return {};
}

Result<Job> known_job(const JobReader& jobs, const domain::Principal& principal, JobId id) {
  auto found = jobs.find_job(id);
  if (!found || !job_sight(principal).covers(*found)) return fail(ErrorCode::not_found, {"There is no such job.", "没有这个任务。"});
  return std::move(*found);
}

Result<Job> start_undo_job(Unit& unit, const domain::Principal& principal, JobId id) {
  const auto done = known_job(unit.jobs, principal, id);
  if (!done) return std::unexpected(done.error());
  if (done->kind != "bulk" && done->kind != "undo") return fail(ErrorCode::conflict, {"A job of this kind changes no tickets.", "这类任务没有改动工单，不用撤销。"});
  if (done->state == JobState::running) return fail(ErrorCode::conflict, {"The job is still running; cancel it first.", "任务还在进行，请先停止。"});
  if (auto room = room_for_job(unit, principal); !room) return std::unexpected(room.error());
  auto job = begin(unit, principal, "undo", done->done, UndoInput{id, rights_now(principal)}, UndoCursor{});
  audit(unit, principal.actor, "undo_started", "job " + std::to_string(job.id.value), {{"undoes", id.value}});
  return job;
}

void run_undo_slice(Unit& unit, Job& job, int limit, OnTicket on) {
  const auto input = json::decode_stored<UndoInput>(job.input);
  const auto person = person_or_end(unit, job, input.rights);
  if (!person) return;
  auto cursor = json::decode_stored<UndoCursor>(job.cursor);
  const auto what = "job " + std::to_string(input.job.value);
  const auto rows = unit.jobs.results(input.job, cursor.item, limit);
  for (const auto& row : rows) {
    if (on == OnTicket::act) {
      put_back(unit, *person, row, what, job);
    } else {
      pass_over(unit, job, TicketId{row.item});
    }
    cursor.item = row.item;
  }
  if (std::cmp_less(rows.size(), limit)) finish(unit, job, JobState::done);
  job.cursor = json::encode(cursor);
  unit.jobs.save_job(job);
}

Result<Job> cancel_job(Unit& unit, const domain::Principal& principal, JobId id) {
  auto job = known_job(unit.jobs, principal, id);
  if (!job) return job;
  if (job->state != JobState::running) return fail(ErrorCode::already_done, {"The job has ended already.", "任务已经结束。"});
  finish(unit, *job, JobState::cancelled);
  unit.jobs.save_job(*job);
  audit(unit, principal.actor, "job_cancelled", "job " + std::to_string(id.value));
  return *job;
}

}  // namespace docket::desk
