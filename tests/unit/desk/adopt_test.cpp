// SPDX-License-Identifier: Apache-2.0
// How a ticket that lay closed comes to stand under what was published meanwhile.
#include <algorithm>

#include "desk/command_ticket.hpp"
#include "desk/hand_back.hpp"
#include "support/catch.hpp"
#include "support/desk_fixture.hpp"
#include "support/memory_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;

namespace {

std::string bundle(int number) {
  return "bundle-" + std::to_string(number);
}

/// The desk's definitions with another name for the last state.
domain::Definitions renamed(int number, const std::string& last) {
  auto definitions = test::return_desk(bundle(number));
  auto& workflow = definitions.workflows.at("return");
  for (auto& state : workflow.states) {
    if (state.name == "closed") state.name = last;
  }
  for (auto& transition : workflow.transitions) {
    if (transition.to == "closed") transition.to = last;
    std::ranges::replace(transition.from, std::string{"closed"}, last);
  }
  return definitions;
}

/// A ticket that was closed under the first bundle.
struct LongClosed {
  test::MemoryDesk desk{test::return_desk(bundle(1))};
  domain::Principal admin = domain::system_principal("test");
  TicketId id{};

  LongClosed() {
    desk.now = Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} + 2h;
    publish(1, {});
    auto unit = desk.unit();
    auto wish = test::a_return(0);
    wish.customer = {};
    id = desk::create_ticket(unit, admin, wish).value().ticket.id;
    domain::MoveTicket cancel;
    cancel.transition = "cancel";
    REQUIRE(desk::command_ticket(unit, admin, id, {}, cancel));
  }
  /// Known by name alone: compiling it would fail.
  void publish(int number, const desk::StateMapping& mapping) {
    desk.now += 1h;
    auto unit = desk.unit();
    domain::Definitions named;
    named.digest = bundle(number);
    (void)unit.bundles.publish(named, {}, {.at = desk.now}, mapping);
  }
  void act() {
    auto unit = desk.unit();
    domain::AddMessage note;
    note.kind = domain::MessageKind::note;
    note.body = "又来问了";
    (void)desk::command_ticket(unit, admin, id, {}, note);
  }
  const domain::Ticket& ticket() { return desk.rows.tickets.at(id).ticket; }
  int adoptions() {
    const auto events = desk.reading().tickets.events(id, 0, 1'000);
    return static_cast<int>(std::ranges::count_if(
        events, [](const auto& recorded) { return std::holds_alternative<domain::Adopted>(recorded.event); }));
  }
};

}  // namespace

TEST_CASE("a closed ticket goes over to the active bundle at once, however many publications it missed") {
  LongClosed f;
  for (int number = 2; number <= 60; ++number) f.publish(number, {});
  f.desk.activate(test::return_desk(bundle(60)));
  f.act();
  CHECK(f.ticket().bundle == bundle(60));
  CHECK(f.ticket().workflow_bundle == bundle(60));
  CHECK(f.ticket().state == "closed");
  CHECK(f.adoptions() == 1);
}

TEST_CASE("a closed ticket goes by all mappings that it missed, in one") {
  LongClosed f;
  const auto map = [](const std::string& from, const std::string& to) {
    return desk::StateMapping{{{"return", from}, to}};
  };
  for (int number = 2; number <= 40; ++number)
    f.publish(number, number == 10 ? map("closed", "archived") : number == 20 ? map("archived", "put_away") : desk::StateMapping{});
  f.desk.activate(renamed(20, "put_away"));
  f.desk.activate(renamed(40, "put_away"));
  f.act();
  CHECK(f.ticket().bundle == bundle(40));
  CHECK(f.ticket().workflow_bundle == bundle(40));
  CHECK(f.ticket().state == "put_away");
  CHECK(f.adoptions() == 2);
}

TEST_CASE("a ticket that goes over with a link keeps to the version that the caller read") {
  LongClosed f;
  auto wish = test::a_return(0);
  wish.customer = {};
  auto unit = f.desk.unit();
  const auto other = desk::create_ticket(unit, f.admin, wish).value().ticket.id;
  f.publish(2, {});
  f.desk.activate(test::return_desk(bundle(2)));
  auto later = f.desk.unit();
  const auto version = f.ticket().version;
  const auto stale = desk::link_tickets(later, f.admin, f.id, domain::LinkKind::related, other, false, version - 1);
  CHECK(stale.error().code == ErrorCode::stale_version);
  CHECK(f.ticket().version == version);
  CHECK(desk::link_tickets(later, f.admin, f.id, domain::LinkKind::related, other, false, version));
  CHECK(f.ticket().bundle == bundle(2));
  CHECK(f.ticket().links.size() == 1);
}

namespace {

/// An open ticket of a type that the next publication has no more.
struct TypeGone {
  test::MemoryDesk desk{test::return_desk(bundle(1))};
  domain::Principal admin = domain::system_principal("test");
  TicketId id{};

  TypeGone() {
    desk.now = Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} + 2h;
    auto unit = desk.unit();
    auto wish = test::a_return(0);
    wish.customer = {};
    id = desk::create_ticket(unit, admin, wish).value().ticket.id;
    publish(test::return_desk(bundle(1)), {});
  }
  void publish(const domain::Definitions& definitions, const desk::StateMapping& mapping) {
    desk.now += 1h;
    auto unit = desk.unit();
    (void)unit.bundles.publish(definitions, {}, {.at = desk.now}, mapping);
  }
  void take_type_away(const desk::StateMapping& mapping) {
    auto next = test::return_desk(bundle(2));
    next.forms.clear();
    next.form_order.clear();
    publish(next, mapping);
    desk.activate(next);
    auto unit = desk.unit();
    CHECK(desk::adopt_slice(unit, TicketId{}, 20) == id);
  }
  Result<desk::TicketOutcome> set(domain::FieldsSet change) {
    auto unit = desk.unit();
    domain::SetFields command;
    command.change = std::move(change);
    return desk::command_ticket(unit, admin, id, {}, command);
  }
  const domain::Ticket& ticket() { return desk.rows.tickets.at(id).ticket; }
};

}  // namespace

TEST_CASE("an open ticket whose type is gone keeps the form that it was made by") {
  TypeGone f;
  f.take_type_away({});
  CHECK(f.ticket().bundle == bundle(2));
  CHECK(f.ticket().workflow_bundle == bundle(1));
  domain::FieldsSet change;
  change.fields["order"] = std::string{"SO-2026-9"};
  const auto changed = f.set(change);
  INFO((changed ? std::string{} : changed.error().detail));
  CHECK(changed);
}

TEST_CASE("an open ticket whose type is gone and whose state was mapped goes on without fields") {
  TypeGone f;
  const auto state = f.ticket().state;
  f.take_type_away({{{"return", state}, state}});
  CHECK(f.ticket().workflow_bundle == bundle(2));
  domain::FieldsSet change;
  change.priority = domain::Priority::urgent;
  CHECK(f.set(change));
  CHECK(f.ticket().priority == domain::Priority::urgent);
  domain::FieldsSet field;
  field.fields["order"] = std::string{"SO-2026-9"};
  CHECK(f.set(field).error().code == ErrorCode::invalid_field);
}

namespace {

/// Two open tickets under the first bundle, and three publications that they have not adopted.
struct TwoBehind {
  test::MemoryDesk desk{test::return_desk(bundle(1))};
  domain::Principal admin = domain::system_principal("test");
  std::vector<TicketId> ids{};

  TwoBehind() {
    desk.now = Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} + 2h;
    for (int i = 0; i < 2; ++i) {
      auto unit = desk.unit();
      auto wish = test::a_return(0);
      wish.customer = {};
      ids.push_back(desk::create_ticket(unit, admin, wish).value().ticket.id);
    }
    for (int number = 1; number <= 4; ++number) {
      desk.now += 1h;
      auto unit = desk.unit();
      (void)unit.bundles.publish(test::return_desk(bundle(number)), {}, {.at = desk.now}, {});
    }
  }
  /// The bundle that is active after it.
  std::string adopt() {
    auto unit = desk.unit();
    CHECK(desk::adopt_slice(unit, TicketId{}, 20) == ids.back());
    return unit.active->digest;
  }
  domain::Ticket& ticket(std::size_t at) { return desk.rows.tickets.at(ids.at(at)).ticket; }
};

}  // namespace

TEST_CASE("a ticket under definitions that are of no use any more keeps no other from a publication") {
  TwoBehind f;
  for (int number = 2; number <= 4; ++number) f.desk.activate(test::return_desk(bundle(number)));
  f.ticket(0).workflow_bundle = "gone";
  CHECK(f.adopt() == bundle(4));
  CHECK(f.ticket(0).bundle == bundle(1));
  CHECK(f.ticket(1).bundle == bundle(4));
}

TEST_CASE("a publication between that is of no use any more leaves the active one active") {
  TwoBehind f;
  for (const int number : {2, 4}) f.desk.activate(test::return_desk(bundle(number)));  // the third is known by its name alone
  CHECK(f.adopt() == bundle(4));
  CHECK(f.ticket(0).bundle == bundle(2));
}

TEST_CASE("a ticket that waits under definitions that are of no use any more stops no other of its team") {
  TwoBehind f;
  for (int number = 2; number <= 4; ++number) f.desk.activate(test::return_desk(bundle(number)));
  f.ticket(0).workflow_bundle = "gone";
  REQUIRE(f.ticket(0).waiting);
  auto unit = f.desk.unit();
  CHECK(desk::redispatch_waiting(unit, f.ticket(0).team, 5) == 0);
  CHECK(f.ticket(0).waiting);
}

TEST_CASE("whoever holds a ticket under definitions that are of no use any more can be switched off") {
  TwoBehind f;
  for (int number = 2; number <= 4; ++number) f.desk.activate(test::return_desk(bundle(number)));
  f.ticket(0).workflow_bundle = "gone";
  for (const std::size_t at : {0U, 1U}) {
    f.ticket(at).assignee = UserId{7};
    f.ticket(at).waiting = false;
  }
  auto unit = f.desk.unit();
  desk::hand_back_tickets(unit, f.admin, UserId{7});
  CHECK(f.ticket(0).assignee == UserId{7});
  CHECK_FALSE(f.ticket(1).assignee);
}
