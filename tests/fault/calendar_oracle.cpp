// SPDX-License-Identifier: Apache-2.0
// Calendar oracle: random cases, answered by core/domain/calendar and by tests/support/calendar_oracle.py, compared one
// by one.
#include <CLI/CLI.hpp>
#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <mutex>
#include <thread>

#include "random_calendar.hpp"
#include "support/line_process.hpp"

namespace json = boost::json;

namespace docket::tests {
namespace {

using domain::Calendar;
using domain::CalendarSpec;
using std::chrono::weekday;

constexpr std::size_t kCasesPerCalendar = 50;
constexpr std::size_t kSegments = 12;  // as in the script

struct Options {
  std::uint64_t cases = 1'000'000;
  std::uint64_t seed = 1;
  std::uint64_t only = 0;  ///< number of the one calendar to repeat, from 1; 0 = all
  unsigned processes = 2;
};

std::int64_t micros(Time t) {
  return t.time_since_epoch().count();
}

json::value micros(std::optional<Time> t) {
  return t ? json::value(micros(*t)) : json::value(nullptr);
}

std::string text(domain::Date date) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return buffer.data();
}

json::array to_json(const domain::DaySlots& slots) {
  json::array list;
  for (const auto& slot : slots) list.push_back(json::array{slot.start, slot.end});
  return list;
}

/// Position in the week, Monday = 0.
unsigned to_json(weekday day) {
  return day.iso_encoding() - 1;
}

json::object to_json(const CalendarSpec& spec) {
  json::array week, holidays, exceptions;
  for (const auto& slots : spec.week) week.push_back(to_json(slots));
  for (const auto& set : spec.holidays)
    for (const auto& day : set.days) holidays.push_back({{"date", text(day.date)}, {"working", day.working}});
  for (const auto& exception : spec.exceptions) {
    json::object object{{"first", text(exception.first)}, {"last", text(exception.last)}};
    if (const auto* slots = std::get_if<domain::DaySlots>(&exception.work)) {
      object["slots"] = to_json(*slots);
    } else {
      object["as"] = to_json(std::get<weekday>(exception.work));
    }
    exceptions.push_back(std::move(object));
  }
  return {{"zone", spec.zone},
          {"week", std::move(week)},
          {"make_up_as", to_json(spec.make_up_as)},
          {"holidays", std::move(holidays)},
          {"exceptions", std::move(exceptions)}};
}

json::array to_json(const CalendarCase& asked) {
  return {micros(asked.start), asked.amount.count(), micros(asked.end)};
}

json::value answer(const Calendar& calendar, const CalendarCase& asked) {
  const auto segments = calendar.segments(asked.start, asked.end, kSegments);
  json::array intervals;
  for (const auto& [from, to] : segments.intervals) intervals.push_back(json::array{micros(from), micros(to)});
  return json::array{micros(calendar.add(asked.start, asked.amount)),
                     calendar.working_time(asked.start, asked.end).count(),
                     calendar.is_working(asked.start),
                     micros(calendar.next_working(asked.start)),
                     micros(calendar.next_change(asked.start)),
                     std::move(intervals),
                     segments.complete};
}

/// What the threads share: what was compared so far, and the right to print.
struct Tally {
  std::atomic<std::uint64_t> compared{0};
  std::atomic<std::uint64_t> differences{0};
  std::atomic<bool> broken{false};
  std::mutex print;
};

/// Numbers below 2^63 are the same whether JSON kept them signed or not.
bool same(const json::value& ours, const json::value& theirs) {
  if (ours.is_number() && theirs.is_number()) return ours.to_number<std::int64_t>() == theirs.to_number<std::int64_t>();
  if (ours.is_array() && theirs.is_array()) return std::ranges::equal(ours.get_array(), theirs.get_array(), same);
  return ours == theirs;
}

void compare_calendar(std::uint64_t number, std::size_t count, const Options& options,
                      const std::vector<std::string>& zones, LineProcess& oracle, Tally& tally) {
  std::seed_seq sequence{options.seed, options.seed >> 32, number};
  Random random{sequence};
  const CalendarSpec spec = random_spec(random, zones);
  const Calendar calendar = Calendar::make(spec).value();
  const auto cases = random_cases(random, spec, calendar, count);
  json::array asked;
  for (const auto& one : cases) asked.push_back(to_json(one));
  const json::object spec_json = to_json(spec);
  const std::string line =
      oracle.ask(json::serialize(json::object{{"calendar", spec_json}, {"cases", std::move(asked)}}));
  const json::value theirs = json::parse(line);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const json::value ours = answer(calendar, cases[i]);
    ++tally.compared;
    if (same(ours, theirs.as_array().at(i))) continue;
    if (++tally.differences > 20) continue;
    const std::lock_guard lock{tally.print};
    std::printf(
        "difference: --seed %llu --calendar %llu, case %zu\n  calendar %s\n  case     %s\n  ours     %s\n  theirs   "
        "%s\n",
        static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(number), i,
        json::serialize(spec_json).c_str(), json::serialize(to_json(cases[i])).c_str(), json::serialize(ours).c_str(),
        json::serialize(theirs.as_array().at(i)).c_str());
  }
}

/// Every `processes`-th calendar, so that a calendar's number alone decides what it is.
void compare_share(unsigned share, const Options& options, const std::vector<std::string>& zones, Tally& tally) try {
  LineProcess oracle{{DOCKET_PYTHON, "-B", DOCKET_ORACLE_SCRIPT}};
  const std::uint64_t calendars = (options.cases + kCasesPerCalendar - 1) / kCasesPerCalendar;
  for (std::uint64_t number = share + 1; number <= calendars; number += options.processes) {
    if (options.only != 0 && options.only != number) continue;
    const auto left = options.cases - (number - 1) * kCasesPerCalendar;
    compare_calendar(number, std::min<std::uint64_t>(left, kCasesPerCalendar), options, zones, oracle, tally);
  }
} catch (const std::exception& e) {
  const std::lock_guard lock{tally.print};
  std::printf("broken off: %s\n", e.what());
  tally.broken = true;
}

std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app{"Compares the calendar with an independent implementation in Python, on random cases."};
  app.option_defaults()->take_last();  // so that a script can give defaults before what it was told
  app.add_option("--cases", options.cases, "how many")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  app.add_option("--seed", options.seed, "repeats a run");
  app.add_option("--calendar", options.only, "only this calendar of the run, to look into a difference");
  app.add_option("--processes", options.processes, "Python processes")->check(CLI::Range(1U, 64U));
  CLI11_PARSE(app, argc, argv);

  const auto zones = listed_zones();
  Tally tally;
  {
    std::vector<std::jthread> threads;
    for (unsigned share = 0; share < options.processes; ++share)
      threads.emplace_back([share, &options, &zones, &tally] { compare_share(share, options, zones, tally); });
  }
  const std::uint64_t wanted = options.only == 0 ? options.cases : tally.compared.load();
  std::printf("%s cases, %s differences (seed %llu)\n", grouped(tally.compared).c_str(),
              grouped(tally.differences).c_str(), static_cast<unsigned long long>(options.seed));
  return tally.broken || tally.differences != 0 || tally.compared != wanted || tally.compared == 0 ? 1 : 0;
}

}  // namespace
}  // namespace docket::tests

int main(int argc, char** argv) try { return docket::tests::run(argc, argv); } catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
