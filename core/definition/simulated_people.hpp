// SPDX-License-Identifier: Apache-2.0
// Made-up people for a simulation: in every team a lead and two agents who can do everything.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "domain/definitions.hpp"
#include "domain/ticket/ticket.hpp"

namespace docket::definition {

/// One simulation, one thread.
class SimulatedPeople final : public domain::Roster {
 public:
  explicit SimulatedPeople(const domain::Definitions& definitions);

  [[nodiscard]] std::vector<domain::Candidate> members(const std::string& team) const override;
  [[nodiscard]] std::optional<UserId> find_user(const std::string& login) const override;

  /// "quality.one", for people to read.
  [[nodiscard]] std::string login(UserId user) const;
  /// Whoever has the ticket has one more.
  void count(const domain::Ticket& ticket) { busy_ = ticket.assignee; }

 private:
  std::map<std::string, std::vector<domain::Candidate>> teams_;
  UserId busy_{};
};

}  // namespace docket::definition
