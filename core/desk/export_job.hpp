// SPDX-License-Identifier: Apache-2.0
// Whole lists into a file: as a job, so that it outlives the tab that asked and any deadline.
#pragma once

#include <chrono>
#include <functional>

#include "desk/ports/database.hpp"
#include "desk/ports/export_files.hpp"

namespace docket::desk {

enum class ExportKind { tickets, customers, deliveries, audit };
BOOST_DESCRIBE_ENUM(ExportKind, tickets, customers, deliveries, audit)

struct ExportWish {
  ExportKind kind = ExportKind::tickets;
  ExportFormat format = ExportFormat::xlsx;
  domain::Condition filter{};  ///< of tickets
  bool english = false;
};

/// Errors: forbidden, too_many_requests when the person has three exports running.
[[nodiscard]] Result<Job> start_export(Unit& unit, const domain::Principal& principal, const ExportWish& wish);

/// Where the finished file of a job of one's own is, with the name to save it under. Errors: not_found for another's
/// job and for a file that was cleared away, conflict while it is being written.
struct ExportedFile {
  std::string path, name, media_type;
};
[[nodiscard]] Result<ExportedFile> exported_file(const Reading& reading, const domain::Principal& principal, JobId id,
                                                 const ExportFiles& files);

/// Waits so long, less when the process is to stop: whether it is.
using StopsWithin = std::function<bool(std::chrono::milliseconds)>;

/// Runs the oldest export that waits, to its end, as the person who asked and with the rights that the person has now:
/// a bounded slice of reading at a time, progress after each; stops when it was cancelled or the process stops. Waits
/// where for a while nobody can read or write for it (patience.hpp). False when none waits. What was interrupted begins
/// again.
[[nodiscard]] Result<bool> run_next_export(Database& database, ExportFiles& files, const StopsWithin& stops_within);

}  // namespace docket::desk
