// SPDX-License-Identifier: Apache-2.0
// A ticket's past as it can be lived again: what people asked of it and when, read out of its events, and what came of it.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "domain/definitions.hpp"
#include "domain/ticket/command.hpp"

namespace docket::domain {

/// What somebody did on the ticket. What rules, clocks and dispatch did because of it is not part of it.
struct PastAct {
  Time at{};
  Actor actor{};
  TicketCommand command{};
};

/// What came of a ticket, as far as a backtest compares it.
struct TicketStory {
  struct Runs {
    int kept = 0, late = 0;
    bool operator==(const Runs&) const = default;
  };
  std::string team{};                      ///< that it was given to first
  std::set<std::string> teams{};           ///< that had it at some time
  UserId agent{};                          ///< who had it first; none: nobody yet
  bool waited = false;                     ///< nobody could take it when it came
  std::map<std::string, Runs> clocks{};    ///< by clock: runs that ended within their goal, and goals that were missed
  std::map<std::string, int> rules{};      ///< triggers, warnings and what belongs to steps and states, where they did something
  int warnings = 0, escalations = 0, notices = 0, calls = 0;

  void add(const RecordedEvent& event);
  bool operator==(const TicketStory&) const = default;
};

struct PastTicket {
  TicketId id{};
  std::vector<PastAct> acts{};  ///< in their order; the first one creates the ticket
  TicketStory happened{};
};

/// Reads a ticket's events from the first one on. An act that was taken back is left out together with its undo, as
/// nobody had built on it; what was said with it stays said, and an undo that was undone is left out itself. Of messages
/// the excerpt is known, of internal notes only that there was one. A priority or a field that the form of then would
/// have filled in by itself counts as not given, a region as the customer's. What the roster did when somebody left
/// their shift is none of the acts.
[[nodiscard]] PastTicket past_of(TicketId id, std::span<const RecordedEvent> events, const DefinitionsSource& bundles);

}  // namespace docket::domain
