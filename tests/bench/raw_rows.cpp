// SPDX-License-Identifier: Apache-2.0
#include "raw_rows.hpp"

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/search_text.hpp"

namespace docket::bench {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
struct FreeValue {
  void operator()(sqlite3_value* value) const { sqlite3_value_free(value); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;
using Row = std::vector<std::unique_ptr<sqlite3_value, FreeValue>>;

[[noreturn]] void refuse(sqlite3* database, const std::string& sql) {
  throw std::runtime_error(sql + ": " + sqlite3_errmsg(database));
}

Database open(const std::filesystem::path& file, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Database database{raw};
  if (code != SQLITE_OK) refuse(raw, file.string());
  return database;
}

void run(const Database& database, const std::string& sql) {
  if (sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) refuse(database.get(), sql);
}

Statement prepare(const Database& database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) refuse(database.get(), sql);
  return Statement{raw};
}

/// A table whose rows hang on a ticket, and the column that says on which.
struct Hanging {
  const char* table;
  const char* ticket;
};
constexpr std::array<Hanging, 10> hanging{{{"ticket", "id"},
                                          {"ticket_document", "id"},
                                          {"ticket_tag", "ticket"},
                                          {"ticket_person", "ticket"},
                                          {"ticket_field", "ticket"},
                                          {"event", "stream"},
                                          {"message", "ticket"},
                                          {"search_head", "ticket"},
                                          {"delivery", "ticket"},
                                           {"fact_log", "ticket"}}};

/// What one ticket consists of: rows by table, and the tokens that the search index got.
struct Parcel {
  std::array<std::vector<Row>, hanging.size()> rows{};
  std::vector<std::pair<std::int64_t, std::string>> tokens{};
};

Row take_row(sqlite3_stmt* statement) {
  Row row;
  for (int i = 0; i < sqlite3_column_count(statement); ++i)
    row.emplace_back(sqlite3_value_dup(sqlite3_column_value(statement, i)));
  return row;
}

std::map<std::int64_t, Parcel> read_parcels(const Database& desk, std::int64_t after, std::size_t most) {
  std::map<std::int64_t, Parcel> parcels;
  Statement ids = prepare(desk, "SELECT id FROM ticket WHERE id > ?1 ORDER BY id LIMIT ?2");
  sqlite3_bind_int64(ids.get(), 1, after);
  sqlite3_bind_int64(ids.get(), 2, static_cast<std::int64_t>(most));
  while (sqlite3_step(ids.get()) == SQLITE_ROW) parcels[sqlite3_column_int64(ids.get(), 0)];
  for (std::size_t table = 0; table < hanging.size(); ++table) {
    Statement rows = prepare(
        desk, std::string{"SELECT * FROM "} + hanging[table].table + " WHERE " + hanging[table].ticket + " = ?1");
    for (auto& [id, parcel] : parcels) {
      sqlite3_bind_int64(rows.get(), 1, id);
      while (sqlite3_step(rows.get()) == SQLITE_ROW) parcel.rows[table].push_back(take_row(rows.get()));
      sqlite3_reset(rows.get());
    }
  }
  Statement heads = prepare(desk, "SELECT tokens FROM search_head WHERE ticket = ?1");
  Statement bodies = prepare(desk, "SELECT number, body FROM message WHERE ticket = ?1");
  for (auto& [id, parcel] : parcels) {
    for (Statement* statement : {&heads, &bodies}) {
      sqlite3_bind_int64(statement->get(), 1, id);
      while (sqlite3_step(statement->get()) == SQLITE_ROW) {
        const bool head = statement == &heads;
        const std::int64_t number = head ? 0 : sqlite3_column_int64(statement->get(), 0);
        const std::string text = reinterpret_cast<const char*>(sqlite3_column_text(statement->get(), head ? 0 : 1));
        parcel.tokens.emplace_back(id * 8192 + number * 2, head ? text : search_tokens(text));
      }
      sqlite3_reset(statement->get());
    }
  }
  return parcels;
}

/// The desk's schema without its rows.
Database empty_like(const Database& desk, const std::filesystem::path& file) {
  Database fresh = open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  run(fresh, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
  Statement all = prepare(desk,
                          "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
                          " AND name NOT LIKE 'search\\_%' ESCAPE '\\' AND name NOT LIKE 'people_search\\_%' ESCAPE "
                          "'\\' OR name = 'search_head'");
  while (sqlite3_step(all.get()) == SQLITE_ROW)
    run(fresh, reinterpret_cast<const char*>(sqlite3_column_text(all.get(), 0)));
  return fresh;
}

void write_row(const Database& database, sqlite3_stmt* insert, const Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) sqlite3_bind_value(insert, static_cast<int>(i + 1), row[i].get());
  if (sqlite3_step(insert) != SQLITE_DONE) refuse(database.get(), "insert");
  sqlite3_reset(insert);
}

}  // namespace

RawFigures write_raw_rows(const std::filesystem::path& desk_file, const std::filesystem::path& scratch,
                          std::int64_t after, std::size_t most, std::size_t group) {
  const Database desk = open(desk_file, SQLITE_OPEN_READONLY);
  const std::map<std::int64_t, Parcel> parcels = read_parcels(desk, after, most);
  const Database fresh = empty_like(desk, scratch / "raw.db");
  std::array<Statement, hanging.size()> inserts;
  for (std::size_t table = 0; table < hanging.size(); ++table) {
    const std::string name = hanging[table].table;
    const int columns = sqlite3_column_count(prepare(desk, "SELECT * FROM " + name).get());
    std::string marks = "?";
    for (int i = 1; i < columns; ++i) marks += ",?";
    inserts[table] = prepare(fresh, "INSERT INTO " + name + " VALUES(" + marks + ")");
  }
  const Statement index = prepare(fresh, "INSERT INTO search(rowid, tokens) VALUES(?1, ?2)");

  RawFigures figures;
  figures.group = group;
  const auto start = std::chrono::steady_clock::now();
  for (const auto& [id, parcel] : parcels) {
    if (figures.tickets % group == 0) run(fresh, figures.tickets == 0 ? "BEGIN IMMEDIATE" : "COMMIT; BEGIN IMMEDIATE");
    ++figures.tickets;
    for (std::size_t table = 0; table < hanging.size(); ++table) {
      for (const Row& row : parcel.rows[table]) write_row(fresh, inserts[table].get(), row);
      figures.rows += parcel.rows[table].size();
    }
    for (const auto& [rowid, tokens] : parcel.tokens) {
      sqlite3_bind_int64(index.get(), 1, rowid);
      sqlite3_bind_text(index.get(), 2, tokens.data(), static_cast<int>(tokens.size()), SQLITE_STATIC);
      if (sqlite3_step(index.get()) != SQLITE_DONE) refuse(fresh.get(), "search");
      sqlite3_reset(index.get());
      ++figures.rows;
    }
  }
  if (figures.tickets > 0) run(fresh, "COMMIT");
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  figures.per_second = static_cast<double>(figures.tickets) / seconds;
  return figures;
}

}  // namespace docket::bench
