// SPDX-License-Identifier: Apache-2.0
// The facts of a ticket's history. Whatever a decision saw from outside the ticket is in the event that it caused.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/dispatch/dispatch.hpp"
#include "domain/ticket/ticket.hpp"

namespace docket::domain {

/// The ticket came into being, in the workflow's initial state. Always event 1.
struct Created {
  static constexpr std::string_view kind = "created";
  std::string type, subject, bundle, workflow, state;
  StateCategory category{};
  Priority priority{};
  std::string channel;
  CustomerId customer{};
  OrganizationId organization{};
  std::string customer_level, region, product_line;
  Fields fields;
  std::vector<std::string> tags;
  bool operator==(const Created&) const = default;
};
BOOST_DESCRIBE_STRUCT(Created, (), (type, subject, bundle, workflow, state, category, priority, channel, customer, organization,
                                    customer_level, region, product_line, fields, tags))

enum class MessageKind { reply, note, customer };
BOOST_DESCRIBE_ENUM(MessageKind, reply, note, customer)

/// Something was said. The text stands in the message store under (ticket, number); the event holds its digest.
struct MessageAdded {
  static constexpr std::string_view kind = "message_added";
  std::int64_t number = 0;
  MessageKind message{};
  std::string digest;  ///< hex SHA-256 of the body
  std::string excerpt; ///< first 1,000 characters, for conditions; empty for internal notes
  std::vector<std::int64_t> attachments;
  std::optional<std::string> formatted{};  ///< digest of the tree, when the text came formatted
  bool operator==(const MessageAdded&) const = default;
};
BOOST_DESCRIBE_STRUCT(MessageAdded, (), (number, message, digest, excerpt, attachments, formatted))

/// Custom or built-in fields changed; null clears. Built-in: subject, priority, region, product_line, customer, organization,
/// customer_level. The type has an event of its own.
struct FieldsSet {
  static constexpr std::string_view kind = "fields_set";
  Fields fields;    ///< custom
  std::optional<std::string> subject;
  std::optional<Priority> priority;
  std::optional<std::string> region, product_line, customer_level;
  std::optional<CustomerId> customer;
  std::optional<OrganizationId> organization;
  std::vector<std::string> tags_added, tags_removed;
  bool operator==(const FieldsSet&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldsSet, (), (fields, subject, priority, region, product_line, customer_level, customer, organization,
                                      tags_added, tags_removed))

/// What the ticket had in the state that an undo puts it back into, and lost by the end that is taken back.
struct PutBackState {
  Awaiting awaiting{};
  std::vector<VisitOrigin> visits;
  bool operator==(const PutBackState&) const = default;
};
BOOST_DESCRIBE_STRUCT(PutBackState, (), (awaiting, visits))

/// A step: the ticket left one state and entered another.
struct Moved {
  static constexpr std::string_view kind = "moved";
  std::string transition;  ///< empty when a publication mapped the state
  std::string from, to;
  StateCategory category{};
  bool reopened = false;
  std::optional<Time> due{};  ///< for a move that time made: when it fell due
  std::optional<PutBackState> put_back{};  ///< for a move that takes an act back
  bool operator==(const Moved&) const = default;
};
BOOST_DESCRIBE_STRUCT(Moved, (), (transition, from, to, category, reopened, due, put_back))

/// The ticket is of another type from now on. Where that one follows another workflow, it begins there anew, in the
/// definitions that the ticket last adopted; else state and step stay as they are.
struct TypeChanged {
  static constexpr std::string_view kind = "type_changed";
  std::string before, type;
  std::string workflow_before, workflow;
  std::string state;  ///< where the ticket stands after it
  StateCategory category{};
  bool operator==(const TypeChanged&) const = default;
  [[nodiscard]] bool begins_anew() const { return workflow_before != workflow; }
};
BOOST_DESCRIBE_STRUCT(TypeChanged, (), (before, type, workflow_before, workflow, state, category))

/// An automatic move fell due and its transition was not allowed; it is not tried again in this step.
struct MoveSkipped {
  static constexpr std::string_view kind = "move_skipped";
  std::string transition;
  Time due{};
  std::string reason;
  bool operator==(const MoveSkipped&) const = default;
};
BOOST_DESCRIBE_STRUCT(MoveSkipped, (), (transition, due, reason))

enum class AssignReason { dispatched, by_hand, taken, step, returned, action, requeued };
BOOST_DESCRIBE_ENUM(AssignReason, dispatched, by_hand, taken, step, returned, action, requeued)

/// Team and agent changed. An assignee of 0 with `waiting` set means that the ticket waits in the team, without it that an
/// ended ticket is with nobody.
struct Assigned {
  static constexpr std::string_view kind = "assigned";
  AssignReason reason{};
  std::string team;
  UserId assignee{};
  bool waiting = false;
  std::optional<DispatchChoice> choice;  ///< when dispatch chose or found nobody
  bool pushed = false;                   ///< a visit began: the owner before is remembered
  bool popped = false;                   ///< a visit ended
  bool operator==(const Assigned&) const = default;
};
BOOST_DESCRIBE_STRUCT(Assigned, (), (reason, team, assignee, waiting, choice, pushed, popped))

struct Held {
  static constexpr std::string_view kind = "held";
  std::string reason, note;
  std::optional<Time> until;
  bool operator==(const Held&) const = default;
};
BOOST_DESCRIBE_STRUCT(Held, (), (reason, note, until))

struct Resumed {
  static constexpr std::string_view kind = "resumed";
  bool by_itself = false;     ///< the hold's time was over, or a step ended it
  std::optional<Time> due{};  ///< when the hold's time was over
  bool operator==(const Resumed&) const = default;
};
BOOST_DESCRIBE_STRUCT(Resumed, (), (by_itself, due))

struct Urged {
  static constexpr std::string_view kind = "urged";
  int count = 0;
  bool operator==(const Urged&) const = default;
};
BOOST_DESCRIBE_STRUCT(Urged, (), (count))

struct Escalated {
  static constexpr std::string_view kind = "escalated";
  int level = 0;
  bool operator==(const Escalated&) const = default;
};
BOOST_DESCRIBE_STRUCT(Escalated, (), (level))

struct WatchersChanged {
  static constexpr std::string_view kind = "watchers_changed";
  std::vector<UserId> added, removed;   ///< watchers
  std::vector<UserId> copied;           ///< 抄送
  bool operator==(const WatchersChanged&) const = default;
};
BOOST_DESCRIBE_STRUCT(WatchersChanged, (), (added, removed, copied))

/// People were addressed in a message (@). They are copied in by it, and so see the ticket.
struct Mentioned {
  static constexpr std::string_view kind = "mentioned";
  std::int64_t message = 0;
  std::vector<UserId> users;        ///< members of the teams as they were then among them
  std::vector<std::string> teams;
  bool operator==(const Mentioned&) const = default;
};
BOOST_DESCRIBE_STRUCT(Mentioned, (), (message, users, teams))

/// A colleague without account was asked something, and given what is named here to read.
struct GuestInvited {
  static constexpr std::string_view kind = "guest_invited";
  GuestId guest{};
  std::string name, contact, question;
  std::vector<std::int64_t> messages;     ///< numbers of those that the guest may read
  std::vector<std::int64_t> attachments;  ///< likewise
  UserId asked_by{};
  Time expires_at{};
  std::optional<Time> remind_at;
  bool operator==(const GuestInvited&) const = default;
};
BOOST_DESCRIBE_STRUCT(GuestInvited, (), (guest, name, contact, question, messages, attachments, asked_by, expires_at, remind_at))

/// The guest answered; the words are an internal note.
struct GuestAnswered {
  static constexpr std::string_view kind = "guest_answered";
  GuestId guest{};
  std::string name;
  UserId asked_by{};
  std::int64_t message = 0;
  bool operator==(const GuestAnswered&) const = default;
};
BOOST_DESCRIBE_STRUCT(GuestAnswered, (), (guest, name, asked_by, message))

struct GuestRevoked {
  static constexpr std::string_view kind = "guest_revoked";
  GuestId guest{};
  std::string name;
  bool operator==(const GuestRevoked&) const = default;
};
BOOST_DESCRIBE_STRUCT(GuestRevoked, (), (guest, name))

/// Time for a reminder came, and the guest had not answered.
struct GuestReminded {
  static constexpr std::string_view kind = "guest_reminded";
  GuestId guest{};
  std::string name;
  UserId asked_by{};
  Time due{};
  bool operator==(const GuestReminded&) const = default;
};
BOOST_DESCRIBE_STRUCT(GuestReminded, (), (guest, name, asked_by, due))

/// The customer said how satisfied they are. A later one stands for the ones before.
struct Rated {
  static constexpr std::string_view kind = "rated";
  int score = 0;  ///< 1 to 5
  std::string comment;
  bool operator==(const Rated&) const = default;
};
BOOST_DESCRIBE_STRUCT(Rated, (), (score, comment))

struct Linked {
  static constexpr std::string_view kind = "linked";
  LinkKind link{};
  TicketId ticket{};
  bool removed = false;
  bool operator==(const Linked&) const = default;
};
BOOST_DESCRIBE_STRUCT(Linked, (), (link, ticket, removed))

/// This ticket was merged into another and ended; its messages stay here and are shown there.
struct Merged {
  static constexpr std::string_view kind = "merged";
  TicketId into{};
  std::string state;  ///< the closed state it went to
  bool operator==(const Merged&) const = default;
};
BOOST_DESCRIBE_STRUCT(Merged, (), (into, state))

/// Another ticket was merged into this one.
struct Absorbed {
  static constexpr std::string_view kind = "absorbed";
  TicketId from{};
  std::int64_t messages = 0;
  std::optional<Awaiting> awaiting{};  ///< agent: the other one waited for an answer, which this one owes now
  bool operator==(const Absorbed&) const = default;
};
BOOST_DESCRIBE_STRUCT(Absorbed, (), (from, messages, awaiting))

/// A clock began a run. `when` of the goal that matched is `goal_index` in its policy.
struct ClockStarted {
  static constexpr std::string_view kind = "clock_started";
  std::string clock;
  int run = 1;
  std::string policy, scope, calendar;  ///< as in ClockRun
  Duration goal{};
  bool paused = false;
  std::optional<Time> due_at, next_at;
  std::string rule;  ///< why, e.g. "sla vip first_response.start"
  bool operator==(const ClockStarted&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClockStarted, (), (clock, run, policy, scope, calendar, goal, paused, due_at, next_at, rule))

/// A running clock stopped counting, counts again, or was re-counted because a publication changed its calendar; or one
/// that had ended goes on, because what ended it was taken back: paused at first, with what it had counted.
enum class ClockChange { paused, resumed, adopted, continued };
BOOST_DESCRIBE_ENUM(ClockChange, paused, resumed, adopted, continued)
struct ClockChanged {
  static constexpr std::string_view kind = "clock_changed";
  std::string clock;
  int run = 1;
  ClockChange change{};
  std::string calendar;
  Duration counted{};  ///< up to `as_of`
  Time as_of{};        ///< the event's own time; for `adopted` the publication, or the clock's last change if that is later
  std::optional<Time> due_at, next_at;
  std::string rule;
  std::optional<std::string> scope{};  ///< for a step's clock that is continued: that of the step now
  bool operator==(const ClockChanged&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClockChanged, (), (clock, run, change, calendar, counted, as_of, due_at, next_at, rule, scope))

struct ClockWarned {
  static constexpr std::string_view kind = "clock_warned";
  std::string clock;
  int run = 1;
  std::string warning;  ///< with its repeat: "late#2"
  Time due{};           ///< when it fell due; the event's own time is when it was done
  std::optional<Time> next_at;
  bool operator==(const ClockWarned&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClockWarned, (), (clock, run, warning, due, next_at))

struct ClockBreached {
  static constexpr std::string_view kind = "clock_breached";
  std::string clock;
  int run = 1;
  Time due{};
  std::optional<Time> next_at;
  bool operator==(const ClockBreached&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClockBreached, (), (clock, run, due, next_at))

struct ClockEnded {
  static constexpr std::string_view kind = "clock_ended";
  std::string clock;
  int run = 1;
  Duration counted{};
  bool kept = true;  ///< ended within its goal
  std::string rule;
  bool operator==(const ClockEnded&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClockEnded, (), (clock, run, counted, kept, rule))

/// A notification must leave: exactly one outbox row for each recipient and destination follows from it.
struct Recipient {
  ActorKind kind = ActorKind::user;
  std::int64_t id = 0;
  bool operator==(const Recipient&) const = default;
};
BOOST_DESCRIBE_STRUCT(Recipient, (), (kind, id))
struct Notified {
  static constexpr std::string_view kind = "notified";
  std::string text;   ///< name of the notification text; rendered when the row is written
  std::vector<Recipient> recipients;
  std::vector<std::string> destinations;
  bool operator==(const Notified&) const = default;
};
BOOST_DESCRIBE_STRUCT(Notified, (), (text, recipients, destinations))

/// Actions `call` in a row: the ticket is handed to one destination or several. One event and not one for each: a desk with
/// a dozen plugins that hear of every message would else write a dozen events for it.
struct Called {
  static constexpr std::string_view kind = "called";
  std::string destination;
  std::optional<std::int64_t> cause{};  ///< sequence of the event that the rule looked at
  std::optional<std::vector<std::string>> also{};  ///< those that follow it; rows 1, 2, … of the event in the outbox
  bool operator==(const Called&) const = default;
};
BOOST_DESCRIBE_STRUCT(Called, (), (destination, cause, also))

/// All of them, in order: each has its row in the outbox, with its place here as number.
[[nodiscard]] inline std::vector<std::string> destinations_of(const Called& called) {
  std::vector<std::string> out{called.destination};
  if (called.also) out.insert(out.end(), called.also->begin(), called.also->end());
  return out;
}

/// A rule acted, or could not: the trace that a person reads.
struct RuleFired {
  static constexpr std::string_view kind = "rule_fired";
  std::string rule;      ///< "trigger vip_alert", "warning resolution.half", "transition refund", "state inspecting", "clocks"
  std::vector<std::string> done;     ///< one line an action
  std::vector<std::string> refused;  ///< one line an action that could not be done, with the reason
  bool operator==(const RuleFired&) const = default;
};
BOOST_DESCRIBE_STRUCT(RuleFired, (), (rule, done, refused))

/// The ticket went over to newly published definitions.
struct Adopted {
  static constexpr std::string_view kind = "adopted";
  std::string bundle;
  Time published_at{};
  bool workflow = false;  ///< the workflow is re-pinned to this bundle as well (its state was mapped or is unchanged)
  bool operator==(const Adopted&) const = default;
};
BOOST_DESCRIBE_STRUCT(Adopted, (), (bundle, published_at, workflow))

using TicketEvent = std::variant<Created, MessageAdded, FieldsSet, Moved, Assigned, Held, Resumed, Urged, Escalated, WatchersChanged,
                                 Linked, Merged, Absorbed, ClockStarted, ClockChanged, ClockWarned, ClockBreached, ClockEnded,
                                 Notified, Called, RuleFired, Adopted, MoveSkipped, Mentioned, GuestInvited, GuestAnswered,
                                 GuestRevoked, GuestReminded, Rated, TypeChanged>;

[[nodiscard]] inline std::string_view kind_of(const TicketEvent& event) {
  return std::visit([](const auto& e) { return std::remove_cvref_t<decltype(e)>::kind; }, event);
}

/// One event with its place in history.
struct RecordedEvent {
  std::int64_t sequence = 0;  ///< 1, 2, 3 … in its stream
  Time at{};
  Actor actor{};
  TicketEvent event{};
  bool operator==(const RecordedEvent&) const = default;
};

}  // namespace docket::domain
