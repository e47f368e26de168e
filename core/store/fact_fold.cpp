// SPDX-License-Identifier: Apache-2.0
// Slices of the writer that keep the log of facts short, and gather the facts of a desk that is older than they are.
#include <algorithm>
#include <map>

#include "base/json_decode.hpp"
#include "store/event_log.hpp"
#include "store/fact_code.hpp"
#include "store/fact_rows.hpp"

namespace docket::store {
namespace {

using domain::Fact;
using domain::FactHead;

constexpr std::int64_t rows_a_block = 16;
constexpr std::size_t any_number = 100'000'000;
constexpr int events_a_page = 1000;
// A slice looks at as many lines: after an import there are millions, and counting all of them for each block would hold
// the writer up for seconds.
constexpr std::int64_t lines_looked_at = 16'384;

void save_row(Session& session, std::int64_t id, const FactRow& row) {
  if (!row.span) return;
  session.run("INSERT OR REPLACE INTO fact_block(id, from_at, to_at, open, data) VALUES(?,?,?,?,?)", id, row.span->first,
              row.span->second, row.open, Bytes{row.data});
}

void fold_block(Session& session, std::int64_t number) {
  const std::int64_t first = number * tickets_a_fact_block;
  const std::int64_t end = first + tickets_a_fact_block;
  auto block = load_fact_block(session, number);
  std::map<TicketId, FactHead> heads;
  for (auto& head : block.heads) heads.emplace(head.id, std::move(head));
  std::array<bool, domain::fact_kind_count> grown{};
  FactHead head;
  std::vector<Fact> facts;
  session.select<Bytes>("SELECT data FROM fact_log WHERE ticket >= ? AND ticket < ? ORDER BY ticket, version", first, end)
      .each(any_number, [&](const Bytes& line) {
        decode_fact_line(line.data, head, facts);
        for (auto& fact : facts) {
          const auto kind = static_cast<std::size_t>(fact.kind);
          grown[kind] = true;
          block.facts[kind].emplace_back(head.id, std::move(fact));
        }
        heads[head.id] = head;
      });
  std::vector<FactHead> all;
  for (auto& [id, one] : heads) all.push_back(std::move(one));
  save_row(session, number * rows_a_block, encode_heads(all));
  for (std::size_t kind = 0; kind < domain::fact_kind_count; ++kind) {
    if (!grown[kind]) continue;
    std::ranges::stable_sort(block.facts[kind], {}, [](const auto& row) { return row.first; });
    save_row(session, number * rows_a_block + 1 + static_cast<std::int64_t>(kind), encode_facts(block.facts[kind]));
  }
  session.run("DELETE FROM fact_log WHERE ticket >= ? AND ticket < ?", first, end);
}

/// Tickets from here on are not folded: their lines may lack what was before.
std::int64_t gathered_up_to(Session& session) {
  const auto next = session.select<std::int64_t>("SELECT next FROM fact_build").maybe();
  return next ? std::get<0>(*next) : INT64_MAX;
}

std::vector<domain::RecordedEvent> all_events(Session& session, TicketId id) {
  std::vector<domain::RecordedEvent> events;
  EventLog log(session);
  while (true) {
    auto page = log.read(id.value, events.empty() ? 0 : events.back().sequence, events_a_page);
    for (auto& stored : page) {
      events.push_back({stored.sequence, stored.at, std::move(stored.actor),
                        json::decode_stored<domain::TicketEvent>(stored.payload)});
    }
    if (std::cmp_less(page.size(), events_a_page)) return events;
  }
}

}  // namespace

bool fold_facts(Session& session, std::int64_t keep) {
  std::int64_t lines = 0;
  std::int64_t fullest = -1;
  std::int64_t most = 0;
  const auto end = gathered_up_to(session) / tickets_a_fact_block;
  session
      .select<std::int64_t, std::int64_t>(
          "SELECT ticket / 1024, count(*) FROM (SELECT ticket FROM fact_log ORDER BY ticket LIMIT ?) GROUP BY 1",
          std::max(keep + 1, lines_looked_at))
      .each(any_number, [&](std::int64_t block, std::int64_t n) {
        if (block >= end) return;
        lines += n;
        if (n <= most) return;
        most = n;
        fullest = block;
      });
  if (lines <= keep) return false;
  fold_block(session, fullest);
  return true;
}

bool build_facts(Session& session, int limit) {
  const auto build = session.select<std::int64_t, std::int64_t>("SELECT next, last FROM fact_build").maybe();
  if (!build) return false;
  const auto [next, last] = *build;
  std::vector<std::pair<TicketId, std::string>> documents;
  session
      .select<TicketId, std::string>("SELECT id, document FROM ticket_document WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?",
                                     next, last, limit)
      .each(any_number, [&](TicketId id, std::string document) { documents.emplace_back(id, std::move(document)); });
  for (const auto& [id, document] : documents) {
    const auto ticket = json::decode_stored<domain::Ticket>(document);
    // What changed since is in the history as well.
    session.run("DELETE FROM fact_log WHERE ticket = ?", id);
    session.run("INSERT INTO fact_log(ticket, version, data) VALUES(?,?,?)", id, ticket.version,
                Bytes{encode_fact_line(domain::fact_head(ticket), domain::facts_of(nullptr, all_events(session, id)))});
  }
  if (documents.empty()) {
    session.run("DELETE FROM fact_build");
    return false;
  }
  session.run("UPDATE fact_build SET next = ?", documents.back().first.value + 1);
  return true;
}

}  // namespace docket::store
