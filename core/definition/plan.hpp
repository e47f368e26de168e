// SPDX-License-Identifier: Apache-2.0
// What a candidate changes against what is active, as a person reads it, and what it means for tickets in flight.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/said.hpp"
#include "domain/definitions.hpp"

namespace docket::definition {

enum class ChangeKind { added, changed, removed };
BOOST_DESCRIBE_ENUM(ChangeKind, added, changed, removed)

/// One named thing that differs.
struct Change {
  ChangeKind kind = ChangeKind::changed;
  std::string what{}, what_zh{};                     ///< "team", "form", "workflow" …
  std::string name{};                                ///< empty where there is one of a kind
  std::vector<std::string> details{}, details_zh{};  ///< one line a difference
  bool operator==(const Change&) const = default;
};
BOOST_DESCRIBE_STRUCT(Change, (), (kind, what, what_zh, name, details, details_zh))

/// A state that the candidate no longer has: tickets that stand there keep their old workflow unless a mapping moves
/// them.
struct RemovedState {
  std::string workflow{}, state{};
  std::string candidate{};  ///< the state that it was perhaps renamed to; may be empty
  std::int64_t tickets = 0;
  bool operator==(const RemovedState&) const = default;
};
BOOST_DESCRIBE_STRUCT(RemovedState, (), (workflow, state, candidate, tickets))

struct Plan {
  std::vector<Change> changes{};  ///< by kind of thing, then name
  std::vector<RemovedState> removed{};
};
BOOST_DESCRIBE_STRUCT(Plan, (), (changes, removed))

/// How many tickets stand in a state of a workflow.
using CountTickets = std::function<std::int64_t(const std::string& workflow, const std::string& state)>;

/// Pure. Calendars are compared by their working time in the year before and the two years after `now`.
[[nodiscard]] Plan plan(const domain::Definitions& before, const domain::Definitions& after, Time now,
                        const CountTickets& count);

/// "+ team returns", "~ workflow return" with its details, and what needs a mapping. Says so when nothing differs.
[[nodiscard]] std::string render_plan(const Plan& plan, Language language = Language::en);

}  // namespace docket::definition
