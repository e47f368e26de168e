// SPDX-License-Identifier: Apache-2.0
// What a calendar answers on days that people argue about: holidays, make-up days, nights, half days, clock changes.
#include "domain/calendar/calendar.hpp"

#include "calendar_specs.hpp"

namespace docket::tests {
namespace {

std::optional<Time> some(const std::string& text) {
  return at(text);
}

std::vector<domain::Interval> intervals(std::initializer_list<std::pair<const char*, const char*>> list) {
  std::vector<domain::Interval> result;
  for (const auto& [from, to] : list) result.push_back({at(from), at(to)});
  return result;
}

TEST_CASE("working time skips lunch, night and weekend") {
  const Calendar office = made(cn_office());
  CHECK(office.working_time(at("2026-03-02 09:00+08:00"), at("2026-03-02 18:00+08:00")) == minutes{450});
  CHECK(office.working_time(at("2026-03-02 11:30+08:00"), at("2026-03-02 14:00+08:00")) == hours{1});
  CHECK(office.working_time(at("2026-03-02 18:00+08:00"), at("2026-03-03 09:00+08:00")) == Duration{0});
  CHECK(office.working_time(at("2026-03-06 17:00+08:00"), at("2026-03-09 10:00+08:00")) == hours{2});
  CHECK(office.working_time(at("2026-03-02 09:00:00.000001+08:00"), at("2026-03-02 09:00:00.000004+08:00")) ==
        Duration{3});
  CHECK(office.working_time(at("2026-03-03 09:00+08:00"), at("2026-03-02 09:00+08:00")) == Duration{0});
}

TEST_CASE("an amount is due at the earliest instant, at the end of a slot rather than at the next start") {
  const Calendar office = made(cn_office());
  CHECK(office.add(at("2026-03-02 09:00+08:00"), hours{3}) == some("2026-03-02 12:00+08:00"));
  CHECK(office.add(at("2026-03-02 09:00+08:00"), hours{3} + Duration{1}) == some("2026-03-02 13:30:00.000001+08:00"));
  CHECK(office.add(at("2026-03-02 09:00+08:00"), minutes{450}) == some("2026-03-02 18:00+08:00"));
  CHECK(office.add(at("2026-03-02 18:00+08:00"), minutes{450}) == some("2026-03-03 18:00+08:00"));
  CHECK(office.add(at("2026-03-01 03:00+08:00"), Duration{1}) == some("2026-03-02 09:00:00.000001+08:00"));
  const Time night = at("2026-03-02 22:15+08:00");
  CHECK(office.add(night, Duration{0}) == night);
  CHECK(office.add(night, hours{-5}) == night);
}

TEST_CASE("Spring Festival of 2026: nine days off between two working Saturdays") {
  const Calendar office = made(cn_office());
  // Saturday 14 February and Saturday 28 February are worked; off from Sunday 15 to Monday 23.
  CHECK(office.is_working(at("2026-02-14 10:00+08:00")));
  CHECK(office.is_working(at("2026-02-28 10:00+08:00")));
  CHECK_FALSE(office.is_working(at("2026-02-16 10:00+08:00")));
  CHECK(office.working_time(at("2026-02-14 18:00+08:00"), at("2026-02-24 09:00+08:00")) == Duration{0});
  CHECK(office.add(at("2026-02-14 17:00+08:00"), hours{2}) == some("2026-02-24 10:00+08:00"));
  CHECK(office.add(at("2026-02-13 17:00+08:00"), hours{2}) == some("2026-02-14 10:00+08:00"));
  CHECK(office.next_working(at("2026-02-15 00:00+08:00")) == some("2026-02-24 09:00+08:00"));
  CHECK(office.next_change(at("2026-02-20 00:00+08:00")) == some("2026-02-24 09:00+08:00"));
}

TEST_CASE("Spring Festival and National Day of 2025") {
  const Calendar office = made(cn_office());
  CHECK(office.add(at("2025-01-26 16:00+08:00"), hours{4}) == some("2025-01-27 11:00+08:00"));
  CHECK(office.add(at("2025-01-27 17:00+08:00"), hours{2}) == some("2025-02-05 10:00+08:00"));
  // Eight days off, then Thursday, Friday and the make-up Saturday 11 October.
  CHECK(office.working_time(at("2025-10-01 00:00+08:00"), at("2025-10-12 00:00+08:00")) == 3 * minutes{450});
  CHECK(office.is_working(at("2025-09-28 15:00+08:00")));
}

TEST_CASE("both years have the 248 working days that were announced") {
  const Calendar office = made(cn_office());
  for (const int year : {2025, 2026}) {
    const auto begin = std::to_string(year) + "-01-01 00:00+08:00";
    const auto end = std::to_string(year + 1) + "-01-01 00:00+08:00";
    CHECK(office.working_time(at(begin), at(end)) == 248 * minutes{450});
  }
}

TEST_CASE("years without holiday data are known, and the days say why they are what they are") {
  const Calendar office = made(cn_office());
  CHECK(office.covers(std::chrono::year{2025}));
  CHECK(office.covers(std::chrono::year{2026}));
  CHECK_FALSE(office.covers(std::chrono::year{2024}));
  CHECK_FALSE(office.covers(std::chrono::year{2027}));
  CHECK(made(weekly("Asia/Shanghai", 7, {{480, 1320}})).covers(std::chrono::year{2027}));

  const auto festival = office.day(at("2026-02-17 23:59:59.999999+08:00"));
  REQUIRE(festival);
  CHECK(festival->date == date(2026, 2, 17));
  CHECK(festival->reason == "春节");
  CHECK_FALSE(festival->working);
  CHECK(office.day(at("2026-02-28 00:00+08:00"))->working);
  CHECK(office.day(at("2026-02-28 00:00+08:00"))->reason == "春节");
  CHECK(office.day(at("2026-03-02 00:00+08:00"))->reason.empty());
}

TEST_CASE("a year counts only when all holiday sets have it") {
  CalendarSpec spec = cn_office();
  spec.holidays.push_back({"company", {2026, 2027}, {{date(2026, 12, 31), "盘点", false}}});
  const Calendar calendar = made(spec);
  CHECK_FALSE(calendar.covers(std::chrono::year{2025}));
  CHECK(calendar.covers(std::chrono::year{2026}));
  CHECK_FALSE(calendar.covers(std::chrono::year{2027}));
  CHECK_FALSE(calendar.is_working(at("2026-12-31 10:00+08:00")));
}

TEST_CASE("exceptions win over holidays: a duty roster, a half day, a company trip") {
  CalendarSpec spec = cn_office();
  spec.exceptions = {
      {date(2026, 2, 17), date(2026, 2, 17), "值班", DaySlots{{600, 720}}},
      {date(2026, 12, 24), date(2026, 12, 24), "半天", DaySlots{{540, 720}}},
      {date(2026, 7, 6), date(2026, 7, 10), "团建", DaySlots{}},
      {date(2026, 7, 11), date(2026, 7, 12), "补班", std::chrono::Friday},
  };
  spec.week[4] = {{540, 720}};  // Friday is a half day
  const Calendar office = made(spec);
  CHECK(office.add(at("2026-02-14 18:00+08:00"), hours{2}) == some("2026-02-17 12:00+08:00"));
  CHECK(office.add(at("2026-12-24 11:00+08:00"), hours{2}) == some("2026-12-25 10:00+08:00"));
  CHECK(office.add(at("2026-07-03 12:00+08:00"), hours{7}) == some("2026-07-13 10:00+08:00"));
  CHECK(office.day(at("2026-07-08 12:00+08:00"))->reason == "团建");
  // The make-up Saturday of the statutory data works like a Monday, not like the half Friday.
  CHECK(office.working_time(at("2026-02-28 00:00+08:00"), at("2026-03-01 00:00+08:00")) == minutes{450});
}

TEST_CASE("a night shift is two slots that meet at midnight and count as one stretch") {
  const Calendar night = made(weekly("Asia/Shanghai", 7, {{1320, 1440}, {0, 360}}));
  CHECK(night.working_time(at("2026-03-02 12:00+08:00"), at("2026-03-03 12:00+08:00")) == hours{8});
  CHECK(night.add(at("2026-03-02 23:00+08:00"), hours{3}) == some("2026-03-03 02:00+08:00"));
  CHECK(night.next_change(at("2026-03-02 23:00+08:00")) == some("2026-03-03 06:00+08:00"));
  CHECK(night.segments(at("2026-03-02 12:00+08:00"), at("2026-03-04 01:00+08:00"), 10).intervals ==
        intervals({{"2026-03-02 22:00+08:00", "2026-03-03 06:00+08:00"},
                   {"2026-03-03 22:00+08:00", "2026-03-04 01:00+08:00"}}));
}

TEST_CASE("slots are half-open") {
  const Calendar office = made(cn_office());
  CHECK_FALSE(office.is_working(at("2026-03-02 08:59:59.999999+08:00")));
  CHECK(office.is_working(at("2026-03-02 09:00+08:00")));
  CHECK(office.is_working(at("2026-03-02 11:59:59.999999+08:00")));
  CHECK_FALSE(office.is_working(at("2026-03-02 12:00+08:00")));
  CHECK(office.next_working(at("2026-03-02 10:00+08:00")) == some("2026-03-02 10:00+08:00"));
  CHECK(office.next_working(at("2026-03-02 12:00+08:00")) == some("2026-03-02 13:30+08:00"));
  CHECK(office.next_change(at("2026-03-02 09:00+08:00")) == some("2026-03-02 12:00+08:00"));
}

TEST_CASE("segments are cut at the ends of the period and stop at their limit") {
  const Calendar office = made(cn_office());
  const Time from = at("2026-03-06 10:00+08:00");
  const Time to = at("2026-03-09 10:00+08:00");
  const auto all = office.segments(from, to, 3);
  CHECK(all.complete);
  CHECK(all.intervals == intervals({{"2026-03-06 10:00+08:00", "2026-03-06 12:00+08:00"},
                                    {"2026-03-06 13:30+08:00", "2026-03-06 18:00+08:00"},
                                    {"2026-03-09 09:00+08:00", "2026-03-09 10:00+08:00"}}));
  const auto two = office.segments(from, to, 2);
  CHECK_FALSE(two.complete);
  CHECK(two.intervals.size() == 2);
  CHECK(office.segments(to, from, 5).intervals.empty());
  CHECK_FALSE(office.segments(from, to, 0).complete);
}

TEST_CASE("New York: the skipped hour has no length and the repeated one counts twice") {
  const Calendar night = made(weekly("America/New_York", 7, {{60, 180}}));  // 01:00–03:00
  CHECK(night.working_time(at("2026-03-08 00:00-05:00"), at("2026-03-08 12:00-04:00")) == hours{1});
  CHECK(night.working_time(at("2026-11-01 00:00-04:00"), at("2026-11-01 12:00-05:00")) == hours{3});
  CHECK(night.add(at("2026-11-01 00:00-04:00"), hours{2}) == some("2026-11-01 02:00-05:00"));
  CHECK(night.next_change(at("2026-11-01 01:30-04:00")) == some("2026-11-01 03:00-05:00"));

  const Calendar skipped = made(weekly("America/New_York", 7, {{120, 180}}));  // 02:00–03:00
  CHECK(skipped.working_time(at("2026-03-08 00:00-05:00"), at("2026-03-08 23:00-04:00")) == Duration{0});
  CHECK(skipped.add(at("2026-03-08 00:00-05:00"), minutes{1}) == some("2026-03-09 02:01-04:00"));

  const Calendar office = made(weekly("America/New_York", 5, {{540, 1020}}));
  CHECK(office.add(at("2026-03-06 16:00-05:00"), hours{2}) == some("2026-03-09 10:00-04:00"));
}

TEST_CASE("Berlin: a slot from inside the repeated hour appears twice") {
  const Calendar early = made(weekly("Europe/Berlin", 7, {{150, 165}}));  // 02:30–02:45
  CHECK(early.segments(at("2026-10-25 00:00Z"), at("2026-10-25 12:00Z"), 9).intervals ==
        intervals({{"2026-10-25 00:30Z", "2026-10-25 00:45Z"}, {"2026-10-25 01:30Z", "2026-10-25 01:45Z"}}));
  CHECK(early.segments(at("2026-03-29 00:00Z"), at("2026-03-29 12:00Z"), 9).intervals.empty());
  // The rule goes on after the last explicit transition of the zone files (2037).
  const Calendar office = made(weekly("Europe/Berlin", 7, {{540, 1020}}));
  CHECK(office.next_working(at("2060-07-01 00:00Z")) == some("2060-07-01 07:00Z"));
  CHECK(office.next_working(at("2060-01-05 00:00Z")) == some("2060-01-05 08:00Z"));
}

TEST_CASE("Kolkata and Lord Howe: offsets and changes of half an hour") {
  const Calendar india = made(weekly("Asia/Kolkata", 6, {{570, 1110}}));
  CHECK(india.add(at("2026-03-02 00:00Z"), hours{1}) == some("2026-03-02 05:00Z"));
  const Calendar island = made(weekly("Australia/Lord_Howe", 7, {{60, 180}}));  // clocks move by 30 minutes at 02:00
  CHECK(island.working_time(at("2026-04-05 00:00+11:00"), at("2026-04-05 12:00+10:30")) == minutes{150});
  CHECK(island.working_time(at("2026-10-04 00:00+10:30"), at("2026-10-04 12:00+11:00")) == minutes{90});
}

TEST_CASE("St John's 2010: clocks set back across midnight give one date two stretches") {
  // At 00:01 on Sunday 7 November it became 23:01 on Saturday again.
  CalendarSpec spec = weekly("America/St_Johns", 0, {});
  spec.week[5] = {{1380, 1440}};  // Saturday 23:00–24:00
  const Calendar saturday = made(spec);
  CHECK(saturday.segments(at("2010-11-06 12:00-02:30"), at("2010-11-07 12:00-03:30"), 9).intervals ==
        intervals({{"2010-11-06 23:00-02:30", "2010-11-07 00:00-02:30"},
                   {"2010-11-06 23:01-03:30", "2010-11-07 00:00-03:30"}}));
  CHECK(saturday.working_time(at("2010-11-06 12:00-02:30"), at("2010-11-07 12:00-03:30")) == minutes{119});
}

TEST_CASE("round the clock is wall time") {
  const Calendar& always = Calendar::always();
  const Time t = at("2026-02-14 09:30:15.000007Z");
  CHECK(always.add(t, hours{100'000}) == t + hours{100'000});
  CHECK(always.working_time(t, t + Duration{5}) == Duration{5});
  CHECK(always.is_working(t));
  CHECK(always.next_working(t) == t);
  CHECK(always.covers(std::chrono::year{2050}));
  CHECK(always.segments(t, t + hours{72}, 5).intervals == std::vector<domain::Interval>{{t, t + hours{72}}});
}

TEST_CASE("nothing hangs: what is out of range or never reached is answered") {
  CalendarSpec spec = weekly("Asia/Shanghai", 0, {});
  spec.exceptions = {{date(2026, 5, 20), date(2026, 5, 20), "展会", DaySlots{{600, 660}}}};  // one hour, ever
  const Calendar fair = made(spec);
  CHECK(fair.add(at("2020-01-01 00:00Z"), hours{1}) == some("2026-05-20 11:00+08:00"));
  CHECK(fair.add(at("2020-01-01 00:00Z"), hours{1} + Duration{1}) == std::nullopt);
  CHECK(fair.add(at("2026-05-20 11:00+08:00"), Duration{1}) == std::nullopt);
  CHECK(fair.next_working(at("2026-05-20 11:00+08:00")) == std::nullopt);
  CHECK(fair.next_change(at("2026-05-20 11:00+08:00")) == std::nullopt);
  CHECK(fair.next_change(at("2026-05-20 10:00+08:00")) == some("2026-05-20 11:00+08:00"));

  for (const Calendar& calendar : {fair, Calendar::always(), made(cn_office())}) {
    CHECK(calendar.add(Time::min(), Duration{1}));
    CHECK(calendar.add(Time::max(), Duration{1}) == std::nullopt);
    CHECK(calendar.add(Time::min(), Duration::max()) == std::nullopt);
    CHECK(calendar.working_time(Time::min(), Time::max()) > Duration{0});
    CHECK_FALSE(calendar.is_working(Time::min()));
    CHECK_FALSE(calendar.is_working(Time::max()));
    CHECK(calendar.next_change(Time::min()) == calendar.next_working(Time::min()));
    CHECK(calendar.next_change(Time::max()) == std::nullopt);
    CHECK(calendar.day(Time::min()) == std::nullopt);
    CHECK(calendar.day(Time::max()) == std::nullopt);
    CHECK(calendar.segments(Time::min(), Time::max(), 1000).intervals.size() <= 1000);
  }
  CHECK(Calendar::always().next_change(at("2026-01-01 00:00Z")) == some("2100-01-01 00:00Z"));
}

}  // namespace
}  // namespace docket::tests
