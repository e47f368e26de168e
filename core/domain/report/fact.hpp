// SPDX-License-Identifier: Apache-2.0
// What reports count: a ticket as it stands, in few words, and the facts that its history left behind.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ticket/event.hpp"

namespace docket::domain {

/// Appended to only: the position is stored.
enum class FactKind {
  step,        ///< a state was left; name: state, of: workflow, value: time in it, flag: its category
  hold,        ///< a hold ended; name: reason, value: how long, flag: category of the state in which it ended
  run,         ///< something was settled on a clock, or is open again; name: clock, of: policy, flag: RunEnd, value: working time counted
  assignment,  ///< the owner changed; who: the new one, flag: AssignReason
  reply,       ///< a public reply; who: the agent
  ending,      ///< the ticket was resolved, came back, or its end was taken back; flag: EndingFlag, who: the assignee
  rating,      ///< the customer rated; flag: the score
};
BOOST_DESCRIBE_ENUM(FactKind, step, hold, run, assignment, reply, ending, rating)
inline constexpr std::size_t fact_kind_count = 7;

/// Appended to only, as they are stored.
/// breached: at the goal, once a run. ended_*: with the time counted. continued: the end before it was none.
enum class RunEnd : std::int64_t { breached, ended_kept, ended_late, continued };
/// taken_back: an undo; the resolution before it was none.
enum class EndingFlag : std::int64_t { resolved, reopened, taken_back };

/// One fact. `team` and `who` are those of its moment, whatever became of the ticket since. `Name` is a text where facts
/// are made and stored, and a number of a NameBook where they are counted.
template <class Name>
struct BasicFact {
  FactKind kind{};
  Time at{};
  Name name{};
  Name of{};
  Name team{};
  UserId who{};
  std::int64_t flag = 0;
  Duration value{};
  bool operator==(const BasicFact&) const = default;
};
using Fact = BasicFact<std::string>;

/// A ticket as it stands, as far as reports look. Times that have not come are none.
template <class Name>
struct BasicFactHead {
  TicketId id{};
  Name type{}, channel{}, region{}, product_line{}, team{}, state{}, workflow{};
  Priority priority{};
  StateCategory category{};
  UserId assignee{};
  bool merged = false;
  bool on_hold = false;
  Time created_at{}, entered_at{};
  std::optional<Time> first_replied_at{}, resolved_at{}, closed_at{};
  bool operator==(const BasicFactHead&) const = default;
};
using FactHead = BasicFactHead<std::string>;

[[nodiscard]] FactHead fact_head(const Ticket& ticket);
/// Whether fact_head() would differ, without making either.
[[nodiscard]] bool same_fact_head(const Ticket& a, const Ticket& b);

/// The facts that `events` add to a ticket that stood as `before` (null: it did not exist). Events of one ticket may be
/// given in any number of pieces: the facts are the same.
[[nodiscard]] std::vector<Fact> facts_of(const Ticket* before, std::span<const RecordedEvent> events);

}  // namespace docket::domain
