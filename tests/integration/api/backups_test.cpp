// SPDX-License-Identifier: Apache-2.0
// The node and its backups, through the real door: made while serving, whole, removed by name, and nothing else removed.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "desk/backup_job.hpp"
#include "served_desk.hpp"
#include "server/backups.hpp"
#include "store/backup.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;

namespace {

namespace fs = std::filesystem;

std::string outcome_of(ServedDesk& desk, std::int64_t job) {
  while (true) {  // the test's own deadline ends it
    const auto answer = desk.call("boss", "GET", "/api/v1/jobs/" + std::to_string(job));
    if (answer.status == 429) {
      desk.renew_token("boss");
      continue;
    }
    REQUIRE(answer.status == 200);
    if (answer.text("state") != "running") return answer.text("state");
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("a backup is asked for, made while serving, whole, and removed by its name only") {
  ServedDesk desk;
  for (int i = 0; i < 20; ++i) desk.ticket("returns");
  const auto started = desk.call("boss", "POST", "/api/v1/system/backups");
  INFO(started.body);
  REQUIRE(started.status == 202);
  REQUIRE(outcome_of(desk, started.number("id")) == "done");

  const auto listed = desk.call("boss", "GET", "/api/v1/system/backups").json();
  const auto& items = listed.at("items").as_array();
  REQUIRE(items.size() == 1);
  const std::string name{items.front().at("name").as_string()};
  const fs::path path{std::string{items.front().at("path").as_string()}};
  CHECK(items.front().at("files").as_int64() >= 1);
  CHECK(store::check_backup(path).has_value());
  CHECK(path.parent_path() == desk.server.data() / "backups");

  // What is no finished backup of this directory is not there, whatever its name says.
  const auto outside = desk.server.data() / "elsewhere";
  fs::create_directories(outside);
  std::ofstream(outside / "manifest.json") << "{}";
  fs::create_directory_symlink(outside, desk.server.data() / "backups" / "linked");
  fs::create_directories(desk.server.data() / "backups" / "unfinished");
  for (const std::string other : {"..", "%2e%2e", "..%2felsewhere", "..%2Fkeys", "linked", "unfinished", ".", "a%00b", "none"}) {
    const auto answer = desk.call("boss", "DELETE", "/api/v1/system/backups/" + other);
    INFO(other << ": " << answer.body);
    CHECK(answer.status >= 400);
    CHECK(answer.status < 500);
  }
  CHECK(fs::exists(outside / "manifest.json"));
  CHECK(fs::exists(desk.server.data() / "backups" / "unfinished"));
  CHECK(fs::exists(path / "manifest.json"));

  desk.run({{"not for leads", "lena", "DELETE", "/api/v1/system/backups/" + name, "", 403},
            {"nor to look at", "audrey", "GET", "/api/v1/system/backups", "", 403},
            {"nor the node", "rui", "GET", "/api/v1/system", "", 403},
            {"the node", "boss", "GET", "/api/v1/system", "", 200, {"\"version\"", "\"database_bytes\""}}});
  CHECK(desk.call("boss", "DELETE", "/api/v1/system/backups/" + name).status == 204);
  CHECK_FALSE(fs::exists(path));
  CHECK(desk.call("boss", "GET", "/api/v1/system/backups").json().at("items").as_array().empty());
  const auto audited = desk.audited();
  for (const std::string kind : {"backup_started", "backup_made", "backup_removed"})
    CHECK(std::ranges::find(audited, kind) != audited.end());
}

TEST_CASE("a desk that is restored from a backup keeps that backup, whatever its jobs say") {
  ServedDesk desk;
  const auto started = desk.call("boss", "POST", "/api/v1/system/backups");
  REQUIRE(started.status == 202);
  const JobId id{started.number("id")};
  REQUIRE(outcome_of(desk, id.value) == "done");
  const auto backups = desk.server.data() / "backups";
  const auto path = backups / std::string(desk.call("boss", "GET", "/api/v1/system/backups").json().at("items").as_array().front().at("name").as_string());
  std::ofstream(path / "mine") << "put there by hand";

  TemporaryDirectory other;
  server::Engine::Options options;
  options.data = other.path() / "desk";
  REQUIRE(store::restore_backup(path, options.data));
  server::Engine engine(options, desk.server.clock());
  const auto job = [&] {
    return desk::read_and_wait(engine.database(), [&](const desk::Reading& reading) -> Result<std::optional<desk::Job>> {
             return reading.jobs.find_job(id);
           })->value();
  };
  REQUIRE(job().state == desk::JobState::running);  // as it was when the database was copied
  server::Backups restored(engine, backups);
  while (job().state == desk::JobState::running) std::this_thread::yield();
  restored.stop();
  CHECK(job().state == desk::JobState::done);
  CHECK(restored.list().size() == 1);
  CHECK(fs::exists(path / "mine"));
  CHECK(store::check_backup(path).has_value());
}
