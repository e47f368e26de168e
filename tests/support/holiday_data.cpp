// SPDX-License-Identifier: Apache-2.0
// Reads the shipped files as they are; the product reads them in core/definition with its own checks.
#include "support/holiday_data.hpp"

#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace docket::tests {
namespace {

domain::Date parse_date(const std::string& text) {
  const std::chrono::year_month_day date{std::chrono::year{std::stoi(text.substr(0, 4))},
                                         std::chrono::month{static_cast<unsigned>(std::stoi(text.substr(5, 2)))},
                                         std::chrono::day{static_cast<unsigned>(std::stoi(text.substr(8, 2)))}};
  if (!date.ok()) throw std::runtime_error("no date: " + text);
  return date;
}

}  // namespace

domain::HolidaySet shipped_holidays(const std::string& name, const std::vector<int>& years) {
  domain::HolidaySet set{name, years, {}};
  for (const int year : years) {
    const std::string path = DOCKET_SOURCE_DIR "/config/holidays/" + name + "-" + std::to_string(year) + ".json";
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto document = boost::json::parse(text);
    if (document.at("year").as_int64() != year) throw std::runtime_error("not of that year: " + path);
    for (const auto& day : document.at("days").as_array())
      set.days.push_back({parse_date(std::string(day.at("date").as_string())), std::string(day.at("name").as_string()),
                          day.at("working").as_bool()});
  }
  return set;
}

}  // namespace docket::tests
