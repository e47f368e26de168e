// SPDX-License-Identifier: Apache-2.0
#include "store/field_index.hpp"

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/json_decode.hpp"
#include "domain/ticket/ticket.hpp"
#include "store/fragment.hpp"
#include "store/query.hpp"

namespace docket::store {
namespace {

std::set<std::string> marked_fields(const domain::Definitions& active) {
  std::set<std::string> marked;
  for (const auto& [type, form] : active.forms) {
    for (const auto& field : form.fields) {
      if (field.indexed) marked.insert(field.name);
    }
  }
  return marked;
}

/// Where filling goes on, by field; none where it is complete.
std::map<std::string, std::optional<std::int64_t>> known_fields(Session& session) {
  std::map<std::string, std::optional<std::int64_t>> known;
  session.select<std::string, std::optional<std::int64_t>>("SELECT field, next FROM indexed_field")
      .each(10'000, [&](std::string name, std::optional<std::int64_t> next) { known[std::move(name)] = next; });
  return known;
}

}  // namespace

void insert_indexed_field(Session& session, TicketId ticket, const std::string& field,
                          const domain::Value& value) {
  each_indexed_value(value, [&](FieldKind kind, const auto& bound) {
    // One text for each type of value: a parameter's type is part of a prepared statement.
    Fragment sql("INSERT OR IGNORE INTO ticket_field(ticket, field, kind, value) VALUES(?,?,?,?)", ticket, field,
                 static_cast<std::int64_t>(kind), bound);
    session.run(sql.sql, sql.values);
  });
}

void forget_unmarked_fields(Session& session, const domain::Definitions& active) {
  const auto marked = marked_fields(active);
  for (const auto& [name, next] : known_fields(session)) {
    if (!marked.contains(name)) session.run("DELETE FROM indexed_field WHERE field = ?", name);
  }
}

bool fill_indexed_fields(Session& session, const domain::Definitions& active, int limit) {
  forget_unmarked_fields(session, active);
  const auto marked = marked_fields(active);
  auto known = known_fields(session);
  const bool empty =
      std::get<0>(session.select<std::int64_t>("SELECT count(*) FROM (SELECT 1 FROM ticket LIMIT 1)").one()) == 0;
  for (const auto& name : marked) {
    if (known.contains(name)) continue;
    session.run("INSERT INTO indexed_field(field, next) VALUES(?, ?)", name,
                empty ? std::optional<std::int64_t>{} : std::optional<std::int64_t>{0});
    if (!empty) known[name] = 0;
  }
  // Together go those that stand furthest back, up to where the next ones stand: all newly marked ones in one pass.
  constexpr auto end = std::numeric_limits<std::int64_t>::max();
  std::int64_t from = end;
  for (const auto& [name, next] : known) {
    if (next) from = std::min(from, *next);
  }
  std::vector<std::string> together;
  std::int64_t upto = end;
  for (const auto& [name, next] : known) {
    if (!next) continue;
    if (*next == from)
      together.push_back(name);
    else
      upto = std::min(upto, *next);
  }
  if (together.empty()) return false;

  std::vector<std::pair<TicketId, std::string>> documents;
  session
      .select<TicketId, std::string>(
          "SELECT id, document FROM ticket_document WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", from, upto, limit)
      .each(static_cast<std::size_t>(limit),
            [&](TicketId id, std::string document) { documents.emplace_back(id, std::move(document)); });
  for (const auto& [id, document] : documents) {
    const auto ticket = json::decode_stored<domain::Ticket>(document);
    for (const auto& name : together) {
      session.run("DELETE FROM ticket_field WHERE ticket = ? AND field = ?", id, name);
      const auto value = ticket.fields.find(name);
      if (value != ticket.fields.end()) insert_indexed_field(session, id, name, value->second);
    }
  }
  std::optional<std::int64_t> next;  // none: they have all tickets
  if (std::cmp_equal(documents.size(), limit)) {
    next = documents.back().first.value;
  } else if (upto != end) {
    next = upto;
  }
  for (const auto& name : together) session.run("UPDATE indexed_field SET next = ? WHERE field = ?", next, name);
  return true;
}

}  // namespace docket::store
