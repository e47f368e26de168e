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
struct ClockPolicy {
  std::string name{};  ///< "first_response", "next_response", "resolution", "team", or the desk's own word
  Condition start{};
  Condition stop{};
  Condition pause{};
  std::string calendar{};
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
