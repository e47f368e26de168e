// SPDX-License-Identifier: Apache-2.0
#include "desk/resolve_principal.hpp"

#include "support/catch.hpp"

using namespace docket;
using namespace docket::desk;
using domain::FieldAccess;
using domain::Right;
using domain::TicketScope;

namespace {

domain::Role role(std::string name, std::vector<Right> rights, TicketScope scope) {
  domain::Role made;
  made.name = std::move(name);
  made.rights = std::move(rights);
  made.tickets = scope;
  return made;
}

domain::Definitions definitions() {
  domain::Definitions made;
  made.roles["agent"] = role("agent", {Right::ticket_read, Right::ticket_reply}, TicketScope::team);
  made.roles["lead"] = role("lead", {Right::ticket_read, Right::ticket_assign}, TicketScope::all);
  made.roles["clerk"] = role("clerk", {Right::ticket_read}, TicketScope::own);
  made.roles["clerk"].field_groups["money"] = FieldAccess::hidden;
  return made;
}

User user(std::vector<RoleGrant> grants, std::vector<Membership> memberships = {}) {
  User made;
  made.id = UserId{7};
  made.login = "li";
  made.grants = std::move(grants);
  made.memberships = std::move(memberships);
  return made;
}

}  // namespace

TEST_CASE("a role held everywhere gives its rights everywhere and shows the person's own teams") {
  const auto principal = resolve_principal(user({{"agent"}}, {{"service"}, {"field"}}), definitions(), {});
  CHECK(principal.may(Right::ticket_reply, "anything"));
  CHECK_FALSE(principal.may(Right::ticket_assign, "service"));
  REQUIRE(principal.views.size() == 1);
  CHECK(principal.views[0].scope == TicketScope::team);
  CHECK(principal.views[0].teams == std::vector<std::string>{"service", "field"});
}

TEST_CASE("a role held in one team reaches no further than that team, whatever the role shows") {
  const auto principal = resolve_principal(user({{"lead", "field"}}, {{"service"}}), definitions(), {});
  CHECK(principal.may(Right::ticket_assign, "field"));
  CHECK_FALSE(principal.may(Right::ticket_assign, "service"));
  REQUIRE(principal.views.size() == 1);
  CHECK(principal.views[0].scope == TicketScope::team);
  CHECK(principal.views[0].teams == std::vector<std::string>{"field"});
}

TEST_CASE("a token holds only what its scopes name, and never more than the person") {
  const auto principal = resolve_principal(user({{"agent"}}), definitions(), std::vector{Right::ticket_read, Right::user_manage});
  CHECK(principal.may(Right::ticket_read));
  CHECK_FALSE(principal.may(Right::ticket_reply));
  CHECK_FALSE(principal.may(Right::user_manage));
}

TEST_CASE("who is switched off, or holds only roles that are gone, may and sees nothing") {
  auto gone = user({{"agent"}});
  gone.active = false;
  for (const auto& person : {gone, user({{"abolished"}})}) {
    const auto principal = resolve_principal(person, definitions(), {});
    CHECK_FALSE(principal.may(Right::ticket_read));
    CHECK(principal.views.empty());
  }
}

TEST_CASE("the widest role decides over a field group") {
  CHECK(resolve_principal(user({{"clerk"}}), definitions(), {}).access("money") == FieldAccess::hidden);
  CHECK(resolve_principal(user({{"clerk"}}), definitions(), {}).access("other") == FieldAccess::write);
  const auto both = resolve_principal(user({{"clerk"}, {"agent"}}), definitions(), {});
  CHECK(both.access("money") == FieldAccess::write);
  CHECK_FALSE(both.restricted_fields);
}

TEST_CASE("a role held in one team opens its field groups on that team's tickets only") {
  auto desk = definitions();
  desk.roles["reader"] = role("reader", {Right::ticket_read}, TicketScope::all);
  desk.roles["reader"].field_groups["money"] = FieldAccess::read;
  const auto person = [&](std::vector<RoleGrant> grants) { return resolve_principal(user(std::move(grants)), desk, {}); };

  const auto payer = person({{"reader"}, {"lead", "finance"}});  // lead names no group
  CHECK(payer.access("money", "finance") == FieldAccess::write);
  CHECK(payer.access("money", "service") == FieldAccess::read);
  CHECK(payer.access("money", "") == FieldAccess::read);
  CHECK(payer.access("money") == FieldAccess::write);  // somewhere
  CHECK(payer.access("other", "service") == FieldAccess::write);
  CHECK(payer.restricted_on("service"));
  CHECK_FALSE(payer.restricted_on("finance"));

  const auto narrow = person({{"lead"}, {"clerk", "service"}});
  CHECK(narrow.access("money", "service") == FieldAccess::write);
  CHECK_FALSE(narrow.restricted_fields);

  const auto nowhere_else = person({{"lead", "finance"}});
  CHECK(nowhere_else.access("money", "finance") == FieldAccess::write);
  CHECK(nowhere_else.access("money", "service") == FieldAccess::hidden);

  CHECK(holds_all_of(payer, user({{"reader"}}), desk));
  CHECK_FALSE(holds_all_of(person({{"reader"}, {"clerk"}}), user({{"reader"}, {"agent", "finance"}}), desk));
  CHECK_FALSE(holds_all_of(payer, user({{"reader"}, {"lead", "service"}}), desk));
}

TEST_CASE("views show all of another by their scope, their teams together, and conditions that are no narrower") {
  domain::Condition urgent;
  urgent.kind = domain::Condition::Kind::test;
  urgent.field = "priority";
  urgent.value = std::string{"urgent"};
  const domain::TicketView all{TicketScope::all, {}, {}}, some{TicketScope::all, {}, urgent};
  const domain::TicketView own{TicketScope::own, {}, {}}, nothing{};
  const auto teams = [](std::vector<std::string> names, domain::Condition where = {}) {
    return domain::TicketView{TicketScope::team, std::move(names), std::move(where)};
  };
  for (const auto& view : {all, some, own, nothing, teams({"a"}), teams({"a"}, urgent)}) CHECK(show_all_of({all}, view));
  CHECK(show_all_of({}, nothing));
  CHECK(show_all_of({}, teams({})));
  CHECK_FALSE(show_all_of({some}, all));
  CHECK_FALSE(show_all_of({some}, teams({"a"})));
  CHECK(show_all_of({some}, teams({"a"}, urgent)));
  CHECK(show_all_of({teams({"a"}), teams({"b", "c"})}, teams({"a", "c"})));
  CHECK_FALSE(show_all_of({teams({"a"}), teams({"b"}, urgent)}, teams({"a", "b"})));
  CHECK_FALSE(show_all_of({own}, own));  // another's
  CHECK_FALSE(show_all_of({teams({"a"})}, own));
}
