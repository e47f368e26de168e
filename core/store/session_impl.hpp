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

/// A list of statements by their text, oldest use first. Literals are known by where they stand: their texts are long,
/// and each ticket asks for fifty.
class StatementCache {
 public:
  enum class Texts { literal, composed };
  StatementCache(Texts texts, std::size_t limit) : limit_(limit), by_text_(8, Hash{texts}, Same{texts}) {}
  [[nodiscard]] Statement* find(std::string_view text);
  /// `text` as it was asked for; a composed one need not outlive the call.
  Statement& add(std::string_view text, std::unique_ptr<Statement> statement);
  void drop(std::string_view text);

 private:
  struct Kept {
    std::string_view key;  // the literal, or the statement's own copy
    std::unique_ptr<Statement> statement;
  };
  struct Hash {
    Texts texts;
    std::size_t operator()(std::string_view text) const {
      return texts == Texts::literal ? std::hash<const char*>{}(text.data()) : std::hash<std::string_view>{}(text);
    }
  };
  struct Same {
    Texts texts;
    bool operator()(std::string_view a, std::string_view b) const {
      return texts == Texts::literal ? a.data() == b.data() && a.size() == b.size() : a == b;
    }
  };
  using List = std::list<Kept>;
  void drop(List::iterator at);

  std::size_t limit_;
  List by_use_;
  std::unordered_map<std::string_view, List::iterator, Hash, Same> by_text_;
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
  bool copied = false;  // a backup is under way: a transaction that is rolled back would put it back to its beginning
  struct Deferred {
    Session::Defer when;
    std::chrono::steady_clock::time_point since;
    std::function<void(Session&)> work;
  };
  std::vector<Deferred> deferred;
  void (*deferred_first)(Session&) = nullptr;
  std::size_t deferred_done = 0;  // run in the open transaction
  // After the session, so that they go first: SQLite does not close under a living statement.
  StatementCache literals{StatementCache::Texts::literal, 4096};
  StatementCache composed{StatementCache::Texts::composed, 64};
};

}  // namespace docket::store
