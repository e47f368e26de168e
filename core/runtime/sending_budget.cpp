// SPDX-License-Identifier: Apache-2.0
#include "runtime/sending_budget.hpp"

#include <algorithm>

namespace docket::runtime {

using namespace std::chrono_literals;

std::optional<Time> SendingBudget::Window::full(std::int64_t most, Duration length, Time now) {
  if (most <= 0) return std::nullopt;
  while (!at.empty() && (at.front() + length <= now || at.front() > now)) at.pop_front();  // a clock may go back
  if (std::cmp_less(at.size(), most)) return std::nullopt;
  return at.front() + length;
}

std::optional<Time> SendingBudget::take(const std::string& recipient, Time now) {
  std::optional<Time> later;
  const auto ask = [&](Window& window, std::int64_t most, Duration length) {
    if (const auto at = window.full(most, length, now)) later = std::max(later.value_or(*at), *at);
  };
  ask(second_, limits_.per_second, 1s);
  ask(minute_, limits_.per_minute, 1min);
  ask(day_, limits_.per_day, 24h);
  const bool personal = !recipient.empty() && (limits_.per_recipient_per_minute > 0 || limits_.per_recipient_per_hour > 0);
  if (personal) {
    if (recipients_.size() > 50'000)
      std::erase_if(recipients_, [&](const auto& one) { return one.second.first.idle(now - 1h) && one.second.second.idle(now - 1h); });
    auto& [minute, hour] = recipients_[recipient];
    ask(minute, limits_.per_recipient_per_minute, 1min);
    ask(hour, limits_.per_recipient_per_hour, 1h);
  }
  if (later) return later;
  if (limits_.per_second > 0) second_.at.push_back(now);
  if (limits_.per_minute > 0) minute_.at.push_back(now);
  if (limits_.per_day > 0) day_.at.push_back(now);
  if (personal) {
    auto& [minute, hour] = recipients_[recipient];
    if (limits_.per_recipient_per_minute > 0) minute.at.push_back(now);
    if (limits_.per_recipient_per_hour > 0) hour.at.push_back(now);
  }
  return std::nullopt;
}

}  // namespace docket::runtime
