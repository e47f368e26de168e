// SPDX-License-Identifier: Apache-2.0
// Zones: what the database says before, at and long after its last explicit change, and rules of every form.
#include "base/time_zone.hpp"

#include "base/zone_rule.hpp"
#include "support/catch.hpp"

namespace docket {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

Time at(const char* text) {
  return from_rfc3339(text).value();
}

sys_seconds local(int year, unsigned month, unsigned day, seconds time) {
  return sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}} + time;
}

TEST_CASE("offsets change at the instant of the transition") {
  const TimeZone zone = TimeZone::load("America/New_York").value();
  CHECK(zone.name() == "America/New_York");
  CHECK(zone.offset_at(at("2026-03-08T06:59:59.999999Z")) == hours{-5});
  CHECK(zone.offset_at(at("2026-03-08T07:00:00Z")) == hours{-4});
  CHECK(zone.offset_at(Time::min()) == hours{-5});
  CHECK(TimeZone::load("Asia/Kathmandu").value().offset_at(at("2026-01-01T00:00:00Z")) == minutes{345});
  CHECK(TimeZone::load("Asia/Shanghai").value().offset_at(at("1988-07-01T00:00:00Z")) == hours{9});
}

TEST_CASE("the rule of the zone goes on after the last explicit transition") {
  const TimeZone berlin = TimeZone::load("Europe/Berlin").value();
  CHECK(berlin.offset_at(at("2099-07-01T00:00:00Z")) == hours{2});
  CHECK(berlin.offset_at(at("2099-12-01T00:00:00Z")) == hours{1});
  CHECK(TimeZone::load("Australia/Lord_Howe").value().offset_at(at("2080-01-01T00:00:00Z")) == hours{11});
  CHECK(TimeZone::load("Europe/Dublin").value().offset_at(at("2080-01-01T00:00:00Z")) == hours{0});
}

TEST_CASE("neighbouring spans differ and ascend") {
  for (const char* name : {"UTC", "Asia/Shanghai", "Africa/Casablanca", "Europe/Dublin", "Asia/Gaza"}) {
    const TimeZone zone = TimeZone::load(name).value();
    REQUIRE_FALSE(zone.spans().empty());
    for (std::size_t i = 1; i < zone.spans().size(); ++i) {
      REQUIRE(zone.spans()[i - 1].begin < zone.spans()[i].begin);
      REQUIRE(zone.spans()[i - 1].offset != zone.spans()[i].offset);
    }
  }
  CHECK(TimeZone::utc().spans().size() == 1);
}

TEST_CASE("an unknown zone is an answer with a suggestion") {
  const auto typo = TimeZone::load("Asia/Shangai");
  REQUIRE_FALSE(typo);
  CHECK(typo.error().code == ErrorCode::not_found);
  CHECK(typo.error().detail.find("Did you mean 'Asia/Shanghai'?") != std::string::npos);
  CHECK(TimeZone::load("Bejing").error().detail.find("such as Asia/Shanghai") != std::string::npos);
}

TEST_CASE("zone rules of every form") {
  const auto eastern = parse_zone_rule("EST5EDT,M3.2.0,M11.1.0");
  REQUIRE(eastern);
  CHECK(eastern->standard == hours{-5});
  CHECK(eastern->daylight == hours{-4});
  CHECK(eastern->to_daylight.local(std::chrono::year{2026}) == local(2026, 3, 8, hours{2}));
  CHECK(eastern->to_standard.local(std::chrono::year{2026}) == local(2026, 11, 1, hours{2}));

  const auto island = parse_zone_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
  REQUIRE(island);
  CHECK(island->standard == minutes{630});
  CHECK(island->daylight == hours{11});

  const auto last_week = parse_zone_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0:30:15");
  REQUIRE(last_week);
  CHECK(last_week->to_daylight.local(std::chrono::year{2026}) == local(2026, 3, 28, hours{23}));
  CHECK(last_week->to_standard.local(std::chrono::year{2026}) == local(2026, 10, 25, minutes{30} + seconds{15}));

  // Jerusalem: the fourth Thursday plus 26 hours, in a month with five Thursdays.
  const auto fourth = parse_zone_rule("IST-2IDT,M3.4.4/26,M10.5.0");
  REQUIRE(fourth);
  CHECK(fourth->to_daylight.local(std::chrono::year{2040}) == local(2040, 3, 23, hours{2}));

  const auto days = parse_zone_rule("AAA3BBB,J60/0,59/50");
  REQUIRE(days);
  CHECK(days->to_daylight.local(std::chrono::year{2028}) == local(2028, 3, 1, hours{0}));  // J60 is 1 March in any year
  CHECK(days->to_daylight.local(std::chrono::year{2026}) == local(2026, 3, 1, hours{0}));
  CHECK(days->to_standard.local(std::chrono::year{2028}) == local(2028, 2, 29, hours{50}));
}

TEST_CASE("what is no zone rule, or has no daylight saving, is none") {
  for (const char* text : {"", "CST-8", "<+0530>-5:30", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x",
                           "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
                           "CET-1CEST,J0,J365", "CET-1CEST,366,0", "CET-25CEST,J1,J2", "CET-1CEST,J1/168,J2",
                           "CE-1CEST,J1,J2", "<CET-1CEST,J1,J2", "CET-1:60CEST,J1,J2", "CET-CEST,J1,J2"})
    CHECK_FALSE(parse_zone_rule(text));
}

}  // namespace
}  // namespace docket
