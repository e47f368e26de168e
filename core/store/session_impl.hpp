// SPDX-License-Identifier: Apache-2.0
// What a session keeps from SOCI; included by the few files of this room that speak to SOCI.
#pragma once

#include <soci/soci.h>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/session.hpp"
#include "store/sqlite_api.hpp"
#include "store/statement.hpp"

namespace docket::store {

/// A list of statements by their text, oldest use first.
class StatementCache {
 public:
  explicit StatementCache(std::size_t limit) : limit_(limit) {}
  [[nodiscard]] Statement* find(std::string_view text);
  Statement& add(std::unique_ptr<Statement> statement);
  void drop(const Statement& statement);

 private:
  using List = std::list<std::unique_ptr<Statement>>;
  std::size_t limit_;
  List by_use_;
  std::unordered_map<std::string_view, List::iterator> by_text_;  // keys live in the statements
};

struct Session::Impl {
  Impl(const std::string& connect, std::string path) : soci(::soci::sqlite3, connect), file(std::move(path)) {}

  [[nodiscard]] sqlite::sqlite3* connection() {
    return static_cast<soci::sqlite3_session_backend*>(soci.get_backend())->conn_;
  }

  soci::session soci;
  std::string file;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::atomic<bool> cancelled = false;
  std::chrono::milliseconds busy_timeout{0};
  int wal_frames = 0;
  std::uint64_t transactions = 0;
  struct Deferred {
    Session::Defer when;
    std::chrono::steady_clock::time_point since;
    std::function<void(Session&)> work;
  };
  std::vector<Deferred> deferred;
  std::size_t deferred_done = 0;  // run in the open transaction
  // After the session, so that they go first: SQLite does not close under a living statement.
  StatementCache literals{4096};
  StatementCache composed{64};
};

}  // namespace docket::store
