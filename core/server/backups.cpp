// SPDX-License-Identifier: Apache-2.0
#include "server/backups.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "base/json_decode.hpp"
#include "base/log.hpp"
#include "desk/backup_job.hpp"
#include "store/backup.hpp"

namespace docket::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_listed = 200;
constexpr std::int64_t largest_manifest = std::int64_t{64} << 20;
constexpr std::chrono::milliseconds between_notes{500};

/// Thrown out of the progress of a backup that nobody wants any more.
struct Unwanted {};

/// A plain name below the directory.
bool is_plain(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
  });
}

std::optional<desk::Backup> read_backup(const fs::path& path) {
  const auto manifest_path = path / "manifest.json";
  std::error_code failed;
  const auto size = fs::file_size(manifest_path, failed);
  if (failed || std::cmp_greater(size, largest_manifest)) return {};
  std::ifstream file(manifest_path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto manifest =
      json::decode_text<store::BackupManifest>(text, {.bytes = static_cast<std::size_t>(largest_manifest), .depth = 8});
  if (!manifest) return {};
  desk::Backup backup;
  backup.name = path.filename().string();
  backup.path = path.string();
  backup.created_at = manifest->created_at;
  backup.files = static_cast<std::int64_t>(manifest->files.size());
  for (const auto& one : manifest->files) backup.bytes += one.size;
  return backup;
}

/// Takes away what was copied of a backup that did not come to its end. One that has its manifest did.
void remove_unfinished(const fs::path& path) {
  std::error_code failed;
  if (fs::symlink_status(path / "manifest.json", failed).type() == fs::file_type::not_found) fs::remove_all(path, failed);
}

}  // namespace

Backups::Backups(Engine& engine, fs::path directory)
    : engine_(engine), directory_(std::move(directory)), loop_("backups", [this] { return step(); }) {}

void Backups::stop() {
  stopping_.store(true);
  loop_.stop();
}

std::vector<desk::Backup> Backups::list() const {
  std::vector<fs::path> paths;
  std::error_code failed;
  for (fs::directory_iterator at(directory_, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->symlink_status(failed).type() == fs::file_type::directory && is_plain(at->path().filename().string())) paths.push_back(at->path());
  }
  std::ranges::sort(paths, std::greater{});
  std::vector<desk::Backup> out;
  for (const auto& path : paths) {
    if (out.size() == most_listed) break;
    if (auto backup = read_backup(path)) out.push_back(std::move(*backup));
  }
  return out;
}

bool Backups::remove(const std::string& name) {
  if (!is_plain(name)) return false;
  const auto path = directory_ / name;
  std::error_code failed;
  // A link leads somewhere that is not ours to empty.
  if (fs::symlink_status(path, failed).type() != fs::file_type::directory) return false;
  // The manifest goes first: what is half removed is no backup.
  if (!fs::remove(path / "manifest.json", failed) || failed) return false;
  fs::remove_all(path, failed);
  return true;
}

std::chrono::milliseconds Backups::step() {
  auto next = desk::read_and_wait(engine_.database(), [](const desk::Reading& reading) -> Result<std::optional<desk::Job>> {
    for (auto& job : reading.jobs.running()) {
      if (job.kind == desk::backup_job_kind) return std::optional(std::move(job));
    }
    return std::optional<desk::Job>{};
  });
  if (next && *next) make(std::move(**next));
  return runtime::Loop::longest_wait;
}

bool Backups::note(const desk::Job& job) {
  if (stopping_.load()) return false;
  const auto kept = desk::write_slice_and_wait(
      engine_.database(), [&](desk::Unit& unit) -> Result<bool> { return desk::note_backup_progress(unit, job); });
  return !kept || *kept;  // a note that could not be written says nothing about the job
}

void Backups::make(desk::Job job) {
  const auto path = directory_ / job.input;
  // It was made and could not be noted, or this desk was restored from it: the copy holds its own job as it was then.
  if (read_backup(path)) {
    job.state = desk::JobState::done;
    job.total = std::max<std::int64_t>(job.total, 1);
    job.done = job.total;
    note(job);
    return;
  }
  remove_unfinished(path);
  auto noted = std::chrono::steady_clock::now();
  const auto progress = [&](std::int64_t done, std::int64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (now - noted < between_notes) return;
    noted = now;
    job.done = done;
    job.total = total;
    if (!note(job)) throw Unwanted{};
  };
  try {
    fs::create_directories(directory_);
    const auto made = store::make_backup(engine_.database().writer(), engine_.directory().blobs(), path,
                                         engine_.clock().now(), progress);
    if (!made) throw std::runtime_error(made.error().detail);
    job.state = desk::JobState::done;
    job.error = store::about_unsound(*made).en;
    job.total = std::max<std::int64_t>(job.total, 1);
    job.done = job.total;
  } catch (const Unwanted&) {
    remove_unfinished(path);
    return;
  } catch (const std::exception& failure) {
    remove_unfinished(path);
    log::error("backup_failed", {{"reason", std::string_view(failure.what())}});
    job.state = desk::JobState::failed;
    job.error = failure.what();
  }
  if (!note(job) && job.state == desk::JobState::done && !stopping_.load()) remove(job.input);
}

}  // namespace docket::server
