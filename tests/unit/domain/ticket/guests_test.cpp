// SPDX-License-Identifier: Apache-2.0
// Guests, ratings, mentions and macros: what each makes happen, and who may not.
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {
const Principal wang = lead(1, "wang", {"support", "quality", "finance", "warehouse"});
const Principal li = agent(2, "li", {"support", "quality", "finance", "warehouse"});
const Principal buyer = customer(100);

CheckedDesk with_ticket(Definitions definitions = return_desk()) {
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  return desk;
}

InviteGuest question(const CheckedDesk& desk, std::int64_t id = 7) {
  InviteGuest invite;
  invite.guest = GuestId{id};
  invite.name = "老李";
  invite.question = "收到了吗?";
  invite.expires_at = desk.now + 48h;
  invite.remind_at = desk.now + 24h;
  return invite;
}

Principal as_guest(std::int64_t id, TicketId ticket) {
  Principal guest;
  guest.actor = {ActorKind::guest, id, "老李"};
  guest.only = ticket;
  return guest;
}
}  // namespace

TEST_CASE("a guest is asked, reminded of once, answers, and is sent away") {
  auto desk = with_ticket();
  desk.run(li, question(desk));
  REQUIRE(desk.ticket.guests.size() == 1);
  CHECK(desk.ticket.guests[0].asked_by == UserId{2});
  CHECK(events_of<GuestReminded>(desk.pass_time(23h)).empty());
  const auto reminded = events_of<GuestReminded>(desk.pass_time(2h));
  REQUIRE(reminded.size() == 1);
  CHECK(reminded[0].due == monday + 24h);
  CHECK(events_of<GuestReminded>(desk.pass_time(1h)).empty());

  const auto guest = as_guest(7, desk.ticket.id);
  const auto answered = desk.run(guest, AnswerGuest{"收到", {}});
  CHECK(events_of<MessageAdded>(answered).at(0).message == MessageKind::note);
  CHECK(events_of<GuestAnswered>(answered).at(0).asked_by == UserId{2});
  CHECK(desk.ticket.first_replied_at == std::nullopt);  // a note is no reply
  CHECK(desk.refused(as_guest(8, desk.ticket.id), AnswerGuest{"我也", {}}).code == ErrorCode::conflict);
  CHECK(desk.refused(li, AnswerGuest{"假装", {}}).code == ErrorCode::conflict);

  desk.run(li, RevokeGuest{GuestId{7}});
  CHECK(desk.refused(guest, AnswerGuest{"还有", {}}).code == ErrorCode::conflict);
  CHECK(desk.run(li, RevokeGuest{GuestId{7}}).events.empty());
}

TEST_CASE("a guest's link ends by itself, and an answered question is reminded of no more") {
  auto desk = with_ticket();
  desk.run(li, question(desk));
  desk.run(as_guest(7, desk.ticket.id), AnswerGuest{"收到", {}});
  CHECK(events_of<GuestReminded>(desk.pass_time(30h)).empty());
  desk.now += 20h;
  CHECK(desk.refused(as_guest(7, desk.ticket.id), AnswerGuest{"迟了", {}}).code == ErrorCode::conflict);
  desk.run(li, question(desk, 8));
  CHECK(desk.ticket.guests.size() == 1);  // who expired makes room
}

TEST_CASE("what is asked of a guest is checked") {
  auto desk = with_ticket();
  auto invite = question(desk);
  invite.messages = {99};
  CHECK(desk.refused(li, invite).fields.at(0).pointer == "/messages/0");
  invite = question(desk);
  invite.question = " ";
  CHECK(desk.refused(li, invite).fields.at(0).pointer == "/question");
  invite = question(desk);
  invite.expires_at = desk.now + 24h * 91;
  CHECK(desk.refused(li, invite).fields.at(0).pointer == "/expires_in");
  CHECK(desk.refused(buyer, question(desk)).code == ErrorCode::forbidden);
}

TEST_CASE("nobody is reminded of a guest once the ticket is resolved") {
  auto desk = with_ticket();
  desk.run(li, question(desk));
  desk.walk({"inspect", "pass", "refund", "confirm"});
  REQUIRE(desk.ticket.category == StateCategory::resolved);
  CHECK(events_of<GuestReminded>(desk.pass_time(25h)).empty());
}

TEST_CASE("a customer rates what is resolved, and may think better of it") {
  auto desk = with_ticket();
  CHECK(desk.refused(buyer, RateTicket{5, ""}).code == ErrorCode::conflict);
  desk.walk({"inspect", "pass", "refund", "confirm"});
  CHECK(desk.refused(buyer, RateTicket{6, ""}).fields.at(0).pointer == "/score");
  CHECK(desk.refused(li, RateTicket{5, ""}).code == ErrorCode::forbidden);
  CHECK(desk.refused(customer(101), RateTicket{1, ""}).code == ErrorCode::forbidden);
  desk.run(buyer, RateTicket{2, "慢"});
  CHECK(desk.ticket.rating->score == 2);
  CHECK(desk.run(buyer, RateTicket{2, "慢"}).events.empty());
  desk.run(buyer, RateTicket{4, ""});
  CHECK(desk.ticket.rating->score == 4);
}

TEST_CASE("who is mentioned is copied in: people, and members of teams as they are") {
  auto desk = with_ticket();
  auto note = message(MessageKind::note, "请看");
  note.mentions.users = {UserId{5}, UserId{2}};
  note.mentions.teams = {"finance"};
  const auto mentioned = events_of<Mentioned>(desk.run(li, note));
  REQUIRE(mentioned.size() == 1);
  CHECK(mentioned[0].users == std::vector<UserId>{UserId{5}, UserId{6}, UserId{7}});  // not the one who speaks
  CHECK(desk.ticket.copied == mentioned[0].users);
  note.mentions.teams = {"nobody"};
  CHECK(desk.refused(li, note).fields.at(0).pointer == "/mentions/teams/0");
  auto words = message(MessageKind::customer, "@li");
  words.mentions.users = {UserId{2}};
  CHECK(desk.refused(buyer, words).fields.at(0).pointer == "/mentions");
}

TEST_CASE("a macro does all that it says or nothing, with the rights of the person") {
  auto definitions = return_desk();
  Macro macro;
  macro.name = "hurry";
  macro.message = "{{subject}}: 马上处理";
  macro.actions = {add_tag("hurry"), move_by("inspect")};
  definitions.macros["hurry"] = macro;
  auto desk = with_ticket(definitions);
  CHECK(desk.refused(buyer, RunMacro{"hurry", {}}).code == ErrorCode::not_found);
  const auto done = desk.run(li, RunMacro{"hurry", {}});
  CHECK(desk.ticket.tags == std::vector<std::string>{"hurry"});
  CHECK(desk.ticket.team == "quality");
  CHECK(events_of<MessageAdded>(done).at(0).message == MessageKind::reply);
  REQUIRE(trace_of(done, "macro hurry") != nullptr);
  const auto again = desk.refused(li, RunMacro{"hurry", {}});
  CHECK(again.code == ErrorCode::conflict);  // there is no such step from here; and no second message either
  CHECK(desk.refused(li, RunMacro{"none", {}}).code == ErrorCode::not_found);
}

TEST_CASE("what a macro says counts for the step that it takes") {
  auto definitions = return_desk();
  Macro macro;
  macro.name = "paid";
  macro.message = "已退款";
  macro.actions = {move_by("refund")};  // which requires a message
  definitions.macros["paid"] = macro;
  macro.name = "silent";
  macro.message.clear();
  definitions.macros["silent"] = macro;
  auto desk = with_ticket(definitions);
  desk.walk({"inspect", "pass"});
  CHECK(desk.refused(li, RunMacro{"silent", {}}).code == ErrorCode::conflict);
  desk.run(li, RunMacro{"paid", {}});
  CHECK(desk.ticket.state == "calling_back");
}
