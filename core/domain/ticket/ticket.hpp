// SPDX-License-Identifier: Apache-2.0
// The ticket as it stands: what evolve() makes of its events. Small by construction: it never grows with history.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "domain/identity/principal.hpp"
#include "domain/ticket/form.hpp"
#include "domain/value.hpp"
#include "domain/workflow/workflow.hpp"

namespace docket::domain {

/// Whose turn it is.
enum class Awaiting { agent, customer, nobody };
BOOST_DESCRIBE_ENUM(Awaiting, agent, customer, nobody)

struct Hold {
  std::string reason{};
  std::string note{};
  Time since{};
  std::optional<Time> until{};  ///< resumes by itself then
  bool operator==(const Hold&) const = default;
};
BOOST_DESCRIBE_STRUCT(Hold, (), (reason, note, since, until))

/// The owner before a visit to another team.
struct VisitOrigin {
  std::string team{};
  UserId assignee{};
  bool operator==(const VisitOrigin&) const = default;
};
BOOST_DESCRIBE_STRUCT(VisitOrigin, (), (team, assignee))

enum class LinkKind { related, parent, child, duplicate };
BOOST_DESCRIBE_ENUM(LinkKind, related, parent, child, duplicate)

struct Link {
  LinkKind kind = LinkKind::related;
  TicketId ticket{};
  bool operator==(const Link&) const = default;
};
BOOST_DESCRIBE_STRUCT(Link, (), (kind, ticket))

/// One run of one clock, as it stands. Ended runs are kept only as the latest of their name; the ledger has all.
struct ClockRun {
  std::string clock{};     ///< name of the clock policy, or "step"
  int run = 1;             ///< counts the runs of this clock on this ticket
  std::string policy{};    ///< SLA policy, or the workflow state for "step"
  std::string scope{};     ///< what the run is about, a change of which starts a new run: the step's number for "step", the
                           ///< value of the clock's `per` field, else empty
  std::string calendar{};
  Duration goal{};         ///< working time
  Time started_at{};
  bool paused = false;
  Duration counted{};      ///< working time counted up to `as_of`
  Time as_of{};            ///< last instant at which the clock changed
  std::optional<Time> due_at{};      ///< when the goal is reached if it keeps running; none while paused, ended or without working time
  std::optional<Time> breached_at{};
  std::optional<Time> ended_at{};
  std::vector<std::string> warned{};  ///< warnings done, with their repeat: "half", "late#2"; at most 100
  std::optional<Time> next_at{};      ///< next instant at which something falls due on this run: warning or breach
  bool operator==(const ClockRun&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClockRun, (), (clock, run, policy, scope, calendar, goal, started_at, paused, counted, as_of, due_at, breached_at,
                                     ended_at, warned, next_at))

/// A colleague without account (协作人) who was asked something, until the link ends.
struct Guest {
  GuestId id{};
  std::string name{};
  UserId asked_by{};
  Time expires_at{};
  std::optional<Time> remind_at{};  ///< none: not wanted, done, or answered
  int answers = 0;
  bool operator==(const Guest&) const = default;
};
BOOST_DESCRIBE_STRUCT(Guest, (), (id, name, asked_by, expires_at, remind_at, answers))

/// What the customer thought of it.
struct Rating {
  int score = 0;  ///< 1 to 5
  std::string comment{};
  Time at{};
  bool operator==(const Rating&) const = default;
};
BOOST_DESCRIBE_STRUCT(Rating, (), (score, comment, at))

struct Ticket {
  TicketId id{};
  std::int64_t version = 0;  ///< sequence number of its last event
  std::string type{};
  std::string subject{};
  std::string bundle{};           ///< digest of the definitions that the ticket last adopted
  std::string workflow{};         ///< name
  std::string workflow_bundle{};  ///< digest of the definitions that its workflow is pinned to
  std::string state{};
  StateCategory category = StateCategory::new_;
  int step = 0;                ///< counts the states entered
  Time entered_at{};           ///< when the present state was entered
  std::vector<std::string> skipped_moves{};  ///< automatic moves of this step that fell due and were not allowed
  Priority priority = Priority::normal;
  std::string channel{};       ///< how it came: "api" "portal" "email" "phone" …
  CustomerId customer{};
  OrganizationId organization{};
  std::string customer_level{};
  std::string region{};
  std::string product_line{};
  std::string team{};
  UserId assignee{};
  bool waiting = false;        ///< in the team's queue, to be dispatched when somebody can
  std::vector<std::string> wanted_skills{};  ///< of the last dispatch
  std::string dispatch_rule{};               ///< of the last dispatch; empty: none named the team
  UserId last_handler{};       ///< last agent who had it before
  std::vector<VisitOrigin> visits{};
  Actor created_by{};
  Fields fields{};
  std::vector<std::string> tags{};      ///< sorted
  std::vector<UserId> watchers{};       ///< sorted
  std::vector<UserId> copied{};         ///< 抄送, sorted
  std::vector<Link> links{};
  TicketId merged_into{};
  std::optional<Hold> hold{};
  Awaiting awaiting = Awaiting::agent;
  Time created_at{};
  Time updated_at{};
  std::optional<Time> first_replied_at{};  ///< first public reply by an agent
  std::optional<Time> resolved_at{};
  std::optional<Time> closed_at{};
  int urges = 0;
  int escalation = 0;
  int reopens = 0;
  std::int64_t messages = 0;               ///< highest message number
  std::string last_text{};                 ///< first 1,000 characters of the newest message, for conditions
  std::vector<ClockRun> clocks{};          ///< active runs, and the last ended run of each clock
  std::vector<Guest> guests{};             ///< neither revoked nor, when the last one was asked, expired
  std::optional<Rating> rating{};          ///< the last one
  bool operator==(const Ticket&) const = default;
};
BOOST_DESCRIBE_STRUCT(Ticket, (), (id, version, type, subject, bundle, workflow, workflow_bundle, state, category, step, entered_at, skipped_moves,
                                   priority, channel, customer, organization, customer_level, region, product_line, team, assignee,
                                   waiting, wanted_skills, dispatch_rule, last_handler, visits, created_by, fields, tags, watchers, copied, links,
                                   merged_into, hold, awaiting, created_at, updated_at, first_replied_at, resolved_at, closed_at,
                                   urges, escalation, reopens, messages, last_text, clocks, guests, rating))

/// The next instant at which time itself does something to this ticket: a clock, an automatic move, the end of a hold,
/// the reminder of a guest who has not answered.
/// Auto moves need the workflow that the ticket is pinned to. None when nothing is armed.
struct DueTimer {
  enum class Kind { clock, auto_move, hold_end, guest_reminder };
  Kind kind = Kind::clock;
  Time at{};
  std::string clock{};       ///< for clock
  std::string transition{};  ///< for auto_move
  GuestId guest{};           ///< for guest_reminder
};

}  // namespace docket::domain
