// SPDX-License-Identifier: Apache-2.0
#include "server/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "base/failure.hpp"
#include "base/log.hpp"

namespace docket::server {
namespace {

store::DataDirectory open_directory(const Engine::Options& options) {
  if (!options.make) require_desk(options.data);
  return store::DataDirectory::open(options.data);
}

store::DatabaseOptions database_options(const Engine::Options& options) {
  store::DatabaseOptions database;
  database.make = options.make;
  database.upgrade = options.upgrade;
  database.readers.threads = std::max<std::size_t>(options.reader_threads, 1);
  return database;
}

}  // namespace

void require_desk(const std::filesystem::path& data) {
  std::error_code failed;
  if (std::filesystem::exists(data / "docket.db", failed) || failed) return;
  throw Failure(both("There is no desk in {} (no docket.db). Look at --data. `docket init` makes a new desk, `docket restore` brings one back. "
                     "Nothing was changed.",
                     "{} 里没有服务台（没有 docket.db）。请检查 --data。新建用 `docket init`，从备份恢复用 `docket restore`。未作任何更改。",
                     data.string()));
}

Engine::Engine(const Options& options, const Clock& clock)
    : clock_(clock),
      compiler_(definition::YamlCompiler::of_published()),
      catalogue_(plugin::plugin_directories(options.data, options.plugin_directories), options.secret_directories),
      checking_(&catalogue_),
      directory_(open_directory(options)),
      blobs_(directory_.blobs()),
      database_(store::SqliteDatabase::open(
          directory_, clock, compiler_, [this](const desk::Wakes& wakes) { hand_on(wakes); }, database_options(options))) {
  const auto& migration = database_->migration();
  if (migration.from != migration.to) {
    log::info("database_migrated", {{"from", std::int64_t{migration.from}}, {"to", std::int64_t{migration.to}}});
  }
}

Engine::~Engine() { database_->stop(); }

std::shared_ptr<const domain::Definitions> Engine::active() {
  const auto active = desk::read_and_wait(*database_, [](const desk::Reading& reading) -> Result<std::shared_ptr<const domain::Definitions>> {
    return reading.active;
  });
  return active ? *active : nullptr;
}

void Engine::on_commit(std::function<void(const desk::Wakes&)> listener) {
  const std::lock_guard lock(listener_mutex_);
  listener_ = std::move(listener);
}

void Engine::hand_on(const desk::Wakes& wakes) {
  const std::lock_guard lock(listener_mutex_);
  if (listener_) listener_(wakes);
}

}  // namespace docket::server
