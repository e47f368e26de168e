// SPDX-License-Identifier: Apache-2.0
// A ticket in the customer's words.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/outside_output.hpp"
#include "base/json_rules.hpp"
#include "domain/ticket/decide.hpp"

namespace docket::api {

struct PortalStep {
  domain::Title title{};
  std::string text;
  std::optional<Time> reached_at;
  bool current = false, done = false;
};
BOOST_DESCRIBE_STRUCT(PortalStep, (), (title, text, reached_at, current, done))

enum class Speaker { customer, desk };
BOOST_DESCRIBE_ENUM(Speaker, customer, desk)

struct PortalMessage {
  std::int64_t number = 0;
  Speaker from{};
  std::string author, body;
  Time at{};
  std::vector<OutsideFile> attachments;
};
BOOST_DESCRIBE_STRUCT(PortalMessage, (), (number, from, author, body, at, attachments))

struct PortalMay {
  bool add = false, urge = false, confirm = false, reopen = false, rate = false;
};
BOOST_DESCRIBE_STRUCT(PortalMay, (), (add, urge, confirm, reopen, rate))

struct PortalMove {
  std::string transition;
  domain::Title title{};
  bool needs_message = false;
};
BOOST_DESCRIBE_STRUCT(PortalMove, (), (transition, title, needs_message))

struct PortalRating {
  int score = 0;
  std::string comment;
};
BOOST_DESCRIBE_STRUCT(PortalRating, (), (score, comment))

struct PortalTicket {
  std::string number, subject;
  domain::Title type{}, state{};
  domain::StateCategory category{};
  bool merged = false;
  std::string state_text;
  Time created_at{};
  std::optional<Time> expected_by;
  std::vector<PortalStep> steps;
  std::vector<PortalMessage> messages;
  PortalMay may{};
  std::vector<PortalMove> moves;
  std::optional<PortalRating> rating;
  std::optional<Time> urged_at;
};
BOOST_DESCRIBE_STRUCT(PortalTicket, (),
                      (number, subject, type, state, category, merged, state_text, created_at, expected_by, steps, messages,
                       may, moves, rating, urged_at))
constexpr auto field_rules(const PortalTicket*) {
  return std::array{
      json::FieldRule{.field = "state", .description = "Where it stands, in the customer's words."},
      json::FieldRule{.field = "merged",
                      .description = "It goes on by another link, since it was merged; this link does not lead there."},
      json::FieldRule{.field = "state_text", .description = "The same in the desk's first language, if it has words of its own."},
      json::FieldRule{.field = "expected_by", .description = "By when it is to be resolved, while that is counted."},
      json::FieldRule{.field = "steps", .description = "The way behind, and the shortest one ahead."},
      json::FieldRule{.field = "moves",
                      .description = "Steps of the workflow that are open to the customer, beside confirming and reopening."},
      json::FieldRule{.field = "messages", .description = "Replies, and what the customer said; the newest 500."}};
}

/// What a view of the desk is made from: a writer's stores or a reader's.
struct PortalSources {
  const desk::TicketReader& tickets;
  const desk::AttachmentReader& attachments;
  const domain::Definitions& active;
  const domain::DefinitionsSource& source;
  Time now{};
};

/// The ticket as it was at one of its events, for a link that ends there. Reads the events up to it, 20,000 at most; none
/// for a longer history.
[[nodiscard]] std::optional<domain::Ticket> as_it_was(const desk::TicketReader& tickets, TicketId id, std::int64_t event);
[[nodiscard]] PortalTicket portal_ticket(const PortalSources& from, const domain::Principal& customer,
                                         const domain::Ticket& ticket);
/// The step by which the customer says that all is well: one named "confirm" to an end, or where the work has ended any
/// that goes on to another end. What ends it from elsewhere may be a withdrawal, or a yes to something.
[[nodiscard]] std::optional<domain::Transition> confirming(const PortalSources& from, const domain::Principal& customer,
                                                           const domain::Ticket& ticket);
/// Whether a file hangs on something public that the customer is shown.
[[nodiscard]] bool shown_file(const PortalSources& from, const domain::Principal& customer, const domain::Ticket& ticket,
                              const desk::Attachment& file);

}  // namespace docket::api
