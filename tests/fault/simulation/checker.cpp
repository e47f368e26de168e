// SPDX-License-Identifier: Apache-2.0
#include "fault/simulation/checker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "domain/sla/clocks.hpp"

namespace docket::simulation {
namespace {

constexpr std::size_t most_events = 200;

template <class... Args>
void require(bool holds, TicketId ticket, fmt::format_string<Args...> text, Args&&... args) {
  if (!holds)
    throw Violation(fmt::format("ticket {}: {}", ticket.value, fmt::format(text, std::forward<Args>(args)...)));
}

bool ended(StateCategory category) {
  return category == StateCategory::resolved || category == StateCategory::closed;
}

const ClockRun* running(const Ticket& ticket, const std::string& clock, int run) {
  const auto found = std::ranges::find_if(
      ticket.clocks, [&](const ClockRun& r) { return r.clock == clock && r.run == run && !r.ended_at; });
  return found == ticket.clocks.end() ? nullptr : &*found;
}

bool able(const Candidate& candidate, bool has_it) {
  const bool present = candidate.presence == Presence::online || candidate.presence == Presence::busy;
  return candidate.active && present && candidate.on_shift && candidate.load - (has_it ? 1 : 0) < candidate.capacity;
}

}  // namespace

void Checker::committed(const Change& change) {
  const auto& stored = disk_.tickets.at(change.ticket.value);
  auto& shadow = shadows_[change.ticket.value];
  require(change.first_event == shadow.events, change.ticket, "two tickets have its number, or history was cut");  // I9
  if (shadow.events > 0) check_visible(shadow, *change.principal);
  require(stored.events.size() - shadow.events <= most_events, change.ticket, "one command made too many events");
  for (; shadow.events < stored.events.size(); ++shadow.events) {
    const auto& event = stored.events[shadow.events];
    require(event.sequence == static_cast<std::int64_t>(shadow.events) + 1, change.ticket, "event {} comes after {}",
            event.sequence,
            shadow.events);  // I3
    require(shadow.events == 0 || event.at >= shadow.ticket.updated_at, change.ticket,
            "event {} is earlier than the one before", event.sequence);
    check_event(shadow, stored, event, change);
    shadow.ticket = evolve(std::move(shadow.ticket), change.ticket, event);
    shadow.link = Server::link(shadow.link, event);
    require(shadow.link == stored.chain[shadow.events], change.ticket, "the chain is broken at event {}",
            event.sequence);  // I10
    expect_deliveries(event, change.ticket);
    ++events_;
  }
  shadow.touched = true;
  require(change.adopting || shadow.ticket.bundle == disk_.publications.back().digest, change.ticket,
          "something was decided before it adopted what was published");
  require(shadow.ticket == stored.ticket, change.ticket, "its history does not give its row");  // I2
  check_standing(stored);
  check_form(stored);
  trace_.add(change.ticket);
  trace_.number(shadow.link);
  trace_.add(stored.timer);
  ++commits_;
}

void Checker::check_event(Shadow& shadow, const StoredTicket& stored, const RecordedEvent& recorded,
                          const Change& change) {
  const auto id = change.ticket;
  const auto& event = recorded.event;
  require(std::holds_alternative<Created>(event) == (recorded.sequence == 1), id, "it is created once, first");
  if (const auto* moved = std::get_if<Moved>(&event)) check_moved(shadow, stored, *moved, change);
  if (const auto* changed = std::get_if<TypeChanged>(&event)) check_type(shadow, *changed);
  if (const auto* assigned = std::get_if<Assigned>(&event)) check_choice(shadow, *assigned);
  if (const auto* added = std::get_if<MessageAdded>(&event)) {
    const auto text = stored.messages.find(added->number);
    require(text != stored.messages.end(), id, "message {} is lost", added->number);
    require(to_hex(sha256(text->second.body)) == added->digest, id, "message {} is not what was said",
            added->number);  // I12
  }
  if (const auto* notified = std::get_if<Notified>(&event)) {
    const Recipient self{ActorKind::user, change.principal->user.value};
    const bool tells_self =
        change.principal->user && std::ranges::find(notified->recipients, self) != notified->recipients.end();
    require(!tells_self, id, "somebody is told of their own act");
  }
  check_clock_event(shadow, recorded);
}

void Checker::check_moved(const Shadow& shadow, const StoredTicket& stored, const Moved& moved,
                          const Change& change) const {
  const auto& ticket = shadow.ticket;
  const auto bundle = bundles_.get(ticket.workflow_bundle);
  const auto& workflow = bundle->workflows.at(ticket.workflow);
  const auto* target = workflow.find_state(moved.to);
  require(target != nullptr && target->category == moved.category, ticket.id,
          "it moved to {}, which its workflow has not", moved.to);
  if (!moved.transition.empty()) {
    const auto* transition = workflow.find_transition(moved.transition, ticket.state);
    require(transition != nullptr && transition->to == moved.to && moved.from == ticket.state, ticket.id,
            "step {} does not lead from {} to {}", moved.transition, ticket.state, moved.to);  // I3
    return;
  }
  const auto& mapping = disk_.publications[stored.publication].mapping;
  const auto mapped = mapping.find(moved.from);
  require(change.adopting && mapped != mapping.end() && mapped->second == moved.to, ticket.id,
          "no publication maps {} to {}", moved.from, moved.to);
}

void Checker::check_type(const Shadow& shadow, const TypeChanged& changed) const {
  const auto& ticket = shadow.ticket;
  const auto& active = *bundles_.get(ticket.bundle);
  const auto& form = active.forms.at(changed.type);
  require(changed.before == ticket.type && changed.type != ticket.type && changed.workflow_before == ticket.workflow &&
              changed.workflow == form.workflow,
          ticket.id, "it went from type {} to {}, which is not what it was or is", changed.before, changed.type);
  const auto& expected = changed.begins_anew() ? active.workflows.at(form.workflow).initial : ticket.state;
  require(changed.state == expected, ticket.id, "of type {} it stands in {}", changed.type, changed.state);
  require(!changed.begins_anew() || !ended(ticket.category), ticket.id, "it had ended, and began anew as {}", changed.type);
}

void Checker::check_form(const StoredTicket& stored) const {
  const auto& ticket = stored.ticket;
  const auto& form = bundles_.get(ticket.bundle)->forms.at(ticket.type);
  for (const auto& [name, value] : ticket.fields)
    require(form.find_field(name) != nullptr, ticket.id, "it has a field {}, which type {} has not", name, ticket.type);
}

void Checker::check_choice(const Shadow& shadow, const Assigned& assigned) const {
  // An ended ticket that nobody can take is with nobody, and waits for nobody.
  const bool wants_somebody = !assigned.assignee && !ended(shadow.ticket.category);
  require(wants_somebody == assigned.waiting, shadow.ticket.id, "it waits although somebody has it, or the reverse");
  if (!assigned.choice || !assigned.choice->assignee || assigned.team != assigned.choice->team) return;
  const auto members = roster_.members(assigned.team);
  const auto chosen = std::ranges::find(members, assigned.choice->assignee, &Candidate::user);
  require(chosen != members.end(), shadow.ticket.id, "dispatch chose somebody who is not in the team");
  // A step owned by a lead asks a lead who is away when no other is there.
  const bool asks_lead = chosen->lead && assigned.reason == AssignReason::step;
  const bool has_it = shadow.ticket.assignee == chosen->user && !ended(shadow.ticket.category);
  require(asks_lead || able(*chosen, has_it), shadow.ticket.id, "dispatch chose user {}, who is off or full",
          chosen->user.value);
}

void Checker::check_visible(const Shadow& shadow, const Principal& principal) const {
  if (principal.actor.kind == ActorKind::customer) {
    require(shadow.ticket.customer == principal.customer, shadow.ticket.id, "another customer acted on it");
  } else if (principal.user) {
    const auto& teams = principal.views.at(0).teams;
    const bool copied = std::ranges::find(shadow.ticket.copied, principal.user) != shadow.ticket.copied.end();
    require(copied || std::ranges::find(teams, shadow.ticket.team) != teams.end(), shadow.ticket.id,
            "user {} can not see it and acted on it",
            principal.user.value);  // I11
  }
}

void Checker::check_counted(const Shadow& shadow, const std::string& clock, int run, Duration counted,
                            Time up_to) const {
  const auto* before = running(shadow.ticket, clock, run);
  require(before != nullptr, shadow.ticket.id, "run {} of clock {} does not run", run, clock);
  auto expected = before->counted;
  if (!before->paused)
    expected += bundles_.get(shadow.ticket.bundle)->calendar(before->calendar).working_time(before->as_of, up_to);
  require(counted == expected, shadow.ticket.id, "clock {} counted {} us instead of {}", clock, counted.count(),
          expected.count());
}

void Checker::check_clock_event(Shadow& shadow, const RecordedEvent& recorded) const {
  const auto id = shadow.ticket.id;
  if (const auto* started = std::get_if<ClockStarted>(&recorded.event)) {
    require(started->run == ++shadow.runs[started->clock], id, "clock {} starts run {}", started->clock, started->run);
    const auto expected =
        bundles_.get(shadow.ticket.bundle)->calendar(started->calendar).add(recorded.at, started->goal);
    require(started->paused || started->due_at == expected, id, "clock {} is due at the wrong time", started->clock);
  } else if (const auto* changed = std::get_if<ClockChanged>(&recorded.event)) {
    if (changed->change != ClockChange::adopted && changed->change != ClockChange::continued)
      check_counted(shadow, changed->clock, changed->run, changed->counted, changed->as_of);
  } else if (const auto* warned = std::get_if<ClockWarned>(&recorded.event)) {
    require(warned->due <= recorded.at && running(shadow.ticket, warned->clock, warned->run) != nullptr, id,
            "it is warned too early");
    require(shadow.warned.emplace(warned->clock, warned->run, warned->warning).second, id, "warning {} is given twice",
            warned->warning);
  } else if (const auto* breached = std::get_if<ClockBreached>(&recorded.event)) {
    const auto* run = running(shadow.ticket, breached->clock, breached->run);
    require(run != nullptr && !run->paused && run->due_at == breached->due && breached->due <= recorded.at, id,
            "clock {} is breached although it was not due", breached->clock);  // I5
    require(shadow.breached.emplace(breached->clock, breached->run).second, id, "clock {} is breached twice",
            breached->clock);
  } else if (const auto* over = std::get_if<ClockEnded>(&recorded.event)) {
    check_counted(shadow, over->clock, over->run, over->counted, recorded.at);
    require(over->kept != shadow.breached.contains({over->clock, over->run}), id, "clock {} ended as {} and was not",
            over->clock, over->kept ? "kept" : "missed");
  }
}

std::optional<Time> Checker::expected_timer(const Ticket& ticket) const {
  std::optional<Time> first;
  const auto take = [&](std::optional<Time> at) {
    if (at && (!first || *at < *first)) first = at;
  };
  for (const auto& run : ticket.clocks) {
    if (!run.ended_at && !run.paused) take(run.next_at);
  }
  if (ticket.hold) take(ticket.hold->until);
  for (const auto& guest : ticket.guests) {
    const bool over = ticket.category == StateCategory::resolved || ticket.category == StateCategory::closed;
    if (!ticket.merged_into && !over) take(guest.remind_at);
  }
  if (ticket.merged_into || (ticket.hold && ticket.category != StateCategory::pending)) return first;
  const auto bundle = bundles_.get(ticket.workflow_bundle);
  for (const auto& move : bundle->workflows.at(ticket.workflow).find_state(ticket.state)->auto_moves) {
    if (std::ranges::find(ticket.skipped_moves, move.transition) != ticket.skipped_moves.end()) continue;
    take(move.calendar.empty()
             ? std::optional(ticket.entered_at + move.after)
             : bundles_.get(ticket.bundle)->calendar(move.calendar).add(ticket.entered_at, move.after));
  }
  return first;
}

void Checker::check_standing(const StoredTicket& stored) const {
  const auto& ticket = stored.ticket;
  require(stored.timer == expected_timer(ticket), ticket.id, "its timer is not armed for what comes next");  // I4
  std::set<std::string> names;
  for (const auto& run : ticket.clocks) {
    require(names.insert(run.clock).second, ticket.id, "clock {} runs twice", run.clock);
    if (run.ended_at) continue;
    require(!ended(ticket.category), ticket.id, "clock {} runs although the ticket ended", run.clock);
    require(!run.paused || (!run.next_at && (!run.due_at || run.breached_at)), ticket.id,
            "clock {} is paused and armed", run.clock);
  }
  require(!ticket.waiting || (!ticket.assignee && !ticket.merged_into), ticket.id, "it waits and has an agent");
  require(!ticket.merged_into || ticket.category == StateCategory::closed, ticket.id,
          "it was merged and is not closed");
  require(std::ranges::is_sorted(ticket.tags) && std::ranges::is_sorted(ticket.watchers), ticket.id,
          "lists are not sorted");
}

void Checker::expect_deliveries(const RecordedEvent& event, TicketId ticket) {
  std::size_t rows = 0;
  if (const auto* notified = std::get_if<Notified>(&event.event))
    rows = notified->recipients.size() * notified->destinations.size();
  if (const auto* called = std::get_if<Called>(&event.event)) rows = destinations_of(*called).size();
  for (std::size_t i = 0; i < rows; ++i)
    expected_keys_.insert(fmt::format("{}-{}-{}", ticket.value, event.sequence, i));
}

void Checker::acknowledged(const Reply& reply, const std::string& key) {
  if (reply.version == 0) return;  // nothing happened, nothing to keep
  acknowledged_.push_back(reply);
  trace_.number(reply.link);
  if (key.empty()) return;
  const auto [known, fresh] = created_.emplace(key, reply.ticket.value);
  require(fresh || known->second == reply.ticket.value, reply.ticket, "one key made two tickets");  // I8
}

void Checker::nothing_overdue(Time now) const {
  for (const auto& [id, stored] : disk_.tickets) {
    require(!stored.timer || *stored.timer > now, stored.ticket.id, "its timer is overdue");
    for (const auto& run : stored.ticket.clocks) {
      if (run.ended_at || run.paused || run.breached_at || !run.due_at) continue;
      require(*run.due_at > now, stored.ticket.id, "clock {} is past its goal and was not breached", run.clock);  // I5
    }
  }
}

void Checker::nobody_waits_in_vain() const {
  for (const auto& [id, stored] : disk_.tickets) {
    const auto& ticket = stored.ticket;
    if (!ticket.waiting || !ticket.dispatch_rule.empty()) continue;
    const auto members = roster_.members(ticket.team);
    const auto* state = bundles_.get(ticket.workflow_bundle)->workflows.at(ticket.workflow).find_state(ticket.state);
    // In a lead's state leads alone are asked, where the team has any.
    const bool for_leads = state != nullptr && state->owner.kind == OwnerKind::lead &&
                           std::ranges::any_of(members, [](const Candidate& one) { return one.lead && one.active; });
    for (const auto& member : members) {
      if (for_leads && !member.lead) continue;
      require(!able(member, false), ticket.id, "it waits although user {} can take it", member.user.value);
    }
  }
}

void Checker::audit() {
  require(disk_.tickets.size() == shadows_.size(), {}, "{} tickets were committed and {} are there", shadows_.size(),
          disk_.tickets.size());
  std::set<std::string> keys;
  for (const auto& row : disk_.outbox) {
    require(keys.insert(row.key).second, row.ticket, "delivery {} is there twice", row.key);
  }
  require(keys == expected_keys_, {}, "{} deliveries are there instead of {}", keys.size(),
          expected_keys_.size());  // I6
  for (const auto& reply : acknowledged_) {
    const auto found = disk_.tickets.find(reply.ticket.value);
    require(found != disk_.tickets.end() && std::cmp_less_equal(reply.version, found->second.chain.size()) &&
                found->second.chain[static_cast<std::size_t>(reply.version) - 1] == reply.link,
            reply.ticket, "an answered change to version {} is lost", reply.version);  // I1
  }
  acknowledged_.clear();
  for (auto& [id, shadow] : shadows_) {
    const auto& stored = disk_.tickets.at(id);
    require(stored.events.size() == shadow.events, TicketId{id}, "events were committed unseen");
    if (!std::exchange(shadow.touched, false)) continue;
    std::uint64_t link = 0;
    for (std::size_t i = 0; i < stored.events.size(); ++i) {
      link = Server::link(link, stored.events[i]);
      require(link == stored.chain[i], TicketId{id}, "event {} was changed", i + 1);  // I10
    }
    if (const auto differences = audit_clocks(stored.events, bundles_); !differences.empty()) {
      throw Violation(fmt::format("ticket {}: {}", id, differences.front().en));
    }
    require(
        stored.publication + 1 != disk_.publications.size() || stored.ticket.bundle == disk_.publications.back().digest,
        TicketId{id}, "it did not adopt what it noted");
  }
}

void Checker::deliveries_settled() const {
  for (const auto& row : disk_.outbox) {
    require(row.state != OutboxRow::State::queued, row.ticket, "delivery {} was never settled", row.key);  // I7
  }
}

}  // namespace docket::simulation
