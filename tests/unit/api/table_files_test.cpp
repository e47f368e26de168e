// SPDX-License-Identifier: Apache-2.0
// What leaves as CSV and XLSX: typed cells, texts that no spreadsheet takes for formulas, nothing left of what was dropped.
#include "api/table_files.hpp"

#include <fstream>
#include <sstream>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::vector<desk::TableColumn> columns{{"主题", desk::TableColumnKind::text},
                                             {"次数", desk::TableColumnKind::number},
                                             {"创建", desk::TableColumnKind::time}};

struct Fixture {
  test::TemporaryDirectory directory;
  api::TableFiles files{directory.path() / "exports"};
  TimeZone zone = *TimeZone::load("Asia/Shanghai");

  std::size_t kept() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory.path() / "exports"), {}));
  }
};

}  // namespace

TEST_CASE("a text in CSV is quoted where it must be and never a formula") {
  CHECK(api::csv_text("屏幕有裂纹") == "屏幕有裂纹");
  CHECK(api::csv_text("a,b") == "\"a,b\"");
  CHECK(api::csv_text("say \"no\"") == "\"say \"\"no\"\"\"");
  CHECK(api::csv_text("two\nlines") == "\"two\nlines\"");
  CHECK(api::csv_text("=1+1") == "'=1+1");
  CHECK(api::csv_text("+1") == "'+1");
  CHECK(api::csv_text("-1") == "'-1");
  CHECK(api::csv_text("@SUM(A1)") == "'@SUM(A1)");
  CHECK(api::csv_text("\t=1") == "'\t=1");
  CHECK(api::csv_text("＝1") == "'＝1");
  CHECK(api::csv_text("=HYPERLINK(\"x\",\"y\")") == "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
  CHECK(api::csv_text("") == "");
}

TEST_CASE("a text in a workbook is one that every reader of it takes") {
  CHECK(api::sheet_text("屏幕\xEF\xBF\xBF有\xEF\xBF\xBE裂纹😀") == "屏幕\xEF\xBF\xBD有\xEF\xBF\xBD裂纹😀");
  CHECK(api::sheet_text("") == "");
  CHECK(api::sheet_text(std::string(40'000, 'x')).size() == 32'767);
  std::string faces;
  for (int i = 0; i < 20'000; ++i) faces += "😀";
  CHECK(api::sheet_text(faces).size() == std::size_t{16'383} * 4);  // two units each
}

TEST_CASE_METHOD(Fixture, "a table becomes a CSV file with local times") {
  auto file = files.create(JobId{7}, desk::ExportFormat::csv, "tickets", columns, zone);
  CHECK_FALSE(files.path(JobId{7}, desk::ExportFormat::csv));
  const Time at = *from_rfc3339("2026-03-02T02:00:00Z");
  file->row(std::vector<domain::Cell>{std::string("=1"), std::int64_t{-3}, at.time_since_epoch().count()});
  file->row(std::vector<domain::Cell>{std::string("x"), 0.5, {}});
  file->finish();
  const auto path = files.path(JobId{7}, desk::ExportFormat::csv);
  REQUIRE(path);
  CHECK(content(*path) == "\xef\xbb\xbf主题,次数,创建\r\n'=1,-3,2026-03-02 10:00:00\r\nx,0.5,\r\n");
  CHECK(kept() == 1);
}

TEST_CASE_METHOD(Fixture, "what is dropped unfinished leaves nothing, and old files go") {
  for (const auto format : {desk::ExportFormat::csv, desk::ExportFormat::xlsx}) {
    auto file = files.create(JobId{8}, format, "tickets", columns, zone);
    file->row(std::vector<domain::Cell>{std::string("x"), std::int64_t{1}, {}});
    file.reset();
    CHECK_FALSE(files.path(JobId{8}, format));
  }
  CHECK(kept() == 0);
  auto file = files.create(JobId{9}, desk::ExportFormat::xlsx, "tickets", columns, zone);
  file->row(std::vector<domain::Cell>{std::string("x"), std::int64_t{1}, {}});
  file->finish();
  const auto path = files.path(JobId{9}, desk::ExportFormat::xlsx);
  REQUIRE(path);
  CHECK(content(*path).starts_with("PK"));
  files.drop_old(Time{});
  CHECK(files.path(JobId{9}, desk::ExportFormat::xlsx));
  files.drop_old(Time::max() - std::chrono::hours{24 * 365 * 100});
  CHECK_FALSE(files.path(JobId{9}, desk::ExportFormat::xlsx));
  {
    const auto [scratch, guard] = files.scratch();
    std::ofstream(scratch) << "x";
    CHECK(kept() == 1);
  }
  CHECK(kept() == 0);
}
