// SPDX-License-Identifier: Apache-2.0
// The choice of an agent: first who can take the ticket at all, then who should, and for everybody else why not.
#include <algorithm>
#include <compare>
#include <tuple>

#include "domain/dispatch/dispatch.hpp"

namespace docket::domain {
namespace {

constexpr std::size_t passed_over_limit = 50;

bool has(const std::vector<std::string>& list, const std::string& word) {
  return std::ranges::find(list, word) != list.end();
}

/// Serves every region (or product line) when none is named.
bool serves(const std::vector<std::string>& list, const std::optional<std::string>& wanted) {
  return !wanted || wanted->empty() || list.empty() || has(list, *wanted);
}

/// Why the candidate can not take the ticket; none: it can.
std::optional<PassedOver> obstacle(const DispatchQuery& query, const Candidate& candidate) {
  if (!candidate.active) return PassedOver::inactive;
  if (query.respect_presence && candidate.presence == Presence::off) return PassedOver::off;
  if (query.respect_presence && candidate.presence == Presence::away) return PassedOver::away;
  if (!candidate.on_shift) return PassedOver::off_shift;
  if (candidate.load >= candidate.capacity) return PassedOver::full;
  const auto lacks = [&](const std::string& skill) { return !has(candidate.skills, skill); };
  if (std::ranges::any_of(query.skills, lacks)) return PassedOver::skill;
  if (!serves(candidate.regions, query.region)) return PassedOver::region;
  if (!serves(candidate.product_lines, query.product_line)) return PassedOver::product_line;
  return {};
}

/// Never assigned comes before any time.
bool longer_unassigned(const Candidate& a, const Candidate& b) {
  return std::tuple(a.last_assigned_at.has_value(), a.last_assigned_at.value_or(Time{}), a.user) <
         std::tuple(b.last_assigned_at.has_value(), b.last_assigned_at.value_or(Time{}), b.user);
}

/// Who carries less of what they can carry, then who carries less.
std::strong_ordering compare_load(const Candidate& a, const Candidate& b) {
  // load / capacity without division; capacities are positive, else the candidate is full
  const auto share = std::int64_t{a.load} * b.capacity <=> std::int64_t{b.load} * a.capacity;
  return share != 0 ? share : a.load <=> b.load;
}

bool less_loaded(const Candidate& a, const Candidate& b) {
  const auto order = compare_load(a, b);
  return order != 0 ? order < 0 : longer_unassigned(a, b);
}

}  // namespace

DispatchChoice choose_agent(const DispatchQuery& query, const std::vector<Candidate>& candidates) {
  DispatchChoice choice;
  choice.rule = query.rule;
  choice.team = query.team;
  choice.by = query.by;
  choice.skills = query.skills;

  std::vector<const Candidate*> able;
  std::vector<PassedOverCandidate> unable;
  for (const auto& candidate : candidates) {
    if (const auto reason = obstacle(query, candidate)) {
      unable.push_back({candidate.user, *reason, candidate.load, candidate.capacity});
    } else {
      able.push_back(&candidate);
    }
  }

  const auto order = query.by == DispatchBy::turn ? longer_unassigned : less_loaded;
  std::ranges::sort(able, [&](const Candidate* a, const Candidate* b) { return order(*a, *b); });
  auto reason = query.by == DispatchBy::turn ? PassedOver::later_turn : PassedOver::more_load;
  if (query.by == DispatchBy::last_handler && query.last_handler) {
    const auto last = std::ranges::find(able, query.last_handler, &Candidate::user);
    if (last != able.end()) {
      std::rotate(able.begin(), last, last + 1);
      reason = PassedOver::not_last_handler;
    }
  }

  auto next = able.begin();
  if (query.by != DispatchBy::by_hand && next != able.end()) {
    choice.assignee = (*next)->user;
    choice.assignee_load = (*next)->load;
    ++next;
  }
  // By hand nobody is passed over for a reason of theirs, so only those who could not be chosen are told.
  if (query.by == DispatchBy::by_hand) next = able.end();
  for (; next != able.end(); ++next) {
    // Between equal loads it was the turn that decided.
    const bool turn = reason == PassedOver::more_load && compare_load(**next, *able.front()) == 0;
    choice.passed_over.push_back({(*next)->user, turn ? PassedOver::later_turn : reason, (*next)->load, (*next)->capacity});
  }
  std::ranges::sort(unable, {}, [](const PassedOverCandidate& p) {
    return std::tuple(-static_cast<int>(p.reason), p.user);  // whoever failed the last test was nearest
  });
  choice.passed_over.insert(choice.passed_over.end(), unable.begin(), unable.end());
  if (choice.passed_over.size() > passed_over_limit) {
    choice.passed_over_more = static_cast<int>(choice.passed_over.size() - passed_over_limit);
    choice.passed_over.resize(passed_over_limit);
  }
  return choice;
}

}  // namespace docket::domain
