// SPDX-License-Identifier: Apache-2.0
#include "server/machine.hpp"

#include <fstream>
#include <iterator>
#include <mutex>
#include <system_error>
#include <utility>

#include "http/certificate.hpp"
#include "store/data_directory.hpp"
#include "store/session.hpp"

namespace docket::server {
namespace {

namespace fs = std::filesystem;

std::int64_t size_of(const fs::path& file) {
  std::error_code failed;
  const auto size = fs::file_size(file, failed);
  return failed ? 0 : static_cast<std::int64_t>(size);
}

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

/// The upper edge of the bucket that holds the share of all that were counted.
std::int64_t quantile(const store::WriterMetrics& writer, double share) {
  std::uint64_t all = 0;
  for (const auto count : writer.commit_histogram) all += count;
  if (all == 0) return 0;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < writer.commit_histogram.size(); ++i) {
    below += writer.commit_histogram[i];
    if (static_cast<double>(below) >= share * static_cast<double>(all)) return std::int64_t{1} << i;
  }
  return std::int64_t{1} << (writer.commit_histogram.size() - 1);
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Machine::Machine(Engine& engine, fs::path certificate)
    : engine_(engine), certificate_(std::move(certificate)), started_at_(engine.clock().now()) {}

void Machine::watch(const http::Server& server) {
  const std::unique_lock lock(mutex_);
  server_ = &server;
}

void Machine::keeps(Backups& backups) {
  const std::unique_lock lock(mutex_);
  backups_ = &backups;
}

void Machine::forget() {
  const std::unique_lock lock(mutex_);
  server_ = nullptr;
  backups_ = nullptr;
}

desk::SystemState Machine::state() const {
  const std::shared_lock lock(mutex_);
  desk::SystemState state;
  state.version = DOCKET_VERSION;
  state.sqlite = store::sqlite_version().text;
  state.now = engine_.clock().now();
  state.started_at = started_at_;
  const auto database = engine_.directory().database();
  state.database_bytes = size_of(database);
  state.wal_bytes = size_of(database.string() + "-wal");
  state.disk_free_bytes = static_cast<std::int64_t>(store::free_bytes(engine_.directory().path()));
  state.resident_bytes = resident_bytes();
  const auto writer = engine_.database().writer_metrics();
  state.storage_full = writer.storage_full;
  state.writer_queue = static_cast<std::int64_t>(writer.queued);
  state.writer_jobs = static_cast<std::int64_t>(writer.jobs);
  state.writer_refused = static_cast<std::int64_t>(writer.refused);
  state.commit_p50_us = quantile(writer, 0.5);
  state.commit_p99_us = quantile(writer, 0.99);
  const auto readers = engine_.database().readers_metrics();
  state.reader_queue = static_cast<std::int64_t>(readers.queued);
  state.reader_jobs = static_cast<std::int64_t>(readers.jobs);
  state.reader_refused = static_cast<std::int64_t>(readers.refused);
  if (server_ != nullptr) {
    const auto& counters = server_->counters();
    state.connections = static_cast<std::int64_t>(counters.connections_open.load());
    state.streams = static_cast<std::int64_t>(counters.streams_open.load());
    state.requests = static_cast<std::int64_t>(counters.requests.load());
    state.server_errors = static_cast<std::int64_t>(counters.responses[5].load());
  }
  if (!certificate_.empty()) state.certificate_expires_at = http::certificate_expiry(text_of(certificate_));
  return state;
}

std::vector<desk::Backup> Machine::backups() const {
  const std::shared_lock lock(mutex_);
  return backups_ == nullptr ? std::vector<desk::Backup>{} : backups_->list();
}

bool Machine::remove_backup(const std::string& name) {
  const std::shared_lock lock(mutex_);
  return backups_ != nullptr && backups_->remove(name);
}

}  // namespace docket::server
