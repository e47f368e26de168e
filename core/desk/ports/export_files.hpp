// SPDX-License-Identifier: Apache-2.0
// Tables on their way into files that people take away, and where the files wait to be fetched.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/time_zone.hpp"
#include "domain/report/report.hpp"

namespace docket::desk {

enum class ExportFormat { xlsx, csv };
BOOST_DESCRIBE_ENUM(ExportFormat, xlsx, csv)

enum class TableColumnKind { text, number, time };

struct TableColumn {
  std::string title;
  TableColumnKind kind = TableColumnKind::text;
};

/// Written row by row in memory that does not grow; dropped unfinished, it leaves nothing. Texts stay texts, whatever
/// they begin with. Times are UTC microseconds and are written as local time. Throws std::runtime_error when the disk
/// does not take it.
class TableFile {
 public:
  virtual ~TableFile() = default;
  virtual void row(std::span<const domain::Cell> cells) = 0;
  virtual void finish() = 0;
};

/// Thread-safe.
class ExportFiles {
 public:
  virtual ~ExportFiles() = default;
  [[nodiscard]] virtual std::unique_ptr<TableFile> create(JobId job, ExportFormat format, const std::string& title,
                                                          const std::vector<TableColumn>& columns,
                                                          const TimeZone& zone) = 0;
  /// The finished file of a job; none when it is not there, or not any more.
  [[nodiscard]] virtual std::optional<std::string> path(JobId job, ExportFormat format) const = 0;
  /// A path for a file that is only passed on; it goes away with the second.
  [[nodiscard]] virtual std::pair<std::string, std::shared_ptr<void>> scratch() = 0;
  /// Removes what was finished before.
  virtual void drop_old(Time before) = 0;
};

}  // namespace docket::desk
