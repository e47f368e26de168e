// SPDX-License-Identifier: Apache-2.0
// Choosing team and agent: rules as data, people as facts, the choice with its reasons as a value.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "domain/condition/condition.hpp"
#include "domain/workflow/workflow.hpp"

namespace docket::domain {

enum class DispatchBy { load, turn, last_handler, by_hand };
BOOST_DESCRIBE_ENUM(DispatchBy, load, turn, last_handler, by_hand)

/// Rules are tried in order; the first whose condition holds names the team and may ask for skills.
struct DispatchRule {
  std::string name{};
  Condition when{};
  std::string team{};
  std::vector<std::string> skills{};  ///< an agent must have all of them
  bool match_region = false;          ///< the agent's regions must contain the ticket's region (an agent without regions serves all)
  bool match_product_line = false;    ///< likewise for the product line
  std::optional<DispatchBy> by{};     ///< instead of the team's own way
  std::optional<int> priority_rank{}; ///< unused ranks sort last when waiting tickets are given out: 0 first
  bool operator==(const DispatchRule&) const = default;
};

struct Team {
  std::string name{};
  Title title{};
  DispatchBy by = DispatchBy::load;
  int capacity = 20;                 ///< open tickets an agent may hold at once, unless the person's own is set
  std::string calendar{};            ///< working hours; empty: the desk's
  bool respect_presence = true;      ///< only agents who are present
  bool operator==(const Team&) const = default;
};

enum class Presence { online, busy, away, off };
BOOST_DESCRIBE_ENUM(Presence, online, busy, away, off)

/// What dispatch knows of one member of a team at one instant.
struct Candidate {
  UserId user{};
  std::string login{};
  bool lead = false;
  bool active = true;              ///< the account is enabled
  Presence presence = Presence::off;
  bool on_shift = true;            ///< by shifts and leave; for people without shifts the roster asks the team's calendar
  int load = 0;                    ///< open tickets held, desk-wide
  int capacity = 20;
  std::vector<std::string> skills{};
  std::vector<std::string> regions{};
  std::vector<std::string> product_lines{};
  std::optional<Time> last_assigned_at{};  ///< for turn
  bool operator==(const Candidate&) const = default;
};
BOOST_DESCRIBE_STRUCT(Candidate, (), (user, login, lead, active, presence, on_shift, load, capacity, skills, regions, product_lines, last_assigned_at))

/// Why somebody was not chosen.
enum class PassedOver { inactive, off, away, off_shift, full, skill, region, product_line, more_load, later_turn, not_last_handler };
BOOST_DESCRIBE_ENUM(PassedOver, inactive, off, away, off_shift, full, skill, region, product_line, more_load, later_turn, not_last_handler)

struct PassedOverCandidate {
  UserId user{};
  PassedOver reason{};
  int load = 0;
  int capacity = 0;
  bool operator==(const PassedOverCandidate&) const = default;
};
BOOST_DESCRIBE_STRUCT(PassedOverCandidate, (), (user, reason, load, capacity))

/// What was chosen and why; kept in the event.
struct DispatchChoice {
  std::string rule{};           ///< rule that named the team; empty when the team was given
  std::string team{};
  DispatchBy by = DispatchBy::load;
  std::vector<std::string> skills{};
  UserId assignee{};            ///< none: the ticket waits in the team
  int assignee_load = 0;        ///< before this ticket
  std::vector<PassedOverCandidate> passed_over{};  ///< at most 50, nearest first
  int passed_over_more = 0;     ///< how many beyond those
  bool operator==(const DispatchChoice&) const = default;
};
BOOST_DESCRIBE_STRUCT(DispatchChoice, (), (rule, team, by, skills, assignee, assignee_load, passed_over, passed_over_more))

/// What a dispatch asks for.
struct DispatchQuery {
  std::string rule{};
  std::string team{};
  DispatchBy by = DispatchBy::load;
  std::vector<std::string> skills{};
  std::optional<std::string> region{};        ///< set when it must match
  std::optional<std::string> product_line{};
  UserId last_handler{};
  bool respect_presence = true;               ///< false: presence is ignored, shifts are not
};

/// Chooses among the candidates. Pure: equal input, equal choice; ties go to the longest unassigned, then the lower id.
/// Never chooses somebody inactive, off shift or full, nor, where presence is respected, off or away.
[[nodiscard]] DispatchChoice choose_agent(const DispatchQuery& query, const std::vector<Candidate>& candidates);

/// Members of teams as they are now. Called during decide; what it gave is kept in the event.
class Roster {
 public:
  virtual ~Roster() = default;
  [[nodiscard]] virtual std::vector<Candidate> members(const std::string& team) const = 0;
  /// The user with that login, or none.
  [[nodiscard]] virtual std::optional<UserId> find_user(const std::string& login) const = 0;
};

}  // namespace docket::domain
