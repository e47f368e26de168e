// SPDX-License-Identifier: Apache-2.0
// One ticket that ends in another: what is over, what goes on, and what the other one takes over.
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {

const Principal wang = lead(1, "wang", {"support", "quality", "finance", "warehouse"});
const Principal li = agent(2, "li", {"support", "quality", "finance", "warehouse"});

CheckedDesk with_ticket(Definitions definitions = return_desk()) {
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  return desk;
}

/// Guest 7, for two days.
void ask_guest(CheckedDesk& desk) {
  InviteGuest invite;
  invite.guest = GuestId{7};
  invite.name = "老李";
  invite.question = "收到了吗?";
  invite.expires_at = desk.now + 48h;
  desk.run(li, invite);
}

}  // namespace

TEST_CASE("a merged ticket is over and says where to go on") {
  auto desk = with_ticket();
  CHECK(desk.refused(wang, MergeTicket{TicketId{1}}).fields.at(0).pointer == "/into");
  desk.run(li, HoldTicket{"parts", "", desk.now + 1h});
  desk.run(wang, MergeTicket{TicketId{2}});
  CHECK(desk.ticket.state == "closed");
  CHECK_FALSE(desk.ticket.hold);
  for (const auto& run : desk.ticket.clocks) CHECK(run.ended_at);
  const auto error = desk.refused(li, message(MessageKind::customer, "hello"));
  CHECK(error.code == ErrorCode::conflict);
  CHECK(error.detail.find("ticket 2") != std::string::npos);
  CHECK(desk.refused(li, ReopenTicket{}).code == ErrorCode::conflict);
  CHECK(desk.pass_time(400 * 24h).events.empty());
  CHECK(allowed_transitions(desk.ticket, wang, desk.active->workflows.at("return"), *desk.active, desk.now).empty());
}

TEST_CASE("what one customer wrote is not merged into another's ticket") {
  auto desk = with_ticket();
  CHECK(desk.refused(wang, AbsorbTicket{TicketId{2}, 1, CustomerId{7}}).code == ErrorCode::conflict);
  desk.run(wang, AbsorbTicket{TicketId{2}, 1, CustomerId{100}});
  desk.walk({"cancel"});
  CHECK(desk.refused(wang, AbsorbTicket{TicketId{3}, 1, {}}).code == ErrorCode::conflict);
}

TEST_CASE("whose customer would get no answer is not merged") {
  CheckedDesk desk;
  auto wish = a_return();
  wish.customer = {};
  desk.run(li, wish);
  CHECK(desk.refused(wang, AbsorbTicket{TicketId{2}, 1, CustomerId{100}}).code == ErrorCode::conflict);
  SetFields named;
  named.change.customer = CustomerId{100};
  desk.run(wang, named);
  desk.run(wang, AbsorbTicket{TicketId{2}, 1, CustomerId{100}});
}

TEST_CASE("an answer that was owed on the merged ticket is owed on the other one") {
  auto desk = with_ticket(with_standard_clocks());
  desk.run(li, message(MessageKind::reply, "which size?"));
  REQUIRE(desk.ticket.awaiting == Awaiting::customer);
  SECTION("it was our turn there") {
    desk.run(wang, AbsorbTicket{TicketId{2}, 1, CustomerId{100}, Awaiting::agent});
    CHECK(desk.ticket.awaiting == Awaiting::agent);
    CHECK(run_of(desk.ticket, "next_response").due_at == desk.now + 1h);
  }
  SECTION("it was the customer's, or nobody's") {
    desk.run(wang, AbsorbTicket{TicketId{2}, 1, CustomerId{100}, Awaiting::customer});
    desk.run(wang, AbsorbTicket{TicketId{3}, 1, CustomerId{100}, Awaiting::nobody});
    CHECK(desk.ticket.awaiting == Awaiting::customer);
  }
  SECTION("an end stays an end") {
    desk.walk({"inspect", "pass", "refund", "confirm"});
    desk.run(wang, AbsorbTicket{TicketId{2}, 1, CustomerId{100}, Awaiting::agent});
    CHECK(desk.ticket.awaiting == Awaiting::nobody);
  }
}

TEST_CASE("a link is taken off a merged ticket, and none is put on") {
  auto desk = with_ticket();
  desk.run(li, LinkTicket{LinkKind::related, TicketId{2}, false});
  desk.run(wang, MergeTicket{TicketId{3}});
  CHECK(desk.refused(li, LinkTicket{LinkKind::parent, TicketId{4}, false}).code == ErrorCode::conflict);
  desk.run(li, LinkTicket{LinkKind::related, TicketId{2}, true});
  CHECK(desk.ticket.links.empty());
}

TEST_CASE("rules make no work of a merged ticket, whatever a guest still answers") {
  auto definitions = return_desk();
  Trigger answered;
  answered.name = "answered";
  answered.on = {"guest_answered"};
  Action urge;
  urge.kind = ActionKind::urge;
  answered.actions = {assign_team("finance"), move_by("reopen"), urge, add_tag("answered")};
  definitions.triggers.push_back(std::move(answered));
  auto desk = with_ticket(std::move(definitions));
  for (const auto id : {6, 7}) desk.roster.person(id).presence = Presence::off;
  ask_guest(desk);
  desk.run(wang, MergeTicket{TicketId{2}});
  const auto before = desk.ticket;

  Principal guest;
  guest.actor = {ActorKind::guest, 7, "老李"};
  guest.only = desk.ticket.id;
  const auto decision = desk.run(guest, AnswerGuest{"收到", {}});
  CHECK(desk.ticket.team == before.team);
  CHECK(desk.ticket.assignee == before.assignee);
  CHECK_FALSE(desk.ticket.waiting);
  CHECK(desk.ticket.category == StateCategory::closed);
  CHECK(desk.ticket.tags == std::vector<std::string>{"answered"});
  REQUIRE(trace_of(decision, "trigger answered") != nullptr);
  CHECK(trace_of(decision, "trigger answered")->refused ==
        std::vector<std::string>{"assign: the ticket was merged into another", "move: the ticket was merged into another",
                                 "urge: the ticket was merged into another"});
}

TEST_CASE("a guest of a merged ticket can still be sent away") {
  auto desk = with_ticket();
  ask_guest(desk);
  desk.run(wang, MergeTicket{TicketId{2}});
  REQUIRE(desk.ticket.guests.size() == 1);
  CHECK(events_of<GuestRevoked>(desk.run(li, RevokeGuest{GuestId{7}})).size() == 1);
  CHECK(desk.ticket.guests.empty());
}

TEST_CASE("a merged ticket that stood in a queue leaves it") {
  auto desk = with_ticket();
  desk.run(wang, MergeTicket{TicketId{2}});
  desk.ticket.assignee = {};
  desk.ticket.waiting = true;  // as rules of before made it
  desk.run(system_principal("dispatch"), Redispatch{});
  CHECK_FALSE(desk.ticket.waiting);
  CHECK_FALSE(desk.ticket.assignee);
}
