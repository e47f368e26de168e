// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/decide.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::domain;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
const Actor agent{ActorKind::user, 5, "wang"};

/// Applies events one after another, a minute apart.
class History {
 public:
  Ticket& operator()(TicketEvent event) {
    ++sequence_;
    at_ += 1min;
    ticket_ = evolve(std::move(ticket_), TicketId{7}, RecordedEvent{sequence_, at_, agent, std::move(event)});
    return ticket_;
  }
  Time at() const { return at_; }

 private:
  Ticket ticket_;
  std::int64_t sequence_ = 0;
  Time at_ = start;
};

Created created() {
  Created event;
  event.type = "return";
  event.bundle = "b1";
  event.workflow = "return";
  event.state = "applied";
  event.tags = {"b", "a", "b"};
  event.fields = {{"order", std::string{"1"}}};
  return event;
}

Assigned assigned(std::string team, std::int64_t user) {
  Assigned event;
  event.team = std::move(team);
  event.assignee = UserId{user};
  return event;
}

Moved moved(std::string to, StateCategory category, bool reopened = false) {
  Moved event;
  event.to = std::move(to);
  event.category = category;
  event.reopened = reopened;
  return event;
}

}  // namespace

TEST_CASE("a ticket begins in its first state") {
  History history;
  const auto& ticket = history(created());
  CHECK(ticket.id == TicketId{7});
  CHECK(ticket.version == 1);
  CHECK(ticket.step == 1);
  CHECK(ticket.workflow_bundle == "b1");
  CHECK(ticket.tags == std::vector<std::string>{"a", "b"});
  CHECK(ticket.created_by == agent);
  CHECK(ticket.awaiting == Awaiting::agent);
}

TEST_CASE("messages say whose turn it is, notes do not") {
  History history;
  history(created());
  history(MessageAdded{1, MessageKind::customer, "", "where is it", {}});
  auto ticket = history(MessageAdded{2, MessageKind::note, "", "", {}});
  CHECK(ticket.last_text == "where is it");
  CHECK_FALSE(ticket.first_replied_at);
  ticket = history(MessageAdded{3, MessageKind::reply, "", "on its way", {}});
  const auto first = history.at();
  CHECK(ticket.awaiting == Awaiting::customer);
  CHECK(ticket.first_replied_at == first);
  ticket = history(MessageAdded{4, MessageKind::reply, "", "there", {}});
  CHECK(ticket.first_replied_at == first);
  ticket = history(MessageAdded{5, MessageKind::customer, "", "thanks", {}});
  CHECK(ticket.awaiting == Awaiting::agent);
  CHECK(ticket.messages == 5);
}

TEST_CASE("an end and a reopening are told apart from a step") {
  History history;
  history(created());
  auto ticket = history(moved("refunded", StateCategory::resolved));
  const auto resolved = history.at();
  CHECK(ticket.resolved_at == resolved);
  CHECK(ticket.awaiting == Awaiting::nobody);
  ticket = history(moved("closed", StateCategory::closed));
  CHECK(ticket.resolved_at == resolved);
  CHECK(ticket.closed_at == history.at());
  ticket = history(moved("inspecting", StateCategory::open, true));
  CHECK_FALSE(ticket.resolved_at);
  CHECK_FALSE(ticket.closed_at);
  CHECK(ticket.reopens == 1);
  CHECK(ticket.step == 4);
  CHECK(ticket.awaiting == Awaiting::agent);
}

TEST_CASE("a visit remembers the owner before, and its end forgets it") {
  History history;
  history(created());
  history(assigned("support", 5));
  auto visit = assigned("warehouse", 9);
  visit.pushed = true;
  auto ticket = history(visit);
  CHECK(ticket.visits == std::vector<VisitOrigin>{{"support", UserId{5}}});
  CHECK(ticket.last_handler == UserId{5});
  auto back = assigned("support", 5);
  back.popped = true;
  ticket = history(back);
  CHECK(ticket.visits.empty());
  CHECK(ticket.team == "support");
  for (int i = 0; i < 40; ++i) ticket = history(visit);
  CHECK(ticket.visits.size() == 16);
}

TEST_CASE("fields are set and cleared, tags and people stay sorted") {
  History history;
  history(created());
  FieldsSet change;
  change.fields = {{"order", Value{}}, {"amount", std::int64_t{3}}};
  change.priority = Priority::urgent;
  change.tags_added = {"aa"};
  change.tags_removed = {"b"};
  auto ticket = history(change);
  CHECK(ticket.fields == Fields{{"amount", std::int64_t{3}}});
  CHECK(ticket.priority == Priority::urgent);
  CHECK(ticket.tags == std::vector<std::string>{"a", "aa"});
  ticket = history(WatchersChanged{{UserId{3}, UserId{1}}, {}, {UserId{8}}});
  CHECK(ticket.watchers == std::vector<UserId>{UserId{1}, UserId{3}});
  ticket = history(WatchersChanged{{}, {UserId{1}}, {UserId{8}}});
  CHECK(ticket.watchers == std::vector<UserId>{UserId{3}});
  CHECK(ticket.copied == std::vector<UserId>{UserId{8}});
}

TEST_CASE("changing a hold keeps its beginning; an end takes it away") {
  History history;
  history(created());
  history(Held{"waiting_for_parts", "", {}});
  const auto since = history.at();
  auto ticket = history(Held{"waiting_for_supplier", "", {}});
  REQUIRE(ticket.hold);
  CHECK(ticket.hold->since == since);
  CHECK(ticket.hold->reason == "waiting_for_supplier");
  ticket = history(Merged{TicketId{9}, "closed"});
  CHECK_FALSE(ticket.hold);
  CHECK(ticket.merged_into == TicketId{9});
  CHECK(ticket.category == StateCategory::closed);
}

TEST_CASE("any event on any ticket gives a ticket") {
  const auto any = [](TicketEvent event) {
    return evolve(Ticket{}, TicketId{1}, RecordedEvent{3, start, agent, std::move(event)});
  };
  CHECK(any(ClockEnded{}).clocks.empty());
  CHECK(any(Resumed{}).version == 3);
  Assigned popped;
  popped.popped = true;
  CHECK(any(popped).visits.empty());
}
