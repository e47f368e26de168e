// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.hpp"

#include <algorithm>

#include "base/both.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "store/data_directory.hpp"
#include "store/errors.hpp"

namespace docket::store {
namespace {

constexpr int kApplicationId = 0x446f636b;  // "Dock"

[[noreturn]] void refuse(Said sentence) {
  throw StoreUnavailable(0, std::move(sentence));
}

bool is_empty(Session& session) {
  return std::get<0>(session.select<int>("SELECT count(*) FROM sqlite_schema").one()) == 0;
}

void check_owner(Session& session) {
  const auto id = std::get<0>(session.select<int>("PRAGMA application_id").one());
  if (id == kApplicationId) return;
  if (id == 0 && is_empty(session)) return;
  refuse(both("{} is not a database of Docket", "{} 不是 Docket 的数据库", session.file()));
}

const Migration* find_step(std::span<const Migration> steps, int number) {
  const auto found = std::ranges::find(steps, number, &Migration::number);
  return found == steps.end() ? nullptr : &*found;
}

void check_checksums(Session& session, std::span<const Migration> steps, int version) {
  if (version == 0) return;
  const auto known = session.select<int, Digest>("SELECT number, checksum FROM migration ORDER BY number").all(10'000);
  for (const auto& step : steps) {
    const auto is_this = [&](const auto& row) { return std::get<0>(row) == step.number; };
    if (step.number <= version && std::ranges::none_of(known, is_this)) {
      refuse(both("the database {} lacks step {} of this program; was it made by a development version?",
                  "数据库 {} 缺少本程序的升级步骤 {}，是否由开发版建立？", session.file(), step.number));
    }
  }
  for (const auto& [number, checksum] : known) {
    const auto* step = find_step(steps, number);
    if (step == nullptr || checksum != sha256(step->sql)) {
      refuse(both("step {1} of the database {0} is not the one of this program; was it made by a development version?",
                  "数据库 {} 的升级步骤 {} 与本程序的不同，是否由开发版建立？", session.file(), number));
    }
  }
}

std::filesystem::path take_snapshot(Session& session, int version) {
  const std::filesystem::path copy = session.file() + ".before-" + std::to_string(version + 1);
  const std::filesystem::path unfinished = copy.string() + ".unfinished";
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);  // of an earlier try
  session.run("VACUUM INTO ?", unfinished.string());
  // VACUUM INTO does not sync what it writes, and the migration may be on disk before it (sqlite.org/lang_vacuum.html).
  sync_file(unfinished);
  std::filesystem::rename(unfinished, copy);
  sync_directory(copy.parent_path());
  return copy;
}

/// Copies of earlier upgrades: whoever goes back goes back one.
void remove_older(const std::filesystem::path& database, const std::filesystem::path& kept) {
  const auto prefix = database.filename().string() + ".before-";
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(database.parent_path(), ignored)) {
    if (entry.path() != kept && entry.path().filename().string().starts_with(prefix)) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

int newest_of(std::span<const Migration> steps) { return steps.empty() ? 0 : steps.back().number; }

/// The version of a database that this program may open, as it is or upgraded.
int check_known(Session& session, std::span<const Migration> steps) {
  check_owner(session);
  const int version = schema_version(session);
  if (version > newest_of(steps)) {
    refuse(both("the database {0} has schema {1}, this program knows up to {2}; start the newer program, or go back to the copy that the "
                "upgrade left ({0}.before-…) or to a backup made before it",
                "数据库 {0} 的结构版本是 {1}，本程序只认识到 {2}；请启动新版程序，或改用升级时留下的副本（{0}.before-…）或升级前的备份",
                session.file(), version, newest_of(steps)));
  }
  check_checksums(session, steps, version);
  return version;
}

void apply(Session& session, const Migration& step) {
  session.run_script(std::string(step.sql));
  if (step.number == 1) {
    session.run_script(
        "CREATE TABLE migration(number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL) STRICT");
    session.run_script("PRAGMA application_id=" + std::to_string(kApplicationId));
  }
  session.run("INSERT INTO migration(number, name, checksum) VALUES(?,?,?)", step.number, step.name, sha256(step.sql));
  session.run_script("PRAGMA user_version=" + std::to_string(step.number));
}

}  // namespace

int schema_version(Session& session) {
  return std::get<0>(session.select<int>("PRAGMA user_version").one());
}

void require_current(Session& session, std::span<const Migration> steps) {
  const int version = check_known(session, steps);
  const int newest = newest_of(steps);
  if (version == 0 || version == newest) return;
  refuse(both("the database {} has schema {} and this program has {}: the desk was not upgraded yet, and this command does not do it; "
              "start the service to upgrade it, or use the program that it was served with",
              "数据库 {} 的结构版本是 {}，本程序的是 {}：服务台尚未升级，此命令不会升级它；请先启动服务完成升级，或使用旧版程序",
              session.file(), version, newest));
}

MigrationReport migrate(Session& session, std::span<const Migration> steps) {
  MigrationReport report;
  report.from = check_known(session, steps);
  report.to = report.from;
  const int newest = newest_of(steps);
  if (report.from == newest) return report;
  if (report.from > 0) report.snapshot = take_snapshot(session, report.from);
  // All or none: the program before this one can open no database that is half way.
  Transaction transaction(session, Transaction::Mode::immediate);
  for (const Migration& step : steps) {
    if (step.number <= report.from) continue;
    apply(session, step);
    report.to = step.number;
  }
  transaction.commit();
  if (report.snapshot) remove_older(session.file(), *report.snapshot);
  log::info("database_migrated", {{"from", std::int64_t{report.from}}, {"to", std::int64_t{report.to}}});
  return report;
}

}  // namespace docket::store
