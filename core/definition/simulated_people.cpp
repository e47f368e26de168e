// SPDX-License-Identifier: Apache-2.0
#include "definition/simulated_people.hpp"

#include <set>

namespace docket::definition {

SimulatedPeople::SimulatedPeople(const domain::Definitions& definitions) {
  std::set<std::string> skills;
  for (const auto& rule : definitions.dispatch) skills.insert(rule.skills.begin(), rule.skills.end());
  std::int64_t next = 1;
  for (const auto& [name, team] : definitions.teams) {
    for (const auto* person : {"lead", "one", "two"}) {
      domain::Candidate candidate;
      candidate.user = UserId{next++};
      candidate.login = name + "." + person;
      candidate.lead = person == std::string_view("lead");
      candidate.presence = domain::Presence::online;
      if (candidate.lead) {  // the last to be chosen where no lead is asked for
        candidate.load = 1;
        candidate.last_assigned_at = Time::max();
      }
      candidate.capacity = team.capacity;
      candidate.skills.assign(skills.begin(), skills.end());
      candidate.regions = definitions.desk.regions;
      candidate.product_lines = definitions.desk.product_lines;
      teams_[name].push_back(std::move(candidate));
    }
  }
}

std::vector<domain::Candidate> SimulatedPeople::members(const std::string& team) const {
  const auto found = teams_.find(team);
  if (found == teams_.end()) return {};
  auto out = found->second;
  for (auto& candidate : out) {
    if (candidate.user == busy_) ++candidate.load;
  }
  return out;
}

std::optional<UserId> SimulatedPeople::find_user(const std::string& login) const {
  for (const auto& [name, people] : teams_) {
    for (const auto& person : people) {
      if (person.login == login) return person.user;
    }
  }
  return std::nullopt;
}

std::string SimulatedPeople::login(UserId user) const {
  for (const auto& [name, people] : teams_) {
    for (const auto& person : people) {
      if (person.user == user) return person.login;
    }
  }
  return "nobody";
}

}  // namespace docket::definition
