// SPDX-License-Identifier: Apache-2.0
// Events of a simulated ticket in words.
#pragma once

#include "base/said.hpp"

#include "definition/simulated_people.hpp"
#include "domain/ticket/event.hpp"

namespace docket::definition {

struct Told {
  Said text{};         ///< empty: not worth a line
  int depth = 1;       ///< as in SimulatedLine
};

[[nodiscard]] Told tell(const domain::RecordedEvent& event, const domain::Workflow& workflow,
                        const SimulatedPeople& people);

}  // namespace docket::definition
