// SPDX-License-Identifier: Apache-2.0
// What a specification may not say, and that all of it is reported at once.
#include "calendar_specs.hpp"

namespace docket::tests {
namespace {

/// The pointers of all faults, in order of report; empty when the calendar was made.
std::vector<std::string> faults(const CalendarSpec& spec) {
  const auto calendar = Calendar::make(spec);
  if (calendar) return {};
  CHECK(calendar.error().code == ErrorCode::invalid_definition);
  std::vector<std::string> pointers;
  for (const auto& field : calendar.error().fields) pointers.push_back(field.pointer);
  return pointers;
}

using Pointers = std::vector<std::string>;

TEST_CASE("a slot lies in a day, has a length and overlaps no other") {
  CHECK(faults(weekly("UTC", 1, {{0, 1440}})).empty());
  CHECK(faults(weekly("UTC", 1, {{720, 1440}, {0, 720}})).empty());
  CHECK(faults(weekly("UTC", 1, {{0, 1441}})) == Pointers{"/week/0/0"});
  CHECK(faults(weekly("UTC", 1, {{-1, 60}})) == Pointers{"/week/0/0"});
  CHECK(faults(weekly("UTC", 1, {{60, 60}})) == Pointers{"/week/0/0"});
  CHECK(faults(weekly("UTC", 1, {{1320, 360}})) == Pointers{"/week/0/0"});
  CHECK(faults(weekly("UTC", 1, {{540, 720}, {719, 800}})) == Pointers{"/week/0/1"});
  CHECK(faults(weekly("UTC", 1, {{540, 720}, {300, 541}})) == Pointers{"/week/0/1"});
  CHECK(faults(weekly("UTC", 1, DaySlots(25, {0, 60}))) == Pointers{"/week/0"});
}

TEST_CASE("a zone is one of the database, by its exact name") {
  for (const char* zone :
       {"", "Asia/Shangai", "asia/shanghai", "../etc/passwd", "/etc/passwd", "Asia", "right/Asia/Shanghai", "zone.tab"})
    CHECK(faults(weekly(zone, 5, {{0, 60}})) == Pointers{"/zone"});
  for (const char* zone : {"Asia/Shanghai", "PRC", "UTC", "Etc/GMT+8", "America/Argentina/Buenos_Aires"})
    CHECK(faults(weekly(zone, 5, {{0, 60}})).empty());
}

TEST_CASE("a calendar without any working time is refused") {
  CHECK(faults(weekly("UTC", 0, {})) == Pointers{"/week"});
  CalendarSpec spec = weekly("UTC", 5, {{0, 60}});
  spec.exceptions = {{Calendar::first_date, date(2099, 12, 31), "", DaySlots{}}};
  CHECK(faults(spec) == Pointers{"/week"});
}

TEST_CASE("dates exist, lie in range and are in order") {
  CalendarSpec spec = weekly("UTC", 5, {{0, 60}});
  spec.exceptions = {{date(2026, 2, 29), date(2026, 3, 1), "", DaySlots{}},
                     {date(1969, 12, 31), date(2100, 1, 1), "", DaySlots{}},
                     {date(2026, 5, 2), date(2026, 5, 1), "", DaySlots{}},
                     {date(2026, 6, 1), date(2026, 6, 1), "", DaySlots{{60, 60}}},
                     {date(2026, 6, 2), date(2026, 6, 2), "", std::chrono::weekday{9}}};
  spec.holidays = {{"cn", {2026}, {{date(2026, 13, 1), "", false}}}};
  CHECK(faults(spec) == Pointers{"/exceptions/0/first", "/exceptions/1/first", "/exceptions/1/last",
                                 "/exceptions/2/last", "/exceptions/3/slots/0", "/exceptions/4/as",
                                 "/holidays/0/days/0/date"});
}

TEST_CASE("one date has one exception, and holiday data agrees or an exception settles it") {
  CalendarSpec spec = weekly("UTC", 5, {{0, 60}});
  spec.holidays = {{"cn", {2026}, {{date(2026, 5, 1), "劳动节", false}}},
                   {"hk", {2026}, {{date(2026, 5, 1), "劳动节", false}}}};
  CHECK(faults(spec).empty());
  spec.holidays[1].days[0].working = true;
  CHECK(faults(spec) == Pointers{"/holidays/1/days/0/date"});
  spec.exceptions = {{date(2026, 4, 30), date(2026, 5, 1), "桥", DaySlots{}}};
  CHECK(faults(spec).empty());
  spec.exceptions.push_back({date(2026, 5, 1), date(2026, 5, 3), "again", DaySlots{}});
  CHECK(faults(spec) == Pointers{"/exceptions/1/first"});
}

TEST_CASE("every fault is reported at once, in words") {
  CalendarSpec spec = weekly("Mars/Olympus", 2, {{540, 530}});
  spec.name = "";
  CHECK(faults(spec) == Pointers{"/name", "/week/0/0", "/week/1/0", "/zone"});
  spec.name = "office";
  const auto refused = Calendar::make(spec);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail ==
        "calendar \"office\": slot 09:00-08:50 ends before it starts or at once; work past midnight is a slot up to "
        "24:00 and "
        "one from 00:00 on the next day (and 2 more)");
}

}  // namespace
}  // namespace docket::tests
