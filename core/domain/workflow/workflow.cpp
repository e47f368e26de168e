// SPDX-License-Identifier: Apache-2.0
#include "domain/workflow/workflow.hpp"

#include <algorithm>

namespace docket::domain {

const State* Workflow::find_state(std::string_view state) const {
  const auto it = std::ranges::find(states, state, &State::name);
  return it == states.end() ? nullptr : &*it;
}

const Transition* Workflow::find_transition(std::string_view transition, std::string_view from) const {
  for (const auto& candidate : transitions) {
    if (candidate.name == transition && std::ranges::find(candidate.from, from) != candidate.from.end()) return &candidate;
  }
  return nullptr;
}

std::vector<const Transition*> Workflow::transitions_from(std::string_view state) const {
  std::vector<const Transition*> out;
  for (const auto& candidate : transitions) {
    if (std::ranges::find(candidate.from, state) != candidate.from.end()) out.push_back(&candidate);
  }
  return out;
}

}  // namespace docket::domain
