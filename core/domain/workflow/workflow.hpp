// SPDX-License-Identifier: Apache-2.0
// Compiled workflows and the actions that transitions, warnings and triggers share.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "domain/condition/condition.hpp"
#include "domain/value.hpp"

namespace docket::domain {

/// A label in both languages; `en` may be empty, then `zh` is shown.
struct Title {
  std::string zh;
  std::string en;
  bool operator==(const Title&) const = default;
};
BOOST_DESCRIBE_STRUCT(Title, (), (zh, en))

enum class StateCategory { new_, open, pending, resolved, closed };
BOOST_DESCRIBE_ENUM(StateCategory, new_, open, pending, resolved, closed)

enum class ActionKind {
  assign,    ///< to `team` and/or `user`, or `to` ("lead", "last_handler", "previous"); dispatch chooses where no user is named
  set,       ///< `field` (custom field, or priority, region, product_line) to `value`
  tag,       ///< add tags `values`
  untag,     ///< remove tags `values`
  escalate,  ///< raise the escalation level to `level`
  notify,    ///< notification `text` to `whom`
  note,      ///< internal note `text` (template)
  move,      ///< transition `transition`, if it is allowed then
  call,      ///< hand the event to the destination named `destination`
  urge,      ///< as if somebody urged
};
BOOST_DESCRIBE_ENUM(ActionKind, assign, set, tag, untag, escalate, notify, note, move, call, urge)

/// One action; only the members that its kind names are used.
struct Action {
  ActionKind kind = ActionKind::note;
  std::string team{};
  std::string user{};  ///< login
  std::string to{};    ///< "lead", "last_handler", "previous", "creator"
  std::string field{};
  Value value{};
  std::vector<std::string> values{};
  int level = 0;
  std::vector<std::string> whom{};  ///< "assignee" "team" "lead" "creator" "watchers" "copied" "customer"
                                    ///< "mentioned" "guest" "asked_by" "user:<login>" "team:<name>"
  std::string text{};               ///< name of a notification text, or the body of a note
  std::string transition{};
  std::string destination{};
  std::vector<std::string> channels{};  ///< of notify: destinations instead of the text's
  bool operator==(const Action&) const = default;
};

/// A warning on a clock: when, and what is done then.
struct Warning {
  std::string name{};                 ///< unique in its clock; made from its time when not given
  std::optional<int> at_percent{};    ///< share of the goal, 1 to 1000
  std::optional<Duration> before{};   ///< this much working time before the goal
  std::optional<Duration> after{};    ///< this much working time after the goal
  std::optional<Duration> repeat{};   ///< then again each such working time
  int times = 0;                      ///< how often it repeats at most (with repeat)
  std::vector<Action> actions{};
  bool operator==(const Warning&) const = default;
};

/// Who owns a step.
enum class OwnerKind {
  keep,       ///< whoever has the ticket
  team,       ///< a team; its dispatch chooses the agent
  user,       ///< one person by login
  lead,       ///< a lead of the ticket's team
  visit,      ///< a team that the ticket visits: the owner before is remembered
  back,       ///< back to the owner before the last visit
  nobody,     ///< only for states that end or wait outside
};
BOOST_DESCRIBE_ENUM(OwnerKind, keep, team, user, lead, visit, back, nobody)

struct Owner {
  OwnerKind kind = OwnerKind::keep;
  std::string name{};  ///< team for team and visit, login for user
  bool operator==(const Owner&) const = default;
};

/// A move that happens by itself when the ticket has stood in a state for so long.
struct AutoMove {
  Duration after{};
  std::string calendar{};  ///< empty: wall time
  std::string transition{};
  bool operator==(const AutoMove&) const = default;
};

struct State {
  std::string name{};
  Title title{};
  StateCategory category = StateCategory::open;
  Owner owner{};
  std::optional<Duration> limit{};  ///< working time allowed in the step; the clock "step" runs against it
  std::string calendar{};           ///< of the limit; empty: the desk's
  std::vector<Warning> warnings{};  ///< of the step's clock
  std::vector<Action> on_enter{};
  std::vector<AutoMove> auto_moves{};
  Title customer_text{};            ///< what the customer's timeline says; empty: the title
  bool operator==(const State&) const = default;
};

enum class TransitionBy { agent, customer, both };
BOOST_DESCRIBE_ENUM(TransitionBy, agent, customer, both)

struct Transition {
  std::string name{};
  Title title{};
  std::vector<std::string> from{};
  std::string to{};
  Condition guard{};
  std::vector<std::string> require{};  ///< fields that must have a value (custom names, "message" for a text with the step)
  std::vector<std::string> roles{};    ///< roles that may; empty: everybody who may move the ticket
  TransitionBy by = TransitionBy::agent;
  std::vector<Action> actions{};
  bool operator==(const Transition&) const = default;
};

/// An immutable, checked workflow: each state is reachable, each can reach an end.
struct Workflow {
  std::string name{};
  Title title{};
  std::string initial{};
  std::vector<State> states{};
  std::vector<Transition> transitions{};

  [[nodiscard]] const State* find_state(std::string_view state) const;
  [[nodiscard]] const Transition* find_transition(std::string_view transition, std::string_view from) const;
  [[nodiscard]] std::vector<const Transition*> transitions_from(std::string_view state) const;
  bool operator==(const Workflow&) const = default;
};

}  // namespace docket::domain
