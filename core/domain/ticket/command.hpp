// SPDX-License-Identifier: Apache-2.0
// What can be asked of a ticket. The same commands come from people, mail, plugins, timers and triggers.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/ticket/event.hpp"
#include "domain/ticket/formatted.hpp"

namespace docket::domain {

/// Facts about the customer that dispatch and SLA look at; read by the use case, kept in `created` and `fields_set`.
struct CustomerFacts {
  CustomerId customer{};
  OrganizationId organization{};
  std::string level{};
  std::string region{};
  bool operator==(const CustomerFacts&) const = default;
};

struct CreateTicket {
  TicketId id{};  ///< given by the store
  std::string type{}, subject{}, body{};  ///< an empty body makes no message
  std::optional<Priority> priority{};
  std::string channel{"api"};
  CustomerFacts customer{};
  std::string region{}, product_line{};   ///< empty region: the customer's
  Fields fields{};
  std::vector<std::string> tags{};
  std::string team{};                      ///< by hand; needs ticket_assign
  UserId assignee{};
  std::vector<std::int64_t> attachments{};
  Formatted formatted{};                   ///< the body as its writer formatted it, where a channel brought that
};
/// Who is addressed in a message (@).
struct Mentions {
  std::vector<UserId> users{};
  std::vector<std::string> teams{};
  bool operator==(const Mentions&) const = default;
};
BOOST_DESCRIBE_STRUCT(Mentions, (), (users, teams))
struct AddMessage {
  MessageKind kind = MessageKind::reply;
  std::string body{};
  std::vector<std::int64_t> attachments{};
  Mentions mentions{};
  Formatted formatted{};  ///< as in CreateTicket
};
struct MoveTicket {
  std::string transition{};
  Fields fields{};          ///< set together with the step
  std::string message{};    ///< said with the step: internal note unless `reply`
  bool reply = false;
};
struct AssignTicket {
  std::string team{};       ///< empty: keep
  UserId assignee{};        ///< none: dispatch chooses in the team
};
struct TakeTicket {};
struct SetFields {
  FieldsSet change{};
};
/// What the ticket was taken for was wrong: it is of that type from now on. See change_type.cpp for what stays.
struct ChangeType {
  std::string type{};
  Fields fields{};          ///< of the new type's form; what is not given is kept where that form has it too
};
struct HoldTicket {
  std::string reason{}, note{};
  std::optional<Time> until{};
};
struct ResumeTicket {};
struct ReopenTicket {
  std::string message{};
};
struct MergeTicket {        ///< this ticket ends in `into`
  TicketId into{};
};
struct AbsorbTicket {       ///< the other side of a merge, same transaction
  TicketId from{};
  std::int64_t messages = 0;
  CustomerId customer{};
  Awaiting awaiting = Awaiting::nobody;
};
struct LinkTicket {
  LinkKind kind = LinkKind::related;
  TicketId ticket{};
  bool remove = false;
};
struct UrgeTicket {
  std::string message{};
};
struct CopyTicket {
  std::vector<UserId> users{};
};
struct WatchTicket {
  std::vector<UserId> add{}, remove{};
};
/// Asks a colleague without account. That the attachments hang on the ticket is checked by the use case.
struct InviteGuest {
  GuestId guest{};          ///< given by the store
  std::string name{}, contact{}, question{};
  std::vector<std::int64_t> messages{}, attachments{};  ///< released to the guest
  Time expires_at{};
  std::optional<Time> remind_at{};
};
/// By the guest.
struct AnswerGuest {
  std::string body{};
  std::vector<std::int64_t> attachments{};
};
struct RevokeGuest {
  GuestId guest{};
};
struct RateTicket {
  int score = 0;
  std::string comment{};
};
/// Does what a macro says, with the rights of the person; all of it or nothing.
struct RunMacro {
  std::string name{};
  std::optional<std::string> message{};  ///< instead of the macro's own text, which the person edited
};
/// Time passed: whatever fell due at or before now is done, in order of its due time. Nothing due: no events.
struct PassTime {};
/// Somebody became available: the waiting ticket is dispatched again; no events when nobody can take it.
struct Redispatch {};
/// New definitions were published. `state_map` maps states of the ticket's workflow that changed or went.
struct AdoptDefinitions {
  Time published_at{};
  bool take_workflow = false;
  std::optional<std::string> state{};  ///< the state in the new workflow, when it has another name
};

using TicketCommand = std::variant<CreateTicket, AddMessage, MoveTicket, AssignTicket, TakeTicket, SetFields, HoldTicket,
                                   ResumeTicket, ReopenTicket, MergeTicket, AbsorbTicket, LinkTicket, UrgeTicket, CopyTicket,
                                   WatchTicket, PassTime, Redispatch, AdoptDefinitions, InviteGuest, AnswerGuest, RevokeGuest,
                                   RateTicket, RunMacro, ChangeType>;

}  // namespace docket::domain
