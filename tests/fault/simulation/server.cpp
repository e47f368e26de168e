// SPDX-License-Identifier: Apache-2.0
#include "fault/simulation/server.hpp"

#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "fault/simulation/digest.hpp"

namespace docket::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int dead_after = 5;

/// The roster as a faulty dispatch sees it.
class LyingRoster final : public Roster {
 public:
  LyingRoster(const Roster& truth, bool present, bool idle) : truth_(truth), present_(present), idle_(idle) {}
  std::vector<Candidate> members(const std::string& team) const override {
    auto members = truth_.members(team);
    for (auto& member : members) {
      if (present_) member.presence = Presence::online;
      if (idle_) member.load = 0;
    }
    return members;
  }
  std::optional<UserId> find_user(const std::string& login) const override { return truth_.find_user(login); }

 private:
  const Roster& truth_;
  bool present_;
  bool idle_;
};

bool ended(const Ticket& ticket) {
  return ticket.category == StateCategory::resolved || ticket.category == StateCategory::closed;
}

template <class E>
E* find_event(std::vector<RecordedEvent>& events) {
  for (auto& recorded : events) {
    if (auto* event = std::get_if<E>(&recorded.event)) return event;
  }
  return nullptr;
}

void renumber(std::vector<RecordedEvent>& events, std::int64_t sequence) {
  for (auto& event : events) event.sequence = ++sequence;
}

}  // namespace

std::uint64_t Server::link(std::uint64_t before, const RecordedEvent& event) {
  Mixer mixer;
  mixer.number(before);
  mixer.add(event.sequence);
  mixer.add(event.at);
  mixer.add(event.actor);
  mixer.add(event.event);
  return mixer.value();
}

void Server::maybe_crash() {
  if (!crashing_ || !chance_.per_mille(4)) return;
  ++crashes_;
  throw Crash{};
}

void Server::count_loads() {
  std::map<std::int64_t, int> loads;
  for (const auto& [id, stored] : disk_.tickets) {
    if (stored.ticket.assignee && !ended(stored.ticket)) ++loads[stored.ticket.assignee.value];
  }
  for (const auto id : roster_.ids()) roster_.person(id).load = loads[id];
}

Result<Decision> Server::decide(const Principal& principal, const Ticket* ticket, const TicketCommand& command,
                                const std::shared_ptr<const Definitions>& active) {
  count_loads();
  const LyingRoster lies(roster_, faults_.strikes(Fault::dispatch_to_absent),
                         faults_.strikes(Fault::dispatch_to_full, 500));
  Context context;
  context.now = now_;
  context.principal = &principal;
  context.active = active;
  context.bundles = &bundles_;
  context.roster = &lies;
  auto decision = domain::decide(ticket, command, context);
  if (decision && !decision->events.empty()) corrupt(principal, ticket, *decision);
  return decision;
}

void Server::corrupt(const Principal& principal, const Ticket* before, Decision& decision) {
  auto& events = decision.events;
  const auto sequence = before == nullptr ? 0 : before->version;
  if (auto* moved = find_event<Moved>(events); moved != nullptr && faults_.strikes(Fault::illegal_move))
    moved->to = "closed";
  if (auto* started = find_event<ClockStarted>(events);
      started != nullptr && started->due_at && faults_.strikes(Fault::shift_due_time)) {
    *started->due_at += 1h;
  }
  if (auto* changed = find_event<ClockChanged>(events);
      changed != nullptr && faults_.strikes(Fault::count_while_paused, 300)) {
    changed->counted += 7min;
  }
  if (auto* over = find_event<ClockEnded>(events);
      over != nullptr && !over->kept && faults_.strikes(Fault::flip_kept, 500))
    over->kept = true;
  if (find_event<ClockEnded>(events) != nullptr && faults_.strikes(Fault::run_ended_clock)) {
    std::erase_if(events, [](const RecordedEvent& e) { return std::holds_alternative<ClockEnded>(e.event); });
    renumber(events, sequence);
  }
  const auto breach = std::ranges::find_if(
      events, [](const RecordedEvent& e) { return std::holds_alternative<ClockBreached>(e.event); });
  if (breach != events.end() && faults_.strikes(Fault::lose_breach, 500)) {
    events.erase(breach);
    renumber(events, sequence);
  } else if (breach != events.end() && faults_.strikes(Fault::breach_twice, 500)) {
    const auto twin = *breach;
    events.insert(breach, twin);
    renumber(events, sequence);
  }
  if (auto* notified = find_event<Notified>(events);
      notified != nullptr && principal.user && faults_.strikes(Fault::tell_oneself)) {
    notified->recipients.push_back({ActorKind::user, principal.user.value});
  }
  if (before != nullptr && faults_.strikes(Fault::time_backwards, 20)) events.back().at = before->created_at - 1s;
  if (faults_.strikes(Fault::gap_in_sequence, 20)) ++events.back().sequence;
  if (auto* created = find_event<Created>(events); created != nullptr && faults_.strikes(Fault::use_true_chance)) {
    created->subject += random_bytes(1);
  }
  // The projection follows what is recorded, so that only the fault itself is wrong.
  decision.ticket = project(before, decision);
}

Ticket Server::project(const Ticket* before, const Decision& decision) {
  Ticket ticket = before == nullptr ? Ticket{} : *before;
  for (const auto& event : decision.events) {
    const bool skip = (std::holds_alternative<FieldsSet>(event.event) && faults_.strikes(Fault::skip_event)) ||
                      (std::holds_alternative<Assigned>(event.event) && faults_.strikes(Fault::skip_assignment));
    if (!skip) ticket = evolve(std::move(ticket), decision.ticket.id, event);
  }
  ticket.version = decision.events.back().sequence;
  return ticket;
}

void Server::queue(const Ticket& ticket, const RecordedEvent& event) {
  std::size_t rows = 0;
  if (const auto* notified = std::get_if<Notified>(&event.event))
    rows = notified->recipients.size() * notified->destinations.size();
  if (const auto* called = std::get_if<Called>(&event.event)) rows = destinations_of(*called).size();
  for (std::size_t i = 0; i < rows; ++i) {
    OutboxRow row;
    row.ticket = ticket.id;
    row.sequence = event.sequence;
    row.key = std::to_string(ticket.id.value) + "-" + std::to_string(event.sequence) + "-" + std::to_string(i);
    if (!faults_.strikes(Fault::lose_outbox_row, 20)) disk_.outbox.push_back(row);
    if (faults_.strikes(Fault::double_outbox_row, 20)) disk_.outbox.push_back(row);
  }
}

Reply Server::commit(const Principal& principal, const Ticket* before, const Decision& decision, bool adopting,
                     const std::string& key) {
  maybe_crash();  // before the commit: nothing of it is there
  const auto& after = decision.ticket;
  if (faults_.strikes(Fault::acknowledge_early, 10)) {
    const auto& events = decision.events;
    return {after.id, events.back().sequence, 1};
  }
  auto& stored = disk_.tickets[after.id.value];
  Change change{after.id, stored.events.size(), &principal, adopting};
  auto chain = stored.chain.empty() ? 0 : stored.chain.back();
  for (const auto& event : decision.events) {
    chain = link(chain, event);
    stored.events.push_back(event);
    stored.chain.push_back(chain);
  }
  stored.ticket = after;
  if (before == nullptr) stored.publication = disk_.publications.size() - 1;
  for (const auto& message : decision.messages) {
    if (faults_.strikes(Fault::lose_message, 20)) continue;
    auto text = message;
    if (faults_.strikes(Fault::alter_message, 20)) text.body += " ";
    stored.messages[message.number] = std::move(text);
  }
  if (!key.empty() && !faults_.strikes(Fault::forget_idempotency, 200)) disk_.idempotency[key] = after.id.value;
  if (faults_.strikes(Fault::half_commit, 20)) {
    ++crashes_;
    throw Crash{};
  }
  const auto pinned = bundles_.get(after.workflow_bundle);
  const auto counting = bundles_.get(after.bundle);
  const auto timer = next_timer(after, *pinned, *counting);
  if (!faults_.strikes(Fault::stale_timer, 50)) stored.timer = timer ? std::optional(timer->at) : std::nullopt;
  if (faults_.strikes(Fault::drop_timer, 20)) stored.timer.reset();
  for (const auto& event : decision.events) queue(after, event);
  if (stored.events.size() > 20 && faults_.strikes(Fault::alter_history, 10)) stored.events[7].at -= 1s;
  observer_.committed(change);
  const Reply reply{after.id, after.version, stored.chain.back()};
  maybe_crash();  // after the commit and before the answer: the client will ask again
  return reply;
}

Result<Ticket> Server::load(const Principal& principal, TicketId id) {
  const auto found = disk_.tickets.find(id.value);
  const bool shown = faults_.strikes(Fault::show_foreign_ticket, 500);
  const auto sees = [&] { return shown || visible(principal, found->second.ticket, now_); };
  if (found == disk_.tickets.end() || !sees()) return fail(ErrorCode::not_found, "There is no such ticket.");
  adopt(found->second);
  // A publication may give the ticket to a team whose tickets this principal does not see.
  if (!sees()) return fail(ErrorCode::not_found, "There is no such ticket.");
  return found->second.ticket;
}

void Server::adopt(StoredTicket& stored) {
  while (stored.publication + 1 < disk_.publications.size()) {
    if (faults_.strikes(Fault::skip_adoption, 300)) return;
    const auto& publication = disk_.publications[stored.publication + 1];
    const auto target = bundles_.get(publication.digest);
    AdoptDefinitions adopt;
    adopt.published_at = publication.at;
    auto mapped = publication.mapping.find(stored.ticket.state);
    if (mapped != publication.mapping.end()) {
      adopt.take_workflow = true;
      adopt.state = faults_.strikes(Fault::ignore_mapping, 500) ? "applied" : mapped->second;
    } else {
      const auto pinned = bundles_.get(stored.ticket.workflow_bundle);
      adopt.take_workflow = pinned->workflows.at(stored.ticket.workflow) == target->workflows.at(stored.ticket.workflow);
    }
    const auto system = system_principal("publication");
    const Ticket before = stored.ticket;
    const auto decision = decide(system, &before, adopt, target);
    if (!decision) throw Violation("a publication was not adopted: " + decision.error().detail);
    ++stored.publication;  // goes to disk with the commit below, or for a ticket that it does not change
    if (decision->events.empty()) continue;
    try {
      (void)commit(system, &before, *decision, true);
    } catch (const Crash&) {
      if (stored.ticket.version == before.version) --stored.publication;
      throw;
    }
  }
}

Result<Reply> Server::create(const Principal& principal, CreateTicket command, const std::string& key) {
  if (const auto known = disk_.idempotency.find(key); known != disk_.idempotency.end()) {
    const auto& stored = disk_.tickets.at(known->second);
    return Reply{stored.ticket.id, stored.ticket.version, stored.chain.back()};
  }
  command.id = TicketId{disk_.last_id + 1};
  if (disk_.last_id > 3 && faults_.strikes(Fault::reuse_id)) command.id = TicketId{disk_.last_id - 1};
  const auto decision = decide(principal, nullptr, command, active());
  if (!decision) return std::unexpected(decision.error());
  disk_.last_id = std::max(disk_.last_id, command.id.value);
  return commit(principal, nullptr, *decision, false, key);
}

Result<Reply> Server::command(const Principal& principal, TicketId id, const TicketCommand& command) {
  auto ticket = load(principal, id);
  if (!ticket) return std::unexpected(ticket.error());
  if (faults_.strikes(Fault::stale_write, 50)) {
    // As if another's write between reading and writing had not been noticed.
    const auto& events = disk_.tickets.at(id.value).events;
    Ticket stale;
    for (std::size_t i = 0; i + 1 < events.size(); ++i) stale = evolve(std::move(stale), id, events[i]);
    if (stale.version > 0) *ticket = std::move(stale);
  }
  const auto decision = decide(principal, &*ticket, command, active());
  if (!decision) return std::unexpected(decision.error());
  if (decision->events.empty()) return Reply{};
  return commit(principal, &*ticket, *decision);
}

Result<Reply> Server::merge(const Principal& principal, TicketId from, TicketId into) {
  auto source = load(principal, from);
  if (!source) return std::unexpected(source.error());
  AbsorbTicket absorb;
  absorb.from = from;
  absorb.messages = source->messages;
  absorb.customer = source->customer;
  absorb.awaiting = source->awaiting;
  auto target = load(principal, into);
  if (!target) return std::unexpected(target.error());
  // One transaction: both are decided before either is written, and no crash comes between.
  const auto absorbed = decide(principal, &*target, absorb, active());
  if (!absorbed) return std::unexpected(absorbed.error());
  const auto merged = decide(principal, &*source, MergeTicket{into}, active());
  if (!merged) return std::unexpected(merged.error());
  const bool crashing = std::exchange(crashing_, false);
  if (!absorbed->events.empty()) (void)commit(principal, &*target, *absorbed);
  const auto reply = commit(principal, &*source, *merged);
  crashing_ = crashing;
  return reply;
}

void Server::fire_timers(int limit) {
  const auto system = system_principal("time");
  std::vector<std::pair<Time, std::int64_t>> due;
  for (const auto& [id, stored] : disk_.tickets) {
    if (stored.timer && *stored.timer <= now_) due.emplace_back(*stored.timer, id);
  }
  std::ranges::sort(due);
  for (const auto& [at, id] : due) {
    if (limit-- == 0) return;
    if (id % 5 == 0 && faults_.strikes(Fault::deaf_timer, 1'000)) continue;
    const auto before = disk_.tickets.at(id);
    const auto reply = command(system, TicketId{id}, PassTime{});
    if (!reply) throw Violation("time was refused: " + reply.error().detail);
    const auto& after = disk_.tickets.at(id);
    if (after.ticket.version == before.ticket.version)
      throw Violation("a timer of ticket " + std::to_string(id) + " has no effect");
    if (faults_.strikes(Fault::warn_twice)) {
      const auto again = decide(system, &before.ticket, PassTime{}, active());
      if (again && !again->events.empty()) (void)commit(system, &before.ticket, *again);
    }
  }
}

void Server::redispatch() {
  const auto system = system_principal("dispatch");
  std::vector<TicketId> waiting;
  for (const auto& [id, stored] : disk_.tickets) {
    if (stored.ticket.waiting) waiting.emplace_back(id);
  }
  for (const auto id : waiting) {
    if (faults_.strikes(Fault::never_redispatch, 1'000)) continue;
    (void)command(system, id, Redispatch{});
  }
}

void Server::deliver(int limit) {
  for (auto& row : disk_.outbox) {
    if (row.state != OutboxRow::State::queued) continue;
    if (limit-- == 0) break;
    ++row.tries;
    if (faults_.strikes(Fault::new_key_on_retry) && row.tries > 1) row.key += "'";
    if (!chance_.per_mille(300)) {
      row.state = OutboxRow::State::sent;
    } else if (row.tries >= dead_after) {
      row.state = OutboxRow::State::dead;
    }
  }
  if (!disk_.outbox.empty() && disk_.outbox.back().state == OutboxRow::State::dead &&
      faults_.strikes(Fault::forget_dead_delivery, 1'000)) {
    disk_.outbox.pop_back();
  }
}

void Server::publish(Publication publication) {
  disk_.publications.push_back(std::move(publication));
}

void Server::adopt_some(int limit) {
  for (auto& [id, stored] : disk_.tickets) {
    if (stored.publication + 1 >= disk_.publications.size()) continue;
    if (limit-- == 0) return;
    adopt(stored);
  }
}

}  // namespace docket::simulation
