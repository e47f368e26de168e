// SPDX-License-Identifier: Apache-2.0
// Calendars and their holiday data.
#include <algorithm>
#include <array>
#include <charconv>

#include "definition/compilation.hpp"
#include "definition/scalar.hpp"
#include "definition/words.hpp"
#include "domain/calendar/calendar.hpp"

namespace docket::definition {
namespace {

using domain::CalendarSpec;
using domain::DaySlots;
using domain::HolidaySet;

/// The key of `week` that says what a weekday is; empty: nothing does, so it is a day off.
std::string_view key_of_day(const Section& week, std::size_t day) {
  if (week.has(weekday_words[day])) return weekday_words[day];
  const std::string_view group = day < 5 ? "workdays" : "weekend";
  if (week.has(group)) return group;
  return week.has("every_day") ? "every_day" : std::string_view{};
}

DaySlots read_slots(const Section& section, std::string_view key) {
  DaySlots out;
  for (const auto& text : section.texts(key)) {
    if (const auto slot = parse_slot(text)) out.push_back(*slot);
  }
  return out;
}

std::chrono::weekday weekday_of(std::string_view word) {
  const auto at = std::ranges::find(weekday_words, word) - weekday_words.begin();
  return std::chrono::weekday{static_cast<unsigned>(at + 1)};  // ISO: Monday is 1, Sunday 7
}

std::map<std::string, HolidaySet> read_holidays(Compilation& work) {
  std::map<std::string, HolidaySet> sets;
  for (const auto& file : work.holiday_files) {
    auto& set = sets[file.name()];
    set.name = file.name();
    const auto year = static_cast<int>(file.integer("year").value_or(0));
    if (std::ranges::find(set.years, year) != set.years.end()) {
      work.report.error(file.place("year"), "duplicate_name",
                        {"the set `" + set.name + "` has two files for " + std::to_string(year),
                         "节假日数据集 `" + set.name + "` 有两个 " + std::to_string(year) + " 年的文件"},
                        {"one file a year", "每年一个文件"});
    }
    set.years.push_back(year);
    for (const auto& day : file.sections("days")) {
      const auto date = parse_date(day.text("date"));
      if (!date) continue;
      if (static_cast<int>(date->year()) != year) {
        work.report.error(
            day.place("date"), "bad_value",
            {"this date is not in " + std::to_string(year), "这个日期不在 " + std::to_string(year) + " 年"},
            {"dates of the file's year", "文件所写年份（year）的日期"});
      }
      set.days.push_back({*date, day.text("name"), day.yes("working")});
    }
  }
  return sets;
}

std::optional<domain::CalendarException> read_exception(Compilation& work, const Section& section) {
  domain::CalendarException out;
  const auto from = parse_date(section.text("from"));
  const auto to = section.has("to") ? parse_date(section.text("to")) : from;
  out.name = section.text("name");
  if (section.has("slots") == section.has("like")) {
    work.report.error(
        section.place(), "bad_exception",
        section.has("slots")
            ? Said{"this exception has both `slots` and `like`", "这条例外同时写了 `slots` 和 `like`"}
            : Said{"this exception does not say how these dates are worked", "这条例外没有写这些日期怎么上班"},
        {"either slots (empty for a day off) or like: <weekday>", "slots（空为休息）或 like（按星期几），二选一"});
  }
  if (!from || !to) return std::nullopt;  // reported
  out.first = *from;
  out.last = *to;
  if (section.has("like")) {
    out.work = weekday_of(section.text("like"));
  } else {
    out.work = read_slots(section, "slots");
  }
  return out;
}

/// Numbers of a pointer such as "/exceptions/2/slots/0".
std::vector<std::string_view> split(std::string_view pointer) {
  std::vector<std::string_view> out;
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    out.push_back(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(out.back().size());
  }
  return out;
}

std::size_t index_of(std::string_view text) {
  std::size_t index = 0;
  std::from_chars(text.data(), text.data() + text.size(), index);
  return index;
}

/// Where a fault that Calendar::make found was written.
Place place_of(const Section& section, const std::string& pointer) {
  const auto parts = split(pointer);
  if (parts.empty()) return section.place();
  if (parts[0] == "zone") return section.place("zone");
  if (parts[0] == "holidays")
    return parts.size() > 1 ? section.item_place("holidays", index_of(parts[1])) : section.place("holidays");
  if (parts[0] == "week") {
    const auto week = section.section("week");
    if (!week || parts.size() < 2) return section.place("week");
    const auto key = key_of_day(*week, std::min<std::size_t>(index_of(parts[1]), 6));
    if (key.empty()) return section.place("week");
    return parts.size() > 2 ? week->item_place(key, index_of(parts[2])) : week->place(key);
  }
  if (parts[0] == "exceptions" && parts.size() > 1) {
    const auto exceptions = section.sections("exceptions");
    const auto index = index_of(parts[1]);
    if (index >= exceptions.size()) return section.place("exceptions");
    if (parts.size() < 3) return exceptions[index].place();
    if (parts[2] == "first") return exceptions[index].place("from");
    if (parts[2] == "last") return exceptions[index].place("to");
    if (parts[2] == "slots" && parts.size() > 3) return exceptions[index].item_place("slots", index_of(parts[3]));
    return exceptions[index].place();
  }
  return section.place();
}

/// The announcement for a year comes in the autumn before, so the next year is missed from December on.
void check_coverage(Compilation& work, const Section& section, const CalendarSpec& spec,
                    const domain::Calendar& calendar) {
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(work.now)};
  std::vector<std::chrono::year> years{today.year()};
  if (today.month() == std::chrono::December) years.push_back(today.year() + std::chrono::years{1});
  for (const auto year : years) {
    if (calendar.covers(year)) continue;
    const auto number = std::to_string(static_cast<int>(year));
    const auto file = "holidays/" + spec.holidays[0].name + "-" + number + ".json";
    work.report.warning(section.place("holidays"), "no_holiday_data",
                        {"the calendar `" + spec.name + "` has no holiday data for " + number +
                             "; its ordinary week is used for that year",
                         "工作日历 `" + spec.name + "` 缺少 " + number + " 年的节假日数据，该年只按每周时段计算"},
                        {"a file such as " + file, "节假日文件，例如 " + file});
  }
}

CalendarSpec read_spec(Compilation& work, const Section& section, const std::map<std::string, HolidaySet>& sets) {
  CalendarSpec spec;
  spec.name = section.name();
  spec.zone = section.has("zone") ? section.text("zone") : work.out.desk.zone;
  if (const auto week = section.section("week")) {
    for (std::size_t day = 0; day < 7; ++day) {
      if (const auto key = key_of_day(*week, day); !key.empty()) spec.week[day] = read_slots(*week, key);
    }
  }
  spec.make_up_as = weekday_of(section.text("make_up_as"));
  for (const auto& name : section.texts("holidays")) {
    work.use(Refers::holidays, name);
    if (const auto it = sets.find(name); it != sets.end()) spec.holidays.push_back(it->second);
  }
  for (const auto& below : section.sections("exceptions")) {
    if (auto exception = read_exception(work, below)) spec.exceptions.push_back(std::move(*exception));
  }
  return spec;
}

}  // namespace

void read_calendars(Compilation& work) {
  const auto sets = read_holidays(work);
  for (const auto& section : work.all("calendars")) {
    const auto spec = read_spec(work, section, sets);
    const bool whole = spec.exceptions.size() == section.sections("exceptions").size();
    auto calendar = domain::Calendar::make(spec);
    if (calendar) {
      check_coverage(work, section, spec, *calendar);
      work.out.calendars.insert_or_assign(spec.name, std::move(*calendar));
      continue;
    }
    // Without a date that could not be read, places of exceptions would be off by one.
    if (!whole) calendar.error().fields.clear();
    for (const auto& fault : calendar.error().fields) {
      work.report.error(place_of(section, fault.pointer), "bad_calendar", fault.said());
    }
    if (whole && calendar.error().fields.empty())
      work.report.error(section.place(), "bad_calendar", calendar.error().said());
    work.out.calendars.insert_or_assign(spec.name, domain::Calendar::always());  // so that what follows can be checked
  }
}

}  // namespace docket::definition
