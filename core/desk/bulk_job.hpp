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

/// Starts the job; the runtime runs its slices. Errors: invalid_field for an empty or double selection,
/// too_many_requests when the person has five jobs running.
[[nodiscard]] Result<Job> start_bulk_job(Unit& unit, const domain::Principal& principal, const BulkSelection& selection,
                                         const BulkAction& action);

/// Does the next slice of a bulk job as the person who started it, with the rights that the person has now.
void run_bulk_slice(Unit& unit, Job& job, int limit);

/// Starts a job that puts back what an ended job changed, ticket by ticket, where nobody has changed it since. What was
/// said and sent stays; each result tells. An undo can be undone. Errors: not_found for what is not one's own (any with
/// system_manage), conflict while the job runs or when it is of another kind, too_many_requests.
[[nodiscard]] Result<Job> start_undo_job(Unit& unit, const domain::Principal& principal, JobId id);

/// Does the next slice of an undo.
void run_undo_slice(Unit& unit, Job& job, int limit);

/// Cancels a running job of one's own, or any with system_manage. What was done stays done.
[[nodiscard]] Result<Job> cancel_job(Unit& unit, const domain::Principal& principal, JobId id);

}  // namespace docket::desk
