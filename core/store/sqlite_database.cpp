// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_database.hpp"

#include <algorithm>

#include "base/both.hpp"
#include "base/log.hpp"
#include "domain/unusable_definitions.hpp"
#include "store/access_link_rows.hpp"
#include "store/access_rows.hpp"
#include "store/attachment_rows.hpp"
#include "store/bundle_rows.hpp"
#include "store/desk_stream_rows.hpp"
#include "store/directory_rows.hpp"
#include "store/errors.hpp"
#include "store/fact_rows.hpp"
#include "store/field_index.hpp"
#include "store/job_rows.hpp"
#include "store/notice_rows.hpp"
#include "store/outbox_rows.hpp"
#include "store/plugin_rows.hpp"
#include "store/search_index.hpp"
#include "store/tickets.hpp"
#include "store/workspace_rows.hpp"

namespace docket::store {
namespace {

/// Definitions as one session's thread asks for them.
class SessionBundles final : public domain::DefinitionsSource {
 public:
  SessionBundles(BundleCache& cache, Session& session) : cache_(cache), session_(session) {}
  [[nodiscard]] std::shared_ptr<const domain::Definitions> get(const std::string& digest) const override {
    return cache_.get(digest, session_);
  }

  /// What the database says is published, as this transaction sees it; null before the first publication.
  [[nodiscard]] std::shared_ptr<const domain::Definitions> active() const {
    const auto digest =
        session_
            .select<std::string>(
                "SELECT b.digest FROM publication p JOIN bundle b ON b.id = p.bundle ORDER BY p.number DESC LIMIT 1")
            .maybe();
    return digest ? get(std::get<0>(*digest)) : nullptr;
  }

 private:
  BundleCache& cache_;
  Session& session_;
};

/// What a crash left out of the search index, handed to the writer as what waits for it: a start is not held up by it.
void defer_missed(Session& session) {
  const auto missed = static_cast<std::int64_t>(SearchIndex(session).index_missed());
  if (missed == 0) return;
  session.defer(Session::Defer::may_wait,
                [missed](Session&) { log::info("search_index_completed", {{"entries", missed}}); });
}

/// Before anything is changed: definitions that this program refuses would leave a desk that neither this program nor,
/// once upgraded, the one before can serve. Throws StoreUnavailable with a sentence for the operator.
void check_active(const SessionBundles& bundles, Session& session) {
  if (schema_version(session) == 0) return;
  try {
    static_cast<void>(bundles.active());
  } catch (const domain::UnusableDefinitions& refused) {
    throw StoreUnavailable(0, both("The definitions in force can not be used by this program: {}\nNothing was changed. Go on with the "
                                   "program that served this desk before, change and publish the definitions with it, and upgrade then.",
                                   "此版本无法使用现行配置：{}\n数据未作任何更改。请先用旧版程序修改并发布配置，再升级。",
                                   std::string_view(refused.what())));
  }
}

bool anything(const desk::Wakes& wakes) {
  return wakes.timer_at || !wakes.destinations.empty() || wakes.feed || wakes.notices || wakes.jobs || wakes.published;
}

}  // namespace

namespace {

[[noreturn]] void unusable(const std::string& why) {
  log::error("definitions_unusable", {{"reason", std::string_view(why)}});
  throw domain::UnusableDefinitions(why);
}

}  // namespace

std::shared_ptr<const domain::Definitions> BundleCache::get(const std::string& digest, Session& session) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = bundles_.find(digest); found != bundles_.end()) return found->second;
  }
  const auto files = BundleRows(session).bundle_files(digest);
  if (!files) unusable("a bundle that was never published is asked for: " + digest);
  auto compiled = compiler_.compile(*files, clock_.now());
  if (!compiled.definitions) {
    const auto fault = std::ranges::find(compiled.findings, true, &desk::CheckFinding::error);
    unusable("the published bundle " + digest + " does not compile with this program: " +
             (fault == compiled.findings.end() ? "" : fault->rendered));
  }
  if (compiled.digest != digest) unusable("the stored files of bundle " + digest + " were altered");
  keep(compiled.definitions);
  return compiled.definitions;
}

void BundleCache::keep(std::shared_ptr<const domain::Definitions> definitions) {
  const std::scoped_lock lock(mutex_);
  const auto [at, added] = bundles_.try_emplace(definitions->digest, definitions);
  if (!added) return;
  order_.push_back(definitions->digest);
  if (order_.size() > limit_) {
    bundles_.erase(order_.front());
    order_.erase(order_.begin());
  }
}

/// What the writer thread keeps between jobs.
struct SqliteDatabase::WriterSide {
  WriterMemory memory{};
  std::unique_ptr<DirectoryRows> directory{};  // made by the first job: it remembers people

  DirectoryRows& directory_on(Session& session) {
    if (!directory) directory = std::make_unique<DirectoryRows>(session, &memory.roster);
    return *directory;
  }
};

class SqliteDatabase::WriteJob final : public Job {
 public:
  enum class Runs { once, again };
  WriteJob(SqliteDatabase& database, Write work, Done done, Runs runs)
      : database_(database), work_(std::move(work)), done_(std::move(done)), runs_(runs) {}

  [[nodiscard]] bool repeatable() const override { return runs_ == Runs::again; }

  Result<void> run(Session& session) override {
    WriterSide& side = *database_.side_;
    // What an undone job changed must not be remembered.
    struct Undone {
      RosterMemory& roster;
      bool done = false;
      ~Undone() {
        if (!done && roster.touched) roster.clear();
      }
    } undone{side.memory.roster};
    side.memory.roster.touched = false;
    succeeded_ = false;
    const Time now = database_.clock_.now();
    const SessionBundles bundles(database_.bundles_, session);
    const auto active = bundles.active();
    Tickets tickets(session, &side.memory, active, now);
    OutboxRows outbox(session, now);
    AccessRows access(session);
    DeskStreamRows stream(session);
    BundleRows bundle_rows(session);
    JobRows jobs(session);
    AnsweredRows answered(session, database_.options_.keys_per_day);
    AttachmentRows attachments(session);
    PluginRows plugins(session);
    AccessLinkRows links(session);
    NoticeRows notices(session, now);
    WorkspaceRows workspace(session);
    desk::Unit unit{tickets,     outbox,  side.directory_on(session),
                    access,      stream,  bundle_rows,
                    jobs,        answered,
                    attachments, plugins, links,
                    notices,     workspace,
                    now,         active,  bundles,
                    wakes_};
    auto outcome = work_(unit);
    if (unit.active != active && unit.active) database_.bundles_.keep(unit.active);
    undone.done = succeeded_ = outcome.has_value();
    return outcome;
  }

  void undone() noexcept override {
    if (succeeded_) database_.side_->memory.roster.clear();
    succeeded_ = false;
    wakes_ = {};
  }

  void finish(Result<void> outcome) noexcept override {
    if (!outcome && succeeded_) database_.side_->memory.roster.clear();  // the whole group was undone
    // Whoever asked first: a dozen loops that wake up would stand before the answer.
    const bool committed = outcome.has_value();
    done_(std::move(outcome));
    if (committed && anything(wakes_) && database_.on_wakes_) database_.on_wakes_(wakes_);
  }

 private:
  SqliteDatabase& database_;
  Write work_;
  Done done_;
  Runs runs_;
  bool succeeded_ = false;
  desk::Wakes wakes_{};
};

class SqliteDatabase::ReadJob final : public Job {
 public:
  ReadJob(SqliteDatabase& database, Read work, Done done)
      : database_(database), work_(std::move(work)), done_(std::move(done)) {}

  Result<void> run(Session& session) override {
    const Time now = database_.clock_.now();
    const SessionBundles bundles(database_.bundles_, session);
    const auto active = bundles.active();
    const Tickets tickets(session, nullptr, active, now);
    const OutboxRows outbox(session, now);
    const DirectoryRows directory(session);
    const AccessRows access(session);
    const DeskStreamRows stream(session);
    const BundleRows bundle_rows(session);
    const JobRows jobs(session);
    const AttachmentRows attachments(session);
    const PluginRows plugins(session);
    const FactRows reports(session, now);
    const AccessLinkRows links(session);
    const NoticeRows notices(session, now);
    const WorkspaceRows workspace(session);
    const desk::Reading reading{tickets,     outbox,  directory, access, stream,  bundle_rows, jobs, attachments,
                                plugins,     reports, links,     notices, workspace, now,      active, bundles};
    return work_(reading);
  }

  void finish(Result<void> outcome) noexcept override { done_(std::move(outcome)); }

 private:
  SqliteDatabase& database_;
  Read work_;
  Done done_;
};

SqliteDatabase::SqliteDatabase(const Clock& clock, const desk::Compiler& compiler,
                               std::function<void(const desk::Wakes&)> on_wakes, DatabaseOptions options)
    : clock_(clock),
      on_wakes_(std::move(on_wakes)),
      options_(std::move(options)),
      bundles_(compiler, clock, options_.bundles_kept),
      side_(std::make_unique<WriterSide>()) {}

std::unique_ptr<SqliteDatabase> SqliteDatabase::open(const DataDirectory& directory, const Clock& clock,
                                                     const desk::Compiler& compiler,
                                                     std::function<void(const desk::Wakes&)> on_wakes,
                                                     DatabaseOptions options) {
  const auto version = sqlite_version();
  if (version.has_wal_reset_fault) {
    log::warning(
        "sqlite_version",
        {{"version", std::string_view(version.text)},
         {"note", std::string_view("has the WAL-reset fault of 3.7.0 to 3.51.2; it needs two connections that write or "
                                   "checkpoint, and here only one does both")}});
  } else {
    log::info("sqlite_version", {{"version", std::string_view(version.text)}});
  }
  if (!options.writer.free_bytes) {
    options.writer.free_bytes = [path = directory.path()] { return free_bytes(path); };
  }
  std::unique_ptr<SqliteDatabase> database(
      new SqliteDatabase(clock, compiler, std::move(on_wakes), std::move(options)));
  SessionOptions session;
  session.file = directory.database();
  session.access = Access::write;
  session.cache_kib = database->options_.writer_cache_kib;
  Session writer = Session::open(session);
  const bool empty = schema_version(writer) == 0;
  if (empty && !database->options_.make)
    throw StoreUnavailable(0, both("{} is empty: its making was interrupted. `docket init` makes it anew; before `docket restore`, remove it.",
                                   "{} 是空的：建立时被中断。`docket init` 会重新建立它；要用 `docket restore` 请先删除它。", session.file.string()));
  if (empty || database->options_.upgrade) {
    check_active(SessionBundles(database->bundles_, writer), writer);
    database->migration_ = migrate(writer);
  } else {
    require_current(writer);
    database->migration_.from = database->migration_.to = schema_version(writer);
  }
  defer_missed(writer);
  database->writer_ = std::make_unique<Writer>(std::move(writer), database->options_.writer);
  session.access = Access::read;
  session.cache_kib = database->options_.reader_cache_kib;
  database->readers_ = std::make_unique<Readers>(session, database->options_.readers);
  database->long_readers_ = std::make_unique<Readers>(session, database->options_.long_readers);
  return database;
}

SqliteDatabase::~SqliteDatabase() {
  stop();
}

void SqliteDatabase::stop_long_readers() {
  if (long_readers_) long_readers_->stop();
}

void SqliteDatabase::stop() {
  // Readers first: the writer's last checkpoint can then take the whole log.
  stop_long_readers();
  if (readers_) readers_->stop();
  if (writer_) writer_->stop();
}

void SqliteDatabase::write(Write work, Done done) {
  writer_->submit(std::make_unique<WriteJob>(*this, std::move(work), std::move(done), WriteJob::Runs::again));
}

void SqliteDatabase::write_patiently(Write work, Done done) {
  writer_->submit_patient(std::make_unique<WriteJob>(*this, std::move(work), std::move(done), WriteJob::Runs::again));
}

void SqliteDatabase::write_slice(Write work, Done done) {
  writer_->submit_slice(std::make_unique<WriteJob>(*this, std::move(work), std::move(done), WriteJob::Runs::once));
}

void SqliteDatabase::read(Read work, Done done) {
  readers_->submit(std::make_unique<ReadJob>(*this, std::move(work), std::move(done)));
}

void SqliteDatabase::read_long(Read work, Done done) {
  long_readers_->submit(std::make_unique<ReadJob>(*this, std::move(work), std::move(done)));
}

Result<bool> SqliteDatabase::fill_field_index() {
  constexpr int tickets_a_slice = 200;
  return writer_->run_slice([this](Session& session) -> Result<bool> {
    const auto active = SessionBundles(bundles_, session).active();
    return active && fill_indexed_fields(session, *active, tickets_a_slice);
  });
}

Result<bool> SqliteDatabase::fold_facts(std::int64_t lines_kept) {
  constexpr int tickets_a_slice = 50;
  return writer_->run_slice([lines_kept](Session& session) -> Result<bool> {
    const bool building = build_facts(session, tickets_a_slice);
    return store::fold_facts(session, lines_kept) || building;
  });
}

}  // namespace docket::store
