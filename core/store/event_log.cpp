// SPDX-License-Identifier: Apache-2.0
#include "store/event_log.hpp"

#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "base/both.hpp"

namespace docket::store {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr int kPage = 500;

/// Salts from one draw for many: asking OpenSSL costs more than the bytes.
std::string fresh_salt() {
  thread_local std::string drawn;
  if (drawn.size() < kSaltBytes) drawn = random_bytes(64 * kSaltBytes);
  std::string salt = drawn.substr(drawn.size() - kSaltBytes);
  drawn.resize(drawn.size() - kSaltBytes);
  return salt;
}

Digest payload_digest(std::string_view salt, std::string_view payload) {
  std::string bytes;
  bytes.reserve(salt.size() + payload.size());
  return sha256(bytes.append(salt).append(payload));
}

/// The header in one spelling for ever: numbers in decimal, texts with their length in front.
Digest event_hash(const Digest& before, const StoredEvent& event, const Digest& digest) {
  std::string bytes;
  bytes.reserve(192);
  bytes.append(bytes_of(before)).append("docket event 1\n");
  const auto number = [&](std::int64_t n) { bytes.append(std::to_string(n)).append("\n"); };
  const auto text = [&](std::string_view t) {
    number(static_cast<std::int64_t>(t.size()));
    bytes.append(t).append("\n");
  };
  number(event.stream);
  number(event.sequence);
  number(event.at.time_since_epoch().count());
  number(static_cast<std::int64_t>(event.actor.kind));
  number(event.actor.id);
  text(event.actor.name);
  text(event.kind);
  bytes.append(bytes_of(digest));
  return sha256(bytes);
}

template <class Columns>
StoredEvent event_from(std::int64_t stream, Columns&& columns) {
  StoredEvent event;
  event.stream = stream;
  std::tie(event.sequence, event.at, event.actor.kind, event.actor.id, event.actor.name, event.kind, event.payload) =
      std::forward<Columns>(columns);
  return event;
}

/// An event with what the store adds to it.
struct ChainedEvent {
  const StoredEvent* event;
  Bytes salt;
  Digest hash;
};

auto columns(const ChainedEvent& one) {
  const StoredEvent& e = *one.event;
  return std::tie(e.stream, e.sequence, e.at, e.actor.kind, e.actor.id, e.actor.name, e.kind, e.payload, one.salt,
                  one.hash);
}

template <std::size_t... At>
void insert(Session& session, Sql sql, std::span<const ChainedEvent> events, std::index_sequence<At...>) {
  std::apply([&](const auto&... values) { session.run(sql, values...); }, std::tuple_cat(columns(events[At])...));
}

/// A creation has some ten events: four to a statement, since starting one costs as much as a row.
void insert_all(Session& session, std::span<const ChainedEvent> events) {
  for (; events.size() >= 4; events = events.subspan(4)) {
    insert(session,
           "INSERT INTO event(stream, sequence, at, actor_kind, actor_id, actor_name, kind, payload, salt, hash)"
           " VALUES(?,?,?,?,?,?,?,?,?,?),(?,?,?,?,?,?,?,?,?,?),(?,?,?,?,?,?,?,?,?,?),(?,?,?,?,?,?,?,?,?,?)",
           events, std::make_index_sequence<4>{});
  }
  for (; !events.empty(); events = events.subspan(1)) {
    insert(session,
           "INSERT INTO event(stream, sequence, at, actor_kind, actor_id, actor_name, kind, payload, salt, hash)"
           " VALUES(?,?,?,?,?,?,?,?,?,?)",
           events, std::make_index_sequence<1>{});
  }
}

}  // namespace

std::int64_t EventLog::head(std::int64_t stream) const {
  const auto found =
      session_
          .select<std::int64_t>("SELECT sequence FROM event WHERE stream = ? ORDER BY sequence DESC LIMIT 1", stream)
          .maybe();
  return found ? std::get<0>(*found) : 0;
}

void EventLog::append(const std::vector<StoredEvent>& events) {
  if (events.empty()) return;
  const auto& first = events.front();
  Digest before{};
  if (first.sequence > 1) {
    before = std::get<0>(session_
                             .select<Digest>("SELECT hash FROM event WHERE stream = ? AND sequence = ?", first.stream,
                                             first.sequence - 1)
                             .one());
  }
  std::vector<ChainedEvent> chained;
  chained.reserve(events.size());
  for (const StoredEvent& event : events) {
    Bytes salt{fresh_salt()};
    before = event_hash(before, event, payload_digest(salt.data, event.payload));
    chained.push_back({&event, std::move(salt), before});
  }
  insert_all(session_, chained);
}

std::vector<StoredEvent> EventLog::read(std::int64_t stream, std::int64_t after, int limit) const {
  std::vector<StoredEvent> events;
  session_
      .select<std::int64_t, Time, domain::ActorKind, std::int64_t, std::string, std::string, std::string>(
          "SELECT sequence, at, actor_kind, actor_id, actor_name, kind, coalesce(payload, '') FROM event"
          " WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT ?",
          stream, after, limit)
      .each(static_cast<std::size_t>(limit),
            [&](auto... columns) { events.push_back(event_from(stream, std::tuple(std::move(columns)...))); });
  return events;
}

std::vector<StoredEvent> EventLog::read_backwards(std::int64_t stream, std::int64_t before, int limit) const {
  std::vector<StoredEvent> events;
  session_
      .select<std::int64_t, Time, domain::ActorKind, std::int64_t, std::string, std::string, std::string>(
          "SELECT sequence, at, actor_kind, actor_id, actor_name, kind, coalesce(payload, '') FROM event"
          " WHERE stream = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
          stream, before, limit)
      .each(static_cast<std::size_t>(limit),
            [&](auto... columns) { events.push_back(event_from(stream, std::tuple(std::move(columns)...))); });
  return events;
}

std::optional<Said> EventLog::check(std::int64_t stream) const {
  Digest before{};
  std::int64_t expected = 1;
  std::optional<Said> fault;
  const auto wrong = [&](std::int64_t sequence, const Said& what) {
    fault = both("stream {0} event {1}: {2}", "流 {0} 事件 {1}：{3}", stream, sequence, what.en, what.zh);
  };
  for (bool more = true; more && !fault;) {
    more = false;
    const std::int64_t after = expected - 1;
    session_
        .select<std::int64_t, Time, domain::ActorKind, std::int64_t, std::string, std::string,
                std::optional<std::string>, std::optional<Bytes>, std::optional<Bytes>, Digest>(
            "SELECT sequence, at, actor_kind, actor_id, actor_name, kind, payload, salt, payload_digest, hash FROM "
            "event"
            " WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT ?",
            stream, after, kPage)
        .each(kPage, [&](std::int64_t sequence, Time at, domain::ActorKind actor_kind, std::int64_t actor_id,
                         std::string actor_name, std::string kind, std::optional<std::string> payload,
                         std::optional<Bytes> salt, std::optional<Bytes> erased, const Digest& hash) {
          if (fault) return;
          more = true;
          if (sequence != expected) return wrong(expected, {"is missing", "丢失"});
          ++expected;
          Digest digest{};
          if (payload && salt) {
            digest = payload_digest(salt->data, *payload);
          } else if (erased && erased->data.size() == digest.size()) {
            std::ranges::copy(erased->data, reinterpret_cast<char*>(digest.data()));
          } else {
            return wrong(sequence, {"has neither a payload nor the digest of one", "既无内容也无内容摘要"});
          }
          StoredEvent event{stream, sequence, at, {actor_kind, actor_id, std::move(actor_name)}, std::move(kind), {}};
          if (event_hash(before, event, digest) != hash)
            return wrong(sequence, {"does not fit its hash: it was altered", "与其哈希不符，被改动过"});
          before = hash;
        });
  }
  return fault;
}

bool EventLog::erase(std::int64_t stream, std::int64_t sequence) {
  const auto found = session_
                         .select<std::optional<std::string>, std::optional<Bytes>>(
                             "SELECT payload, salt FROM event WHERE stream = ? AND sequence = ?", stream, sequence)
                         .maybe();
  if (!found || !std::get<0>(*found) || !std::get<1>(*found)) return false;
  session_.run("UPDATE event SET payload = NULL, salt = NULL, payload_digest = ? WHERE stream = ? AND sequence = ?",
               payload_digest(std::get<1>(*found)->data, *std::get<0>(*found)), stream, sequence);
  return true;
}

}  // namespace docket::store
