// SPDX-License-Identifier: Apache-2.0
// The desk without its doors: data directory, database, definitions. What serves and what a command opens alike.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "definition/yaml_compiler.hpp"
#include "plugin/manifest.hpp"
#include "store/attachment_rows.hpp"
#include "store/data_directory.hpp"
#include "store/sqlite_database.hpp"

namespace docket::server {

/// Throws Failure where the directory holds no database: a name that was mistyped must not become an empty desk, which a
/// restore would then refuse to overwrite. Changes nothing.
void require_desk(const std::filesystem::path& data);

/// Holds the lock of the data directory as long as it lives. Members are built in this order and end in the other.
class Engine {
 public:
  struct Options {
    std::filesystem::path data;
    std::size_t reader_threads = 2;
    std::vector<std::filesystem::path> plugin_directories{};  ///< after plugins/ in the data directory
    bool make = false;    ///< a database where none is; without it the directory is refused before anything is written there
    bool upgrade = true;  ///< an older database; a command that finds the server stopped leaves it as it is
    std::vector<std::filesystem::path> secret_directories{"/etc/docket/secrets"};  ///< that settings of plugins may name files in
  };

  /// Opens the database, makes it or brings it to this program's schema, as `make` and `upgrade` say. Throws Failure with
  /// a sentence for the operator. `clock` must outlive the engine.
  Engine(const Options& options, const Clock& clock);
  ~Engine();

  [[nodiscard]] const store::DataDirectory& directory() const { return directory_; }
  [[nodiscard]] store::SqliteDatabase& database() { return *database_; }
  /// Checks candidates, settings of plugins included.
  [[nodiscard]] const desk::Compiler& compiler() const { return checking_; }
  [[nodiscard]] const plugin::Catalogue& catalogue() const { return catalogue_; }
  [[nodiscard]] store::BlobDirectory& blobs() { return blobs_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// The definitions in force; null before the first publication. Asks a reader: not on threads of io or the database.
  [[nodiscard]] std::shared_ptr<const domain::Definitions> active();
  /// Who hears of commits, on the writer's thread; must be quick. Set before what listens is needed, cleared before it goes.
  void on_commit(std::function<void(const desk::Wakes&)> listener);

 private:
  void hand_on(const desk::Wakes& wakes);

  const Clock& clock_;
  definition::YamlCompiler compiler_;  ///< of what was published
  plugin::Catalogue catalogue_;
  definition::YamlCompiler checking_;
  std::mutex listener_mutex_;
  std::function<void(const desk::Wakes&)> listener_;
  store::DataDirectory directory_;
  store::BlobDirectory blobs_;
  std::unique_ptr<store::SqliteDatabase> database_;
};

}  // namespace docket::server
