// SPDX-License-Identifier: Apache-2.0
// The machine that the desk runs on, as its admin sees it: version, sizes, queues, and copies of the data.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace docket::desk {

/// One moment of this node. Sizes in bytes.
struct SystemState {
  std::string version{};
  std::string sqlite{};
  Time now{};
  Time started_at{};
  std::int64_t database_bytes = 0;
  std::int64_t wal_bytes = 0;
  std::int64_t disk_free_bytes = 0;
  std::int64_t resident_bytes = 0;
  bool storage_full = false;       ///< writes are refused for want of space
  std::int64_t writer_queue = 0;   ///< jobs that wait for the writer
  std::int64_t reader_queue = 0;   ///< queries that wait for a reader
  std::int64_t writer_jobs = 0;    ///< since start, like all that follows
  std::int64_t writer_refused = 0;
  std::int64_t reader_jobs = 0;
  std::int64_t reader_refused = 0;
  std::int64_t commit_p50_us = 0;  ///< half of the commits took less; upper edge of a power of two
  std::int64_t commit_p99_us = 0;
  std::int64_t connections = 0;    ///< now
  std::int64_t streams = 0;        ///< live streams now
  std::int64_t requests = 0;
  std::int64_t server_errors = 0;  ///< answers of 500 and above
  std::optional<Time> certificate_expires_at{};
};
BOOST_DESCRIBE_STRUCT(SystemState, (),
                      (version, sqlite, now, started_at, database_bytes, wal_bytes, disk_free_bytes, resident_bytes,
                       storage_full, writer_queue, reader_queue, writer_jobs, writer_refused, reader_jobs,
                       reader_refused, commit_p50_us, commit_p99_us, connections, streams, requests, server_errors,
                       certificate_expires_at))

/// A finished copy of the desk's data.
struct Backup {
  std::string name{};  ///< of its directory: "2026-03-02T020000Z"
  std::string path{};  ///< on the server, for `docket restore`
  Time created_at{};
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Backup, (), (name, path, created_at, files, bytes))

/// Thread-safe. Reads files, so not on threads of io or the database.
class System {
 public:
  virtual ~System() = default;
  [[nodiscard]] virtual SystemState state() const = 0;
  /// Finished ones, newest first, at most 200.
  [[nodiscard]] virtual std::vector<Backup> backups() const = 0;
  /// False when there is no such backup.
  virtual bool remove_backup(const std::string& name) = 0;
};

}  // namespace docket::desk
