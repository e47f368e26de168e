// SPDX-License-Identifier: Apache-2.0
// From a specification to a calendar: every fault is reported at once, and only a faultless one is compiled.
#include <algorithm>
#include <iterator>
#include <map>

#include "base/both.hpp"
#include "domain/calendar/calendar_tables.hpp"

namespace docket::domain {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;

constexpr std::size_t kMaxSlots = 24;           // of one day; queries walk them one by one
constexpr std::size_t kMaxExceptions = 10'000;  // keeps the kinds of day countable in 16 bits
constexpr std::size_t kMaxHolidays = 20'000;
constexpr auto kDays =
    static_cast<std::size_t>((sys_days{Calendar::end_date} - sys_days{Calendar::first_date}).count());
constexpr auto kFirstDay = static_cast<std::int32_t>(sys_days{Calendar::first_date}.time_since_epoch().count());
static_assert((kDays + 2) * 86'400 < 0x1'0000'0000, "WorkTable sums seconds in 32 bits");

/// Index of a date in the compiled days; only for dates that lie in them.
std::uint32_t index_of(Date date) {
  return static_cast<std::uint32_t>((sys_days{date} - sys_days{Calendar::first_date}).count());
}

std::string two_digits(unsigned value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

std::string text(Date date) {
  return std::to_string(static_cast<int>(date.year())) + "-" + two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day()));
}

std::string text(const Slot& slot) {
  const auto clock = [](int minute) {
    if (minute < 0) return std::to_string(minute) + " min";
    return two_digits(static_cast<unsigned>(minute / 60)) + ":" + two_digits(static_cast<unsigned>(minute % 60));
  };
  return clock(slot.start) + "-" + clock(slot.end);
}

class Faults {
 public:
  void add(std::string pointer, Said message) { found_.push_back(field_error(std::move(pointer), std::move(message))); }
  [[nodiscard]] bool none() const { return found_.empty(); }

  [[nodiscard]] std::unexpected<Error> error(const std::string& calendar) && {
    Error error;
    error.code = ErrorCode::invalid_definition;
    const auto& first = found_.front();
    error.say(both("calendar \"{0}\": {1}", "工作日历“{0}”：{2}", calendar, first.message, first.said().in(Language::zh)));
    if (found_.size() > 1) {
      const auto more = both(" (and {} more)", "（还有 {} 处）", found_.size() - 1);
      error.detail += more.en;
      error.detail_zh += more.zh;
    }
    error.fields = std::move(found_);
    return std::unexpected<Error>(std::move(error));
  }

 private:
  std::vector<FieldError> found_;
};

std::string below(std::string_view parent, std::size_t index) {
  return std::string(parent) + "/" + std::to_string(index);
}

void check_slots(const DaySlots& slots, const std::string& pointer, Faults& faults) {
  if (slots.size() > kMaxSlots) {
    faults.add(pointer, both("a day has at most {} slots, not {}", "一天最多 {} 个时段，现在是 {} 个", kMaxSlots, slots.size()));
    return;
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Slot& slot = slots[i];
    if (slot.start < 0 || slot.end > 1440) {
      faults.add(below(pointer, i), both("slot {} does not lie between 00:00 and 24:00",
                                         "时段 {} 不在 00:00 到 24:00 之间", text(slot)));
    } else if (slot.end <= slot.start) {
      faults.add(below(pointer, i), both("slot {} ends before it starts or at once; work past midnight is a slot up to "
                                         "24:00 and one from 00:00 on the next day",
                                         "时段 {} 的结束不晚于开始；跨零点的班请写成到 24:00 的一段和次日 00:00 起的一段", text(slot)));
    }
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (slot.start < slots[earlier].end && slots[earlier].start < slot.end)
        faults.add(below(pointer, i), both("slot {} overlaps slot {}", "时段 {} 与 {} 重叠", text(slot), text(slots[earlier])));
    }
  }
}

bool check_date(Date date, const std::string& pointer, Faults& faults) {
  if (!date.ok()) {
    faults.add(pointer, both("there is no day {}", "没有 {} 这一天", text(date)));
    return false;
  }
  if (date < Calendar::first_date || date >= Calendar::end_date) {
    faults.add(pointer, both("{} is out of range; calendars go from {} to 2099-12-31", "{} 超出范围，日历从 {} 到 2099-12-31",
                             text(date), text(Calendar::first_date)));
    return false;
  }
  return true;
}

/// What the weekday of a date says is replaced by this, with the name that a person is shown for it.
struct Override {
  std::variant<DaySlots, weekday> work;
  std::string_view name;
};

/// By index of day.
using Overrides = std::map<std::uint32_t, Override>;

void read_exceptions(const CalendarSpec& spec, Overrides& overrides, Faults& faults) {
  if (spec.exceptions.size() > kMaxExceptions) {
    faults.add("/exceptions", both("a calendar has at most {} exceptions", "一个日历最多 {} 条例外", kMaxExceptions));
    return;
  }
  std::map<std::uint32_t, std::size_t> owner;
  for (std::size_t e = 0; e < spec.exceptions.size(); ++e) {
    const CalendarException& exception = spec.exceptions[e];
    const std::string pointer = below("/exceptions", e);
    const auto* slots = std::get_if<DaySlots>(&exception.work);
    if (slots != nullptr) check_slots(*slots, pointer + "/slots", faults);
    if (slots == nullptr && !std::get<weekday>(exception.work).ok()) faults.add(pointer + "/as", {"not a weekday", "不是星期几"});
    const bool dates = check_date(exception.first, pointer + "/first", faults);
    if (!check_date(exception.last, pointer + "/last", faults) || !dates) continue;
    if (exception.last < exception.first) {
      faults.add(pointer + "/last", both("{} lies before {}", "{} 早于 {}", text(exception.last), text(exception.first)));
      continue;
    }
    for (auto day = index_of(exception.first); day <= index_of(exception.last); ++day) {
      const auto [before, added] = owner.emplace(day, e);
      if (!added) {
        const Date date = sys_days{Calendar::first_date} + days{day};
        faults.add(pointer + "/first",
                   both("{} belongs already to exception {} (\"{}\")", "{} 已属于第 {} 条例外（“{}”）", text(date),
                        before->second + 1, spec.exceptions[before->second].name));
        break;
      }
      overrides.emplace(day, Override{exception.work, exception.name});
    }
  }
}

/// Holiday data fills what the exceptions have left open; only there may it not contradict itself.
void read_holidays(const CalendarSpec& spec, Overrides& overrides, Faults& faults) {
  std::map<std::uint32_t, bool> said;
  for (std::size_t s = 0; s < spec.holidays.size(); ++s) {
    const HolidaySet& set = spec.holidays[s];
    const std::string pointer = below("/holidays", s) + "/days";
    if (set.days.size() > kMaxHolidays) {
      faults.add(pointer, both("a holiday set has at most {} days", "一份节假日数据最多 {} 天", kMaxHolidays));
      continue;
    }
    for (std::size_t d = 0; d < set.days.size(); ++d) {
      const Holiday& holiday = set.days[d];
      if (!check_date(holiday.date, below(pointer, d) + "/date", faults)) continue;
      const auto day = index_of(holiday.date);
      if (const auto before = said.find(day); before != said.end()) {
        if (before->second != holiday.working)
          faults.add(below(pointer, d) + "/date",
                     both("holiday data contradicts itself: {} is both a day off and a working day; settle it with an exception",
                          "节假日数据自相矛盾：{} 既是放假又是上班，请用例外写明", text(holiday.date)));
        continue;
      }
      Override made{DaySlots{}, holiday.name};
      if (holiday.working) made.work = spec.make_up_as;
      if (overrides.emplace(day, std::move(made)).second) said.emplace(day, holiday.working);
    }
  }
}

/// Years for which each set has data, ascending.
std::vector<int> common_years(const std::vector<HolidaySet>& sets) {
  std::vector<int> years;
  if (sets.empty()) return years;
  std::ranges::copy_if(sets.front().years, std::back_inserter(years), [&](int year) {
    return std::ranges::all_of(sets, [&](const HolidaySet& set) { return std::ranges::count(set.years, year) > 0; });
  });
  std::ranges::sort(years);
  return years;
}

/// Sorted, in seconds, touching slots joined.
DayPattern pattern_of(DaySlots slots) {
  std::ranges::sort(slots, {}, &Slot::start);
  DayPattern pattern;
  for (const Slot& slot : slots) {
    if (!pattern.empty() && pattern.back().end == slot.start * 60) {
      pattern.back().end = slot.end * 60;
    } else {
      pattern.push_back({slot.start * 60, slot.end * 60});
    }
  }
  return pattern;
}

/// The kinds of day, each once.
class Patterns {
 public:
  std::uint16_t index(const DaySlots& slots) {
    DayPattern pattern = pattern_of(slots);
    const auto [known, added] = known_.emplace(pattern, static_cast<std::uint16_t>(list_.size()));
    if (added) list_.push_back(std::move(pattern));
    return known->second;
  }
  [[nodiscard]] std::vector<DayPattern> take() { return std::move(list_); }

 private:
  std::map<DayPattern, std::uint16_t> known_;
  std::vector<DayPattern> list_;
};

struct CompiledDays {
  std::vector<DayPattern> patterns;
  std::vector<std::uint16_t> days;
  std::vector<std::string> reasons;
  std::vector<DayReason> day_reasons;
};

CompiledDays compile(const CalendarSpec& spec, const Overrides& overrides) {
  CompiledDays compiled;
  Patterns patterns;
  std::array<std::uint16_t, 7> week{};
  std::ranges::transform(spec.week, week.begin(), [&](const DaySlots& slots) { return patterns.index(slots); });
  const auto of_weekday = [&](weekday day) { return week[day.iso_encoding() - 1]; };

  compiled.days.reserve(kDays);
  for (std::size_t day = 0; day < kDays; ++day)
    compiled.days.push_back(of_weekday(weekday{sys_days{Calendar::first_date} + days{day}}));

  std::map<std::string_view, std::uint32_t> reasons;
  for (const auto& [day, override] : overrides) {
    const auto* slots = std::get_if<DaySlots>(&override.work);
    compiled.days[day] = slots != nullptr ? patterns.index(*slots) : of_weekday(std::get<weekday>(override.work));
    const auto [reason, added] = reasons.emplace(override.name, static_cast<std::uint32_t>(compiled.reasons.size()));
    if (added) compiled.reasons.emplace_back(override.name);
    compiled.day_reasons.push_back({day, reason->second});
  }
  compiled.patterns = patterns.take();
  return compiled;
}

}  // namespace

Result<Calendar> Calendar::make(const CalendarSpec& spec) {
  Faults faults;
  if (spec.name.empty()) faults.add("/name", {"a calendar needs a name", "日历需要名称"});
  for (std::size_t day = 0; day < spec.week.size(); ++day) check_slots(spec.week[day], below("/week", day), faults);
  if (!spec.make_up_as.ok()) faults.add("/make_up_as", {"not a weekday", "不是星期几"});
  auto zone = TimeZone::load(spec.zone);
  if (!zone) faults.add("/zone", zone.error().said());

  Overrides overrides;
  read_exceptions(spec, overrides, faults);
  read_holidays(spec, overrides, faults);
  if (!faults.none()) return std::move(faults).error(spec.name);

  CompiledDays compiled = compile(spec, overrides);
  WorkTable work{*zone, std::move(compiled.patterns), std::move(compiled.days), kFirstDay};
  if (work.total() == Duration{0}) {
    faults.add("/week", {"the calendar has no working time at all", "日历里没有任何工作时间"});
    return std::move(faults).error(spec.name);
  }
  return Calendar{std::make_shared<const Tables>(Tables{spec.name, zone->name(), common_years(spec.holidays),
                                                        !spec.holidays.empty(), std::move(compiled.reasons),
                                                        std::move(compiled.day_reasons), std::move(work)})};
}

const Calendar& Calendar::always() {
  static const Calendar calendar = [] {
    WorkTable work{TimeZone::utc(), {DayPattern{{0, 86'400}}}, std::vector<std::uint16_t>(kDays), kFirstDay};
    return Calendar{std::make_shared<const Tables>(Tables{"always", "UTC", {}, false, {}, {}, std::move(work)})};
  }();
  return calendar;
}

}  // namespace docket::domain
