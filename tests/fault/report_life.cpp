// SPDX-License-Identifier: Apache-2.0
// Lives a desk at random and prints what its reports say, for a second opinion: tests/support/report_oracle.py.
#include <cstdlib>
#include <iostream>

#include "base/json_encode.hpp"
#include "base/log.hpp"
#include "desk/run_report.hpp"
#include "support/desk_life.hpp"
#include "support/sqlite_desk.hpp"

using namespace docket;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + std::chrono::hours{2}};

struct Filter {
  std::optional<std::string> type, channel, region, product_line, team, clock, policy, workflow;
  std::optional<domain::Priority> priority;
  std::optional<std::int64_t> agent;
};
BOOST_DESCRIBE_STRUCT(Filter, (), (type, channel, region, product_line, team, clock, policy, workflow, priority, agent))

struct Line {
  std::string report;
  domain::ReportGroup group{};
  domain::ReportPeriod by{};
  std::chrono::year_month_day from{}, to{};
  std::int64_t now = 0;
  std::vector<std::string> columns;
  std::vector<std::vector<domain::Cell>> rows;
  std::vector<domain::Cell> totals;
  std::vector<std::string> keys;
  Filter filter;
};
BOOST_DESCRIBE_STRUCT(Line, (), (report, group, by, from, to, now, columns, rows, totals, keys, filter))

class Asking {
 public:
  explicit Asking(desk::Database& database) : database_(database) {}

  void ask_all(const domain::Principal& principal, const std::string& teams, const Filter& filter) {
    for (const auto& report : domain::report_catalogue()) {
      if (!report.on_clocks() && (filter.clock || filter.policy)) continue;
      for (const auto group : report.groups) {
        auto by = domain::ReportPeriod::day;
        if (group == domain::ReportGroup::period) {
          for (const auto each : {domain::ReportPeriod::week, domain::ReportPeriod::month}) ask(report, group, each, principal, teams, filter);
        }
        ask(report, group, by, principal, teams, filter);
      }
    }
  }

 private:
  void ask(const domain::ReportInfo& report, domain::ReportGroup group, domain::ReportPeriod by,
           const domain::Principal& principal, const std::string& teams, const Filter& filter) {
    desk::ReportRequest request;
    request.report = report.name;
    request.group = group;
    request.by = by;
    request.from = std::chrono::year{2026} / 3 / 7;
    request.to = std::chrono::year{2026} / 6 / 19;
    request.filter = {filter.type, filter.channel, filter.region, filter.product_line, filter.team,
                      filter.clock, filter.policy, filter.workflow, filter.priority, {}};
    if (filter.agent) request.filter.agent = UserId{*filter.agent};
    const auto answer = desk::read_long_and_wait(
        database_, [&](const desk::Reading& reading) { return desk::run_report(reading, principal, request); });
    if (!answer) throw std::runtime_error(answer.error().detail);
    Line line{std::string(report.name), group, by, answer->from, answer->to, answer->as_of.time_since_epoch().count(), {},
              answer->table.rows, answer->table.totals, answer->keys, filter};
    for (const auto& column : answer->table.columns) line.columns.push_back(column.name);
    auto text = json::encode(line);
    text.pop_back();
    std::cout << text << ",\"teams\":" << teams << "}\n";
  }

  desk::Database& database_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: docket_report_life DIRECTORY SEED STEPS\n";
    return 2;
  }
  test::SqliteDesk desk{test::with_more_types(), start};
  {
    test::DeskLife life(*desk.database, std::strtoull(argv[2], nullptr, 10),
                        [&](Duration by) { desk.clock.advance(by); });
    const int steps = std::atoi(argv[3]);
    // Some of it folded, some not, some of it changed after it was folded.
    for (int part = 0; part < 4; ++part) {
      life.live(steps / 4);
      const auto folded = desk.database->fold_facts(steps / 8);
      if (!folded) return 1;
    }
  }
  const auto copy = std::string(argv[1]) + "/desk.db";
  std::cout << copy << "\n";
  Asking asking(*desk.database);
  const auto everyone = domain::system_principal("test");
  asking.ask_all(everyone, "null", {});
  asking.ask_all(test::report_reader({"support"}), R"(["support"])", {});
  asking.ask_all(test::report_reader({"quality", "finance"}), R"(["quality","finance"])", {});
  Filter some;
  some.channel = "email";
  some.region = "north";
  asking.ask_all(everyone, "null", some);
  some = {};
  some.team = "quality";
  some.priority = domain::Priority::urgent;
  asking.ask_all(everyone, "null", some);
  some = {};
  some.agent = 2;
  asking.ask_all(everyone, "null", some);
  some = {};
  some.clock = "resolution";
  some.policy = "standard";
  asking.ask_all(everyone, "null", some);
  std::cout.flush();
  const auto data = desk.directory->database();
  desk.database.reset();
  std::filesystem::copy_file(data, copy);
  return 0;
}
