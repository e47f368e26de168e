// SPDX-License-Identifier: Apache-2.0
#include "desk/command_ticket.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/both.hpp"
#include "base/log.hpp"
#include "desk/access_links.hpp"
#include "desk/attachments.hpp"
#include "desk/deliveries.hpp"
#include "desk/directory_roster.hpp"
#include "desk/spoken_ticket.hpp"
#include "desk/stale_ticket.hpp"
#include "domain/refusals.hpp"
#include "domain/ticket/put_back.hpp"
#include "domain/ticket/ticket_number.hpp"
#include "domain/unusable_definitions.hpp"

namespace docket::desk {
namespace {

/// In the words that a stranger is told by, whose file is found by its handle (`take_strays`).
std::unexpected<Error> no_upload(std::size_t place) {
  return fail_field("/attachments/" + std::to_string(place),
                    {"There is no such upload that is still free; upload the file again.", "这个附件已失效，请重新上传。"});
}

Said no_such(const Unit& unit, TicketId id) {
  return both("There is no ticket {0}.", "没有工单 {1}，或您无权查看。", id.value, domain::ticket_number(*unit.active, id));
}

/// All of them before the first is bound: whoever goes on after a refusal, as held messages do, finds nothing half done.
Result<void> check_uploads(const Unit& unit, const domain::Principal& principal, TicketId ticket,
                           const std::vector<domain::NewMessage>& messages) {
  const auto owner = upload_owner(principal);
  std::set<std::int64_t> seen;
  std::int64_t bytes = 0;
  for (const auto& message : messages) {
    for (std::size_t place = 0; place < message.attachments.size(); ++place) {
      const auto id = message.attachments[place];
      const auto file = unit.attachments.find_attachment(AttachmentId{id});
      const bool free = file && !file->ticket && owns(owner, *file);
      if (!free || !seen.insert(id).second) return no_upload(place);
      bytes += file->size;
    }
  }
  if (bytes > 0 && unit.attachments.bytes_on_ticket(ticket) + bytes > most_ticket_bytes) {
    return fail(ErrorCode::too_large,
                {"The files on one ticket take at most 500 MiB together. Send fewer files, or "
                 "begin another ticket and link it.",
                 "一张工单的附件合计最多 500 MiB。请少传一些，或另建一张工单并关联。"});
  }
  return {};
}

/// `decide` gives a decision on the ticket from a context; what it gives is saved.
Result<TicketOutcome> save_what(Unit& unit, const domain::Principal& principal, const domain::Ticket* before,
                                const auto& decide) {
  const DirectoryRoster roster(unit.directory, unit.active, unit.now);
  const WordSources sources{unit.directory, *unit.active, unit.source, unit.now};
  const SpokenWords words(sources);
  domain::Context context;
  context.now = unit.now;
  context.principal = &principal;
  context.active = unit.active;
  context.bundles = &unit.source;
  context.roster = &roster;
  context.words = &words;
  Result<domain::Decision> decision = decide(context);
  if (!decision) return std::unexpected(std::move(decision.error()));

  TicketOutcome outcome;
  outcome.changed = !decision->events.empty();
  if (outcome.changed) {
    if (auto free = check_uploads(unit, principal, decision->ticket.id, decision->messages); !free)
      return std::unexpected(std::move(free.error()));
    for (const auto& message : decision->messages) {
      outcome.messages.push_back(message.number);
      const bool internal = message.kind == domain::MessageKind::note;
      for (std::size_t place = 0; place < message.attachments.size(); ++place) {
        const AttachmentId attachment{message.attachments[place]};
        if (!unit.attachments.bind(attachment, decision->ticket.id, principal.actor, internal)) return no_upload(place);
      }
    }
    const auto outgoing = outgoing_of(unit, decision->ticket, decision->events, decision->messages);
    TicketChange change;
    change.before = before;
    change.after = &decision->ticket;
    change.events = decision->events;
    change.messages = decision->messages;
    change.deliveries = outgoing.deliveries;
    change.notices = outgoing.notices;
    const auto pinned = unit.source.get(decision->ticket.workflow_bundle);
    if (const auto timer = domain::next_timer(decision->ticket, *pinned, *unit.active)) change.next_timer = timer->at;
    unit.tickets.save(change);
    unit.wakes.feed = true;
    for (const auto& delivery : outgoing.deliveries) unit.wakes.destinations.insert(delivery.destination);
    if (!outgoing.notices.empty()) unit.wakes.notices = true;
    if (change.next_timer) {
      unit.wakes.timer_at = std::min(unit.wakes.timer_at.value_or(*change.next_timer), *change.next_timer);
    }
  }
  outcome.ticket = std::move(decision->ticket);
  return outcome;
}

Result<TicketOutcome> decide_and_save(Unit& unit, const domain::Principal& principal, const domain::Ticket* before,
                                      const domain::TicketCommand& command) {
  return save_what(unit, principal, before, [&](const domain::Context& context) {
    return domain::decide(before, command, context);
  });
}

/// Publications that the ticket has not adopted yet, oldest first.
std::vector<Publication> missed_publications(const Unit& unit, const std::string& adopted) {
  constexpr int page = 20;
  std::vector<Publication> missed;
  std::int64_t before = 0;
  while (true) {
    const auto publications = unit.bundles.publications(before, page);
    for (const auto& publication : publications) {
      if (publication.digest == adopted) {
        std::ranges::reverse(missed);
        return missed;
      }
      missed.push_back(publication);
      before = publication.number;
    }
    if (std::cmp_less(publications.size(), page)) break;
  }
  // The bundle that the ticket stands under was never published here; only the active one is sure.
  if (missed.size() > 1) missed.erase(missed.begin() + 1, missed.end());
  return missed;
}

struct MissedPublication {
  Publication publication{};
  StateMapping mapping{};
};

/// What the ticket goes through to stand under the active bundle. Nothing runs on a closed ticket, so it goes through no
/// more than the last publication that maps its state, with all mappings until there in one, and the active one: it may
/// have missed hundreds.
std::vector<MissedPublication> missed_by(const Unit& unit, const domain::Ticket& ticket) {
  std::vector<MissedPublication> missed;
  for (auto& publication : missed_publications(unit, ticket.bundle)) {
    auto mapping = unit.bundles.mapping(publication.number);
    missed.push_back({std::move(publication), std::move(mapping)});
  }
  if (ticket.category != domain::StateCategory::closed || missed.empty()) return missed;
  auto state = ticket.state;
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < missed.size(); ++i) {
    const auto mapped = missed[i].mapping.find({ticket.workflow, state});
    if (mapped == missed[i].mapping.end()) continue;
    state = mapped->second;
    last = i;
  }
  auto active = std::move(missed.back());
  if (!last) return {std::move(active)};
  const StateMapping all{{{ticket.workflow, ticket.state}, state}};
  if (*last == missed.size() - 1) return {{std::move(active.publication), all}};
  active.mapping.clear();
  return {{std::move(missed[*last].publication), all}, std::move(active)};
}

/// Puts the active definitions back, whatever happens under others.
class UnderOthers {
 public:
  explicit UnderOthers(Unit& unit) : unit_(unit), active_(unit.active) {}
  ~UnderOthers() { unit_.active = active_; }
  UnderOthers(const UnderOthers&) = delete;
  UnderOthers& operator=(const UnderOthers&) = delete;

 private:
  Unit& unit_;
  const std::shared_ptr<const domain::Definitions> active_;
};

/// Takes the ticket over to the active bundle, one publication after another, so that each one's mapping is honoured.
Result<domain::Ticket> adopt(Unit& unit, domain::Ticket ticket) {
  const auto system = domain::system_principal("publication");
  const UnderOthers under_others(unit);
  for (const auto& [publication, mapping] : missed_by(unit, ticket)) {
    const auto target = unit.source.get(publication.digest);
    domain::AdoptDefinitions command;
    command.published_at = publication.at;
    const auto mapped = mapping.find({ticket.workflow, ticket.state});
    if (mapped != mapping.end()) {
      command.take_workflow = true;
      command.state = mapped->second;
    } else {
      // An unchanged workflow is the same promise: pinning it to the newer bundle lets old bundles go. Of a ticket whose
      // type is gone, only the older one still knows the form.
      const auto pinned = unit.source.get(ticket.workflow_bundle);
      const auto old_workflow = pinned->workflows.find(ticket.workflow);
      const auto new_workflow = target->workflows.find(ticket.workflow);
      command.take_workflow = old_workflow != pinned->workflows.end() && new_workflow != target->workflows.end() &&
                              old_workflow->second == new_workflow->second && target->forms.contains(ticket.type);
    }
    unit.active = target;
    auto outcome = decide_and_save(unit, system, &ticket, command);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    ticket = std::move(outcome->ticket);
  }
  return ticket;
}

bool holds_no_work(const domain::Ticket& ticket) {
  return ticket.category == domain::StateCategory::resolved || ticket.category == domain::StateCategory::closed;
}

/// Somebody has room again: what waits in that person's teams is dispatched.
void give_out_after(Unit& unit, const domain::Ticket& before, const domain::Ticket& after) {
  const bool freed =
      before.assignee && (after.assignee != before.assignee || (holds_no_work(after) && !holds_no_work(before)));
  if (!freed) return;
  const auto waiting = unit.tickets.teams_waiting();
  if (waiting.empty()) return;
  const auto user = unit.directory.find_user(before.assignee);
  if (!user) return;
  constexpr int at_once = 5;
  for (const auto& membership : user->memberships) {
    if (std::ranges::find(waiting, membership.team) != waiting.end())
      redispatch_waiting(unit, membership.team, at_once);
  }
}

Result<domain::Ticket> load_for(Unit& unit, const domain::Principal& principal, TicketId id,
                                std::optional<std::int64_t> expected_version) {
  auto ticket = unit.tickets.load(id);
  if (!ticket || !domain::visible(principal, *ticket, unit.now))
    return domain::no_ticket();
  if (expected_version && *expected_version != ticket->version) return stale_ticket(ticket->version);
  if (ticket->bundle == unit.active->digest) return std::move(*ticket);
  auto adopted = adopt(unit, std::move(*ticket));
  // A publication may give the ticket to a team whose tickets this principal does not see.
  if (adopted && !domain::visible(principal, *adopted, unit.now)) {
    return domain::no_ticket();
  }
  return adopted;
}

/// What happens to a ticket by itself, and leaves it as it is for those who work on it.
bool by_itself(const domain::RecordedEvent& recorded) {
  const auto& event = recorded.event;
  if (std::holds_alternative<domain::Assigned>(event)) return recorded.actor.kind == domain::ActorKind::system;
  const auto is = [&]<class... E>(std::variant<E...>*) { return (std::holds_alternative<E>(event) || ...); };
  return is(static_cast<std::variant<domain::ClockStarted, domain::ClockChanged, domain::ClockWarned,
                                     domain::ClockBreached, domain::ClockEnded, domain::Notified, domain::Called,
                                     domain::RuleFired, domain::GuestReminded, domain::Adopted>*>(nullptr));
}

Result<void> untouched_since(const Unit& unit, TicketId id, std::int64_t version) {
  constexpr int most = 100;  // of what happens by itself; beyond it much has happened
  const auto later = unit.tickets.events(id, version, most);
  const auto touched = std::ranges::find_if_not(later, by_itself);
  if (touched == later.end() && std::cmp_less(later.size(), most)) return {};
  return fail(ErrorCode::conflict, {"The ticket has changed since; it stays as it is.", "之后又有人改过这张工单，未做改动。"});
}

/// What made the later version of the earlier one.
std::vector<domain::RecordedEvent> events_between(const Unit& unit, TicketId id, std::int64_t before, std::int64_t after) {
  constexpr std::int64_t most = 1'000;  // one command makes fewer
  auto events = unit.tickets.events(id, before, static_cast<int>(std::clamp<std::int64_t>(after - before, 0, most)));
  std::erase_if(events, [&](const domain::RecordedEvent& event) { return event.sequence > after; });
  return events;
}

/// As it was when it had that version.
Result<domain::Ticket> ticket_at(const Unit& unit, TicketId id, std::int64_t version) {
  constexpr int slice = 500;
  constexpr std::int64_t most = 20'000;
  if (version > most) return fail(ErrorCode::too_large, {"The ticket's history is too long to be put back.", "这张工单的历史太长，不能撤销。"});
  domain::Ticket ticket;
  while (ticket.version < version) {
    const auto events = unit.tickets.events(id, ticket.version, slice);
    if (events.empty()) break;
    for (const auto& event : events) {
      if (event.sequence > version) return ticket;
      ticket = domain::evolve(std::move(ticket), id, event);
    }
  }
  return ticket;
}

Result<domain::CustomerFacts> customer_facts(const Unit& unit, CustomerId id) {
  const auto customer = unit.directory.find_customer(id);
  if (!customer) return fail_field("/customer", both("There is no customer {}.", "没有客户 {}。", id.value));
  domain::CustomerFacts facts;
  facts.customer = id;
  facts.organization = customer->organization;
  facts.level = customer->level;
  facts.region = customer->region;
  if (customer->organization) {
    if (const auto organization = unit.directory.find_organization(customer->organization)) {
      if (facts.level.empty()) facts.level = organization->level;
      if (facts.region.empty()) facts.region = organization->region;
    }
  }
  return facts;
}

/// Whoever names another customer names their organization and level with them, as a creation does, and their region
/// where the ticket has none.
Result<domain::SetFields> with_customer_facts(const Unit& unit, const domain::Ticket& ticket, domain::SetFields set) {
  domain::CustomerFacts facts;
  auto& change = set.change;
  if (*change.customer) {
    auto found = customer_facts(unit, *change.customer);
    if (!found) return std::unexpected(std::move(found.error()));
    facts = std::move(*found);
  }
  change.organization = facts.organization;
  if (!change.customer_level) change.customer_level = facts.level;
  if (!change.region && ticket.region.empty() && !facts.region.empty()) change.region = facts.region;
  return set;
}

}  // namespace

Result<TicketOutcome> put_back_ticket(Unit& unit, const domain::Principal& principal, TicketId id, std::int64_t before,
                                      std::int64_t after, const std::string& what) {
  auto present = unit.tickets.load(id);
  if (!present || before < 1) return domain::no_ticket();
  auto then = ticket_at(unit, id, before);
  if (!then) return std::unexpected(std::move(then.error()));
  if (!domain::visible(principal, *then, unit.now) && !domain::visible(principal, *present, unit.now))
    return domain::no_ticket();
  if (auto untouched = untouched_since(unit, id, after); !untouched) return std::unexpected(untouched.error());
  if (present->bundle != unit.active->digest) {
    auto adopted = adopt(unit, std::move(*present));
    if (!adopted) return std::unexpected(std::move(adopted.error()));
    present = std::move(*adopted);
  }
  const auto undone = events_between(unit, id, before, after);
  auto outcome = save_what(unit, principal, &*present, [&](const domain::Context& context) {
    return domain::put_back(*present, *then, undone, what, context);
  });
  if (outcome && outcome->changed) give_out_after(unit, *present, outcome->ticket);
  return outcome;
}

Result<TicketOutcome> command_ticket(Unit& unit, const domain::Principal& principal, TicketId id,
                                     std::optional<std::int64_t> expected_version,
                                     const domain::TicketCommand& command) {
  if (principal.only_until != 0) {
    return fail(ErrorCode::conflict,
                {"This link ends where another ticket was merged in. What you wrote was not sent; write by the link in our newest message.",
                 "工单合并以后，这个链接只能看到合并之前的内容。您写的没有发出，请用我们最近一条消息里的链接再写。"});
  }
  auto before = load_for(unit, principal, id, expected_version);
  if (!before) return std::unexpected(std::move(before.error()));
  std::optional<domain::TicketCommand> whole;
  const auto* set = std::get_if<domain::SetFields>(&command);
  // A customer is refused it, and learns of nobody else whether they are there.
  const bool names_another = set != nullptr && set->change.customer && *set->change.customer != before->customer;
  if (names_another && principal.actor.kind != domain::ActorKind::customer) {
    auto filled = with_customer_facts(unit, *before, *set);
    if (!filled) return std::unexpected(std::move(filled.error()));
    whole = std::move(*filled);
  }
  auto outcome = decide_and_save(unit, principal, &*before, whole ? *whole : command);
  if (outcome && outcome->changed) give_out_after(unit, *before, outcome->ticket);
  return outcome;
}

Result<TicketOutcome> create_ticket(Unit& unit, const domain::Principal& principal, domain::CreateTicket command) {
  if (principal.actor.kind == domain::ActorKind::customer) command.customer.customer = principal.customer;
  if (command.customer.customer) {
    auto facts = customer_facts(unit, command.customer.customer);
    if (!facts) return std::unexpected(std::move(facts.error()));
    command.customer = std::move(*facts);
  }
  command.id = unit.tickets.next_id();
  return decide_and_save(unit, principal, nullptr, command);
}

Result<TicketOutcome> merge_tickets(Unit& unit, const domain::Principal& principal, TicketId from, TicketId into,
                                    std::optional<std::int64_t> expected_version) {
  if (from == into) return fail_field("/into", {"A ticket can not be merged into itself.", "工单不能并入自己。"});
  auto source = load_for(unit, principal, from, expected_version);
  if (!source) return std::unexpected(std::move(source.error()));
  auto target = load_for(unit, principal, into, {});
  if (!target) {
    if (target.error().code != ErrorCode::not_found) return std::unexpected(std::move(target.error()));
    return fail_field("/into", no_such(unit, into));
  }
  domain::AbsorbTicket absorb;
  absorb.from = from;
  absorb.messages = source->messages;
  absorb.customer = source->customer;
  absorb.awaiting = source->awaiting;
  auto absorbed = decide_and_save(unit, principal, &*target, absorb);
  if (!absorbed) return absorbed;
  // What was of nobody, the target's customer is not shown by the link; what ended in it before may be theirs.
  if (source->customer || !unit.tickets.merged_into(from).empty()) hold_back_sender(unit, *target);
  domain::MergeTicket merge;
  merge.into = into;
  auto merged = decide_and_save(unit, principal, &*source, merge);
  if (merged && merged->changed) give_out_after(unit, *source, merged->ticket);
  return merged;
}

Result<TicketOutcome> link_tickets(Unit& unit, const domain::Principal& principal, TicketId id, domain::LinkKind kind,
                                   TicketId other, bool remove, std::optional<std::int64_t> expected_version) {
  if (id == other) return fail_field("/ticket", {"A ticket can not be linked to itself.", "工单不能关联自己。"});
  if (auto near = load_for(unit, principal, id, expected_version); !near) return std::unexpected(std::move(near.error()));
  auto far = load_for(unit, principal, other, {});
  if (!far) {
    if (far.error().code != ErrorCode::not_found) return std::unexpected(std::move(far.error()));
    return fail_field("/ticket", no_such(unit, other));
  }
  const auto reverse = [kind] {
    switch (kind) {
      case domain::LinkKind::parent:
        return domain::LinkKind::child;
      case domain::LinkKind::child:
        return domain::LinkKind::parent;
      default:
        return kind;
    }
  }();
  domain::LinkTicket near_side;
  near_side.kind = kind;
  near_side.ticket = other;
  near_side.remove = remove;
  // The version was compared above, before the ticket may have gone over to the active bundle, which makes a later one.
  auto outcome = command_ticket(unit, principal, id, {}, near_side);
  if (!outcome) return outcome;
  domain::LinkTicket far_side;
  far_side.kind = reverse;
  far_side.ticket = id;
  far_side.remove = remove;
  // The far side follows the near one whatever the person may do there: a link is one fact.
  auto followed = command_ticket(unit, domain::system_principal("link"), other, {}, far_side);
  if (!followed) return std::unexpected(std::move(followed.error()));
  return outcome;
}

int pass_time(Unit& unit, int limit) {
  const auto system = domain::system_principal("time");
  const auto due = unit.tickets.due(unit.now, limit);
  for (const auto id : due) {
    const auto outcome = command_ticket(unit, system, id, {}, domain::PassTime{});
    if (outcome && outcome->changed) continue;
    // Nothing came of a due timer: a ticket that can not go on must not stop the others, nor be asked again at once.
    log::warning("timer_without_effect",
                 {{"ticket", id.value}, {"reason", outcome ? std::string_view{} : outcome.error().detail}});
    unit.tickets.rearm(id, unit.now + std::chrono::minutes{1});
  }
  return static_cast<int>(due.size());
}

std::vector<TicketId> waiting_now(const Unit& unit, const std::string& team, int limit) {
  constexpr int looked_through = 2000;
  auto ids = unit.tickets.waiting(team, limit < 50 ? limit : looked_through);
  if (std::cmp_greater(ids.size(), limit)) {
    // Half are the most urgent; the others a window that moves on, so that no ticket is passed over for ever.
    const std::int64_t front = limit / 2;
    const std::int64_t rest = static_cast<std::int64_t>(ids.size()) - front;
    const std::int64_t turn = (unit.now.time_since_epoch() / std::chrono::seconds{30}) * (limit - front) % rest;
    std::rotate(ids.begin() + front, ids.begin() + front + turn, ids.end());
    ids.resize(static_cast<std::size_t>(limit));
  }
  return ids;
}

bool redispatch(Unit& unit, TicketId id) {
  const auto left = [id](std::string_view reason) {
    log::error("waiting_ticket_not_dispatched", {{"ticket", id.value}, {"reason", reason}});
    return false;
  };
  // One that can not be decided has written nothing. It waits on; what was done on another ticket of its team stands.
  try {
    const auto system = domain::system_principal("dispatch");
    auto before = load_for(unit, system, id, {});
    if (!before) return false;
    const auto outcome = decide_and_save(unit, system, &*before, domain::Redispatch{});
    return outcome && outcome->changed;
  } catch (const std::logic_error& error) {
    return left(error.what());
  } catch (const domain::UnusableDefinitions& error) {
    return left(error.what());
  }
}

int redispatch_waiting(Unit& unit, const std::string& team, int limit) {
  int given_out = 0;
  for (const auto id : waiting_now(unit, team, limit)) given_out += redispatch(unit, id) ? 1 : 0;
  return given_out;
}

std::optional<TicketId> adopt_slice(Unit& unit, TicketId after, int limit) {
  const auto ids = unit.tickets.not_adopted(unit.active->digest, after, limit);
  if (ids.empty()) return {};
  for (const auto id : ids) {
    auto ticket = unit.tickets.load(id);
    if (!ticket || ticket->bundle == unit.active->digest) continue;
    const auto left = [id](std::string_view reason) {
      log::error("ticket_not_adopted", {{"ticket", id.value}, {"reason", reason}});
    };
    // A rule that can not decide has written nothing. One such ticket does not keep all others from the publication, nor
    // does one under definitions that are of no use any more.
    try {
      if (const auto adopted = adopt(unit, std::move(*ticket)); !adopted) left(adopted.error().detail);
    } catch (const std::logic_error& error) {
      left(error.what());
    } catch (const domain::UnusableDefinitions& error) {
      left(error.what());
    }
  }
  return ids.back();
}

}  // namespace docket::desk
