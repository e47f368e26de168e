// SPDX-License-Identifier: Apache-2.0
// One connection to the database, set up the only way that is safe here, with its prepared statements.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "store/query.hpp"
#include "store/sql.hpp"
#include "store/statement.hpp"

namespace docket::store {

enum class Access { write, read };
/// What a COMMIT waits for. Only `full` is used outside of tests: with less, an answered write can be lost with the
/// power.
enum class Synchronous { off = 0, normal = 1, full = 2 };

struct SessionOptions {
  std::filesystem::path file;
  Access access = Access::read;
  Synchronous synchronous = Synchronous::full;
  std::chrono::milliseconds busy_timeout{5000};
  int cache_kib = 8192;
  std::string vfs{};  ///< SQLite VFS by name, over which the log is written (log_file.hpp); empty = the system's
};

/// A session belongs to one thread at a time. On SQLite exactly one session of the process has Access::write; it also
/// does every checkpoint (SQLite 3.7.0 to 3.51.2 can damage the file when two connections write or checkpoint at once).
/// All members throw StoreError.
class Session {
 public:
  /// Opens, sets and reads back: WAL, synchronous, foreign keys, no automatic checkpoint, no mmap, query_only for
  /// readers.
  [[nodiscard]] static Session open(const SessionOptions& options);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// Runs a statement that returns no rows; `?` or `:name` parameters in order. Returns how many rows it changed.
  template <class... Binds>
  std::int64_t run(Sql sql, const Binds&... binds) {
    return run_bound(statement<>(sql.text(), true, binds...));
  }
  template <class... Binds>
  std::int64_t run(const SqlText& sql, const Binds&... binds) {
    return run_bound(statement<>(sql.text(), false, binds...));
  }
  std::int64_t run(const SqlText& sql, const Values& values) { return run_bound(statement_with<>(sql.text(), values)); }

  /// Prepares a read of columns of the given types: `.one()`, `.maybe()`, `.all(limit)` or `.each(limit, visit)` runs
  /// it.
  template <class... Columns, class... Binds>
  [[nodiscard]] Selection<Columns...> select(Sql sql, const Binds&... binds) {
    return Selection<Columns...>(statement<Columns...>(sql.text(), true, binds...));
  }
  template <class... Columns, class... Binds>
  [[nodiscard]] Selection<Columns...> select(const SqlText& sql, const Binds&... binds) {
    return Selection<Columns...>(statement<Columns...>(sql.text(), false, binds...));
  }
  template <class... Columns>
  [[nodiscard]] Selection<Columns...> select(const SqlText& sql, const Values& values) {
    return Selection<Columns...>(statement_with<Columns...>(sql.text(), values));
  }

  /// Runs the statements of a migration one after another. The text comes from this program's build, never from
  /// outside.
  void run_script(const std::string& statements);

  void begin_immediate();
  void begin_read();
  /// Throws StoreMisuse if SQLite has rolled the transaction back meanwhile: nothing is committed by accident.
  void commit();
  /// Does nothing without a transaction (SQLite ends one by itself on some errors).
  void rollback() noexcept;
  [[nodiscard]] bool in_transaction() const;
  /// How many write transactions were begun: tells one from the next.
  [[nodiscard]] std::uint64_t transactions() const;

  [[nodiscard]] std::int64_t last_insert_id() const;

  /// Work that costs more done piece by piece: for the end of this transaction, or, if it `may_wait`, of a later one
  /// that has more of it. What may wait must be found again by whoever opens the database after a crash. Run by whoever
  /// commits, in order; gone once that is on disk; what a job added is dropped with the job.
  enum class Defer { now, may_wait };
  void defer(Defer when, std::function<void(Session&)> work);
  /// What is done before all that was deferred, whenever it is. FTS5 writes what it has at every statement that could
  /// be undone by itself, so only its own should stand in a row.
  void defer_first(void (*work)(Session&));
  [[nodiscard]] std::size_t deferred() const;
  /// Whether nothing of it has to be in this transaction, and nothing waits since before `patience` ago.
  [[nodiscard]] bool deferred_may_wait(std::chrono::milliseconds patience) const;
  void drop_deferred(std::size_t keep);
  void run_deferred();

  /// Statements of this session stop with StoreTimeout at `deadline` or after cancel(). time_point::max() = never.
  void set_deadline(std::chrono::steady_clock::time_point deadline);
  /// May be called from any thread; holds until the next set_deadline().
  void cancel() noexcept;

  /// Frames in the write-ahead log after the last commit of this session.
  [[nodiscard]] int wal_frames() const;
  struct Checkpoint {
    bool complete = false;  ///< every frame is in the database file
    int frames = 0;         ///< in the log afterwards
  };
  /// Moves the log into the database; `truncate` also empties it if no reader is in the way. Writer only, outside of a
  /// transaction. Never waits for readers.
  Checkpoint checkpoint(bool truncate);

  [[nodiscard]] const std::string& file() const;

  struct Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  explicit Session(std::unique_ptr<Impl> impl);
  static std::int64_t run_bound(Statement& statement);
  Statement& prepared(std::string_view text, bool literal, std::span<const Kind> binds, std::span<const Kind> columns);

  template <class... Columns, class... Binds>
  Statement& statement(std::string_view text, bool literal, const Binds&... binds) {
    static constexpr std::array<Kind, sizeof...(Binds)> bind_kinds{kind_of<Binds>...};
    static constexpr std::array<Kind, sizeof...(Columns)> column_kinds{kind_of<Columns>...};
    Statement& found = prepared(text, literal, bind_kinds, column_kinds);
    std::size_t at = 0;
    (Column<Binds>::bind(found, at++, binds), ...);
    return found;
  }

  template <class... Columns>
  Statement& statement_with(std::string_view text, const Values& values) {
    static constexpr std::array<Kind, sizeof...(Columns)> column_kinds{kind_of<Columns>...};
    Statement& found = prepared(text, false, values.kinds(), column_kinds);
    values.bind(found);
    return found;
  }

  std::unique_ptr<Impl> impl_;
};

/// A transaction that is rolled back unless it was committed.
class Transaction {
 public:
  enum class Mode { read, immediate };
  Transaction(Session& session, Mode mode) : session_(&session) {
    mode == Mode::read ? session.begin_read() : session.begin_immediate();
  }
  ~Transaction() {
    if (session_ != nullptr) session_->rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    session_->commit();
    session_ = nullptr;
  }

 private:
  Session* session_;
};

/// The version of the SQLite library and whether it is one with the WAL-reset fault; logged once at start.
struct SqliteVersion {
  std::string text;
  bool has_wal_reset_fault = false;
};
[[nodiscard]] SqliteVersion sqlite_version();

}  // namespace docket::store
