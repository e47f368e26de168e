// SPDX-License-Identifier: Apache-2.0
// The benchmark: a whole run on a fresh desk and on two large ones, beside the raw limits of the same machine.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <stdexcept>

#include "base/hash.hpp"
#include "measure.hpp"
#include "raw_rows.hpp"
#include "support/live_desk.hpp"
#include "support/temporary_directory.hpp"

namespace docket::bench {
namespace {

using tests::LiveDesk;

struct Options {
  std::filesystem::path docket{}, empty_server{}, config{}, texts{}, out{};
  std::size_t people = 500;
  std::size_t connections = 500;
  double seconds = 30;
  std::size_t small = 10'000;
  std::size_t large = 1'000'000;
  bool writing = true, reading = true;
  std::filesystem::path desks{};  ///< where desks to read from stay for the next run; empty: nowhere
};

/// A figure with what it should be; no goal: it is only told.
struct Line {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> at_most{}, at_least{};

  [[nodiscard]] bool holds() const { return (!at_most || value <= *at_most) && (!at_least || value >= *at_least); }
};

/// What the run found, as a table for people and as JSON for machines.
class Report {
 public:
  void tell(std::string name, double value, std::string unit) {
    lines_.push_back({std::move(name), value, std::move(unit), {}, {}});
  }
  void at_most(std::string name, double value, std::string unit, double goal) {
    lines_.push_back({std::move(name), value, std::move(unit), goal, {}});
  }
  void at_least(std::string name, double value, std::string unit, double goal) {
    lines_.push_back({std::move(name), value, std::move(unit), {}, goal});
  }
  void detail(const std::string& name, boost::json::value value) { details_[name] = std::move(value); }
  [[nodiscard]] std::size_t missed() const {
    return static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(), [](const Line& line) { return !line.holds(); }));
  }

  void print() const {
    std::size_t width = 0;
    for (const Line& line : lines_) width = std::max(width, line.name.size());
    for (const Line& line : lines_) {
      std::string goal;
      if (line.at_most) goal = "at most " + number(*line.at_most);
      if (line.at_least) goal = "at least " + number(*line.at_least);
      std::printf("%-*s %12s %-9s %-16s %s\n", static_cast<int>(width), line.name.c_str(), number(line.value).c_str(),
                  line.unit.c_str(), goal.c_str(),
                  goal.empty()   ? ""
                  : line.holds() ? "holds"
                                 : "MISSED");
    }
  }

  void save(const std::filesystem::path& file) const {
    boost::json::array figures;
    for (const Line& line : lines_) {
      boost::json::object figure{
          {"name", line.name}, {"value", line.value}, {"unit", line.unit}, {"holds", line.holds()}};
      if (line.at_most) figure["at_most"] = *line.at_most;
      if (line.at_least) figure["at_least"] = *line.at_least;
      figures.push_back(std::move(figure));
    }
    std::ofstream out{file};
    out << boost::json::serialize(boost::json::object{{"figures", figures}, {"details", details_}}) << "\n";
    if (!out.flush()) throw std::runtime_error(file.string() + " could not be written");
  }

 private:
  static std::string number(double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), std::abs(value) >= 100 ? "%.0f" : "%.2f", value);
    return text.data();
  }

  std::vector<Line> lines_;
  boost::json::object details_;
};

void progress(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
}

/// Tickets as people write them, from the texts of the demo.
std::vector<Request> submissions(const std::filesystem::path& texts) {
  std::ifstream in{texts / "tickets.json"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  std::vector<Request> requests;
  const boost::json::value demo = boost::json::parse(text);
  for (const boost::json::value& ticket : demo.at("tickets").as_array()) {
    const boost::json::object body{
        {"type", ticket.at("type")}, {"subject", ticket.at("subject")}, {"body", ticket.at("body")}};
    requests.push_back({"POST", "/api/v1/tickets", boost::json::serialize(body)});
  }
  return requests;
}

/// A measurement that must be answered whole; says what was not.
Figures measured(const tests::Target& target, const Load& load, const std::string& name, Report& report) {
  progress(name);
  const Figures figures = measure(target, load);
  report.detail(name, figures.json());
  if (figures.good != figures.requests)
    progress(name + ": " + std::to_string(figures.requests - figures.good) +
             " not answered well: " + figures.first_fault);
  return figures;
}

/// People with a role, a token each, spread evenly over the teams.
std::vector<std::string> add_people(LiveDesk& desk, const std::string& prefix, std::size_t count,
                                    const std::vector<std::string>& teams) {
  std::vector<std::string> tokens;
  constexpr std::size_t a_token = 50;  // three writes each, of the two hundred that a token may do at once
  for (std::size_t i = 0; i < count; ++i) {
    if (i % a_token == 0) desk.renew_token();
    tokens.push_back(desk.add_person(prefix + std::to_string(i), {{{"role", "agent"}, {"team", ""}}},
                                     {{{"team", teams[i % teams.size()]}, {"lead", false}}}));
  }
  return tokens;
}

/// The front door with nothing behind it.
void measure_empty(const Options& options, const std::filesystem::path& scratch, Report& report, Figures& cold,
                   Figures& warm, Figures& steady) {
  const std::filesystem::path directory = scratch / "empty";
  std::filesystem::create_directory(directory);
  tests::ServerProcess server{{options.empty_server.string(), directory.string()}, scratch / "empty.log"};
  if (!server.start(std::chrono::seconds{30})) throw std::runtime_error("the empty server did not start");
  tests::Target target;
  target.port = server.port();
  target.ca_file = (directory / "ca.pem").string();
  Load load;
  load.requests = submissions(options.texts);
  load.connections = options.connections;
  load.each = 1;
  cold = measured(target, load, "empty answer, all at once, cold", report);
  load.warm = true;
  warm = measured(target, load, "empty answer, all at once, warm", report);
  load.connections = 50;
  load.each = 0;
  load.seconds = std::min(options.seconds, 5.0);
  steady = measured(target, load, "empty answer, 50 connections", report);
}

/// Everything that is submitted, on a fresh desk.
void measure_writing(const Options& options, const std::filesystem::path& scratch, Report& report) {
  Figures empty_cold, empty_warm, empty_steady;
  measure_empty(options, scratch, report, empty_cold, empty_warm, empty_steady);

  LiveDesk desk{options.docket, options.config, scratch / "desk"};
  desk.init();
  report.tell("start, empty desk", static_cast<double>(desk.start().count()) / 1e3, "s");
  const pid_t pid = desk.process().pid();
  report.at_most("memory, idle", look_at(pid).rss_mib, "MiB RSS", 40);
  report.tell("memory, idle, proportional", look_at(pid).pss_mib, "MiB PSS");
  desk.set_up_admin();
  progress("adding " + std::to_string(options.people) + " people");
  Load load;
  std::vector<std::string> teams;  // ten in the desk that ships: fifty people each
  const auto known = desk.json("GET", "/api/v1/teams", desk.token());
  for (const auto& team : known.at("items").as_array()) teams.emplace_back(team.at("name").as_string());
  load.tokens = add_people(desk, "person", options.people, teams);
  load.requests = submissions(options.texts);
  load.connections = options.connections;
  load.each = 1;

  const Figures cold = measured(desk.target(), load, "all at once, cold", report);
  report.at_least("all at once, cold: answered", static_cast<double>(cold.good), "201",
                  static_cast<double>(options.connections));
  report.at_most("all at once, cold: p99", cold.p99_ms, "ms", 1000);
  report.tell("  against an empty answer", cold.p99_ms / empty_cold.p99_ms, "times");
  load.warm = true;
  const Figures warm = measured(desk.target(), load, "all at once, warm", report);
  report.at_least("all at once, warm: answered", static_cast<double>(warm.good), "201",
                  static_cast<double>(options.connections));
  report.at_most("all at once, warm: p99", warm.p99_ms, "ms", 150);
  report.tell("  against an empty answer", warm.p99_ms / empty_warm.p99_ms, "times");

  load.connections = 50;
  load.each = 0;
  load.seconds = options.seconds;
  const Process before = look_at(pid);
  const double jobs = metric(desk.process().admin_port(), "docket_writer_jobs_total");
  const double groups = metric(desk.process().admin_port(), "docket_writer_groups_total");
  const Figures steady = measured(desk.target(), load, "50 connections", report);
  const double group = (metric(desk.process().admin_port(), "docket_writer_jobs_total") - jobs) /
                       std::max(1.0, metric(desk.process().admin_port(), "docket_writer_groups_total") - groups);
  const Process after = look_at(pid);
  report.at_least("50 connections: tickets", steady.per_second, "a second", 3000);
  report.tell("50 connections: p50", steady.p50_ms, "ms");
  report.tell("50 connections: p99", steady.p99_ms, "ms");
  report.tell("50 connections: tickets a commit", group, "tickets");
  report.at_most(
      "server CPU a ticket",
      (after.cpu_seconds - before.cpu_seconds) * 1e6 / static_cast<double>(std::max<std::size_t>(steady.good, 1)), "µs",
      300);
  report.at_most("memory, under load", after.peak_mib, "MiB RSS", 200);
  report.tell("  empty answers of the same server", empty_steady.per_second, "a second");
  report.tell("  share of the empty answers", steady.per_second / empty_steady.per_second, "");
  if (desk.process().stop(std::chrono::seconds{60}) != 0)
    throw std::runtime_error("the server did not stop in good order");

  progress("the same rows in raw SQLite");
  const RawFigures raw =
      write_raw_rows(desk.database(), scratch, 0, 20'000, static_cast<std::size_t>(std::max(1.0, std::round(group))));
  report.tell("  raw SQLite, the same rows and group", raw.per_second, "a second");
  report.tell("  rows a ticket",
              static_cast<double>(raw.rows) / static_cast<double>(std::max<std::size_t>(raw.tickets, 1)), "rows");
  report.tell("  share of raw SQLite", steady.per_second / raw.per_second, "");
}

/// One who reads: their tokens, and ids that they see.
struct Reader {
  std::string name;
  std::vector<std::string> tokens;
};

std::vector<Request> details(LiveDesk& desk, const std::string& token, std::mt19937_64& random) {
  std::vector<Request> requests;
  for (const char* sort : {"updated", "created", "priority", "due"}) {
    const auto page = desk.json("GET", std::string{"/api/v1/tickets?limit=200&sort="} + sort, token);
    for (const auto& row : page.at("items").as_array())
      requests.push_back({"GET", "/api/v1/tickets/" + boost::json::serialize(row.at("id")), {}});
  }
  std::shuffle(requests.begin(), requests.end(), random);
  return requests;
}

struct ReadFigures {
  double list = 0, detail = 0, search = 0;  ///< p99, milliseconds
};

ReadFigures measure_reader(LiveDesk& desk, const Reader& reader, const std::string& size, Report& report) {
  std::mt19937_64 random{1};
  Load load;
  load.tokens = reader.tokens;
  load.connections = 4;
  load.each = 1250;  // p99 is fifty of these; of a thousand it would be ten, and the same line differed fivefold
  load.warm = true;
  const auto p99 = [&](const std::string& what, std::vector<Request> requests) {
    load.requests = std::move(requests);
    const std::string name = what + ", " + size + " tickets, " + reader.name;
    const Figures figures = measured(desk.target(), load, name, report);
    if (figures.good != figures.requests) throw std::runtime_error(name + ": " + figures.first_fault);
    return figures.p99_ms;
  };
  ReadFigures figures;
  figures.list = p99("list", {{"GET", "/api/v1/tickets", {}},
                              {"GET", "/api/v1/tickets?category=open", {}},
                              {"GET", "/api/v1/tickets?sort=due", {}},
                              {"GET", "/api/v1/tickets?category=closed&sort=created", {}},
                              {"GET", "/api/v1/tickets?sort=priority&limit=50", {}}});
  figures.detail = p99("detail", details(desk, reader.tokens.front(), random));
  // 退货 and 发票 stand in every tenth ticket, 冒烟 and 鼓包 in few, YS20 begins every order number, 石榴 is nowhere.
  load.each = 350;  // within what the limit of searches gives 45 people at once
  figures.search = p99("search", {{"GET", "/api/v1/tickets/search?text=%E9%80%80%E8%B4%A7", {}},
                                  {"GET", "/api/v1/tickets/search?text=%E5%8F%91%E7%A5%A8", {}},
                                  {"GET", "/api/v1/tickets/search?text=%E5%86%92%E7%83%9F", {}},
                                  {"GET", "/api/v1/tickets/search?text=%E9%BC%93%E5%8C%85", {}},
                                  {"GET", "/api/v1/tickets/search?text=%E7%9F%B3%E6%A6%B4", {}}});
  return figures;
}

/// Lists, details and searches on a desk with so many tickets; gives the figures of all-seeing and of team.
std::array<ReadFigures, 2> measure_reading(const Options& options, const std::filesystem::path& scratch,
                                           std::size_t tickets, Report& report) {
  const std::string size = std::to_string(tickets);
  const std::filesystem::path place = options.desks.empty() ? scratch : options.desks;
  LiveDesk desk{options.docket, options.config, place / ("desk-" + size)};
  const auto whole = desk.data().string() + ".whole";  // a desk that was begun only is none
  if (!std::filesystem::exists(whole)) {
    desk.init();
    progress("making a desk with " + size + " tickets");
    const tests::Finished filled = desk.run({"demo", "--texts", options.texts.string(), "--tickets", size, "--days",
                                             "365", "--stalled", "0.01", "--only-moves"});
    if (filled.status != 0) throw std::runtime_error("docket demo: " + filled.output);
    std::ofstream{whole};
  } else {
    // The first start may bring an older desk to the schema of today; that is not what a start costs.
    static_cast<void>(desk.start(std::chrono::minutes{10}));
    if (desk.process().stop(std::chrono::seconds{60}) != 0)
      throw std::runtime_error("the server did not stop in good order");
  }
  const double start = static_cast<double>(desk.start(std::chrono::minutes{5}).count()) / 1e3;
  if (tickets == options.large) {
    report.at_most("start, " + size + " tickets", start, "s", 1);
  } else {
    report.tell("start, " + size + " tickets", start, "s");
  }
  desk.sign_in_admin(desk.demo_password());
  constexpr std::size_t fifty = 50;
  const std::size_t there = 5;  // the demo's own members of that team
  const auto run = to_hex(random_bytes(3));  // a kept desk has those of earlier runs
  const Reader team{"one team of fifty", add_people(desk, "member" + run + "-", fifty - there, {"service"})};
  Reader all{"all", {}};
  for (int i = 0; i < 45; ++i) all.tokens.push_back(desk.add_token("reader" + std::to_string(i)));
  const std::array<ReadFigures, 2> figures{measure_reader(desk, all, size, report),
                                           measure_reader(desk, team, size, report)};
  report.tell("memory, " + size + " tickets, read", look_at(desk.process().pid()).rss_mib, "MiB RSS");
  if (desk.process().stop(std::chrono::seconds{60}) != 0)
    throw std::runtime_error("the server did not stop in good order");
  if (options.desks.empty()) std::filesystem::remove_all(desk.data());
  return figures;
}

void compare_sizes(const Options& options, const std::filesystem::path& scratch, Report& report) {
  const auto small = measure_reading(options, scratch, options.small, report);
  const auto large = measure_reading(options, scratch, options.large, report);
  constexpr double most_growth = 1.5;
  // Below a millisecond the clock and the scheduler are what is measured; growth is taken from there.
  const auto growth = [](double from, double to) { return to / std::max(from, 1.0); };
  const std::array<const char*, 2> who{"all", "a team"};
  for (std::size_t i = 0; i < who.size(); ++i) {
    const std::string seen = std::string{", seeing "} + who[i] + ": p99";
    report.at_most("list" + seen, large[i].list, "ms", 20);
    report.at_most("  against the small desk", growth(small[i].list, large[i].list), "times", most_growth);
    report.at_most("detail" + seen, large[i].detail, "ms", 20);
    report.at_most("  against the small desk", growth(small[i].detail, large[i].detail), "times", most_growth);
    report.at_most("search" + seen, large[i].search, "ms", 50);
    report.at_most("  against the small desk", growth(small[i].search, large[i].search), "times", most_growth);
  }
}

int bench(int argc, char** argv) {
  Options options;
  CLI::App app{"Measures a Docket server from outside, in whole runs"};
  app.add_option("--docket", options.docket, "The docket program")->required();
  app.add_option("--empty-server", options.empty_server, "The front door with nothing behind it")->required();
  app.add_option("--config", options.config, "Definitions to publish")->required();
  app.add_option("--texts", options.texts, "What the tickets say: directory with people.json and tickets.json")
      ->required();
  app.add_option("--out", options.out, "Where all figures go as JSON; the last one counts")->required()->take_last();
  app.add_option("--people", options.people, "People who submit")->check(CLI::Range(1, 5000));
  app.add_option("--connections", options.connections, "Connections at the same instant")->check(CLI::Range(1, 5000));
  app.add_option("--seconds", options.seconds, "Length of the steady load")->check(CLI::Range(0.5, 3600.0));
  app.add_option("--small", options.small, "Tickets of the small desk")->check(CLI::Range(100, 100'000'000));
  app.add_option("--large", options.large, "Tickets of the large desk")->check(CLI::Range(100, 100'000'000));
  app.add_option("--desks", options.desks, "Directory in which the desks to read from are kept for the next run");
  app.add_flag("!--no-writing", options.writing, "Leave out what is submitted");
  app.add_flag("!--no-reading", options.reading, "Leave out lists, details and searches");
  CLI11_PARSE(app, argc, argv);
  const test::TemporaryDirectory scratch;
  Report report;
  if (options.writing) measure_writing(options, scratch.path(), report);
  if (options.reading) compare_sizes(options, scratch.path(), report);
  report.print();
  report.save(options.out);
  std::printf("benchmark: %zu goals missed; all figures in %s\n", report.missed(), options.out.c_str());
  return report.missed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace docket::bench

int main(int argc, char** argv) {
  try {
    return docket::bench::bench(argc, argv);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "docket_bench: %s\n", fault.what());
    return 2;
  }
}
