// SPDX-License-Identifier: Apache-2.0
// Walks one made-up ticket through its workflow by the ordinary engine on a clock of its own, and tells what happens
// when.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "domain/definitions.hpp"

namespace docket::definition {

struct SimulationRequest {
  std::string type{};                ///< form; empty: the first one
  Time start{};                      ///< when the ticket is created
  std::vector<std::string> steps{};  ///< transitions to make, in order; empty: the way that the workflow names first
  int pace = 40;  ///< share of each step's limit after which the next step is made, in percent; 1 to 1000
  std::string subject = "模拟工单";
  std::string body = "模拟工单";
  std::string customer_level{};
  std::string region{};
  std::string product_line{};
  std::optional<domain::Priority> priority{};
  std::map<std::string, std::string>
      fields{};  ///< custom fields as text; what steps require and nobody gave is made up
};

/// One thing that happened, or is due.
struct SimulatedLine {
  Time at{};
  std::string text{}, text_zh{};
  int depth = 0;  ///< 0: a step; 1: what came of it
};

struct Simulation {
  std::string zone{};  ///< the desk's, in which times are shown
  std::vector<SimulatedLine> lines{};
  bool ended = false;  ///< the ticket reached an end
};

/// Every team has a lead and two agents with all skills, regions and product lines, always on shift. Pure but for the
/// zone database. Errors: invalid_field for a type, step, field or pace that is not there; a step that the engine
/// refuses ends the simulation with the reason as its last line.
[[nodiscard]] Result<Simulation> simulate(std::shared_ptr<const domain::Definitions> definitions,
                                          const SimulationRequest& request);

/// Lines with local times of the desk.
[[nodiscard]] std::string render_simulation(const Simulation& simulation, Language language = Language::en);

}  // namespace docket::definition
