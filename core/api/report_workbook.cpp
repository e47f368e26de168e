// SPDX-License-Identifier: Apache-2.0
#include "api/report_workbook.hpp"

#include <xlsxwriter.h>

#include <algorithm>
#include <charconv>

#include "api/report_query.hpp"
#include "api/table_files.hpp"
#include "base/text.hpp"
#include "desk/ports/file_not_written.hpp"

namespace docket::api {
namespace {

using domain::Cell;
using domain::ColumnKind;

constexpr lxw_row_t head_row = 3;  // above it: what this is, and of when
constexpr double seconds_a_day = 86'400;

class ReportBook {
 public:
  ReportBook(const std::string& path, const desk::ReportAnswer& answer, bool english)
      : answer_(answer), english_(english), book_(workbook_new(path.c_str())) {
    if (book_ == nullptr) fail();
    bold_ = workbook_add_format(book_);
    format_set_bold(bold_);
    count_ = format("#,##0");
    duration_ = format("[h]:mm:ss");
    percent_ = format("0.0%");
    date_ = format("yyyy-mm-dd");
    score_ = format("0.00");
    for (auto* total : {&total_count_, &total_duration_, &total_percent_}) {
      *total = format(total == &total_count_ ? "#,##0" : total == &total_duration_ ? "[h]:mm:ss" : "0.0%");
      format_set_bold(*total);
      format_set_top(*total, LXW_BORDER_THIN);
    }
    sheet_name_ = first_characters(in_language(answer.report->title, english), 31);
    sheet_ = workbook_add_worksheet(book_, sheet_name_.c_str());
    if (sheet_ == nullptr) fail();
  }

  void write() {
    text(0, 0, in_language(answer_.report->title, english_), bold_);
    const auto days = answer_.report->dated ? domain::day_text(answer_.from) + " – " + domain::day_text(answer_.to)
                                            : to_rfc3339(answer_.as_of);
    text(1, 0, days + "  " + in_language(answer_.report->text, english_), nullptr);
    const auto& columns = answer_.table.columns;
    for (std::size_t at = 0; at < columns.size(); ++at) {
      text(head_row, at, in_language(columns[at].title, english_), bold_);
      const auto column = static_cast<lxw_col_t>(at);
      worksheet_set_column(sheet_, column, column, at == 0 ? 24 : 14, nullptr);
    }
    auto row = head_row + 1;
    for (const auto& cells : answer_.table.rows) put_row(row++, cells, false);
    put_row(row, answer_.table.totals, true);
    if (!columns.empty()) text(row, 0, english_ ? "Total" : "合计", bold_);
    worksheet_freeze_panes(sheet_, head_row + 1, 1);
    if (!answer_.table.rows.empty()) draw(row + 2);
    if (workbook_close(std::exchange(book_, nullptr)) != LXW_NO_ERROR) fail();
  }
  ~ReportBook() {
    if (book_ != nullptr) lxw_workbook_free(book_);
  }
  ReportBook(const ReportBook&) = delete;
  ReportBook& operator=(const ReportBook&) = delete;

 private:
  [[noreturn]] static void fail() { throw desk::FileNotWritten("a report could not be written"); }

  lxw_format* format(const char* number) {
    auto* made = workbook_add_format(book_);
    format_set_num_format(made, number);
    return made;
  }

  void text(lxw_row_t row, std::size_t column, const std::string& what, lxw_format* how) {
    worksheet_write_string(sheet_, row, static_cast<lxw_col_t>(column), sheet_text(what).c_str(), how);
  }

  void put_row(lxw_row_t row, const std::vector<Cell>& cells, bool total) {
    for (std::size_t at = 0; at < cells.size(); ++at) {
      const auto kind = answer_.table.columns[at].kind;
      if (const auto* words = std::get_if<std::string>(&cells[at])) {
        if (kind == ColumnKind::date && words->size() == 10) {
          date(row, at, *words);
        } else {
          text(row, at, *words, nullptr);
        }
        continue;
      }
      if (std::holds_alternative<std::monostate>(cells[at])) continue;
      const auto* whole = std::get_if<std::int64_t>(&cells[at]);
      const double value = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(cells[at]);
      const auto column = static_cast<lxw_col_t>(at);
      if (kind == ColumnKind::duration_s) {
        worksheet_write_number(sheet_, row, column, value / seconds_a_day, total ? total_duration_ : duration_);
      } else if (kind == ColumnKind::percent) {
        worksheet_write_number(sheet_, row, column, value / 100, total ? total_percent_ : percent_);
      } else if (kind == ColumnKind::score) {
        worksheet_write_number(sheet_, row, column, value, score_);
      } else {
        worksheet_write_number(sheet_, row, column, value, total ? total_count_ : count_);
      }
    }
  }

  void date(lxw_row_t row, std::size_t column, const std::string& day) {
    const auto number = [&](std::size_t at, std::size_t size) {
      int value = 0;
      std::from_chars(day.data() + at, day.data() + at + size, value);
      return value;
    };
    lxw_datetime when{};
    when.year = number(0, 4);
    when.month = number(5, 2);
    when.day = number(8, 2);
    worksheet_write_datetime(sheet_, row, static_cast<lxw_col_t>(column), &when, date_);
  }

  void draw(lxw_row_t below) {
    const auto& table = answer_.table;
    const auto kind = table.chart == domain::ChartKind::line          ? LXW_CHART_LINE
                      : table.chart == domain::ChartKind::stacked_bar ? LXW_CHART_COLUMN_STACKED
                                                                      : LXW_CHART_COLUMN;
    auto* chart = workbook_add_chart(book_, static_cast<std::uint8_t>(kind));
    if (chart == nullptr) fail();
    const auto first = head_row + 1;
    const auto last = head_row + static_cast<lxw_row_t>(table.rows.size());
    bool durations = false;
    for (const auto& name : table.series) {
      const auto found = std::ranges::find(table.columns, name, &domain::ReportColumn::name);
      const auto column = static_cast<lxw_col_t>(found - table.columns.begin());
      durations = durations || found->kind == ColumnKind::duration_s;
      auto* series = chart_add_series(chart, nullptr, nullptr);
      chart_series_set_categories(series, sheet_name_.c_str(), first, 0, last, 0);
      chart_series_set_values(series, sheet_name_.c_str(), first, column, last, column);
      chart_series_set_name_range(series, sheet_name_.c_str(), head_row, column);
    }
    if (durations) chart_axis_set_num_format(chart->y_axis, "[h]:mm");
    if (answer_.group == domain::ReportGroup::period) chart_axis_set_num_format(chart->x_axis, "mm-dd");
    chart_title_set_name(chart, in_language(answer_.report->title, english_).c_str());
    chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
    lxw_chart_options place{};
    place.x_scale = 2;
    place.y_scale = 1.5;
    worksheet_insert_chart_opt(sheet_, below, 0, chart, &place);
  }

  const desk::ReportAnswer& answer_;
  bool english_;
  lxw_workbook* book_;
  lxw_worksheet* sheet_ = nullptr;
  std::string sheet_name_;
  lxw_format *bold_ = nullptr, *count_ = nullptr, *duration_ = nullptr, *percent_ = nullptr, *date_ = nullptr, *score_ = nullptr;
  lxw_format *total_count_ = nullptr, *total_duration_ = nullptr, *total_percent_ = nullptr;
};

}  // namespace

void write_report_workbook(const std::string& path, const desk::ReportAnswer& answer, bool english) {
  ReportBook(path, answer, english).write();
}

}  // namespace docket::api
