// SPDX-License-Identifier: Apache-2.0
#include "api/table_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "base/enum.hpp"
#include "desk/ports/file_not_written.hpp"

namespace docket::api {
namespace {

using domain::Cell;
constexpr std::string_view unfinished = ".part";
constexpr std::size_t longest_text = 32'767;  // of a cell, in units of UTF-16, as Excel counts

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

[[noreturn]] void not_written() {
  throw desk::FileNotWritten("an export could not be written");
}

/// Removes its file unless that was finished and renamed.
class Part {
 public:
  explicit Part(std::filesystem::path target) : target_(std::move(target)), part_(target_.string() + std::string(unfinished)) {}
  ~Part() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(part_, ignored);
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  [[nodiscard]] const std::string& path() const { return part_; }
  void keep() {
    std::error_code error;
    std::filesystem::permissions(part_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
    if (!error) std::filesystem::rename(part_, target_, error);
    if (error) not_written();
    kept_ = true;
  }

 private:
  std::filesystem::path target_;
  std::string part_;
  bool kept_ = false;
};

Time local(const TimeZone& zone, std::int64_t micros) {
  const Time t{Duration{micros}};
  return t + zone.offset_at(t);
}

class CsvFile final : public desk::TableFile {
 public:
  CsvFile(std::filesystem::path target, const std::vector<desk::TableColumn>& columns, TimeZone zone)
      : part_(std::move(target)), zone_(std::move(zone)), file_(std::fopen(part_.path().c_str(), "wb")) {
    if (!file_) not_written();
    line_ = "\xef\xbb\xbf";  // spreadsheets take it for the local code page otherwise
    for (const auto& column : columns) {
      kinds_.push_back(column.kind);
      line_ += (kinds_.size() > 1 ? "," : "") + csv_text(column.title);
    }
    flush();
  }

  void row(std::span<const Cell> cells) override {
    for (std::size_t at = 0; at < cells.size(); ++at) {
      if (at > 0) line_ += ',';
      append(cells[at], kinds_.at(at));
    }
    flush();
  }

  void finish() override {
    if (std::fflush(file_.get()) != 0) not_written();
    file_.reset();
    part_.keep();
  }

 private:
  void append(const Cell& cell, desk::TableColumnKind kind) {
    if (const auto* text = std::get_if<std::string>(&cell)) {
      line_ += csv_text(*text);
    } else if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
      if (kind == desk::TableColumnKind::time) {
        const auto stamp = to_rfc3339(local(zone_, *whole));
        line_ += stamp.substr(0, 10) + " " + stamp.substr(11, 8);
      } else {
        line_ += std::to_string(*whole);
      }
    } else if (const auto* real = std::get_if<double>(&cell)) {
      std::array<char, 32> digits{};
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *real).ptr;
      line_.append(digits.data(), end);
    }
  }
  void flush() {
    line_ += "\r\n";
    if (std::fwrite(line_.data(), 1, line_.size(), file_.get()) != line_.size()) not_written();
    line_.clear();
  }

  Part part_;
  TimeZone zone_;
  File file_;
  std::vector<desk::TableColumnKind> kinds_;
  std::string line_;
};

/// libxlsxwriter in constant memory: a row goes to a temporary file as soon as the next begins.
class XlsxFile final : public desk::TableFile {
 public:
  XlsxFile(std::filesystem::path target, std::string title, std::vector<desk::TableColumn> columns, TimeZone zone)
      : part_(target), title_(std::move(title)), columns_(std::move(columns)), zone_(std::move(zone)) {
    auto directory = target.parent_path().string();
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = directory.data();
    options.use_zip64 = LXW_TRUE;
    book_ = workbook_new_opt(part_.path().c_str(), &options);
    if (book_ == nullptr) not_written();
    head_ = workbook_add_format(book_);
    format_set_bold(head_);
    time_ = workbook_add_format(book_);
    format_set_num_format(time_, "yyyy-mm-dd hh:mm");
    add_sheet();
  }
  ~XlsxFile() override {
    if (book_ == nullptr) return;
    // Freeing a book that was never closed leaves the temporary files of its sheets open.
    for (auto* sheet : all_sheets_) {
      if (sheet->optimize_tmpfile != nullptr) std::fclose(std::exchange(sheet->optimize_tmpfile, nullptr));
    }
    lxw_workbook_free(book_);
  }
  XlsxFile(const XlsxFile&) = delete;
  XlsxFile& operator=(const XlsxFile&) = delete;

  void row(std::span<const Cell> cells) override {
    if (row_ == LXW_ROW_MAX) add_sheet();
    for (std::size_t at = 0; at < cells.size(); ++at) put(static_cast<lxw_col_t>(at), cells[at], columns_.at(at).kind);
    ++row_;
  }

  void finish() override {
    worksheet_autofilter(sheet_, 0, 0, row_ > 0 ? row_ - 1 : 0, static_cast<lxw_col_t>(columns_.size() - 1));
    auto* book = std::exchange(book_, nullptr);
    if (workbook_close(book) != LXW_NO_ERROR) not_written();
    part_.keep();
  }

 private:
  void add_sheet() {
    ++sheets_;
    const auto name = sheets_ == 1 ? title_ : title_ + " " + std::to_string(sheets_);
    sheet_ = workbook_add_worksheet(book_, name.c_str());
    if (sheet_ == nullptr) not_written();
    all_sheets_.push_back(sheet_);
    row_ = 0;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      const auto column = static_cast<lxw_col_t>(at);
      worksheet_set_column(sheet_, column, column, columns_[at].kind == desk::TableColumnKind::number ? 10 : 18, nullptr);
    }
    worksheet_freeze_panes(sheet_, 1, 0);
    for (std::size_t at = 0; at < columns_.size(); ++at)
      worksheet_write_string(sheet_, row_, static_cast<lxw_col_t>(at), columns_[at].title.c_str(), head_);
    ++row_;
  }

  void put(lxw_col_t column, const Cell& cell, desk::TableColumnKind kind) {
    auto written = LXW_NO_ERROR;
    if (const auto* text = std::get_if<std::string>(&cell)) {
      if (text->empty()) return;
      written = worksheet_write_string(sheet_, row_, column, sheet_text(*text).c_str(), nullptr);
    } else if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
      if (kind == desk::TableColumnKind::time) {
        // Days since 30 December 1899, in local time, as spreadsheets count them.
        const auto micros = local(zone_, *whole).time_since_epoch().count();
        written = worksheet_write_number(sheet_, row_, column, static_cast<double>(micros) / 86'400e6 + 25'569.0, time_);
      } else {
        written = worksheet_write_number(sheet_, row_, column, static_cast<double>(*whole), nullptr);
      }
    } else if (const auto* real = std::get_if<double>(&cell)) {
      written = worksheet_write_number(sheet_, row_, column, *real, nullptr);
    }
    if (written != LXW_NO_ERROR) not_written();
  }

  Part part_;
  std::string title_;
  std::vector<desk::TableColumn> columns_;
  TimeZone zone_;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;  ///< the one that is written
  std::vector<lxw_worksheet*> all_sheets_;
  lxw_format* head_ = nullptr;
  lxw_format* time_ = nullptr;
  lxw_row_t row_ = 0;
  int sheets_ = 0;
};

}  // namespace

std::string csv_text(std::string_view text) {
  constexpr std::string_view dangerous("=+-@\t\r\n\0", 8);
  // Full-width forms are read as their plain ones by some spreadsheets.
  const bool wide = text.starts_with("＝") || text.starts_with("＋") || text.starts_with("－") || text.starts_with("＠");
  std::string out;
  if (!text.empty() && (wide || dangerous.contains(text.front()))) out += '\'';
  out += text;
  if (out.find_first_of(",\"\r\n") == std::string::npos) return out;
  std::string quoted = "\"";
  for (const char c : out) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string sheet_text(std::string_view text) {
  std::string out;
  out.reserve(std::min(text.size(), longest_text));
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    units += size == 4 ? 2 : 1;
    if (units > longest_text) break;
    const auto character = text.substr(at, size);
    // U+FFFE and U+FFFF are no characters of XML 1.0: a reader refuses the whole sheet.
    out += character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF" ? "\xEF\xBF\xBD" : character;
    at += size;
  }
  return out;
}

TableFiles::TableFiles(std::filesystem::path directory) : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    const auto name = entry.path().filename().string();
    std::error_code ignored;
    if (!name.starts_with("export-") || name.ends_with(unfinished)) std::filesystem::remove(entry.path(), ignored);
  }
}

std::filesystem::path TableFiles::file_of(JobId job, desk::ExportFormat format) const {
  return directory_ / ("export-" + std::to_string(job.value) + "." + std::string(enum_name(format)));
}

std::unique_ptr<desk::TableFile> TableFiles::create(JobId job, desk::ExportFormat format, const std::string& title,
                                                    const std::vector<desk::TableColumn>& columns, const TimeZone& zone) {
  if (format == desk::ExportFormat::csv) return std::make_unique<CsvFile>(file_of(job, format), columns, zone);
  return std::make_unique<XlsxFile>(file_of(job, format), title, columns, zone);
}

std::optional<std::string> TableFiles::path(JobId job, desk::ExportFormat format) const {
  const auto path = file_of(job, format);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  return path.string();
}

std::pair<std::string, std::shared_ptr<void>> TableFiles::scratch() {
  const auto path = (directory_ / ("scratch-" + std::to_string(scratches_.fetch_add(1)))).string();
  std::shared_ptr<void> guard(nullptr, [path](void*) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  });
  return {path, std::move(guard)};
}

void TableFiles::drop_old(Time before) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, ignored)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("export-") || name.ends_with(unfinished)) continue;
    const auto written = std::chrono::floor<Duration>(std::chrono::file_clock::to_sys(entry.last_write_time(ignored)));
    if (written < before) std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace docket::api
