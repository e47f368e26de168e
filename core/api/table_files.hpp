// SPDX-License-Identifier: Apache-2.0
// Tables as XLSX and CSV in a directory of the desk, a row at a time.
#pragma once

#include <atomic>
#include <filesystem>

#include "desk/ports/export_files.hpp"

namespace docket::api {

class TableFiles final : public desk::ExportFiles {
 public:
  /// Makes the directory, readable by its owner only, and forgets what a process before left unfinished.
  explicit TableFiles(std::filesystem::path directory);

  [[nodiscard]] std::unique_ptr<desk::TableFile> create(JobId job, desk::ExportFormat format, const std::string& title,
                                                        const std::vector<desk::TableColumn>& columns,
                                                        const TimeZone& zone) override;
  [[nodiscard]] std::optional<std::string> path(JobId job, desk::ExportFormat format) const override;
  [[nodiscard]] std::pair<std::string, std::shared_ptr<void>> scratch() override;
  void drop_old(Time before) override;

 private:
  [[nodiscard]] std::filesystem::path file_of(JobId job, desk::ExportFormat format) const;
  const std::filesystem::path directory_;
  std::atomic<std::uint64_t> scratches_{0};
};

/// One line of CSV as RFC 4180 has it, with CRLF. A text that a spreadsheet would take for a formula gets an apostrophe
/// before it (ASVS 1.2.10).
[[nodiscard]] std::string csv_text(std::string_view text);

/// A text as a cell of a workbook can hold it: well-formed UTF-8 in, cut at 32,767 units of UTF-16 (Excel's limit), and
/// with U+FFFD for what XML 1.0 does not take.
[[nodiscard]] std::string sheet_text(std::string_view text);

}  // namespace docket::api
