// SPDX-License-Identifier: Apache-2.0
// Compiled SLA policies: what is promised to whom, as independent clocks.
#pragma once

#include <string>
#include <vector>

#include "domain/condition/condition.hpp"
#include "domain/workflow/workflow.hpp"

namespace docket::domain {

/// The first goal whose condition holds when the clock starts is the one it keeps.
struct Goal {
  Condition when{};
  Duration within{};  ///< working time by the clock's calendar
  bool operator==(const Goal&) const = default;
};

/// One measure. It is active while `start` holds and `stop` does not: becoming active starts a new run with its full goal,
/// ceasing to be active ends the run. While active it counts working time, except while `pause` holds.
/// The loader fills the conditions for the named kinds (first_response, next_response, resolution, team); any field of the
/// catalogue may be used for others. The step clock comes from the workflow state's limit and has the name "step".
/// A default-constructed `stop` or `pause` never holds; a default-constructed `start` always does. Whatever the conditions say,
/// no clock is active on a ticket that is closed or merged, nor one without a goal that matches.
struct ClockPolicy {
  std::string name{};  ///< "first_response", "next_response", "resolution", "team", or the desk's own word
  Condition start{};
  Condition stop{};
  Condition pause{};
  bool once = false;       ///< at most one run a ticket, as a first response is
  std::string per{};       ///< a catalogue field: a change of its value ends the run and starts the next ("team" for team)
  std::string calendar{};  ///< empty: the desk's
  std::vector<Goal> goals{};
  std::vector<Warning> warnings{};
  bool operator==(const ClockPolicy&) const = default;
};

/// Policies are tried in order; the first whose condition holds applies to the ticket.
struct SlaPolicy {
  std::string name{};
  Title title{};
  Condition when{};
  std::vector<ClockPolicy> clocks{};
  bool operator==(const SlaPolicy&) const = default;
};

}  // namespace docket::domain
