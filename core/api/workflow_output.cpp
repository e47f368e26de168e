// SPDX-License-Identifier: Apache-2.0
#include "api/workflow_output.hpp"

namespace docket::api {

WorkflowOutput workflow_output(const domain::Workflow& workflow) {
  WorkflowOutput shown{workflow.name, workflow.title, workflow.initial, {}, {}};
  for (const auto& state : workflow.states)
    shown.states.push_back({state.name, state.title, state.category, state.owner.kind, state.owner.name, state.limit});
  for (const auto& step : workflow.transitions)
    shown.transitions.push_back({step.name, step.title, step.from, step.to, step.by});
  return shown;
}

std::vector<WorkflowOutput> workflow_outputs(const domain::Definitions& definitions) {
  std::vector<WorkflowOutput> out;
  for (const auto& [name, workflow] : definitions.workflows) out.push_back(workflow_output(workflow));
  return out;
}

}  // namespace docket::api
