// SPDX-License-Identifier: Apache-2.0
#include "kill_book.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <stdexcept>

namespace docket::tests {
namespace {

/// The database, with SQL of the test's own: what the store believes is not asked.
class Database {
 public:
  explicit Database(const std::filesystem::path& file, int flags = SQLITE_OPEN_READONLY) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
    handle_.reset(raw);
    if (code != SQLITE_OK) throw std::runtime_error(file.string() + ": " + sqlite3_errmsg(raw));
  }

  /// Calls `row` with each row's statement.
  void each(const char* sql, const std::function<void(sqlite3_stmt*)>& row) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(handle_.get(), sql, -1, &raw, nullptr) != SQLITE_OK) {
      throw std::runtime_error(std::string{sql} + ": " + sqlite3_errmsg(handle_.get()));
    }
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{raw, sqlite3_finalize};
    int code = SQLITE_OK;
    while ((code = sqlite3_step(raw)) == SQLITE_ROW) row(raw);
    if (code != SQLITE_DONE) throw std::runtime_error(std::string{sql} + ": " + sqlite3_errmsg(handle_.get()));
  }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

std::string text(sqlite3_stmt* row, int column) {
  const unsigned char* bytes = sqlite3_column_text(row, column);
  return bytes ? std::string{reinterpret_cast<const char*>(bytes)} : std::string{};
}

/// Differences, the first few of them in words.
class Differences {
 public:
  void add(std::string what) {
    ++all_;
    if (texts_.size() < 20) texts_.push_back(std::move(what));
  }
  [[nodiscard]] std::vector<std::string> take() {
    if (all_ > texts_.size()) texts_.push_back("and " + std::to_string(all_ - texts_.size()) + " more");
    return std::move(texts_);
  }

 private:
  std::size_t all_ = 0;
  std::vector<std::string> texts_;
};

/// What there is by key, against what was acknowledged.
void compare_keys(const char* what, const std::map<std::string, Deed>& told,
                  const std::map<std::string, std::vector<Deed>>& found, Differences& differences) {
  for (const auto& [key, deed] : told) {
    const auto there = found.find(key);
    if (there == found.end()) {
      differences.add(std::string{what} + " " + key + " was acknowledged and is lost");
    } else if (there->second.size() > 1) {
      differences.add(std::string{what} + " " + key + " is there " + std::to_string(there->second.size()) + " times");
    } else if (there->second.front().ticket != deed.ticket || there->second.front().number != deed.number) {
      differences.add(std::string{what} + " " + key + " is not where it was said to be");
    }
  }
  for (const auto& [key, deeds] : found) {
    if (!told.contains(key)) differences.add(std::string{what} + " " + key + " is there and was never acknowledged");
  }
}

/// How often each ticket has an event of that kind, against how often it should.
void compare_events(Database& database, const char* kind, const std::map<std::int64_t, int>& told,
                    Differences& differences) {
  std::map<std::int64_t, int> found;
  const std::string sql =
      std::string{"SELECT stream, count(*) FROM event WHERE stream > 0 AND kind = '"} + kind + "' GROUP BY stream";
  database.each(sql.c_str(),
                [&](sqlite3_stmt* row) { found[sqlite3_column_int64(row, 0)] = sqlite3_column_int(row, 1); });
  for (const auto& [ticket, times] : told) {
    const int there = found.contains(ticket) ? found[ticket] : 0;
    if (there != times) {
      differences.add("ticket " + std::to_string(ticket) + " has '" + kind + "' " + std::to_string(there) +
                      " times, not " + std::to_string(times));
    }
  }
  for (const auto& [ticket, times] : found) {
    if (!told.contains(ticket))
      differences.add("ticket " + std::to_string(ticket) + " has '" + kind + "' and nobody asked for it");
  }
}

}  // namespace

void KillBook::acknowledge(const Deed& deed) {
  deeds_.push_back(deed);
}

std::size_t KillBook::count(DeedKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(deeds_.begin(), deeds_.end(), [&](const Deed& deed) { return deed.kind == kind; }));
}

std::vector<std::string> KillBook::compare(const std::filesystem::path& file) const {
  Database database{file};
  Differences differences;
  database.each("PRAGMA integrity_check", [&](sqlite3_stmt* row) {
    if (text(row, 0) != "ok") differences.add("integrity_check: " + text(row, 0));
  });

  std::map<std::string, Deed> creates, messages;
  std::map<std::int64_t, int> steps, holds;
  for (const Deed& deed : deeds_) {
    switch (deed.kind) {
      case DeedKind::create:
        creates.emplace(deed.key, deed);
        break;
      case DeedKind::message:
        messages.emplace(deed.key, deed);
        break;
      case DeedKind::step:
        ++steps[deed.ticket];
        break;
      case DeedKind::hold:
        ++holds[deed.ticket];
        break;
    }
  }
  std::map<std::string, std::vector<Deed>> found;
  database.each("SELECT subject, id FROM ticket", [&](sqlite3_stmt* row) {
    found[text(row, 0)].push_back({DeedKind::create, {}, sqlite3_column_int64(row, 1), 0});
  });
  compare_keys("ticket", creates, found, differences);
  found.clear();
  database.each("SELECT body, ticket, number FROM message", [&](sqlite3_stmt* row) {
    found[text(row, 0)].push_back({DeedKind::message, {}, sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2)});
  });
  compare_keys("message", messages, found, differences);

  std::map<std::int64_t, int> created;
  for (const auto& [key, deed] : creates) created[deed.ticket] = 1;
  compare_events(database, "created", created, differences);
  compare_events(database, "moved", steps, differences);
  compare_events(database, "held", holds, differences);
  compare_events(database, "resumed", holds, differences);  // each hold ends by its timer, once

  database.each(
      "SELECT e.stream, e.sequence, json_array_length(e.payload, '$.recipients') * json_array_length(e.payload, "
      "'$.destinations') - json_array_length(e.payload, '$.recipients') * (SELECT count(*) FROM json_each(e.payload, "
      "'$.destinations') WHERE value = 'in_app') AS due,"
      " (SELECT count(*) FROM delivery d WHERE d.ticket = e.stream AND d.sequence = e.sequence) AS there"
      " FROM event e WHERE e.kind = 'notified' AND due <> there",
      [&](sqlite3_stmt* row) {
        differences.add("event " + std::to_string(sqlite3_column_int64(row, 1)) + " of ticket " +
                        std::to_string(sqlite3_column_int64(row, 0)) + " demands " +
                        std::to_string(sqlite3_column_int(row, 2)) + " deliveries and has " +
                        std::to_string(sqlite3_column_int(row, 3)));
      });
  database.each("SELECT count(*) FROM delivery WHERE state <> 2", [&](sqlite3_stmt* row) {
    if (sqlite3_column_int(row, 0) > 0)
      differences.add(std::to_string(sqlite3_column_int(row, 0)) + " deliveries were not delivered");
  });
  return differences.take();
}

std::vector<std::string> KillBook::compare_planted(const std::filesystem::path& file) const {
  constexpr std::array<std::pair<const char*, const char*>, 8> faults{{
      {"a lost ticket", "UPDATE ticket SET subject = 'gone' WHERE id = (SELECT min(id) FROM ticket)"},
      {"a doubled ticket",
       "UPDATE ticket SET subject = (SELECT subject FROM ticket ORDER BY id LIMIT 1)"
       " WHERE id = (SELECT max(id) FROM ticket)"},
      {"a lost message", "DELETE FROM message WHERE id = (SELECT min(id) FROM message)"},
      {"a doubled message",
       "INSERT INTO message(ticket, number, kind, author_kind, author_id, author_name, body, attachments, at)"
       " SELECT ticket, number + 100, kind, author_kind, author_id, author_name, body, attachments, at"
       " FROM message LIMIT 1"},
      {"a ticket without its event",
       "DELETE FROM event WHERE position = (SELECT min(position) FROM event WHERE kind = 'created')"},
      {"a lost timer", "DELETE FROM event WHERE position = (SELECT min(position) FROM event WHERE kind = 'resumed')"},
      {"a timer that fired twice",
       "INSERT INTO event(stream, sequence, at, actor_kind, actor_id, actor_name, kind, payload, salt, payload_digest, hash)"
       " SELECT stream, sequence + 1000, at, actor_kind, actor_id, actor_name, kind, payload, salt, payload_digest, hash"
       " FROM event WHERE kind = 'resumed' LIMIT 1"},
      {"a lost delivery", "DELETE FROM delivery WHERE id = (SELECT min(id) FROM delivery)"},
  }};
  std::vector<std::string> missed;
  for (const auto& [name, sql] : faults) {
    const std::filesystem::path copy = file.string() + ".planted";
    std::filesystem::copy_file(file, copy, std::filesystem::copy_options::overwrite_existing);
    {
      Database database{copy, SQLITE_OPEN_READWRITE};
      database.each(sql, [](sqlite3_stmt*) {});
    }
    if (compare(copy).empty()) missed.push_back(std::string{name} + " was planted and not found");
  }
  return missed;
}

}  // namespace docket::tests
