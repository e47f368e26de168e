// SPDX-License-Identifier: Apache-2.0
// Custom fields that are marked `indexed`: filled in from what there is, kept, and not believed where they are not.
#include <algorithm>
#include <set>

#include "domain/ticket/ticket_source.hpp"
#include "support/catch.hpp"
#include "support/random_tickets.hpp"

using namespace docket;
using namespace docket::store;
using domain::Condition;
using tests::random_now;

namespace {

struct Fields : test::RandomTickets {
  /// One slice. Whether there is more.
  bool fill(const domain::Definitions& definitions) {
    bool more = false;
    commit([&](Session& s) { more = fill_indexed_fields(s, definitions, 70); });
    return more;
  }
};

}  // namespace

TEST_CASE_METHOD(Fields, "a field that is marked later is filled in from what there is") {
  auto changed = *active;
  for (auto& [type, form] : changed.forms) {
    for (auto& field : form.fields) field.indexed = field.name == "reason";
  }
  Condition wanted;
  wanted.kind = Condition::Kind::test;
  wanted.field = "field.reason";
  wanted.value = std::string("a");
  const auto everyone = domain::system_principal("test");
  const int before = *tickets(random_now).count(wanted, 1000, everyone);
  REQUIRE(before > 0);
  while (fill(changed)) {
  }
  CHECK(session.select<int>("SELECT count(DISTINCT ticket) FROM ticket_field WHERE field = 'reason' AND value = 'a'")
            .one() == std::tuple(before));
  CHECK(session.select<int>("SELECT count(*) FROM indexed_field WHERE next IS NULL").one() == std::tuple(1));
  CHECK(*tickets(random_now).count(wanted, 1000, everyone) == before);
}

TEST_CASE_METHOD(Fields, "a field that one form marks is found in the tickets of all") {
  auto changed = *active;
  bool first = true;
  for (auto& [type, form] : changed.forms) {
    for (auto& field : form.fields) field.indexed = first && field.name == "reason";
    first = false;
  }
  Condition wanted;
  wanted.kind = Condition::Kind::test;
  wanted.field = "field.reason";
  const auto everyone = domain::system_principal("test");
  const auto same_as_before = [&](const char* what) {
    const auto found = *tickets(random_now).count(wanted, 1000, everyone);
    CAPTURE(what, found);
    return found == std::ranges::count_if(all, [&](const auto& one) {
             return domain::holds(wanted, domain::TicketSource{one.second, random_now});
           });
  };
  active = std::make_shared<const domain::Definitions>(changed);
  while (fill(*active)) {
  }
  for (const auto op : {domain::Operator::is, domain::Operator::is_not}) {
    wanted.op = op;
    wanted.value = std::string("a");
    CHECK(same_as_before("filled"));
  }
  // What changes afterwards follows in tickets of the other types, too.
  for (auto& [id, ticket] : all) {
    const auto before = ticket;
    ticket.fields["reason"] = std::string(id.value % 3 == 0 ? "a" : "b");
    save(&before, ticket, random_now);
  }
  for (const auto op : {domain::Operator::is, domain::Operator::is_not}) {
    wanted.op = op;
    CHECK(same_as_before("changed"));
  }
}

TEST_CASE_METHOD(Fields, "fields that are marked together are filled in one pass, and one marked meanwhile joins them") {
  auto changed = *active;
  const auto mark = [&](const std::set<std::string>& names) {
    for (auto& [type, form] : changed.forms) {
      for (auto& field : form.fields) field.indexed = names.contains(field.name);
    }
  };
  const auto slice = [&] { return fill(changed); };
  const auto values = [&](const std::string& name) {
    std::set<std::pair<std::int64_t, std::string>> found;
    session.select<std::int64_t, std::string>("SELECT ticket, CAST(value AS TEXT) FROM ticket_field WHERE field = ?", name)
        .each(10'000, [&](std::int64_t id, std::string value) { found.emplace(id, std::move(value)); });
    return found;
  };
  mark({"reason", "order", "parts"});
  REQUIRE(slice());
  REQUIRE(slice());
  mark({"reason", "order", "parts", "pieces"});
  int slices = 0;
  while (slice()) ++slices;
  CHECK(slices == 5);  // one alone to where the others stand, then all together: 70, 70; 70, 70, 20
  CHECK(session.select<int>("SELECT count(*) FROM indexed_field WHERE next IS NULL").one() == std::tuple(4));
  for (const std::string name : {"reason", "order", "pieces"}) {
    std::set<std::pair<std::int64_t, std::string>> expected;
    for (const auto& [id, ticket] : all) {
      const auto value = ticket.fields.find(name);
      if (value == ticket.fields.end()) continue;
      if (const auto* text = std::get_if<std::string>(&value->second); text != nullptr && !text->empty())
        expected.emplace(id.value, *text);
      if (const auto* whole = std::get_if<std::int64_t>(&value->second))
        expected.emplace(id.value, std::to_string(*whole));
    }
    CHECK_FALSE(expected.empty());
    CHECK(values(name) == expected);
  }
}

TEST_CASE_METHOD(Fields, "a field that was unmarked for a while is not believed until it is filled anew") {
  const auto marked = active;
  auto changed = *active;
  changed.digest = "bundle-2";
  for (auto& [type, form] : changed.forms) {
    for (auto& field : form.fields) field.indexed = field.indexed && field.name != "ix_reason";
  }
  const auto publish = [&](std::shared_ptr<const domain::Definitions> definitions) {
    active = std::move(definitions);
    commit([&](Session& s) { BundleRows(s).publish(*active, {{"desk.yaml", "x"}}, {}, {}); });
  };
  // Both publications come before the next filling, and between them tickets change.
  publish(std::make_shared<const domain::Definitions>(changed));
  for (auto& [id, ticket] : all) {
    const auto before = ticket;
    ticket.fields["ix_reason"] = std::string(id.value % 3 == 0 ? "a" : "b");
    save(&before, ticket, random_now);
  }
  publish(marked);

  const auto everyone = domain::system_principal("test");
  Condition wanted;
  wanted.kind = Condition::Kind::test;
  wanted.field = "field.ix_reason";
  wanted.value = std::string("a");
  CHECK(*tickets(random_now).count(wanted, 1000, everyone) == 100);
  while (fill(*active)) {
  }
  CHECK(*tickets(random_now).count(wanted, 1000, everyone) == 100);
  CHECK(session.select<int>("SELECT count(*) FROM ticket_field WHERE field = 'ix_reason'").one() == std::tuple(300));
}
