// SPDX-License-Identifier: Apache-2.0
// The database of a desk on SQLite: one writer, two pools of readers, and the ports on top of them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "desk/ports/database.hpp"
#include "store/data_directory.hpp"
#include "store/fact_rows.hpp"
#include "store/migrations.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

namespace docket::store {

struct DatabaseOptions {
  WriterOptions writer{};
  ReadersOptions readers{};
  ReadersOptions long_readers{.threads = 1,
                              .queue_limit = 32,
                              .queue_deadline = std::chrono::seconds{60},
                              .job_deadline = std::chrono::seconds{120},
                              .niceness = 10};
  int writer_cache_kib = 32'768;
  int reader_cache_kib = 8'192;
  std::int64_t keys_per_day = 200'000;  ///< idempotency keys that one principal may use in a day
  std::size_t bundles_kept = 32;        ///< compiled definitions kept in memory
  /// Whether an empty database becomes a desk's. Else it is refused.
  bool make = true;
  /// Whether an older database becomes one of this program. Else it is refused, so that a command that only looks leaves
  /// the way back open.
  bool upgrade = true;
};

/// Compiled definitions by digest, compiled again from the stored files when they are asked for. Any thread.
class BundleCache {
 public:
  BundleCache(const desk::Compiler& compiler, const Clock& clock, std::size_t limit)
      : compiler_(compiler), clock_(clock), limit_(limit) {}
  /// Reads the files through `session` if the bundle is not in memory. Throws domain::UnusableDefinitions for an unknown
  /// digest and for stored files that no longer compile.
  [[nodiscard]] std::shared_ptr<const domain::Definitions> get(const std::string& digest, Session& session);
  /// A bundle is named by its bytes, so one that was never published does no harm here.
  void keep(std::shared_ptr<const domain::Definitions> definitions);

 private:
  const desk::Compiler& compiler_;
  const Clock& clock_;
  const std::size_t limit_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const domain::Definitions>> bundles_;
  std::vector<std::string> order_;  // oldest first
};

/// Opened once, by the process that holds the data directory; thread-safe as desk::Database says.
class SqliteDatabase final : public desk::Database {
 public:
  /// Migrates first. `directory`, `clock` and `compiler` outlive it. `on_wakes` is called on the writer thread after a
  /// commit that woke something up; it must only hand on. Throws StoreError with a sentence for the operator.
  [[nodiscard]] static std::unique_ptr<SqliteDatabase> open(const DataDirectory& directory, const Clock& clock,
                                                            const desk::Compiler& compiler,
                                                            std::function<void(const desk::Wakes&)> on_wakes,
                                                            DatabaseOptions options = {});
  ~SqliteDatabase() override;

  void write(Write work, Done done) override;
  void write_patiently(Write work, Done done) override;
  void write_slice(Write work, Done done) override;
  void read(Read work, Done done) override;
  void read_long(Read work, Done done) override;

  /// Reports and exports are cut off and get `shutting_down`, whoever comes then as well; all else goes on. First of a stop,
  /// so that no loop waits behind a report for minutes. Idempotent.
  void stop_long_readers();
  /// Takes no more work, finishes what is queued, empties the log. Idempotent.
  void stop();

  /// One slice of filling the index of custom fields that were newly marked; false when nothing is left. For a job at
  /// start and after a publication.
  [[nodiscard]] Result<bool> fill_field_index();
  /// One slice of keeping the facts of reports compact, and of gathering those of a desk that is older than they are;
  /// false when there is nothing to do.
  [[nodiscard]] Result<bool> fold_facts(std::int64_t lines_kept = fact_lines_kept);

  [[nodiscard]] Writer& writer() { return *writer_; }
  [[nodiscard]] WriterMetrics writer_metrics() const { return writer_->metrics(); }
  [[nodiscard]] ReadersMetrics readers_metrics() const { return readers_->metrics(); }
  [[nodiscard]] const MigrationReport& migration() const { return migration_; }

 private:
  struct WriterSide;
  class WriteJob;
  class ReadJob;
  SqliteDatabase(const Clock& clock, const desk::Compiler& compiler, std::function<void(const desk::Wakes&)> on_wakes,
                 DatabaseOptions options);

  const Clock& clock_;
  const std::function<void(const desk::Wakes&)> on_wakes_;
  const DatabaseOptions options_;
  BundleCache bundles_;
  MigrationReport migration_{};
  std::unique_ptr<WriterSide> side_;  // of the writer thread
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Readers> readers_;
  std::unique_ptr<Readers> long_readers_;
};

}  // namespace docket::store
