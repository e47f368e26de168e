// SPDX-License-Identifier: Apache-2.0
#include "store/outbox_rows.hpp"

#include <algorithm>
#include <functional>
#include <charconv>
#include <limits>
#include <utility>

#include "store/condition_scope.hpp"
#include "store/visible_tickets.hpp"

namespace docket::store {
namespace {

using desk::DeliveryState;

// Partial indexes are met by literals only; these two are the ones that SQL texts below spell out.
static_assert(static_cast<int>(DeliveryState::waiting) == 0);
static_assert(static_cast<int>(DeliveryState::delivered) == 2);

constexpr std::size_t kMostRows = 1000;

int bounded(int limit) {
  return std::clamp(limit, 0, static_cast<int>(kMostRows));
}

std::vector<desk::Delivery> select_deliveries(Session& session, const Fragment& rest) {
  const Fragment sql =
      Fragment(
          "SELECT d.id, d.ticket, d.sequence, d.number, d.destination, d.recipient_kind, d.recipient_id, d.text,"
          " d.subject, d.body, d.state, d.tries, d.created_at,"
          " coalesce(d.next_try_at, iif(d.state = 0, d.created_at, NULL)), d.done_at, d.last_error, d.vendor_id,"
          " coalesce((SELECT '-' || r.word FROM restored r WHERE r.last_delivery < d.id"
          " ORDER BY r.last_delivery DESC LIMIT 1), '')") +
      rest;
  std::vector<desk::Delivery> out;
  session
      .select<DeliveryId, TicketId, std::int64_t, std::int64_t, std::string, domain::ActorKind, std::int64_t,
              std::string, std::string, std::string, DeliveryState, int, Time, std::optional<Time>, std::optional<Time>,
              std::string, std::string, std::string>(sql.sql, sql.values)
      .each(kMostRows, [&](DeliveryId id, TicketId ticket, std::int64_t sequence, std::int64_t number,
                           std::string destination, domain::ActorKind recipient_kind, std::int64_t recipient_id,
                           std::string text, std::string subject, std::string body, DeliveryState state, int tries,
                           Time created_at, std::optional<Time> next_try_at, std::optional<Time> done_at,
                           std::string last_error, std::string vendor_id, const std::string& restored) {
        desk::Delivery delivery;
        delivery.id = id;
        delivery.ticket = ticket;
        delivery.sequence = sequence;
        delivery.key = std::to_string(ticket.value) + "-" + std::to_string(sequence) + "-" + std::to_string(number) + restored;
        delivery.destination = std::move(destination);
        delivery.recipient = {recipient_kind, recipient_id};
        delivery.text = std::move(text);
        delivery.subject = std::move(subject);
        delivery.body = std::move(body);
        delivery.state = state;
        delivery.tries = tries;
        delivery.created_at = created_at;
        delivery.next_try_at = next_try_at;
        delivery.done_at = done_at;
        delivery.last_error = std::move(last_error);
        delivery.vendor_id = std::move(vendor_id);
        out.push_back(std::move(delivery));
      });
  return out;
}

}  // namespace

std::optional<DeliveryId> OutboxRows::look_ends_at(std::optional<DeliveryState> state, DeliveryId before) const {
  if (state && *state != DeliveryState::delivered) {
    const auto last = session_
                          .select<DeliveryId>(
                              "SELECT id FROM delivery INDEXED BY delivery_by_state WHERE state = ? AND state <> 2"
                              " AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ?",
                              *state, before ? before.value : std::numeric_limits<std::int64_t>::max(), looked_at - 1)
                          .maybe();
    return last ? std::optional{std::get<0>(*last)} : std::nullopt;
  }
  // Most are delivered, and have no index: they are looked at as they lie.
  const auto behind =
      before ? before.value : std::get<0>(session_.select<std::int64_t>("SELECT coalesce(max(id), 0) + 1 FROM delivery").one());
  return behind > looked_at + 1 ? std::optional{DeliveryId{behind - looked_at}} : std::nullopt;
}

desk::DeliveryPage OutboxRows::deliveries(const desk::DeliveryFilter& filter, DeliveryId before, int limit,
                                          const domain::Principal& principal) const {
  const auto& state = filter.state;
  // Held in some teams only: deliveries of their tickets only.
  const auto holds = [](const domain::Rights& rights) {
    return rights.test(static_cast<std::size_t>(domain::Right::delivery_read)) ||
           rights.test(static_cast<std::size_t>(domain::Right::delivery_manage));
  };
  const bool sees_each = sees_all(principal) && holds(principal.rights);
  // No index tells destinations or who sees what: one by destination would cost each delivery a page in its commit, for a
  // list that is looked at when something is wrong. A ticket has few.
  std::optional<DeliveryId> last;
  const bool passes_over = !sees_each || !filter.destination.empty() || state == DeliveryState::delivered;
  const bool has_few = filter.id || filter.ticket;
  if (passes_over && !has_few) last = look_ends_at(state, before);

  const bool by_state = state && *state != DeliveryState::delivered && !has_few;
  Fragment rest = by_state ? Fragment(" FROM delivery d INDEXED BY delivery_by_state WHERE 1") : Fragment(" FROM delivery d WHERE 1");
  if (filter.id) rest += Fragment(" AND d.id = ?", *filter.id);
  if (filter.ticket) rest += Fragment(" AND d.ticket = ?", *filter.ticket);
  if (state) {
    rest += Fragment(" AND d.state = ?", *state);
    if (*state == DeliveryState::waiting) rest += Fragment(" AND d.state = 0");
    if (*state != DeliveryState::delivered) rest += Fragment(" AND d.state <> 2");
  }
  if (filter.demanded) rest += Fragment(" AND d.origin IS NULL");
  // With the sign no index that begins with the destination is taken: none is in this order.
  if (!filter.destination.empty()) rest += Fragment(" AND +d.destination = ?", filter.destination);
  if (before) rest += Fragment(" AND d.id < ?", before);
  if (last) rest += Fragment(" AND d.id >= ?", *last);
  if (!sees_all(principal)) {
    const ConditionScope scope(session_, now_, nullptr, principal);
    rest += Fragment(" AND EXISTS(SELECT 1 FROM ticket t WHERE t.id = d.ticket AND ") +
            visible_tickets(principal, scope.context()) + Fragment(")");
  }
  if (!holds(principal.rights)) {
    Fragment teams("(t.id < 0)");
    for (const auto& [team, rights] : principal.team_rights) {
      if (holds(rights)) teams += Fragment(" OR t.team = ?", team);
    }
    rest += Fragment(" AND EXISTS(SELECT 1 FROM ticket t WHERE t.id = d.ticket AND (") + teams + Fragment("))");
  }
  const auto most = std::clamp(limit, 1, static_cast<int>(kMostRows) - 1);
  rest += Fragment(" ORDER BY d.id DESC LIMIT ?", most + 1);
  desk::DeliveryPage page{select_deliveries(session_, rest), last};
  if (std::cmp_greater(page.rows.size(), most)) {
    page.rows.resize(static_cast<std::size_t>(most));
    page.next = page.rows.back().id;
  }
  return page;
}

std::vector<desk::Delivery> OutboxRows::due(const std::string& destination, Time now, int limit) const {
  // What goes to a person waits for nobody else's, nor for what was only put off (quiet hours, a vendor's limits): an
  // urgent word must not stand behind one that is to come in the morning.
  const Fragment first(" AND NOT EXISTS(SELECT 1 FROM delivery e WHERE e.state = 0"
                       " AND e.ticket = d.ticket AND e.destination = d.destination AND e.id < d.id"
                       " AND (e.recipient_id = 0 OR d.recipient_id = 0"
                       " OR (e.recipient_kind = d.recipient_kind AND e.recipient_id = d.recipient_id))"
                       " AND (e.recipient_id = 0 OR e.tries > 0 OR coalesce(e.next_try_at, e.created_at) <= ?))",
                       now);
  auto out = select_deliveries(session_,
                               Fragment(" FROM delivery d INDEXED BY delivery_due WHERE d.state = 0 AND d.destination = ?"
                                        " AND d.next_try_at <= ?",
                                        destination, now) +
                                   first + Fragment(" ORDER BY d.next_try_at, d.id LIMIT ?", bounded(limit)));
  const auto room = bounded(limit) - static_cast<int>(out.size());
  if (room == 0) return out;
  auto fresh = select_deliveries(session_,
                                 Fragment(" FROM delivery d INDEXED BY delivery_fresh WHERE d.state = 0 AND d.destination = ?"
                                          " AND d.next_try_at IS NULL AND d.created_at <= ?",
                                          destination, now) +
                                     first + Fragment(" ORDER BY d.created_at, d.id LIMIT ?", room));
  std::ranges::move(fresh, std::back_inserter(out));
  return out;
}

std::vector<std::string> OutboxRows::destinations_due(Time now) const {
  // Destinations are few and rows may be many: hop from one to the next along each index.
  std::vector<std::string> out;
  session_
      .select<std::string>(
          "WITH RECURSIVE name(n) AS (SELECT min(destination) FROM delivery WHERE state = 0 AND next_try_at IS NOT NULL"
          " UNION ALL SELECT (SELECT min(destination) FROM delivery WHERE state = 0 AND next_try_at IS NOT NULL"
          " AND destination > n) FROM name WHERE n IS NOT NULL)"
          ", fresh(n) AS (SELECT min(destination) FROM delivery WHERE state = 0 AND next_try_at IS NULL"
          " UNION ALL SELECT (SELECT min(destination) FROM delivery WHERE state = 0 AND next_try_at IS NULL"
          " AND destination > n) FROM fresh WHERE n IS NOT NULL)"
          " SELECT n FROM name WHERE n IS NOT NULL"
          " AND EXISTS(SELECT 1 FROM delivery WHERE state = 0 AND destination = n AND next_try_at <= ?)"
          " UNION SELECT n FROM fresh WHERE n IS NOT NULL AND EXISTS(SELECT 1 FROM delivery"
          " WHERE state = 0 AND next_try_at IS NULL AND destination = n AND created_at <= ?)",
          now, now)
      .each(kMostRows, [&](std::string name) { out.push_back(std::move(name)); });
  return out;
}

std::optional<Time> OutboxRows::next_due(const std::string& destination, Time now) const {
  return std::get<0>(session_
                         .select<std::optional<Time>>(
                             "SELECT min(next_try_at) FROM delivery INDEXED BY delivery_due"
                             " WHERE state = 0 AND destination = ? AND next_try_at > ?",
                             destination, now)
                         .one());
}

bool OutboxRows::has_fresh(Time before) const {
  return session_
      .select<int>("SELECT 1 FROM delivery INDEXED BY delivery_fresh WHERE state = 0 AND next_try_at IS NULL"
                   " AND created_at < ? LIMIT 1",
                   before)
      .maybe()
      .has_value();
}

int OutboxRows::file_fresh(Time before, int limit) {
  // In the order of ids, since rows that came together stand on the same pages; of so many at most, since sorting all
  // that may have piled up would cost more each time.
  return static_cast<int>(
      session_.run("UPDATE delivery SET next_try_at = created_at WHERE id IN"
                   " (SELECT id FROM (SELECT id FROM delivery INDEXED BY delivery_fresh WHERE state = 0"
                   " AND next_try_at IS NULL AND created_at < ? LIMIT 1000) ORDER BY id LIMIT ?)",
                   before, bounded(limit)));
}

void OutboxRows::record(DeliveryId id, DeliveryState state, int tries, std::optional<Time> next_try_at,
                        const std::string& error, const std::string& vendor_id, Time now) {
  const std::optional<Time> done_at =
      state == DeliveryState::waiting ? std::optional<Time>{} : std::optional<Time>{now};
  // Only of what is still open: a receipt may have been quicker than the note of its own try, and what it said stays.
  session_.run(
      "UPDATE delivery SET state = ?, tries = ?, next_try_at = ?, last_error = ?, vendor_id = ?, done_at = ?"
      " WHERE id = ? AND state IN (0, 1)",
      state, tries, next_try_at, error, vendor_id, done_at, id);
}

std::vector<desk::DeliveryTry> OutboxRows::tries(DeliveryId id) const {
  std::vector<desk::DeliveryTry> out;
  session_
      .select<int, Time, Duration, std::string, std::string, std::string>(
          "SELECT number, at, took, outcome, error, vendor_id FROM (SELECT * FROM delivery_try WHERE delivery = ?"
          " ORDER BY position DESC LIMIT 200) ORDER BY position",
          id)
      .each(kMostRows, [&](int number, Time at, Duration took, std::string outcome, std::string error,
                           std::string vendor_id) {
        desk::DeliveryTry one;
        one.number = number;
        one.at = at;
        one.took = took;
        one.outcome = std::move(outcome);
        one.error = std::move(error);
        one.vendor_id = std::move(vendor_id);
        out.push_back(std::move(one));
      });
  return out;
}

std::optional<DeliveryId> OutboxRows::fallen_back_to(DeliveryId id) const {
  const auto row = session_.select<DeliveryId>("SELECT id FROM delivery WHERE origin = ?", id).maybe();
  if (!row) return std::nullopt;
  return std::get<0>(*row);
}

std::optional<desk::Delivery> OutboxRows::find(DeliveryId id) const {
  auto rows = select_deliveries(session_, Fragment(" FROM delivery d WHERE d.id = ?", id));
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

std::optional<desk::Delivery> OutboxRows::find_by_vendor(const std::string& destination,
                                                         const std::string& vendor_id) const {
  if (vendor_id.empty()) return std::nullopt;
  auto rows = select_deliveries(session_, Fragment(" FROM delivery d WHERE d.state = 1 AND d.destination = ?"
                                                   " AND d.vendor_id = ? ORDER BY d.id DESC LIMIT 1",
                                                   destination, vendor_id));
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

std::optional<desk::Delivery> OutboxRows::find_by_key(const std::string& key) const {
  std::int64_t ticket = 0, sequence = 0, number = 0;
  const auto* const end = key.data() + key.size();
  auto read = std::from_chars(key.data(), end, ticket);
  if (read.ec != std::errc{} || read.ptr == end || *read.ptr != '-') return std::nullopt;
  read = std::from_chars(read.ptr + 1, end, sequence);
  if (read.ec != std::errc{} || read.ptr == end || *read.ptr != '-') return std::nullopt;
  read = std::from_chars(read.ptr + 1, end, number);
  if (read.ec != std::errc{} || (read.ptr != end && *read.ptr != '-')) return std::nullopt;
  auto rows = select_deliveries(session_, Fragment(" FROM delivery d WHERE d.ticket = ? AND d.sequence = ? AND d.number = ?",
                                                   ticket, sequence, number));
  // Of another restore, or from before it: another message.
  if (rows.empty() || rows.front().key != key) return std::nullopt;
  return std::move(rows.front());
}

std::vector<desk::Delivery> OutboxRows::due_together(const std::string& destination,
                                                     const domain::Recipient& recipient, int limit) const {
  return select_deliveries(
      session_, Fragment(" FROM delivery d WHERE d.state = 0 AND d.destination = ? AND d.recipient_kind = ?"
                         " AND d.recipient_id = ? AND d.recipient_id <> 0 AND NOT EXISTS(SELECT 1 FROM delivery e WHERE e.state = 0"
                         " AND e.ticket = d.ticket AND e.destination = d.destination AND e.id < d.id"
                         " AND (e.recipient_kind <> d.recipient_kind OR e.recipient_id <> d.recipient_id))"
                         " ORDER BY d.id LIMIT ?",
                         destination, recipient.kind, recipient.id, bounded(limit)));
}

void OutboxRows::postpone(DeliveryId id, Time until) {
  session_.run("UPDATE delivery SET next_try_at = ? WHERE id = ? AND state = 0", until, id);
}

void OutboxRows::add_try(DeliveryId id, const desk::DeliveryTry& one) {
  session_.run(
      "INSERT INTO delivery_try(delivery, position, number, at, took, outcome, error, vendor_id) VALUES(?,"
      " (SELECT coalesce(max(position), 0) + 1 FROM delivery_try WHERE delivery = ?),?,?,?,?,?,?)",
      id, id, one.number, one.at, one.took, one.outcome, one.error, one.vendor_id);
}

std::optional<DeliveryId> OutboxRows::fall_back(DeliveryId id, const std::string& destination, Time now) {
  // Numbers of an event's own deliveries stay far below the step, so that each hop has a key of its own.
  constexpr std::int64_t hop = 1'000'000;
  const auto made = session_.run(
      "INSERT INTO delivery(ticket, sequence, number, destination, recipient_kind, recipient_id, text, subject, body,"
      " state, tries, created_at, next_try_at, done_at, last_error, vendor_id, origin)"
      " SELECT ticket, sequence, number + ?, ?, recipient_kind, recipient_id, text, subject, body, 0, 0, ?, ?, NULL,"
      " '', '', id FROM delivery d WHERE d.id = ? AND d.state <> 2"
      " AND NOT EXISTS(SELECT 1 FROM delivery e WHERE e.origin = d.id)",
      hop, destination, now, now, id);
  if (made == 0) return std::nullopt;
  return DeliveryId{session_.last_insert_id()};
}

std::vector<DeliveryId> OutboxRows::not_arrived(const std::string& destination, Time before, bool receipts,
                                                int limit) const {
  std::vector<DeliveryId> out;
  // A replayed one has the tries of its first life too: those from before it was created anew do not count.
  const Fragment late(" AND d.created_at < ? AND d.created_at > ?"
                      " AND iif(d.tries = 0, coalesce(d.next_try_at, d.created_at), coalesce((SELECT min(t.at) FROM delivery_try t"
                      " WHERE t.delivery = d.id AND t.number > 0 AND t.at >= d.created_at), d.created_at)) < ?"
                      " AND NOT EXISTS(SELECT 1 FROM delivery e WHERE e.origin = d.id) ORDER BY d.id DESC LIMIT ?",
                      before, before - std::chrono::hours{72}, before, bounded(limit));
  // By the states themselves: else each look would go through all that was ever delivered.
  const auto add = [&](const Fragment& of) {
    const auto sql = of + late;
    session_.select<DeliveryId>(sql.sql, sql.values).each(kMostRows, [&](DeliveryId id) { out.push_back(id); });
  };
  add(Fragment("SELECT id FROM delivery d INDEXED BY delivery_by_state WHERE d.state IN (0, 3) AND d.state <> 2"
               " AND +d.destination = ?",
               destination));
  if (receipts)
    add(Fragment("SELECT id FROM delivery d INDEXED BY delivery_by_vendor WHERE d.state = 1 AND d.destination = ?", destination));
  std::ranges::sort(out, std::greater{});
  out.resize(std::min(out.size(), static_cast<std::size_t>(bounded(limit))));
  return out;
}

bool OutboxRows::replay(DeliveryId id, Time now) {
  return session_.run(
             "UPDATE delivery SET state = ?, tries = 0, next_try_at = ?, done_at = NULL, created_at = ? WHERE id = ? "
             "AND state = ?",
             DeliveryState::waiting, now, now, id, DeliveryState::dead) == 1;
}

}  // namespace docket::store
