// SPDX-License-Identifier: Apache-2.0
#include "api/presence.hpp"

#include <algorithm>
#include <ranges>

namespace docket::api {

std::vector<PresentPerson> Presence::put(TicketId ticket, const PresentPerson& person, Instant now) {
  {
    const std::lock_guard lock(mutex_);
    if (person.mode == PresenceMode::away) {
      leave(ticket, person.user_id);
    } else {
      const auto people = tickets_.find(ticket);
      const bool there = people != tickets_.end() && people->second.contains(person.user_id);
      const bool crowded = people != tickets_.end() && people->second.size() >= most_on_one_ticket;
      if (!there && of_person_[person.user_id].size() >= most_of_one_person) leave_oldest_of(person.user_id);
      if (there || (!crowded && entries_ < most_entries)) {
        auto& entry = tickets_[ticket][person.user_id];
        if (!there) {
          ++entries_;
          of_person_[person.user_id].insert(ticket);
        }
        if (!there || !(entry.person == person)) changed_.insert(ticket);
        entry = {person, now + lapse};
      }
    }
    if (const auto own = of_person_.find(person.user_id); own != of_person_.end() && own->second.empty())
      of_person_.erase(own);
  }
  if (tell_ && has_changed()) tell_();
  auto others = on(ticket, now);
  std::erase_if(others, [&](const PresentPerson& other) { return other.user_id == person.user_id; });
  return others;
}

std::vector<PresentPerson> Presence::on(TicketId ticket, Instant now) const {
  const std::lock_guard lock(mutex_);
  std::vector<PresentPerson> out;
  const auto people = tickets_.find(ticket);
  if (people == tickets_.end()) return out;
  for (const auto& [user, entry] : people->second) {
    if (entry.until > now) out.push_back(entry.person);
  }
  return out;
}

std::vector<TicketId> Presence::tickets(Instant now, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<TicketId> out;
  for (const auto& [ticket, people] : std::views::reverse(tickets_)) {
    if (out.size() == most) break;
    if (std::ranges::any_of(people, [&](const auto& one) { return one.second.until > now; })) out.push_back(ticket);
  }
  return out;
}

std::vector<TicketId> Presence::take_changed(Instant now) {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<TicketId, UserId>> gone;
  for (const auto& [ticket, people] : tickets_) {
    for (const auto& [user, entry] : people) {
      if (entry.until <= now) gone.emplace_back(ticket, user);
    }
  }
  for (const auto& [ticket, user] : gone) leave(ticket, user);
  std::vector<TicketId> changed(changed_.begin(), changed_.end());
  changed_.clear();
  return changed;
}

void Presence::tell_again(const std::vector<TicketId>& tickets) {
  const std::lock_guard lock(mutex_);
  changed_.insert(tickets.begin(), tickets.end());
}

bool Presence::has_changed() const {
  const std::lock_guard lock(mutex_);
  return !changed_.empty();
}

void Presence::leave(TicketId ticket, UserId user) {
  const auto people = tickets_.find(ticket);
  if (people == tickets_.end() || people->second.erase(user) == 0) return;
  if (people->second.empty()) tickets_.erase(people);
  --entries_;
  changed_.insert(ticket);
  const auto own = of_person_.find(user);
  if (own == of_person_.end()) return;
  own->second.erase(ticket);
  if (own->second.empty()) of_person_.erase(own);
}

void Presence::leave_oldest_of(UserId user) {
  const auto own = of_person_.find(user);
  if (own == of_person_.end() || own->second.empty()) return;
  const auto oldest = std::ranges::min_element(own->second, {}, [&](TicketId ticket) {
    return tickets_.at(ticket).at(user).until;
  });
  leave(TicketId{*oldest}, user);
}

}  // namespace docket::api
