// SPDX-License-Identifier: Apache-2.0
// What is so after an event. Nothing is judged here: whatever is recorded has happened.
#include "domain/ticket/evolve.hpp"

#include <algorithm>
#include <utility>

#include "domain/sla/evolve_clocks.hpp"
#include "domain/ticket/decide.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

bool ends(StateCategory category) {
  return category == StateCategory::resolved || category == StateCategory::closed;
}

template <class T>
void add_sorted(std::vector<T>& list, const T& item) {
  const auto at = std::ranges::lower_bound(list, item);
  if (at == list.end() || *at != item) list.insert(at, item);
}

template <class T>
void remove_sorted(std::vector<T>& list, const T& item) {
  const auto at = std::ranges::lower_bound(list, item);
  if (at != list.end() && *at == item) list.erase(at);
}

class Evolution {
 public:
  Evolution(Ticket& ticket, TicketId id, const RecordedEvent& recorded)
      : ticket_(ticket), id_(id), at_(recorded.at), actor_(recorded.actor) {}

  void operator()(const Created& event) {
    ticket_ = Ticket{};
    ticket_.id = id_;
    ticket_.type = event.type;
    ticket_.subject = event.subject;
    ticket_.bundle = event.bundle;
    ticket_.workflow = event.workflow;
    ticket_.workflow_bundle = event.bundle;
    ticket_.priority = event.priority;
    ticket_.channel = event.channel;
    ticket_.customer = event.customer;
    ticket_.organization = event.organization;
    ticket_.customer_level = event.customer_level;
    ticket_.region = event.region;
    ticket_.product_line = event.product_line;
    ticket_.fields = event.fields;
    for (const auto& tag : event.tags) add_sorted(ticket_.tags, tag);
    ticket_.created_by = actor_;
    ticket_.created_at = at_;
    ticket_.awaiting = Awaiting::agent;
    enter(event.state, event.category);
  }

  void operator()(const MessageAdded& event) {
    ticket_.messages = std::max(ticket_.messages, event.number);
    if (event.message == MessageKind::note) return;
    ticket_.last_text = event.excerpt;
    if (event.message == MessageKind::customer) {
      ticket_.awaiting = Awaiting::agent;
      return;
    }
    if (!ticket_.first_replied_at) ticket_.first_replied_at = at_;
    if (!ends(ticket_.category)) ticket_.awaiting = Awaiting::customer;
  }

  void operator()(const FieldsSet& event) {
    for (const auto& [name, value] : event.fields) {
      if (std::holds_alternative<std::monostate>(value)) {
        ticket_.fields.erase(name);
      } else {
        ticket_.fields.insert_or_assign(name, value);
      }
    }
    if (event.subject) ticket_.subject = *event.subject;
    if (event.priority) ticket_.priority = *event.priority;
    if (event.region) ticket_.region = *event.region;
    if (event.product_line) ticket_.product_line = *event.product_line;
    if (event.customer_level) ticket_.customer_level = *event.customer_level;
    if (event.customer) ticket_.customer = *event.customer;
    if (event.organization) ticket_.organization = *event.organization;
    for (const auto& tag : event.tags_removed) remove_sorted(ticket_.tags, tag);
    for (const auto& tag : event.tags_added) add_sorted(ticket_.tags, tag);
  }

  void operator()(const Moved& event) {
    if (event.reopened) ++ticket_.reopens;
    enter(event.to, event.category);
    if (!event.put_back) return;
    if (!ends(event.category)) ticket_.awaiting = event.put_back->awaiting;
    ticket_.visits = event.put_back->visits;
  }

  void operator()(const TypeChanged& event) {
    ticket_.type = event.type;
    if (!event.begins_anew()) return;
    ticket_.workflow = event.workflow;
    ticket_.workflow_bundle = ticket_.bundle;
    ticket_.visits.clear();
    enter(event.state, event.category);
  }

  void operator()(const MoveSkipped& event) { ticket_.skipped_moves.push_back(event.transition); }

  void operator()(const Assigned& event) {
    if (event.pushed) {
      if (ticket_.visits.size() >= max_visits) ticket_.visits.erase(ticket_.visits.begin());
      ticket_.visits.push_back({ticket_.team, ticket_.assignee});
    }
    if (event.popped && !ticket_.visits.empty()) ticket_.visits.pop_back();
    if (ticket_.assignee && ticket_.assignee != event.assignee) ticket_.last_handler = ticket_.assignee;
    ticket_.team = event.team;
    ticket_.assignee = event.assignee;
    ticket_.waiting = event.waiting;
    ticket_.dispatch_rule = event.choice ? event.choice->rule : std::string{};
    ticket_.wanted_skills = event.choice ? event.choice->skills : std::vector<std::string>{};
  }

  void operator()(const Held& event) {
    const Time since = ticket_.hold ? ticket_.hold->since : at_;
    ticket_.hold = Hold{event.reason, event.note, since, event.until};
  }
  void operator()(const Resumed&) { ticket_.hold.reset(); }
  void operator()(const Urged& event) { ticket_.urges = event.count; }
  void operator()(const Escalated& event) { ticket_.escalation = event.level; }

  void operator()(const WatchersChanged& event) {
    for (const auto user : event.removed) remove_sorted(ticket_.watchers, user);
    for (const auto user : event.added) add_sorted(ticket_.watchers, user);
    for (const auto user : event.copied) add_sorted(ticket_.copied, user);
  }

  void operator()(const Mentioned& event) {
    for (const auto user : event.users) add_sorted(ticket_.copied, user);
  }

  void operator()(const GuestInvited& event) {
    std::erase_if(ticket_.guests, [&](const Guest& guest) { return guest.expires_at <= at_; });
    ticket_.guests.push_back({event.guest, event.name, event.asked_by, event.expires_at, event.remind_at, 0});
  }
  void operator()(const GuestAnswered& event) {
    if (auto* guest = find_guest(event.guest)) {
      ++guest->answers;
      guest->remind_at.reset();
    }
  }
  void operator()(const GuestRevoked& event) {
    std::erase_if(ticket_.guests, [&](const Guest& guest) { return guest.id == event.guest; });
  }
  void operator()(const GuestReminded& event) {
    if (auto* guest = find_guest(event.guest)) guest->remind_at.reset();
  }
  void operator()(const Rated& event) { ticket_.rating = Rating{event.score, event.comment, at_}; }

  void operator()(const Linked& event) {
    const Link link{event.link, event.ticket};
    std::erase(ticket_.links, link);
    if (!event.removed) ticket_.links.push_back(link);
  }

  void operator()(const Merged& event) {
    ticket_.merged_into = event.into;
    enter(event.state, StateCategory::closed);
  }
  void operator()(const Absorbed& event) {
    if (event.awaiting && !ends(ticket_.category)) ticket_.awaiting = *event.awaiting;
  }

  void operator()(const ClockStarted& event) { evolve_clock(ticket_.clocks, event, at_); }
  void operator()(const ClockChanged& event) { evolve_clock(ticket_.clocks, event, at_); }
  void operator()(const ClockWarned& event) { evolve_clock(ticket_.clocks, event, at_); }
  void operator()(const ClockBreached& event) { evolve_clock(ticket_.clocks, event, at_); }
  void operator()(const ClockEnded& event) { evolve_clock(ticket_.clocks, event, at_); }

  void operator()(const Notified&) {}
  void operator()(const Called&) {}
  void operator()(const RuleFired&) {}

  void operator()(const Adopted& event) {
    ticket_.bundle = event.bundle;
    if (event.workflow) ticket_.workflow_bundle = event.bundle;
  }

 private:
  Guest* find_guest(GuestId id) {
    const auto found = std::ranges::find(ticket_.guests, id, &Guest::id);
    return found == ticket_.guests.end() ? nullptr : &*found;
  }

  void enter(const std::string& state, StateCategory category) {
    const bool ended = ends(ticket_.category);
    ticket_.state = state;
    ticket_.category = category;
    ++ticket_.step;
    ticket_.entered_at = at_;
    ticket_.skipped_moves.clear();
    if (!ends(category)) {
      ticket_.resolved_at.reset();
      ticket_.closed_at.reset();
      if (ended) ticket_.awaiting = Awaiting::agent;
      return;
    }
    ticket_.hold.reset();
    ticket_.waiting = false;
    ticket_.awaiting = Awaiting::nobody;
    if (!ticket_.resolved_at) ticket_.resolved_at = at_;
    if (category == StateCategory::resolved) {
      ticket_.closed_at.reset();
    } else {
      if (!ticket_.closed_at) ticket_.closed_at = at_;
      ticket_.visits.clear();
    }
  }

  Ticket& ticket_;
  TicketId id_;
  Time at_;
  const Actor& actor_;
};

}  // namespace

void evolve_in_place(Ticket& ticket, TicketId id, const RecordedEvent& event) {
  std::visit(Evolution(ticket, id, event), event.event);
  ticket.version = event.sequence;
  ticket.updated_at = event.at;
}

Ticket evolve(Ticket ticket, TicketId id, const RecordedEvent& event) {
  evolve_in_place(ticket, id, event);
  return ticket;
}

}  // namespace docket::domain
