// SPDX-License-Identifier: Apache-2.0
#include "store/tickets.hpp"

#include <algorithm>
#include <limits>
#include <boost/mp11/algorithm.hpp>

#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "base/json_sparse.hpp"
#include "desk/ports/message_page.hpp"
#include "store/condition_scope.hpp"
#include "store/event_log.hpp"
#include "store/fact_rows.hpp"
#include "store/field_index.hpp"
#include "store/notice_rows.hpp"
#include "store/search_index.hpp"
#include "store/ticket_list.hpp"
#include "store/ticket_projection.hpp"

namespace docket::store {
namespace {

using domain::Ticket;

std::vector<TicketId> ids_of(Selection<TicketId> selection, int limit) {
  std::vector<TicketId> ids;
  selection.each(static_cast<std::size_t>(limit), [&](TicketId id) { ids.push_back(id); });
  return ids;
}

// --- the projection -----------------------------------------------------------------------------------------------

using ProjectionMembers = boost::describe::describe_members<TicketProjection, boost::describe::mod_public>;

template <class F>
void for_each_column(F f) {
  boost::mp11::mp_for_each<ProjectionMembers>([&](auto member) {
    constexpr Sql column(decltype(member)::name);
    f(column, decltype(member)::pointer);
  });
}

/// A column's new value with its parameter; NULL stands in the text, so that a parameter's type never changes.
template <class T>
Fragment parameter(const T& value) {
  if constexpr (is_optional<T>) {
    return value ? Fragment("?", *value) : Fragment("NULL");
  } else {
    return Fragment("?", value);
  }
}

SqlText insert_text() {
  SqlText columns("INSERT INTO ticket(");
  SqlText values(") VALUES(");
  for_each_column([&](Sql column, auto) {
    columns += column;
    columns += ", ";
    values += "?, ";
  });
  columns += "workflow_bundle, bundle";
  values += "(SELECT id FROM bundle WHERE digest = ?), (SELECT id FROM bundle WHERE digest = ?))";
  return columns + values;
}

template <class... D>
void insert_members(Session& session, const TicketProjection& row, const Ticket& ticket, boost::mp11::mp_list<D...>) {
  static const SqlText sql = insert_text();
  session.run(sql, row.*D::pointer..., ticket.workflow_bundle, ticket.bundle);
}

void insert_row(Session& session, const TicketProjection& row, const Ticket& ticket) {
  insert_members(session, row, ticket, boost::mp11::mp_rename<ProjectionMembers, boost::mp11::mp_list>{});
}

/// The place of a rule's tickets among those that wait in a team: lower is given out earlier.
int queue_rank(const domain::Definitions* active, const std::string& rule) {
  if (active == nullptr) return kLastInQueue;
  const auto found = std::ranges::find(active->dispatch, rule, &domain::DispatchRule::name);
  return found == active->dispatch.end() ? kLastInQueue : found->priority_rank.value_or(kLastInQueue);
}

/// Sets only what differs: each index on an untouched column is then left alone.
void update_row(Session& session, const TicketProjection& before, const TicketProjection& after,
                const Ticket& old_ticket, const Ticket& ticket) {
  Fragment sql("UPDATE ticket SET ");
  bool any = false;
  const auto set = [&](const Fragment& part) {
    if (any) sql += Fragment(", ");
    any = true;
    sql += part;
  };
  for_each_column([&](Sql column, auto pointer) {
    if (before.*pointer != after.*pointer) set(Fragment(column) + Fragment(" = ") + parameter(after.*pointer));
  });
  if (ticket.workflow_bundle != old_ticket.workflow_bundle) {
    set(Fragment("workflow_bundle = (SELECT id FROM bundle WHERE digest = ?)", ticket.workflow_bundle));
  }
  if (ticket.bundle != old_ticket.bundle) {
    set(Fragment("bundle = (SELECT id FROM bundle WHERE digest = ?)", ticket.bundle));
  }
  if (!any) return;
  sql += Fragment(" WHERE id = ?", after.id);
  if (session.run(sql.sql, sql.values) != 1) throw StoreMisuse("a ticket that is not there was saved");
}

}  // namespace

Tickets::Tickets(Session& session, WriterMemory* memory, std::shared_ptr<const domain::Definitions> active, Time now)
    : session_(session), memory_(memory), active_(std::move(active)), now_(now) {}

// --- reading ---------------------------------------------------------------------------------------------------------

std::optional<Ticket> Tickets::load(TicketId id) const {
  const auto found = session_.select<std::string>("SELECT document FROM ticket_document WHERE id = ?", id).maybe();
  if (!found) return std::nullopt;
  return json::decode_stored<Ticket>(std::get<0>(*found));
}

std::optional<Ticket> Tickets::find(TicketId id, const domain::Principal& principal) const {
  if (!sees_all(principal)) {
    const ConditionScope scope(session_, now_, nullptr, principal);
    const Fragment sql =
        Fragment("SELECT 1 FROM ticket t WHERE t.id = ? AND ", id) + visible_tickets(principal, scope.context());
    if (!session_.select<int>(sql.sql, sql.values).maybe()) return std::nullopt;
  }
  return load(id);
}

Result<desk::TicketPage> Tickets::list(const desk::TicketListQuery& query, const domain::Principal& principal) const {
  const ConditionScope scope(session_, now_, &query.filter, principal);
  return TicketLists(session_, scope.context()).list(query, principal);
}

Result<desk::TicketPage> Tickets::search(const std::string& text, const domain::Condition& filter, TicketId after,
                                         int limit, const domain::Principal& principal) const {
  const ConditionScope scope(session_, now_, &filter, principal);
  return TicketLists(session_, scope.context()).search(text, filter, after, limit, principal);
}

Result<int> Tickets::count(const domain::Condition& filter, int cap, const domain::Principal& principal) const {
  const ConditionScope scope(session_, now_, &filter, principal);
  return TicketLists(session_, scope.context()).count(filter, cap, principal);
}

/// What the principal sees beyond whole teams: few tickets, counted one by one.
void Tickets::add_copied(const domain::Principal& principal, const std::set<std::string>& teams,
                         std::vector<desk::TicketCount>& counts) const {
  if (!sees_copied(principal)) return;
  constexpr std::size_t most = 1'000'000;
  session_
      .select<std::string, std::string, domain::StateCategory, UserId, std::int64_t>(
          "SELECT t.team, t.state, t.category, t.assignee, count(*) FROM ticket_person w"
          " INDEXED BY ticket_person_by_user CROSS JOIN ticket t ON t.id = w.ticket WHERE w.user = ? AND w.role = 2"
          " GROUP BY 1, 2, 3, 4",
          principal.user)
      .each(most, [&](std::string team, std::string state, domain::StateCategory category, UserId assignee,
                      std::int64_t n) {
        if (!teams.contains(team)) counts.push_back({std::move(team), std::move(state), category, assignee, n});
      });
}

std::vector<desk::TicketCount> Tickets::counts(const domain::Principal& principal) const {
  constexpr std::size_t most = 1'000'000;
  std::vector<desk::TicketCount> out;
  const auto add = [&](std::string team, std::string state, domain::StateCategory category, UserId assignee,
                       std::int64_t n) {
    out.push_back({std::move(team), std::move(state), category, assignee, n});
  };
  if (sees_all(principal)) {
    session_
        .select<std::string, std::string, domain::StateCategory, UserId, std::int64_t>(
            "SELECT team, state, category, assignee, tickets FROM ticket_count WHERE tickets > 0")
        .each(most, add);
    return out;
  }
  const bool whole_teams = std::ranges::all_of(principal.views, [](const domain::TicketView& view) {
    return view.scope == domain::TicketScope::none ||
           (view.scope == domain::TicketScope::team && view.where.kind == domain::Condition::Kind::always);
  });
  if (whole_teams) {
    std::set<std::string> teams;
    for (const auto& view : principal.views) {
      if (view.scope == domain::TicketScope::team) teams.insert(view.teams.begin(), view.teams.end());
    }
    for (const auto& team : teams) {
      session_
          .select<std::string, std::string, domain::StateCategory, UserId, std::int64_t>(
              "SELECT team, state, category, assignee, tickets FROM ticket_count WHERE team = ? AND tickets > 0", team)
          .each(most, add);
    }
    add_copied(principal, teams, out);
    return out;
  }
  const ConditionScope scope(session_, now_, nullptr, principal);
  const Fragment sql = Fragment("SELECT t.team, t.state, t.category, t.assignee, count(*) FROM ticket t WHERE ") +
                       visible_tickets(principal, scope.context()) + Fragment(" GROUP BY 1, 2, 3, 4");
  session_.select<std::string, std::string, domain::StateCategory, UserId, std::int64_t>(sql.sql, sql.values)
      .each(most, add);
  return out;
}

std::vector<desk::StoredMessage> Tickets::messages(TicketId id, std::int64_t after, int limit, bool internal) const {
  std::vector<desk::StoredMessage> out;
  std::size_t room = desk::most_formatted_of_page;
  session_
      .select<std::int64_t, domain::MessageKind, domain::ActorKind, std::int64_t, std::string, std::string, std::string,
              std::string, Time, std::optional<std::string>>(
          "SELECT m.number, m.kind, m.author_kind, m.author_id, m.author_name,"
          " coalesce(CASE m.author_kind WHEN 0 THEN (SELECT name FROM user WHERE id = m.author_id)"
          " WHEN 1 THEN (SELECT name FROM customer WHERE id = m.author_id) END, m.author_name),"
          " m.body, m.attachments, m.at, m.formatted FROM message m WHERE m.ticket = ? AND m.number > ? AND (? OR m.kind <> ?)"
          " ORDER BY m.number LIMIT ?",
          id, after, internal, domain::MessageKind::note, limit)
      .each(static_cast<std::size_t>(limit),
            [&](std::int64_t number, domain::MessageKind kind, domain::ActorKind author_kind, std::int64_t author_id,
                std::string author, std::string name, std::string body, const std::string& attachments, Time at,
                const std::optional<std::string>& formatted) {
              const bool fits = formatted && formatted->size() <= room;
              if (fits) room -= formatted->size();
              out.push_back({number,
                             kind,
                             {author_kind, author_id, std::move(author)},
                             std::move(name),
                             std::move(body),
                             json::decode_stored<std::vector<std::int64_t>>(attachments),
                             at,
                             fits ? json::decode_stored<domain::Formatted>(*formatted) : domain::Formatted{}});
            });
  return out;
}

std::vector<domain::RecordedEvent> Tickets::events(TicketId id, std::int64_t after, int limit) const {
  std::vector<domain::RecordedEvent> out;
  for (auto& stored : EventLog(session_).read(id.value, after, limit)) {
    out.push_back({stored.sequence, stored.at, std::move(stored.actor),
                   json::decode_stored<domain::TicketEvent>(stored.payload)});
  }
  return out;
}

std::vector<TicketId> Tickets::merged_into(TicketId id) const {
  constexpr int most = 10'000;
  return ids_of(session_.select<TicketId>(
                    "SELECT id FROM ticket WHERE merged_into <> 0 AND merged_into = ? ORDER BY id LIMIT ?", id, most),
                most);
}

std::vector<desk::TicketReader::InFlight> Tickets::in_flight() const {
  return session_
      .select<std::string, std::string, std::string, std::int64_t>(
          "SELECT t.workflow, b.digest, t.state, count(*) FROM ticket t JOIN bundle b ON b.id = t.workflow_bundle"
          " WHERE t.closed = 0 GROUP BY 1, 2, 3")
      .all<InFlight>(100'000);
}

// --- saving ----------------------------------------------------------------------------------------------------------

TicketId Tickets::next_id() {
  if (memory_->last_ticket < 0) {
    memory_->last_ticket = std::get<0>(session_.select<std::int64_t>("SELECT coalesce(max(id), 0) FROM ticket").one());
  }
  return TicketId{++memory_->last_ticket};
}

void Tickets::save(const desk::TicketChange& change) {
  save_rows(change);
  save_people(change);
  save_fields(change);
  save_counts(change);
  save_history(change);
  save_deliveries(change);
  FactRows(session_, now_).add(change);
}

void Tickets::save_rows(const desk::TicketChange& change) {
  const Ticket& after = *change.after;
  auto row = project(after, change.next_timer);
  if (after.waiting) row.queue_rank = queue_rank(active_.get(), after.dispatch_rule);
  const std::string document = json::encode_sparse(after);
  if (change.before == nullptr) {
    insert_row(session_, row, after);
    session_.run("INSERT INTO ticket_document(id, document) VALUES(?, ?)", after.id, document);
    session_.run("INSERT INTO ticket_sight(id, team) VALUES(?, ?)", after.id, after.team);
    SearchIndex(session_).set_head(after.id, head_text(after), true);
    return;
  }
  // The timer before is not part of the ticket: setting it again is cheaper than asking for it.
  auto old_row = project(*change.before, change.next_timer);
  if (after.waiting) old_row.queue_rank = -1;  // the rules may have changed since: set it in any case
  update_row(session_, old_row, row, *change.before, after);
  if (change.before->team != after.team) {
    session_.run("UPDATE ticket_sight SET team = ? WHERE id = ?", after.team, after.id);
  }
  session_.run("UPDATE ticket SET timer_at = ? WHERE id = ? AND timer_at IS NOT ?", change.next_timer, after.id,
               change.next_timer);
  session_.run("UPDATE ticket_document SET document = ? WHERE id = ?", document, after.id);
  if (change.before->subject != after.subject || change.before->tags != after.tags ||
      change.before->fields != after.fields) {
    SearchIndex(session_).set_head(after.id, head_text(after), false);
  }
}

void Tickets::save_people(const desk::TicketChange& change) {
  enum Role : std::int64_t { creator = 0, watcher = 1, copied = 2 };
  static const std::vector<UserId> nobody;
  const Ticket& after = *change.after;
  const auto differ = [&](Role role, const std::vector<UserId>& before_users, const std::vector<UserId>& after_users) {
    std::vector<UserId> changed;
    std::ranges::set_difference(before_users, after_users, std::back_inserter(changed));
    for (const UserId user : changed) {
      session_.run("DELETE FROM ticket_person WHERE ticket = ? AND role = ? AND user = ?", after.id, std::int64_t{role},
                   user);
    }
    changed.clear();
    std::ranges::set_difference(after_users, before_users, std::back_inserter(changed));
    for (const UserId user : changed) {
      session_.run("INSERT INTO ticket_person(ticket, role, user) VALUES(?, ?, ?)", after.id, std::int64_t{role}, user);
    }
  };
  differ(watcher, change.before ? change.before->watchers : nobody, after.watchers);
  differ(copied, change.before ? change.before->copied : nobody, after.copied);
  if (change.before == nullptr && after.created_by.kind == domain::ActorKind::user && after.created_by.id != 0) {
    differ(creator, nobody, {UserId{after.created_by.id}});
  }

  static const std::vector<std::string> none;
  const auto& old_tags = change.before ? change.before->tags : none;
  if (old_tags == after.tags) return;
  for (const auto& tag : old_tags) {
    if (!std::ranges::binary_search(after.tags, tag)) {
      session_.run("DELETE FROM ticket_tag WHERE ticket = ? AND tag = ?", after.id, tag);
    }
  }
  for (const auto& tag : after.tags) {
    if (!std::ranges::binary_search(old_tags, tag)) {
      session_.run("INSERT INTO ticket_tag(ticket, tag) VALUES(?, ?)", after.id, tag);
    }
  }
}

void Tickets::save_fields(const desk::TicketChange& change) {
  static const domain::Fields none;
  const Ticket& after = *change.after;
  const auto& before = change.before ? change.before->fields : none;
  if (before == after.fields || active_ == nullptr) return;
  for (const auto& [name, value] : before) {
    const auto now = after.fields.find(name);
    if ((now == after.fields.end() || now->second != value) && is_indexed(*active_, name)) {
      session_.run("DELETE FROM ticket_field WHERE ticket = ? AND field = ?", after.id, name);
    }
  }
  for (const auto& [name, value] : after.fields) {
    const auto old = before.find(name);
    if ((old == before.end() || old->second != value) && is_indexed(*active_, name)) {
      insert_indexed_field(session_, after.id, name, value);
    }
  }
}

void Tickets::save_counts(const desk::TicketChange& change) {
  const Ticket* before = change.before;
  const Ticket& after = *change.after;
  const auto key = [](const Ticket& t) { return std::tie(t.team, t.state, t.category, t.assignee); };
  if (before == nullptr || key(*before) != key(after)) {
    if (before != nullptr) {
      session_.run(
          "UPDATE ticket_count SET tickets = tickets - 1 WHERE team = ? AND state = ? AND category = ? AND assignee = "
          "?",
          before->team, before->state, before->category, before->assignee);
    }
    session_.run(
        "INSERT INTO ticket_count(team, state, category, assignee, tickets) VALUES(?,?,?,?,1)"
        " ON CONFLICT(team, state, category, assignee) DO UPDATE SET tickets = tickets + 1",
        after.team, after.state, after.category, after.assignee);
  }
  const auto holder = [](const Ticket& t) { return holds_work(t.category) ? t.assignee : UserId{}; };
  const UserId old_holder = before ? holder(*before) : UserId{};
  if (old_holder != holder(after)) {
    if (old_holder) session_.run("UPDATE user_state SET load = load - 1 WHERE user = ?", old_holder);
    if (holder(after)) session_.run("UPDATE user_state SET load = load + 1 WHERE user = ?", holder(after));
    if (memory_ != nullptr) {
      memory_->roster.change_load(old_holder, -1);
      memory_->roster.change_load(holder(after), 1);
    }
  }
  for (const auto& event : change.events) {
    const auto* assigned = std::get_if<domain::Assigned>(&event.event);
    if (assigned == nullptr || !assigned->assignee) continue;
    session_.run("UPDATE user_state SET last_assigned_at = ? WHERE user = ?", event.at, assigned->assignee);
    if (memory_ != nullptr) memory_->roster.assigned(assigned->assignee, event.at);
  }
}

void Tickets::save_history(const desk::TicketChange& change) {
  const Ticket& ticket = *change.after;
  std::vector<StoredEvent> events;
  events.reserve(change.events.size());
  for (const auto& event : change.events) {
    events.push_back({ticket.id.value, event.sequence, event.at, event.actor, std::string(domain::kind_of(event.event)),
                      json::encode_sparse(event.event)});
  }
  EventLog(session_).append(events);
  const Time at = change.events.empty() ? now_ : change.events.back().at;
  SearchIndex index(session_);
  for (const auto& message : change.messages) {
    session_.run(
        "INSERT INTO message(ticket, number, kind, author_kind, author_id, author_name, body, attachments, at, formatted)"
        " VALUES(?,?,?,?,?,?,?,?,?,?)",
        ticket.id, message.number, message.kind, message.author.kind, message.author.id, message.author.name,
        message.body, json::encode(message.attachments), at,
        message.formatted.empty() ? std::nullopt : std::optional(json::encode_sparse(message.formatted)));
    index.add_message(ticket.id, message.number, message.kind == domain::MessageKind::note, ticket.subject,
                      message.body);
  }
}

namespace {

bool same_but_for_destination(const desk::NewDelivery& one, const desk::NewDelivery& other) {
  const auto rest = [](const desk::NewDelivery& d) {
    return std::tie(d.ticket, d.sequence, d.recipient, d.text, d.subject, d.body, d.at);
  };
  return rest(one) == rest(other);
}

}  // namespace

void Tickets::save_deliveries(const desk::TicketChange& change) {
  NoticeRows notices(session_, now_);
  for (const auto& notice : change.notices) notices.add_notice(notice);
  // What goes to several destinations goes in by one statement.
  for (auto rest = change.deliveries; !rest.empty();) {
    const auto& first = rest.front();
    std::vector<std::string> destinations;
    for (const auto& one : rest) {
      if (!same_but_for_destination(first, one) || one.index != first.index + std::ssize(destinations)) break;
      destinations.push_back(one.destination);
    }
    session_.run(
        "INSERT INTO delivery(ticket, sequence, number, destination, recipient_kind, recipient_id, text, subject, "
        "body, state,"
        " tries, created_at, next_try_at, last_error, vendor_id)"
        " SELECT ?, ?, ? + key, value, ?, ?, ?, ?, ?, 0, 0, ?, NULL, '', '' FROM json_each(?)",
        first.ticket, first.sequence, first.index, first.recipient.kind, first.recipient.id, first.text, first.subject,
        first.body, first.at, json::encode(destinations));
    rest = rest.subspan(destinations.size());
  }
}

// --- what time and dispatch ask -------------------------------------------------------------------------------------

std::vector<TicketId> Tickets::due(Time now, int limit) const {
  return ids_of(session_.select<TicketId>(
                    "SELECT id FROM ticket WHERE timer_at IS NOT NULL AND timer_at <= ? ORDER BY timer_at, id LIMIT ?",
                    now, limit),
                limit);
}

void Tickets::rearm(TicketId id, Time at) {
  session_.run("UPDATE ticket SET timer_at = ? WHERE id = ? AND timer_at < ?", at, id, at);
}

std::optional<Time> Tickets::next_due() const {
  return std::get<0>(
      session_.select<std::optional<Time>>("SELECT min(timer_at) FROM ticket WHERE timer_at IS NOT NULL").one());
}

std::vector<TicketId> Tickets::waiting(const std::string& team, int limit) const {
  return ids_of(
      session_.select<TicketId>(
          "SELECT id FROM ticket WHERE waiting = 1 AND team = ? ORDER BY queue_rank, priority DESC, id LIMIT ?", team,
          limit),
      limit);
}

std::vector<std::string> Tickets::teams_waiting() const {
  std::vector<std::string> teams;
  session_.select<std::string>("SELECT DISTINCT team FROM ticket WHERE waiting = 1")
      .each(100'000, [&](std::string team) { teams.push_back(std::move(team)); });
  return teams;
}

std::vector<TicketId> Tickets::not_adopted(const std::string& bundle, TicketId after, int limit) const {
  return ids_of(
      session_.select<TicketId>("SELECT id FROM ticket INDEXED BY ticket_open WHERE closed = 0 AND id > ?"
                                " AND bundle IS NOT (SELECT id FROM bundle WHERE digest = ?) ORDER BY id LIMIT ?",
                                after, bundle, limit),
      limit);
}

}  // namespace docket::store
