// SPDX-License-Identifier: Apache-2.0
// Workflows as they are drawn: states and the steps between them.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json_rules.hpp"
#include "domain/definitions.hpp"

namespace docket::api {

struct StateOutput {
  std::string name;
  domain::Title title{};
  domain::StateCategory category{};
  domain::OwnerKind owner{};
  std::string owner_name;
  std::optional<Duration> limit;
};
BOOST_DESCRIBE_STRUCT(StateOutput, (), (name, title, category, owner, owner_name, limit))
constexpr auto field_rules(const StateOutput*) {
  return std::array{json::FieldRule{.field = "limit", .description = "Working time allowed in the step."}};
}

struct StepOutput {
  std::string name;
  domain::Title title{};
  std::vector<std::string> from;
  std::string to;
  domain::TransitionBy by{};
};
BOOST_DESCRIBE_STRUCT(StepOutput, (), (name, title, from, to, by))

struct WorkflowOutput {
  std::string name;
  domain::Title title{};
  std::string initial;
  std::vector<StateOutput> states;
  std::vector<StepOutput> transitions;
};
BOOST_DESCRIBE_STRUCT(WorkflowOutput, (), (name, title, initial, states, transitions))

[[nodiscard]] WorkflowOutput workflow_output(const domain::Workflow& workflow);
[[nodiscard]] std::vector<WorkflowOutput> workflow_outputs(const domain::Definitions& definitions);

}  // namespace docket::api
