// SPDX-License-Identifier: Apache-2.0
// The workflow that a ticket follows, as it was when the ticket was pinned to it, and the ticket's way through it.
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "api/workflow_output.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;

constexpr std::size_t most_visits = 200;       // the latest
constexpr std::int64_t most_events = 20'000;

struct VisitOutput {
  std::string state;
  Time at{};
  std::optional<Time> until;
  std::string transition;
  domain::Actor by{};
};
BOOST_DESCRIBE_STRUCT(VisitOutput, (), (state, at, until, transition, by))
constexpr auto field_rules(const VisitOutput*) {
  return std::array{Rule{.field = "until", .description = "When it went on; none where it stands now."},
                    Rule{.field = "transition",
                         .description = "The step that led here; empty for the beginning, and where a publication or an "
                                        "undo put the ticket here."}};
}

struct TicketWorkflowOutput : WorkflowOutput {
  std::string bundle;
  std::string current;
  std::vector<VisitOutput> visited;
};
BOOST_DESCRIBE_STRUCT(TicketWorkflowOutput, (WorkflowOutput), (bundle, current, visited))
constexpr auto field_rules(const TicketWorkflowOutput*) {
  return std::array{Rule{.field = "bundle", .description = "Digest of the definitions that the workflow is from."},
                    Rule{.field = "current", .description = "The state in which the ticket stands."},
                    Rule{.field = "visited", .description = "Where it has been, in order; the latest 200. Of a ticket whose type changed, in the "
                                        "workflow that it follows now."}};
}

void visit(std::vector<VisitOutput>& visited, const domain::RecordedEvent& recorded) {
  const auto enter = [&](const std::string& state, const std::string& transition) {
    if (!visited.empty()) visited.back().until = recorded.at;
    visited.push_back({state, recorded.at, {}, transition, recorded.actor});
  };
  if (const auto* created = std::get_if<domain::Created>(&recorded.event)) enter(created->state, "");
  if (const auto* moved = std::get_if<domain::Moved>(&recorded.event)) enter(moved->to, moved->transition);
  if (const auto* type = std::get_if<domain::TypeChanged>(&recorded.event); type != nullptr && type->begins_anew()) {
    visited.clear();  // which were of another workflow
    enter(type->state, "");
  }
  if (const auto* merged = std::get_if<domain::Merged>(&recorded.event)) enter(merged->state, "");
  if (visited.size() > most_visits) visited.erase(visited.begin());
}

Result<Answer<TicketWorkflowOutput>> read(const Call<TicketPath, None, None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  const auto pinned = context.reading.source.get(ticket->workflow_bundle);
  const auto workflow = pinned->workflows.find(ticket->workflow);
  if (workflow == pinned->workflows.end()) return fail(ErrorCode::not_found, {"The ticket's workflow is not there.", "这张工单的流程已不在。"});
  TicketWorkflowOutput out;
  static_cast<WorkflowOutput&>(out) = workflow_output(workflow->second);
  out.bundle = ticket->workflow_bundle;
  out.current = ticket->state;
  constexpr int slice = 500;
  for (std::int64_t after = 0; after < most_events;) {
    const auto events = context.reading.tickets.events(ticket->id, after, slice);
    for (const auto& event : events) visit(out.visited, event);
    if (std::cmp_less(events.size(), slice)) break;
    after = events.back().sequence;
  }
  return Answer<TicketWorkflowOutput>{std::move(out)}.with_version(ticket->version);
}

}  // namespace

void add_ticket_workflow_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "read_ticket_workflow",
                               .verb = http::Method::get,
                               .path = "/api/v1/tickets/{ticket_id}/workflow",
                               .access = domain::Right::ticket_read,
                               .rate = RateClass::read,
                               .summary = "The workflow that a ticket follows, and where it has been."},
                              read));
}

}  // namespace docket::api
