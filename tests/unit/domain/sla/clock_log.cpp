// SPDX-License-Identifier: Apache-2.0
#include "clock_log.hpp"

#include <algorithm>

namespace docket::tests {

const Definitions& Bundles::add(Definitions definitions) {
  const auto digest = definitions.digest;
  bundles_[digest] = std::make_shared<const Definitions>(std::move(definitions));
  return *bundles_[digest];
}

std::shared_ptr<const Definitions> Bundles::get(const std::string& digest) const {
  return bundles_.at(digest);
}

Condition test_of(std::string field, Operator op, Value value) {
  Condition c;
  c.kind = Condition::Kind::test;
  c.field = std::move(field);
  c.op = op;
  c.value = std::move(value);
  return c;
}

Condition all_of(std::vector<Condition> children) {
  Condition c;
  c.kind = Condition::Kind::all;
  c.children = std::move(children);
  return c;
}

ClockPolicy clock_of(const std::string& kind, Duration goal, std::vector<Warning> warnings) {
  auto clock = standard_clock(kind);
  REQUIRE(clock);
  clock->calendar = "office";
  clock->goals = {{Condition{}, goal}};
  clock->warnings = std::move(warnings);
  return *clock;
}

Definitions desk_of(std::string digest, std::vector<ClockPolicy> clocks) {
  Definitions desk;
  desk.digest = std::move(digest);
  desk.calendars.emplace("office", made(cn_office()));
  desk.calendars.emplace("always", Calendar::always());
  desk.desk.default_calendar = "office";
  Workflow workflow;
  workflow.name = "flow";
  workflow.initial = "new";
  workflow.states = {State{.name = "new", .category = StateCategory::new_},
                     State{.name = "working", .category = StateCategory::open, .limit = hours{4}},
                     State{.name = "waiting", .category = StateCategory::pending},
                     State{.name = "resolved", .category = StateCategory::resolved},
                     State{.name = "closed", .category = StateCategory::closed}};
  desk.workflows.emplace("flow", std::move(workflow));
  SlaPolicy policy;
  policy.name = "standard";
  policy.clocks = std::move(clocks);
  desk.sla.push_back(std::move(policy));
  return desk;
}

LivingTicket::LivingTicket(const Bundles& bundles, const std::string& digest, Time at, Priority priority)
    : bundles_(bundles) {
  Created created;
  created.bundle = digest;
  created.workflow = "flow";
  created.state = "new";
  created.category = StateCategory::new_;
  created.priority = priority;
  record(at, std::move(created));
  settle(at);
}

void LivingTicket::happens(Time at, TicketEvent event) {
  passes(at);
  record(at, std::move(event));
  settle(at);
}

void LivingTicket::passes(Time at) {
  for (int i = 0; auto due = next_due_clock_event(ticket_, active(), pinned(), at); ++i) {
    REQUIRE(i < 1000);
    record(at, std::move(due->event));
    settle(at);
  }
}

void LivingTicket::adopts(Time published_at, Time at, const std::string& digest) {
  passes(published_at);
  const auto& before = active();
  record(at, Adopted{digest, published_at, false});
  for (auto& event : adopt_clocks(ticket_, before, active(), pinned(), published_at, at)) record(at, std::move(event));
  settle(at);
  passes(at);
}

void LivingTicket::moves(Time at, const std::string& to) {
  const auto* state = pinned().workflows.at("flow").find_state(to);
  REQUIRE(state);
  const bool reopened = ticket_.category >= StateCategory::resolved && state->category < StateCategory::resolved;
  happens(at, Moved{"", ticket_.state, to, state->category, reopened});
}

void LivingTicket::assigned_to(Time at, const std::string& team) {
  Assigned assigned;
  assigned.team = team;
  happens(at, std::move(assigned));
}

void LivingTicket::says(Time at, MessageKind kind) {
  MessageAdded message;
  message.number = ticket_.messages + 1;
  message.message = kind;
  happens(at, std::move(message));
}

void LivingTicket::record(Time at, TicketEvent event) {
  RecordedEvent recorded{static_cast<std::int64_t>(events_.size()) + 1, at, Actor{}, std::move(event)};
  ticket_ = evolve(std::move(ticket_), TicketId{1}, recorded);
  events_.push_back(std::move(recorded));
}

void LivingTicket::settle(Time at) {
  for (auto& event : settle_clocks(ticket_, active(), pinned(), at)) record(at, std::move(event));
  CHECK(settle_clocks(ticket_, active(), pinned(), at).empty());
}

const ClockRun& LivingTicket::clock(const std::string& name) const {
  const auto it = std::ranges::find(ticket_.clocks, name, &ClockRun::clock);
  INFO("clock " << name);
  REQUIRE(it != ticket_.clocks.end());
  return *it;
}

bool LivingTicket::has_clock(const std::string& name) const {
  return std::ranges::find(ticket_.clocks, name, &ClockRun::clock) != ticket_.clocks.end();
}

std::vector<std::string> LivingTicket::fired() const {
  // Shanghai wall time: UTC+8 all year.
  const auto local = [](Time t) { return to_rfc3339(t + hours{8}).substr(5, 11); };
  std::vector<std::string> out;
  for (const auto& event : events_) {
    if (const auto* warned = std::get_if<ClockWarned>(&event.event)) {
      out.push_back(warned->clock + " " + warned->warning + " " + local(warned->due));
    } else if (const auto* breached = std::get_if<ClockBreached>(&event.event)) {
      out.push_back(breached->clock + " breached " + local(breached->due));
    }
  }
  return out;
}

}  // namespace docket::tests
