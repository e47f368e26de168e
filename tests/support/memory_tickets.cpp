// SPDX-License-Identifier: Apache-2.0
// Tickets in memory: lists, histories, messages, timers.
#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "domain/ticket/ticket_source.hpp"
#include "support/memory_rows.hpp"

namespace docket::test {
namespace {

std::int64_t sort_key(const domain::Ticket& ticket, domain::Sorting sort) {
  switch (sort) {
    case domain::Sorting::created:
      return ticket.created_at.time_since_epoch().count();
    case domain::Sorting::priority:
      return static_cast<std::int64_t>(ticket.priority);
    case domain::Sorting::due: {
      std::int64_t due = std::numeric_limits<std::int64_t>::max();
      for (const auto& clock : ticket.clocks) {
        if (!clock.ended_at && clock.due_at) due = std::min(due, clock.due_at->time_since_epoch().count());
      }
      return due;
    }
    case domain::Sorting::updated:
      break;
  }
  return ticket.updated_at.time_since_epoch().count();
}

}  // namespace

std::optional<domain::Ticket> MemoryTickets::find(TicketId id, const domain::Principal& principal) const {
  auto ticket = load(id);
  if (!ticket || !domain::visible(principal, *ticket, now_)) return {};
  return ticket;
}

desk::TicketRow MemoryTickets::row(const domain::Ticket& t) const {
  desk::TicketRow row;
  row.id = t.id;
  row.version = t.version;
  row.type = t.type;
  row.subject = t.subject;
  row.state = t.state;
  row.category = t.category;
  row.priority = t.priority;
  row.team = t.team;
  row.assignee = t.assignee;
  if (const auto user = lookup(rows_.accounts, t.assignee)) row.assignee_name = user->user.name;
  row.customer = t.customer;
  if (const auto customer = lookup(rows_.customers, t.customer)) row.customer_name = customer->name;
  row.channel = t.channel;
  row.region = t.region;
  row.product_line = t.product_line;
  row.waiting = t.waiting;
  row.on_hold = t.hold.has_value();
  row.awaiting = t.awaiting;
  row.escalation = t.escalation;
  row.urges = t.urges;
  for (const auto& clock : t.clocks) {
    if (clock.ended_at) continue;
    row.breached = row.breached || clock.breached_at.has_value();
    if (clock.due_at && (!row.due_at || *clock.due_at < *row.due_at)) row.due_at = clock.due_at;
  }
  row.created_at = t.created_at;
  row.updated_at = t.updated_at;
  return row;
}

Result<desk::TicketPage> MemoryTickets::list(const desk::TicketListQuery& query,
                                             const domain::Principal& principal) const {
  std::vector<std::pair<std::int64_t, const domain::Ticket*>> found;
  for (const auto& [id, stored] : rows_.tickets) {
    const auto& ticket = stored.ticket;
    if (!domain::visible(principal, ticket, now_)) continue;
    if (!domain::holds(query.filter, domain::TicketSource{ticket, now_})) continue;
    found.emplace_back(sort_key(ticket, query.sort), &ticket);
  }
  const auto less = [&](std::int64_t key_a, TicketId a, std::int64_t key_b, TicketId b) {
    return query.descending ? std::pair{key_b, b} < std::pair{key_a, a} : std::pair{key_a, a} < std::pair{key_b, b};
  };
  std::ranges::sort(found,
                    [&](const auto& a, const auto& b) { return less(a.first, a.second->id, b.first, b.second->id); });
  desk::TicketPage page;
  for (const auto& [key, ticket] : found) {
    if (query.after && !less(query.after->key, query.after->id, key, ticket->id)) continue;
    if (std::cmp_equal(page.rows.size(), query.limit)) {
      const auto& last = page.rows.back();
      page.next = desk::ListPosition{sort_key(rows_.tickets.at(last.id).ticket, query.sort), last.id};
      break;
    }
    page.rows.push_back(row(*ticket));
  }
  return page;
}

Result<desk::TicketPage> MemoryTickets::search(const std::string& text, const domain::Condition& filter, TicketId after,
                                               int limit, const domain::Principal& principal) const {
  desk::TicketPage page;
  const auto wanted = fold(text);
  for (auto at = rows_.tickets.rbegin(); at != rows_.tickets.rend(); ++at) {
    const auto& stored = at->second;
    if (after && at->first >= after) continue;
    if (!domain::visible(principal, stored.ticket, now_)) continue;
    if (!domain::holds(filter, domain::TicketSource{stored.ticket, now_})) continue;
    const bool hit = fold(stored.ticket.subject).find(wanted) != std::string::npos ||
                     std::ranges::any_of(stored.messages, [&](const auto& message) {
                       return fold(message.body).find(wanted) != std::string::npos;
                     });
    if (!hit) continue;
    if (std::cmp_equal(page.rows.size(), limit)) {
      page.next = desk::ListPosition{0, page.rows.back().id};
      break;
    }
    page.rows.push_back(row(stored.ticket));
  }
  return page;
}

Result<int> MemoryTickets::count(const domain::Condition& filter, int cap, const domain::Principal& principal) const {
  const auto number = std::ranges::count_if(rows_.tickets, [&](const auto& entry) {
    return domain::visible(principal, entry.second.ticket, now_) &&
           domain::holds(filter, domain::TicketSource{entry.second.ticket, now_});
  });
  return static_cast<int>(std::min<std::ptrdiff_t>(number, cap));
}

std::vector<desk::TicketCount> MemoryTickets::counts(const domain::Principal& principal) const {
  std::map<std::tuple<std::string, std::string, UserId>, desk::TicketCount> groups;
  for (const auto& [id, stored] : rows_.tickets) {
    const auto& t = stored.ticket;
    if (!domain::visible(principal, t, now_)) continue;
    auto& group = groups[{t.team, t.state, t.assignee}];
    group = {t.team, t.state, t.category, t.assignee, group.tickets + 1};
  }
  std::vector<desk::TicketCount> all;
  for (auto& [key, group] : groups) all.push_back(std::move(group));
  return all;
}

std::vector<desk::StoredMessage> MemoryTickets::messages(TicketId id, std::int64_t after, int limit,
                                                         bool internal) const {
  std::vector<desk::StoredMessage> found;
  const auto stored = lookup(rows_.tickets, id);
  if (!stored) return found;
  for (const auto& message : stored->messages) {
    if (message.number <= after || (!internal && message.kind == domain::MessageKind::note)) continue;
    if (std::cmp_less(found.size(), limit)) found.push_back(message);
  }
  rows_.messages_at_once = std::max(rows_.messages_at_once, found.size());
  return found;
}

std::vector<domain::RecordedEvent> MemoryTickets::events(TicketId id, std::int64_t after, int limit) const {
  std::vector<domain::RecordedEvent> found;
  const auto stored = lookup(rows_.tickets, id);
  if (!stored) return found;
  for (const auto& event : stored->events) {
    if (event.sequence > after && std::cmp_less(found.size(), limit)) found.push_back(event);
  }
  return found;
}

std::vector<TicketId> MemoryTickets::merged_into(TicketId id) const {
  std::vector<TicketId> found;
  for (const auto& [other, stored] : rows_.tickets) {
    if (stored.ticket.merged_into == id) found.push_back(other);
  }
  return found;
}

std::vector<desk::TicketReader::InFlight> MemoryTickets::in_flight() const {
  std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> groups;
  for (const auto& [id, stored] : rows_.tickets) {
    const auto& t = stored.ticket;
    if (t.category != domain::StateCategory::closed) ++groups[{t.workflow, t.workflow_bundle, t.state}];
  }
  std::vector<InFlight> all;
  for (const auto& [key, number] : groups)
    all.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), number});
  return all;
}

TicketId MemoryTickets::next_id() {
  return TicketId{++rows_.last_id};
}

std::optional<domain::Ticket> MemoryTickets::load(TicketId id) const {
  const auto found = rows_.tickets.find(id);
  if (found == rows_.tickets.end()) return {};
  return found->second.ticket;
}

void MemoryTickets::save(const desk::TicketChange& change) {
  auto& stored = rows_.tickets[change.after->id];
  stored.ticket = *change.after;
  stored.timer = change.next_timer;
  for (const auto& event : change.events) {
    stored.events.push_back(event);
    const auto* assigned = std::get_if<domain::Assigned>(&event.event);
    if (assigned != nullptr && assigned->assignee) rows_.last_assigned[assigned->assignee] = event.at;
    rows_.feed.push_back({static_cast<std::int64_t>(rows_.feed.size()) + 1, change.after->id.value, event.sequence,
                          std::string{domain::kind_of(event.event)}, event.at});
  }
  for (const auto& message : change.messages) {
    desk::StoredMessage row;
    row.number = message.number;
    row.kind = message.kind;
    row.author = message.author;
    row.author_name = message.author.name;
    if (const auto user = lookup(rows_.accounts, UserId{message.author.id})) row.author_name = user->user.name;
    row.body = message.body;
    row.attachments = message.attachments;
    row.formatted = message.formatted;
    row.at = now_;
    stored.messages.push_back(std::move(row));
  }
  for (const auto& notice : change.notices) MemoryNotices(rows_, now_).add_notice(notice);
  for (const auto& delivery : change.deliveries) {
    desk::Delivery row;
    row.id = DeliveryId{++rows_.last_id};
    row.ticket = delivery.ticket;
    row.sequence = delivery.sequence;
    row.key = std::to_string(delivery.ticket.value) + "-" + std::to_string(delivery.sequence) + "-" +
              std::to_string(delivery.index);
    row.destination = delivery.destination;
    row.recipient = delivery.recipient;
    row.text = delivery.text;
    row.subject = delivery.subject;
    row.body = delivery.body;
    row.created_at = delivery.at;
    row.next_try_at = delivery.at;
    rows_.deliveries[row.id] = std::move(row);
  }
}

std::vector<TicketId> MemoryTickets::due(Time now, int limit) const {
  std::vector<std::pair<Time, TicketId>> found;
  for (const auto& [id, stored] : rows_.tickets) {
    if (stored.timer && *stored.timer <= now) found.emplace_back(*stored.timer, id);
  }
  std::ranges::sort(found);
  std::vector<TicketId> ids;
  for (const auto& [at, id] : found) {
    if (std::cmp_less(ids.size(), limit)) ids.push_back(id);
  }
  return ids;
}

void MemoryTickets::rearm(TicketId id, Time at) {
  auto& timer = rows_.tickets.at(id).timer;
  if (timer && *timer < at) timer = at;
}

std::optional<Time> MemoryTickets::next_due() const {
  std::optional<Time> earliest;
  for (const auto& [id, stored] : rows_.tickets) {
    if (stored.timer && (!earliest || *stored.timer < *earliest)) earliest = stored.timer;
  }
  return earliest;
}

std::vector<TicketId> MemoryTickets::waiting(const std::string& team, int limit) const {
  std::vector<const domain::Ticket*> found;
  for (const auto& [id, stored] : rows_.tickets) {
    if (stored.ticket.waiting && stored.ticket.team == team) found.push_back(&stored.ticket);
  }
  std::ranges::stable_sort(found, [](const auto* a, const auto* b) { return a->priority > b->priority; });
  std::vector<TicketId> ids;
  for (const auto* ticket : found) {
    if (std::cmp_less(ids.size(), limit)) ids.push_back(ticket->id);
  }
  return ids;
}

std::vector<std::string> MemoryTickets::teams_waiting() const {
  std::set<std::string> teams;
  for (const auto& [id, stored] : rows_.tickets) {
    if (stored.ticket.waiting) teams.insert(stored.ticket.team);
  }
  return {teams.begin(), teams.end()};
}

std::vector<TicketId> MemoryTickets::not_adopted(const std::string& bundle, TicketId after, int limit) const {
  std::vector<TicketId> ids;
  for (const auto& [id, stored] : rows_.tickets) {
    const auto& t = stored.ticket;
    if (id > after && t.category != domain::StateCategory::closed && t.bundle != bundle &&
        std::cmp_less(ids.size(), limit))
      ids.push_back(id);
  }
  return ids;
}

}  // namespace docket::test
