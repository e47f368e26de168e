// SPDX-License-Identifier: Apache-2.0
#include "store/session.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/text.hpp"
#include "store/errors.hpp"
#include "store/log_file.hpp"
#include "store/session_impl.hpp"
#include "store/sqlite_api.hpp"

namespace docket::store {
namespace {

constexpr int kStepsBetweenDeadlineChecks = 4000;  // some tens of microseconds of a statement's work
constexpr int kFixedWalReset = 3051003;

/// SOCI keeps a copy of each query text for its log; ours goes elsewhere and without texts.
class NoLog final : public soci::logger_impl {
 public:
  void start_query(const std::string&) override {}

 private:
  [[nodiscard]] soci::logger_impl* do_clone() const override { return new NoLog; }
};

/// One thread uses a connection at a time, so SQLite's mutex in each of them is not needed.
void configure_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Refused once the library runs (a test VFS starts it earlier): then it stays on its slower, equally safe default.
    sqlite::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  });
}

std::string connect_string(const SessionOptions& options) {
  const std::string path = options.file.string();
  if (path.empty() || path.find_first_of("\"\n") != std::string::npos) {
    throw StoreMisuse("a database path must not be empty or hold a quote or a line break");
  }
  const std::string text = "dbname=\"" + path + "\"";
  return text + " vfs=" + gathered_log_vfs(options.vfs);
}

void execute_plain(sqlite::sqlite3* connection, const std::string& sql) {
  const int result = sqlite::sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) raise(sqlite::sqlite3_extended_errcode(connection), sql, {});
}

std::string read_pragma(sqlite::sqlite3* connection, const std::string& name) {
  sqlite::sqlite3_stmt* statement = nullptr;
  const std::string sql = "PRAGMA " + name;
  std::string value;
  if (sqlite::sqlite3_prepare_v2(connection, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK &&
      sqlite::sqlite3_step(statement) == SQLITE_ROW) {
    const auto* text = sqlite::sqlite3_column_text(statement, 0);
    if (text != nullptr) value = reinterpret_cast<const char*>(text);
  }
  sqlite::sqlite3_finalize(statement);
  return value;
}

/// Sets a pragma and reads it back: SQLite ignores what it does not know or can not do, and says nothing.
void set_pragma(sqlite::sqlite3* connection, const std::string& name, const std::string& value) {
  execute_plain(connection, "PRAGMA " + name + "=" + value);
  const std::string now = read_pragma(connection, name);
  if (now != value) {
    throw StoreUnavailable(SQLITE_ERROR, "PRAGMA " + name + " is \"" + now + "\" after it was set to " + value);
  }
}

void set_flag(sqlite::sqlite3* connection, int flag, int value) {
  int now = -1;
  const int result = sqlite::sqlite3_db_config(connection, flag, value, &now);
  if (result != SQLITE_OK || now != value) raise(SQLITE_MISUSE, "sqlite3_db_config", {});
}

int stop_when_late(void* argument) {
  auto* impl = static_cast<Session::Impl*>(argument);
  return impl->cancelled.load(std::memory_order_relaxed) || std::chrono::steady_clock::now() >= impl->deadline ? 1 : 0;
}

/// docket_fold(text): the folding of base/text, for tests on texts.
void fold_in_sql(sqlite::sqlite3_context* context, int, sqlite::sqlite3_value** arguments) {
  const auto* text = sqlite::sqlite3_value_text(arguments[0]);
  if (text == nullptr) return;
  const auto size = static_cast<std::size_t>(sqlite::sqlite3_value_bytes(arguments[0]));
  try {
    const std::string folded = fold(std::string_view(reinterpret_cast<const char*>(text), size));
    sqlite::sqlite3_result_text(context, folded.data(), static_cast<int>(folded.size()), SQLITE_TRANSIENT);
  } catch (const std::exception&) {
    sqlite::sqlite3_result_error_nomem(context);
  }
}

int note_wal_frames(void* argument, sqlite::sqlite3*, const char*, int frames) {
  static_cast<Session::Impl*>(argument)->wal_frames = frames;
  return SQLITE_OK;
}

void set_up(Session::Impl& impl, const SessionOptions& options) {
  auto* connection = impl.connection();
  impl.busy_timeout = options.busy_timeout;
  sqlite::sqlite3_extended_result_codes(connection, 1);
  // First of all: turning to WAL may have to wait for a lock.
  set_pragma(connection, "busy_timeout", std::to_string(options.busy_timeout.count()));
  if (options.access == Access::write) {
    set_pragma(connection, "journal_mode", "wal");
  } else if (read_pragma(connection, "journal_mode") != "wal") {
    throw StoreUnavailable(SQLITE_ERROR, "the database is not in WAL mode; its writer opens first");
  }
  set_pragma(connection, "synchronous", std::to_string(static_cast<int>(options.synchronous)));
  set_pragma(connection, "foreign_keys", "1");
  set_pragma(connection, "trusted_schema", "0");
  set_pragma(connection, "cell_size_check", "1");
  set_pragma(connection, "temp_store", "2");
  set_pragma(connection, "cache_size", std::to_string(-options.cache_kib));
  set_pragma(connection, "wal_autocheckpoint", "0");
  if (options.vfs.empty()) set_pragma(connection, "mmap_size", "0");
  if (options.access == Access::read) set_pragma(connection, "query_only", "1");
  set_flag(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
  set_flag(connection, SQLITE_DBCONFIG_DEFENSIVE, 1);
  set_flag(connection, SQLITE_DBCONFIG_DQS_DML, 0);
  set_flag(connection, SQLITE_DBCONFIG_DQS_DDL, 0);
  const int made = sqlite::sqlite3_create_function_v2(connection, "docket_fold", 1,
                                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
                                                      fold_in_sql, nullptr, nullptr, nullptr);
  if (made != SQLITE_OK) raise(made, "docket_fold", {});
  sqlite::sqlite3_wal_hook(connection, note_wal_frames, &impl);
}

}  // namespace

Statement* StatementCache::find(std::string_view text) {
  const auto found = by_text_.find(text);
  if (found == by_text_.end()) return nullptr;
  by_use_.splice(by_use_.end(), by_use_, found->second);
  return found->second->statement.get();
}

Statement& StatementCache::add(std::string_view text, std::unique_ptr<Statement> statement) {
  if (by_use_.size() >= limit_) {
    // One that is still being read (a query inside another's loop) must stay.
    const auto oldest = std::ranges::find_if(by_use_, [](const Kept& kept) { return !kept.statement->running(); });
    if (oldest != by_use_.end()) drop(oldest);
  }
  const auto key = by_text_.hash_function().texts == Texts::literal ? text : statement->text();
  by_use_.push_back({key, std::move(statement)});
  by_text_.emplace(key, std::prev(by_use_.end()));
  return *by_use_.back().statement;
}

void StatementCache::drop(std::string_view text) {
  drop(by_text_.find(text)->second);
}

void StatementCache::drop(List::iterator at) {
  by_text_.erase(at->key);
  by_use_.erase(at);
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Session Session::open(const SessionOptions& options) {
  configure_library();
  std::unique_ptr<Impl> impl;
  try {
    impl = std::make_unique<Impl>(connect_string(options), options.file.string());
  } catch (const soci::sqlite3_soci_error& error) {
    raise(error.result() == SQLITE_OK ? SQLITE_CANTOPEN : error.result(), "open", {});
  } catch (const soci::soci_error&) {
    raise(SQLITE_CANTOPEN, "open", {});
  }
  impl->soci.set_logger(soci::logger(new NoLog));
  set_up(*impl, options);
  return Session(std::move(impl));
}

Statement& Session::prepared(std::string_view text, bool literal, std::span<const Kind> binds,
                             std::span<const Kind> columns) {
  StatementCache& cache = literal ? impl_->literals : impl_->composed;
  if (Statement* found = cache.find(text)) {
    if (found->fits(binds, columns)) {
      if (found->running()) throw StoreMisuse("statement is still being read: " + std::string(text));
      return *found;
    }
    cache.drop(text);
  }
  return cache.add(text, std::make_unique<Statement>(*this, text, binds, columns));
}

std::int64_t Session::run_bound(Statement& statement) {
  if (statement.execute()) {
    statement.reset();
    throw StoreMisuse("rows from a statement that was run for none: " + std::string(statement.text()));
  }
  return statement.changes();
}

void Session::run_script(const std::string& statements) {
  execute_plain(impl_->connection(), statements);
}

void Session::begin_immediate() {
  run("BEGIN IMMEDIATE");
  ++impl_->transactions;
  impl_->deferred_done = 0;
}
void Session::begin_read() {
  run("BEGIN");
}

void Session::commit() {
  if (!in_transaction()) throw StoreMisuse("COMMIT without a transaction: SQLite has rolled it back");
  run("COMMIT");
  auto& deferred = impl_->deferred;
  deferred.erase(deferred.begin(), deferred.begin() + static_cast<std::ptrdiff_t>(impl_->deferred_done));
  impl_->deferred_done = 0;
}

void Session::rollback() noexcept {
  if (!in_transaction()) return;
  try {
    run("ROLLBACK");
  } catch (const StoreError&) {
    // SQLite undoes what the log does not say was committed; a rollback that fails loses nothing.
  }
}

bool Session::in_transaction() const {
  return sqlite::sqlite3_get_autocommit(impl_->connection()) == 0;
}

std::uint64_t Session::transactions() const {
  return impl_->transactions;
}

std::int64_t Session::last_insert_id() const {
  return sqlite::sqlite3_last_insert_rowid(impl_->connection());
}

void Session::defer(Defer when, std::function<void(Session&)> work) {
  impl_->deferred.push_back({when, std::chrono::steady_clock::now(), std::move(work)});
}

std::size_t Session::deferred() const {
  return impl_->deferred.size();
}

void Session::defer_first(void (*work)(Session&)) {
  impl_->deferred_first = work;
}

bool Session::deferred_may_wait(std::chrono::milliseconds patience) const {
  const auto& deferred = impl_->deferred;
  return deferred.empty() || (deferred.front().since + patience > std::chrono::steady_clock::now() &&
                              std::ranges::none_of(deferred, [](const auto& piece) { return piece.when == Defer::now; }));
}

void Session::drop_deferred(std::size_t keep) {
  auto& deferred = impl_->deferred;
  if (deferred.size() > keep) deferred.erase(deferred.begin() + static_cast<std::ptrdiff_t>(keep), deferred.end());
}

void Session::run_deferred() {
  // They stay until the commit: a transaction that fails takes their rows with it.
  if (impl_->deferred.empty()) return;
  if (impl_->deferred_first != nullptr) impl_->deferred_first(*this);
  for (const auto& piece : impl_->deferred) piece.work(*this);
  impl_->deferred_done = impl_->deferred.size();
}

void Session::set_deadline(std::chrono::steady_clock::time_point deadline) {
  impl_->cancelled = false;
  impl_->deadline = deadline;
  const bool limited = deadline != std::chrono::steady_clock::time_point::max();
  sqlite::sqlite3_progress_handler(impl_->connection(), limited ? kStepsBetweenDeadlineChecks : 0,
                                   limited ? stop_when_late : nullptr, impl_.get());
}

void Session::cancel() noexcept {
  impl_->cancelled = true;
}

int Session::wal_frames() const {
  return impl_->wal_frames;
}

Session::Checkpoint Session::checkpoint(bool truncate) {
  auto* connection = impl_->connection();
  int frames = 0;
  int moved = 0;
  // TRUNCATE would call the busy handler while readers are in the log; the writer has better things to do than wait.
  sqlite::sqlite3_busy_timeout(connection, 0);
  const int result = sqlite::sqlite3_wal_checkpoint_v2(
      connection, nullptr, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
  const int extended = sqlite::sqlite3_extended_errcode(connection);
  sqlite::sqlite3_busy_timeout(connection, static_cast<int>(impl_->busy_timeout.count()));
  if (result != SQLITE_OK && (result & 0xff) != SQLITE_BUSY) raise(extended, "checkpoint", {});
  Checkpoint done;
  done.complete = result == SQLITE_OK && frames == moved;
  done.frames = frames;
  if (truncate && done.complete) impl_->wal_frames = 0;
  return done;
}

const std::string& Session::file() const {
  return impl_->file;
}

SqliteVersion sqlite_version() {
  const int number = sqlite::sqlite3_libversion_number();
  // Also fixed in the two older lines that got it back-ported.
  const bool fixed =
      number >= kFixedWalReset || (number >= 3050007 && number < 3051000) || (number >= 3044006 && number < 3045000);
  return {sqlite::sqlite3_libversion(), !fixed};
}

}  // namespace docket::store
