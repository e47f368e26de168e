// SPDX-License-Identifier: Apache-2.0
#include "support/memory_desk.hpp"

#include "base/text.hpp"
#include "domain/ticket/ticket_source.hpp"

#include <algorithm>
#include <exception>

namespace docket::test {
namespace {

template <class Map, class Key>
auto lookup(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(key);
  if (found == map.end()) return {};
  return found->second;
}

// Newest first before `before` (none: all).
template <class Map, class Id, class Keep>
auto newest(const Map& map, Id before, int limit, Keep keep) {
  std::vector<typename Map::mapped_type> found;
  for (auto at = map.rbegin(); at != map.rend() && std::cmp_less(found.size(), limit); ++at) {
    if ((!before || at->first < before) && keep(at->second)) found.push_back(at->second);
  }
  return found;
}

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

bool open(const domain::Ticket& ticket) {
  return ticket.category != domain::StateCategory::resolved && ticket.category != domain::StateCategory::closed;
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

std::vector<desk::Delivery> MemoryOutbox::deliveries(std::optional<TicketId> ticket,
                                                     std::optional<desk::DeliveryState> state, DeliveryId before,
                                                     int limit, const domain::Principal& principal) const {
  return newest(rows_.deliveries, before, limit, [&](const desk::Delivery& delivery) {
    const auto stored = rows_.tickets.find(delivery.ticket);
    return (!ticket || delivery.ticket == *ticket) && (!state || delivery.state == *state) &&
           stored != rows_.tickets.end() && domain::visible(principal, stored->second.ticket, now_);
  });
}

std::vector<desk::Delivery> MemoryOutbox::due(const std::string& destination, Time now, int limit) const {
  std::vector<desk::Delivery> found;
  const auto waits = [&](const desk::Delivery& one) {
    return one.state == desk::DeliveryState::waiting && one.destination == destination;
  };
  const auto stands_before = [&](const desk::Delivery& other, const desk::Delivery& one) {
    if (!waits(other) || other.ticket != one.ticket || other.id >= one.id) return false;
    if (other.recipient.id == 0) return true;
    if (one.recipient.id != 0 && !(other.recipient == one.recipient)) return false;
    return other.tries > 0 || other.next_try_at <= now;
  };
  for (const auto& [id, delivery] : rows_.deliveries) {
    if (!waits(delivery) || delivery.next_try_at > now) continue;
    const bool behind = std::ranges::any_of(
        rows_.deliveries, [&](const auto& other) { return stands_before(other.second, delivery); });
    if (!behind && std::cmp_less(found.size(), limit)) found.push_back(delivery);
  }
  return found;
}

std::vector<std::string> MemoryOutbox::destinations_due(Time now) const {
  std::set<std::string> found;
  for (const auto& [id, d] : rows_.deliveries) {
    if (d.state == desk::DeliveryState::waiting && d.next_try_at <= now) found.insert(d.destination);
  }
  return {found.begin(), found.end()};
}

std::optional<Time> MemoryOutbox::next_due() const {
  std::optional<Time> earliest;
  for (const auto& [id, d] : rows_.deliveries) {
    if (d.state == desk::DeliveryState::waiting && (!earliest || d.next_try_at < earliest)) earliest = d.next_try_at;
  }
  return earliest;
}

void MemoryOutbox::record(DeliveryId id, desk::DeliveryState state, int tries, std::optional<Time> next_try_at,
                          const std::string& error, const std::string& vendor_id, Time now) {
  auto& delivery = rows_.deliveries.at(id);
  if (delivery.state != desk::DeliveryState::waiting && delivery.state != desk::DeliveryState::accepted) return;
  delivery.state = state;
  delivery.tries = tries;
  delivery.next_try_at = next_try_at;
  delivery.last_error = error;
  delivery.vendor_id = vendor_id;
  if (state != desk::DeliveryState::waiting) delivery.done_at = now;
}

bool MemoryOutbox::replay(DeliveryId id, Time now) {
  const auto found = rows_.deliveries.find(id);
  if (found == rows_.deliveries.end() || found->second.state != desk::DeliveryState::dead) return false;
  found->second.state = desk::DeliveryState::waiting;
  found->second.tries = 0;
  found->second.next_try_at = now;
  return true;
}

std::optional<desk::User> MemoryDirectory::find_user(UserId id) const {
  const auto found = lookup(rows_.accounts, id);
  if (!found) return {};
  return found->user;
}

std::optional<desk::User> MemoryDirectory::find_user_by_login(const std::string& login) const {
  for (const auto& [id, account] : rows_.accounts) {
    if (fold(account.user.login) == fold(login)) return account.user;
  }
  return {};
}

std::vector<desk::User> MemoryDirectory::users(UserId after, int limit, const std::string& team) const {
  std::vector<desk::User> found;
  for (const auto& [id, account] : rows_.accounts) {
    const bool member =
        team.empty() || std::ranges::any_of(account.user.memberships, [&](const auto& m) { return m.team == team; });
    if (id > after && member && std::cmp_less(found.size(), limit)) found.push_back(account.user);
  }
  return found;
}

std::vector<desk::Shift> MemoryDirectory::shifts(UserId user, Time from, Time to) const {
  std::vector<desk::Shift> found;
  for (const auto& [id, shift] : rows_.shifts) {
    if (shift.user == user && shift.from < to && shift.to > from) found.push_back(shift);
  }
  return found;
}

std::vector<desk::Shift> MemoryDirectory::roster(Time from, Time to, const std::string& team, int limit) const {
  std::vector<desk::Shift> found;
  for (const auto& [id, shift] : rows_.shifts) {
    const auto account = rows_.accounts.find(shift.user);
    if (account == rows_.accounts.end() || shift.from >= to || shift.to <= from) continue;
    const auto& memberships = account->second.user.memberships;
    if (team.empty() || std::ranges::find(memberships, team, &desk::Membership::team) != memberships.end())
      found.push_back(shift);
  }
  std::ranges::sort(found, {}, [](const desk::Shift& shift) { return std::tuple(shift.user, shift.from, shift.id); });
  if (std::cmp_greater(found.size(), limit)) found.resize(static_cast<std::size_t>(limit));
  return found;
}

std::optional<desk::Customer> MemoryDirectory::find_customer(CustomerId id) const {
  return lookup(rows_.customers, id);
}

std::vector<desk::Customer> MemoryDirectory::customers_by_contact(const std::string& phone,
                                                                  const std::string& email) const {
  std::vector<desk::Customer> found;
  for (const auto& [id, customer] : rows_.customers) {
    if ((!phone.empty() && customer.phone == phone) || (!email.empty() && fold(customer.email) == fold(email)))
      found.push_back(customer);
  }
  return found;
}

std::vector<desk::Customer> MemoryDirectory::customers(const std::string& text, CustomerId before, int limit) const {
  return newest(rows_.customers, before, limit, [&](const desk::Customer& customer) {
    return text.empty() || fold(customer.name).find(fold(text)) != std::string::npos;
  });
}

std::optional<desk::Organization> MemoryDirectory::find_organization(OrganizationId id) const {
  return lookup(rows_.organizations, id);
}

std::vector<desk::Organization> MemoryDirectory::organizations(const std::string& text, OrganizationId before,
                                                               int limit) const {
  return newest(rows_.organizations, before, limit, [&](const desk::Organization& organization) {
    return text.empty() || fold(organization.name).find(fold(text)) != std::string::npos;
  });
}

UserId MemoryDirectory::add_user(const desk::User& user) {
  const UserId id{++rows_.last_id};
  rows_.accounts[id].user = user;
  rows_.accounts[id].user.id = id;
  return id;
}
void MemoryDirectory::save_user(const desk::User& user) {
  rows_.accounts[user.id].user = user;
}
void MemoryDirectory::set_presence(UserId user, domain::Presence presence) {
  rows_.accounts.at(user).user.presence = presence;
}

std::int64_t MemoryDirectory::add_shift(const desk::Shift& shift) {
  auto& row = rows_.shifts[++rows_.last_id];
  row = shift;
  row.id = rows_.last_id;
  return row.id;
}

bool MemoryDirectory::remove_shift(UserId user, std::int64_t shift) {
  const auto found = rows_.shifts.find(shift);
  if (found == rows_.shifts.end() || found->second.user != user) return false;
  rows_.shifts.erase(found);
  return true;
}

CustomerId MemoryDirectory::add_customer(const desk::Customer& customer) {
  const CustomerId id{++rows_.last_id};
  rows_.customers[id] = customer;
  rows_.customers[id].id = id;
  return id;
}
void MemoryDirectory::save_customer(const desk::Customer& customer) {
  rows_.customers[customer.id] = customer;
}

OrganizationId MemoryDirectory::add_organization(const desk::Organization& organization) {
  const OrganizationId id{++rows_.last_id};
  rows_.organizations[id] = organization;
  rows_.organizations[id].id = id;
  return id;
}
void MemoryDirectory::save_organization(const desk::Organization& organization) {
  rows_.organizations[organization.id] = organization;
}

std::vector<domain::Candidate> MemoryDirectory::candidates(const domain::Team& team, bool team_at_work,
                                                           Time now) const {
  std::vector<domain::Candidate> found;
  for (const auto& [id, account] : rows_.accounts) {
    const auto& user = account.user;
    const auto membership = std::ranges::find(user.memberships, team.name, &desk::Membership::team);
    if (membership == user.memberships.end()) continue;
    domain::Candidate candidate;
    candidate.user = id;
    candidate.login = user.login;
    candidate.lead = membership->lead;
    candidate.active = user.active;
    candidate.presence = user.presence;
    bool any = false;
    bool on = false;
    bool leave = false;
    for (const auto& [number, shift] : rows_.shifts) {
      if (shift.user != id) continue;
      const bool inside = shift.from <= now && now < shift.to;
      any = any || shift.kind == desk::ShiftKind::shift;
      on = on || (inside && shift.kind == desk::ShiftKind::shift);
      leave = leave || (inside && shift.kind == desk::ShiftKind::leave);
    }
    candidate.on_shift = !leave && (any ? on : team_at_work);
    for (const auto& [ticket, stored] : rows_.tickets) {
      if (stored.ticket.assignee == id && open(stored.ticket)) ++candidate.load;
    }
    candidate.last_assigned_at = lookup(rows_.last_assigned, id);
    candidate.capacity = user.capacity.value_or(team.capacity);
    candidate.skills = user.skills;
    candidate.regions = user.regions;
    candidate.product_lines = user.product_lines;
    found.push_back(std::move(candidate));
  }
  return found;
}

std::optional<desk::Session> MemoryAccess::find_session(const Digest& secret) const {
  for (const auto& [id, row] : rows_.sessions) {
    if (row.second == secret) return row.first;
  }
  return {};
}

std::optional<desk::Token> MemoryAccess::find_token(const Digest& secret) const {
  for (const auto& [id, row] : rows_.tokens) {
    if (row.second == secret) return row.first;
  }
  return {};
}

std::vector<desk::Session> MemoryAccess::sessions(UserId user) const {
  std::vector<desk::Session> found;
  for (const auto& [id, row] : rows_.sessions) {
    if (row.first.user == user) found.push_back(row.first);
  }
  return found;
}

std::vector<desk::Token> MemoryAccess::tokens(std::optional<UserId> user, TokenId after, int limit) const {
  std::vector<desk::Token> found;
  for (const auto& [id, row] : rows_.tokens) {
    if (id > after && (!user || row.first.user == *user) && std::cmp_less(found.size(), limit))
      found.push_back(row.first);
  }
  return found;
}

std::optional<std::string> MemoryAccess::password_hash(UserId user) const {
  const auto found = lookup(rows_.accounts, user);
  return found ? found->password_hash : std::nullopt;
}
void MemoryAccess::set_password_hash(UserId user, const std::string& encoded) {
  rows_.accounts.at(user).password_hash = encoded;
}

SessionId MemoryAccess::add_session(const desk::Session& session, const Digest& secret) {
  const SessionId id{++rows_.last_id};
  rows_.sessions[id] = {session, secret};
  rows_.sessions[id].first.id = id;
  return id;
}
void MemoryAccess::touch_session(SessionId id, Time now) {
  if (const auto found = rows_.sessions.find(id); found != rows_.sessions.end()) found->second.first.last_used_at = now;
}
bool MemoryAccess::remove_session(UserId user, SessionId id) {
  const auto found = rows_.sessions.find(id);
  if (found == rows_.sessions.end() || found->second.first.user != user) return false;
  rows_.sessions.erase(found);
  return true;
}
void MemoryAccess::remove_sessions(UserId user) {
  std::erase_if(rows_.sessions, [&](const auto& row) { return row.second.first.user == user; });
}
int MemoryAccess::drop_expired_sessions(Time now, int) {
  return static_cast<int>(
      std::erase_if(rows_.sessions, [&](const auto& row) { return row.second.first.expires_at < now; }));
}

TokenId MemoryAccess::add_token(const desk::Token& token, const Digest& secret) {
  const TokenId id{++rows_.last_id};
  rows_.tokens[id] = {token, secret};
  rows_.tokens[id].first.id = id;
  return id;
}
bool MemoryAccess::revoke_token(TokenId id, Time now) {
  const auto found = rows_.tokens.find(id);
  if (found == rows_.tokens.end() || found->second.first.revoked_at) return false;
  found->second.first.revoked_at = now;
  return true;
}

std::vector<desk::RecordedDeskEvent> MemoryStream::desk_events(std::int64_t before, int limit) const {
  std::vector<desk::RecordedDeskEvent> found;
  for (auto at = rows_.desk_events.rbegin(); at != rows_.desk_events.rend(); ++at) {
    if ((before == 0 || at->sequence < before) && std::cmp_less(found.size(), limit)) found.push_back(*at);
  }
  return found;
}

std::vector<desk::FeedEntry> MemoryStream::feed(std::int64_t position, int limit) const {
  std::vector<desk::FeedEntry> found;
  for (const auto& entry : rows_.feed) {
    if (entry.position > position && std::cmp_less(found.size(), limit)) found.push_back(entry);
  }
  return found;
}

std::int64_t MemoryStream::feed_head() const {
  return static_cast<std::int64_t>(rows_.feed.size());
}

std::vector<desk::FeedEntry> MemoryStream::feed_of_kind(const std::string& kind, std::int64_t from,
                                                        std::int64_t before, int limit) const {
  std::vector<desk::FeedEntry> found;
  for (auto at = rows_.feed.rbegin(); at != rows_.feed.rend(); ++at) {
    if (at->position < before && at->position >= from && at->kind == kind && std::cmp_less(found.size(), limit))
      found.push_back(*at);
  }
  return found;
}

void MemoryStream::append(const domain::Actor& actor, const desk::DeskEvent& event, Time at) {
  const auto sequence = static_cast<std::int64_t>(rows_.desk_events.size()) + 1;
  rows_.desk_events.push_back({sequence, at, actor, event});
  rows_.feed.push_back({static_cast<std::int64_t>(rows_.feed.size()) + 1, 0, sequence, event.kind, at});
}

std::optional<desk::BundleFiles> MemoryBundles::bundle_files(const std::string& digest) const {
  return lookup(rows_.bundles, digest);
}

std::vector<desk::Publication> MemoryBundles::publications(std::int64_t before, int limit) const {
  std::vector<desk::Publication> found;
  for (auto at = rows_.publications.rbegin(); at != rows_.publications.rend(); ++at) {
    if ((before == 0 || at->number < before) && std::cmp_less(found.size(), limit)) found.push_back(*at);
  }
  return found;
}

std::optional<desk::Publication> MemoryBundles::active_publication() const {
  if (rows_.publications.empty()) return {};
  return rows_.publications.back();
}

desk::StateMapping MemoryBundles::mapping(std::int64_t publication) const {
  return lookup(rows_.mappings, publication).value_or(desk::StateMapping{});
}

std::int64_t MemoryBundles::publish(const std::string& digest, const desk::BundleFiles& files,
                                    const desk::Publication& publication, const desk::StateMapping& mapping) {
  rows_.bundles[digest] = files;
  rows_.publications.push_back(publication);
  auto& row = rows_.publications.back();
  row.number = static_cast<std::int64_t>(rows_.publications.size());
  row.digest = digest;
  rows_.mappings[row.number] = mapping;
  return row.number;
}

std::optional<desk::Job> MemoryJobs::find_job(JobId id) const {
  return lookup(rows_.jobs, id);
}

std::vector<desk::Job> MemoryJobs::jobs(std::optional<UserId> by, JobId before, int limit) const {
  return newest(rows_.jobs, before, limit, [&](const desk::Job& job) { return !by || job.by == *by; });
}

std::vector<desk::JobResult> MemoryJobs::results(JobId id, std::int64_t after_item, int limit) const {
  std::vector<desk::JobResult> found;
  for (const auto& [key, result] : rows_.job_results) {
    if (key.first == id && key.second > after_item && std::cmp_less(found.size(), limit)) found.push_back(result);
  }
  return found;
}

JobId MemoryJobs::add_job(const desk::Job& job) {
  const JobId id{++rows_.last_id};
  rows_.jobs[id] = job;
  rows_.jobs[id].id = id;
  return id;
}
void MemoryJobs::save_job(const desk::Job& job) {
  rows_.jobs[job.id] = job;
}
void MemoryJobs::add_result(JobId id, const desk::JobResult& result) {
  rows_.job_results[{id, result.item}] = result;
}

std::vector<desk::Job> MemoryJobs::running() const {
  std::vector<desk::Job> found;
  for (const auto& [id, job] : rows_.jobs) {
    if (job.state == desk::JobState::running) found.push_back(job);
  }
  return found;
}

std::optional<desk::RememberedAnswer> MemoryAnswers::recall(const std::string& principal,
                                                            const std::string& key) const {
  return lookup(rows_.answers, std::pair{principal, key});
}

bool MemoryAnswers::remember(const std::string& principal, const std::string& key, const desk::RememberedAnswer& answer,
                             Time) {
  constexpr std::ptrdiff_t most = 1000;
  const auto held =
      std::ranges::count_if(rows_.answers, [&](const auto& entry) { return entry.first.first == principal; });
  if (held >= most) return false;
  rows_.answers[{principal, key}] = answer;
  return true;
}

std::optional<desk::Attachment> MemoryAttachments::find_attachment(AttachmentId id) const {
  ++rows_.files_asked;
  return lookup(rows_.attachments, id);
}

std::vector<desk::Attachment> MemoryAttachments::attachments(TicketId ticket) const {
  std::vector<desk::Attachment> found;
  for (const auto& [id, attachment] : rows_.attachments) {
    if (attachment.ticket == ticket) found.push_back(attachment);
  }
  return found;
}

AttachmentId MemoryAttachments::add_attachment(const desk::Attachment& attachment) {
  const AttachmentId id{++rows_.last_id};
  rows_.attachments[id] = attachment;
  rows_.attachments[id].id = id;
  return id;
}

bool MemoryAttachments::bind(AttachmentId id, TicketId ticket, const domain::Actor& by, bool internal) {
  const auto found = rows_.attachments.find(id);
  if (found == rows_.attachments.end() || found->second.ticket || !(found->second.by == by)) return false;
  found->second.ticket = ticket;
  found->second.internal = internal;
  return true;
}

std::int64_t MemoryAttachments::bytes_unbound(const domain::Actor& by) const {
  std::int64_t bytes = 0;
  for (const auto& [id, attachment] : rows_.attachments) {
    if (!attachment.ticket && attachment.by.kind == by.kind && attachment.by.id == by.id) bytes += attachment.size;
  }
  return bytes;
}

std::int64_t MemoryAttachments::bytes_on_ticket(TicketId ticket) const {
  std::int64_t bytes = 0;
  for (const auto& attachment : attachments(ticket)) bytes += attachment.size;
  return bytes;
}

std::vector<std::string> MemoryAttachments::drop_unbound(Time before, int) {
  std::vector<std::string> digests;
  std::erase_if(rows_.attachments, [&](const auto& row) {
    const bool drop = !row.second.ticket && row.second.created_at < before;
    if (drop) digests.push_back(row.second.sha256);
    return drop;
  });
  return digests;
}

MemoryDesk::MemoryDesk(domain::Definitions definitions) {
  activate(std::move(definitions));
}

void MemoryDesk::activate(domain::Definitions definitions) {
  active_ = std::make_shared<const domain::Definitions>(std::move(definitions));
  bundles_known_[active_->digest] = active_;
}

std::shared_ptr<const domain::Definitions> MemoryDesk::get(const std::string& digest) const {
  const auto found = bundles_known_.find(digest);
  if (found == bundles_known_.end()) throw std::runtime_error("a bundle that was never published");
  return found->second;
}

desk::Unit MemoryDesk::unit() {
  return {tickets_, outbox_,      directory_, access_, stream_, bundles_, jobs_,
          answers_, attachments_, plugins_,   links_,  notices_, workspace_, now,
          active_,  *this,        wakes};
}

desk::Reading MemoryDesk::reading() {
  return {tickets_,     outbox_,  directory_, access_, stream_,  bundles_,   jobs_,
          attachments_, plugins_, reports_,   links_,  notices_, workspace_, now, active_, *this};
}

void MemoryDesk::write(Write work, Done done) {
  const MemoryRows before = rows;
  Result<void> outcome;
  try {
    auto job = unit();
    outcome = work(job);
  } catch (const std::exception&) {
    outcome = fail(ErrorCode::internal, "");
  }
  if (outcome)
    ++writes;
  else
    rows = before;
  done(std::move(outcome));
}

void MemoryDesk::read(Read work, Done done) {
  ++reads;
  Result<void> outcome;
  try {
    outcome = work(reading());
  } catch (const std::exception&) {
    outcome = fail(ErrorCode::internal, "");
  }
  done(std::move(outcome));
}

}  // namespace docket::test
