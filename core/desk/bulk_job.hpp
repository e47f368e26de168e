// SPDX-License-Identifier: Apache-2.0
// One command on many tickets, in slices: progress after each, a result for each ticket, cancel between slices.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

enum class BulkVerb { move, assign, set, hold, resume, note, reply, urge, macro };
BOOST_DESCRIBE_ENUM(BulkVerb, move, assign, set, hold, resume, note, reply, urge, macro)

/// What is done to each ticket; only the members that the verb names are used.
struct BulkAction {
  BulkVerb verb{};
  std::string transition{};                               ///< move
  std::string message{};                                  ///< move (as a note), note, reply, urge, macro (instead of its own)
  domain::Fields fields{};                                ///< move, set
  std::string team{};                                     ///< assign
  UserId assignee{};                                      ///< assign
  std::optional<domain::Priority> priority{};             ///< set
  std::vector<std::string> tags_added{}, tags_removed{};  ///< set
  std::string reason{};                                   ///< hold
  std::optional<Time> until{};                            ///< hold
  std::string macro{};                                    ///< macro
};
BOOST_DESCRIBE_STRUCT(BulkAction, (),
                      (verb, transition, message, fields, team, assignee, priority, tags_added, tags_removed, reason,
                       until, macro))

/// Which tickets: the named ones, or all that match at the time when the job began and still match when their turn
/// comes.
struct BulkSelection {
  std::vector<TicketId> tickets{};  ///< at most 10,000
  std::optional<domain::Condition> filter{};
};

/// Tickets of a job's filter that a reader found from where the job stands, in order of creation: a filter that few
/// tickets meet is looked for along all of them, which is nothing for the writer.
struct BulkPicks {
  struct Pick {
    std::int64_t key = 0;  ///< of the order
    TicketId id{};
  };
  std::vector<Pick> picks{};
  bool last = false;       ///< none are behind them
  std::int64_t total = 0;  ///< of the whole filter; 0 while it is not known
};

/// Starts the job; the runtime runs its slices. How many tickets a filter means is 0 until a reader has counted them.
/// Errors: invalid_field for an empty or double selection or a filter that a list would refuse, too_many_requests when
/// the person has five jobs running.
[[nodiscard]] Result<Job> start_bulk_job(Unit& unit, const domain::Principal& principal, const BulkSelection& selection,
                                         const BulkAction& action);

/// Which jobs the principal may know of and stop: one's own with job_read, of those the ones on tickets with ticket_bulk
/// alone, and everybody's with job_read and system_manage.
[[nodiscard]] JobSight job_sight(const domain::Principal& principal);

/// Such a job. Errors: not_found.
[[nodiscard]] Result<Job> known_job(const JobReader& jobs, const domain::Principal& principal, JobId id);

/// What the next slices act on. An error ends the job, unless it is one that passes.
[[nodiscard]] Result<BulkPicks> pick_for_bulk(const Reading& reading, const Job& job);

/// How many tickets the job means, exact up to 100,000.
[[nodiscard]] Result<std::int64_t> count_for_bulk(const Reading& reading, const Job& job);

/// What a slice does with its tickets. One on which the job threw is passed over: it counts as failed, nothing is done.
enum class OnTicket { act, pass_over };

/// Does the next slice of a bulk job as the person who started it, with the rights that the person has now: at most
/// `limit` of the named tickets, or of the picked ones those that still match. False, and nothing was done: there are no
/// picks, or the job is past them.
[[nodiscard]] bool run_bulk_slice(Unit& unit, Job& job, const BulkPicks* picks, int limit, OnTicket on = OnTicket::act);

/// A job keeps one text for each ticket: in the language of whoever started it.
[[nodiscard]] std::string told(const Unit& unit, const Job& job, const Said& words);

/// Ends a job that cannot go on.
void end_bulk_job(Unit& unit, JobId id, const Said& why);

/// Starts a job that puts back what an ended job changed, ticket by ticket, where nobody has changed it since. What was
/// said and sent stays; each result tells. An undo can be undone. Errors: not_found as for known_job, conflict while the
/// job runs or when it is of another kind, too_many_requests.
[[nodiscard]] Result<Job> start_undo_job(Unit& unit, const domain::Principal& principal, JobId id);

/// Does the next slice of an undo.
void run_undo_slice(Unit& unit, Job& job, int limit, OnTicket on = OnTicket::act);

/// For the result of a ticket that is passed over.
[[nodiscard]] Error failed_on_ticket();

/// Cancels a running job that one may know of. What was done stays done.
[[nodiscard]] Result<Job> cancel_job(Unit& unit, const domain::Principal& principal, JobId id);

}  // namespace docket::desk
