// SPDX-License-Identifier: Apache-2.0
// Conditions, row rights and lists in SQL against the same in memory, on random tickets.
#include <algorithm>
#include <map>

#include "base/search_text.hpp"
#include "domain/ticket/ticket_source.hpp"
#include "store/condition_scope.hpp"
#include "store/condition_sql.hpp"
#include "store/search_index.hpp"
#include "store/ticket_projection.hpp"
#include "store/visible_tickets.hpp"
#include "support/catch.hpp"
#include "support/random_condition.hpp"
#include "support/store_fixture.hpp"

using namespace docket;
using namespace docket::store;
using domain::Condition;
using tests::random_now;

namespace {

std::vector<domain::Field> custom_fields() {
  using domain::FieldKind;
  std::vector<domain::Field> fields;
  for (const auto& [name, kind] : std::vector<std::pair<std::string, FieldKind>>{{"order", FieldKind::text},
                                                                                 {"amount", FieldKind::number},
                                                                                 {"pieces", FieldKind::integer},
                                                                                 {"urgent", FieldKind::boolean},
                                                                                 {"reason", FieldKind::choice},
                                                                                 {"parts", FieldKind::choices},
                                                                                 {"bought", FieldKind::instant}}) {
    for (const bool indexed : {true, false}) {
      domain::Field field;
      field.name = indexed ? "ix_" + name : name;
      field.kind = kind;
      field.indexed = indexed;
      fields.push_back(field);
    }
  }
  return fields;
}

domain::Definitions desk() {
  domain::Definitions definitions;
  definitions.digest = "bundle-1";
  for (const auto name : tests::names) {
    domain::Form form;
    form.name = name;
    form.fields = custom_fields();
    definitions.forms[form.name] = form;
  }
  for (const auto& [name, rank] : std::map<std::string, int>{{"first", 0}, {"third", 3}}) {
    domain::DispatchRule rule;
    rule.name = name;
    rule.priority_rank = rank;
    definitions.dispatch.push_back(rule);
  }
  return definitions;
}

struct Fixture : test::StoreFixture {
  tests::Random random{20260213};
  std::map<TicketId, domain::Ticket> all;

  Fixture() : StoreFixture(desk()) {
    commit([&](Session& s) { fill_indexed_fields(s, *active, 100); });
    for (int i = 1; i <= 300; ++i) {
      auto ticket = make(TicketId{i});
      save(nullptr, ticket, random_now);
      all[ticket.id] = ticket;
    }
    // Half of them change into another ticket altogether: what is kept beside the row must follow.
    for (int i = 2; i <= 300; i += 2) {
      auto ticket = make(TicketId{i});
      ticket.type = all[ticket.id].type;
      ticket.created_by = all[ticket.id].created_by;
      ticket.version = all[ticket.id].version + 1;
      save(&all[ticket.id], ticket, random_now);
      all[ticket.id] = ticket;
    }
  }

  domain::Ticket make(TicketId id) {
    auto ticket = tests::random_ticket(random, id, custom_fields());
    ticket.bundle = "bundle-1";
    ticket.workflow_bundle = "bundle-1";
    return ticket;
  }

  std::vector<TicketId> matching(const Fragment& where) {
    std::vector<TicketId> ids;
    const Fragment sql = Fragment("SELECT t.id FROM ticket t WHERE ") + where + Fragment(" ORDER BY t.id");
    session.select<TicketId>(sql.sql, sql.values).each(1000, [&](TicketId id) { ids.push_back(id); });
    return ids;
  }

  domain::Principal random_principal() {
    domain::Principal principal;
    principal.actor.kind = tests::chance(random, 80) ? domain::ActorKind::user : domain::ActorKind::customer;
    if (principal.actor.kind == domain::ActorKind::user) {
      principal.user = UserId{tests::pick(random, 4)};
    } else {
      principal.customer = CustomerId{1 + tests::pick(random, 3)};
    }
    if (tests::chance(random, 50)) principal.rights.set(static_cast<std::size_t>(domain::Right::ticket_read));
    for (int n = tests::pick(random, 3); n >= 0; --n) {
      domain::TicketView view;
      view.scope = static_cast<domain::TicketScope>(tests::pick(random, 4));
      for (const auto team : tests::names) {
        if (tests::chance(random, 40)) view.teams.emplace_back(team);
      }
      if (tests::chance(random, 40)) view.where = tests::random_condition(random, shape());
      principal.views.push_back(std::move(view));
    }
    return principal;
  }

  static tests::ConditionShape shape() { return {.lists_only = true, .custom_fields = custom_fields(), .depth = 2}; }

  bool shown(const domain::Ticket& ticket, const Condition& filter, const domain::Principal& principal) {
    return domain::visible(principal, ticket, random_now) &&
           domain::holds(filter, domain::TicketSource(ticket, random_now));
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a saved ticket comes back whole") {
  const auto store = tickets(random_now);
  for (const auto& [id, ticket] : all) CHECK(store.load(id) == ticket);
  CHECK_FALSE(store.load(TicketId{9999}));
}

TEST_CASE_METHOD(Fixture, "both back ends of the condition language agree") {
  const ConditionScope scope(session, random_now, nullptr, {});
  ConditionContext context = scope.context();
  std::set<std::string> indexed;
  for (const auto& field : custom_fields()) {
    if (field.indexed) indexed.insert(field.name);
  }
  context.indexed_fields = &indexed;
  int hits = 0;
  for (int round = 0; round < 1500; ++round) {
    const auto condition = tests::random_condition(random, {.lists_only = true, .custom_fields = custom_fields()});
    const auto sql = condition_sql(condition, context);
    REQUIRE(sql);
    std::vector<TicketId> expected;
    for (const auto& [id, ticket] : all) {
      if (domain::holds(condition, domain::TicketSource(ticket, random_now))) expected.push_back(id);
    }
    const auto found = matching(*sql);
    hits += found.empty() || found.size() == all.size() ? 0 : 1;
    INFO("round " << round << ": " << sql->sql.text());
    REQUIRE(found == expected);
  }
  CHECK(hits > 500);  // or the test would compare nothing with nothing
}

TEST_CASE_METHOD(Fixture, "both halves of the visibility predicate agree") {
  for (int round = 0; round < 300; ++round) {
    const auto principal = random_principal();
    const ConditionScope scope(session, random_now, nullptr, principal);
    std::vector<TicketId> expected;
    for (const auto& [id, ticket] : all) {
      if (domain::visible(principal, ticket, random_now)) expected.push_back(id);
    }
    const auto sql = visible_tickets(principal, scope.context());
    INFO("round " << round << ": " << sql.sql.text());
    REQUIRE(matching(sql) == expected);
    const auto some = TicketId{1 + tests::pick(random, 300)};
    CHECK(tickets(random_now).find(some, principal).has_value() == std::ranges::binary_search(expected, some));
  }
}

TEST_CASE_METHOD(Fixture, "lists page through exactly what is shown, in order") {
  const auto store = tickets(random_now);
  for (int round = 0; round < 200; ++round) {
    const auto principal = tests::chance(random, 20) ? domain::system_principal("test") : random_principal();
    desk::TicketListQuery query;
    if (tests::chance(random, 80)) query.filter = tests::random_condition(random, shape());
    query.sort = static_cast<domain::Sorting>(tests::pick(random, 4));
    query.descending = tests::chance(random, 50);
    query.limit = 1 + tests::pick(random, 40);

    const auto key = [&](const domain::Ticket& ticket) -> std::int64_t {
      const auto row = project(ticket, {});
      switch (query.sort) {
        case domain::Sorting::updated:
          return row.updated_at.time_since_epoch().count();
        case domain::Sorting::created:
          return row.created_at.time_since_epoch().count();
        case domain::Sorting::due:
          return row.due_key.time_since_epoch().count();
        case domain::Sorting::priority:
          return static_cast<std::int64_t>(row.priority);
      }
      return 0;
    };
    std::vector<std::pair<std::int64_t, TicketId>> expected;
    for (const auto& [id, ticket] : all) {
      if (shown(ticket, query.filter, principal)) expected.emplace_back(key(ticket), id);
    }
    std::ranges::sort(expected);
    if (query.descending) std::ranges::reverse(expected);

    std::vector<std::pair<std::int64_t, TicketId>> found;
    for (bool more = true; more;) {
      const auto page = store.list(query, principal);
      REQUIRE(page);
      REQUIRE(page->rows.size() <= static_cast<std::size_t>(query.limit));
      for (const auto& row : page->rows) found.emplace_back(key(all.at(row.id)), row.id);
      more = page->next.has_value();
      query.after = page->next;
    }
    INFO("round " << round);
    REQUIRE(found == expected);
    query.after.reset();
    CHECK(store.count(query.filter, 1000, principal) == static_cast<int>(expected.size()));
    CHECK(store.count(query.filter, 7, principal) == std::min(7, static_cast<int>(expected.size())));
  }
}

TEST_CASE_METHOD(Fixture, "counts are those of the tickets that are shown") {
  const auto store = tickets(random_now);
  using Key = std::tuple<std::string, std::string, domain::StateCategory, UserId>;
  for (int round = 0; round < 40; ++round) {
    const auto principal = round == 0 ? domain::system_principal("test") : random_principal();
    std::map<Key, std::int64_t> expected;
    for (const auto& [id, t] : all) {
      if (domain::visible(principal, t, random_now)) ++expected[{t.team, t.state, t.category, t.assignee}];
    }
    std::map<Key, std::int64_t> found;
    for (const auto& row : store.counts(principal))
      found[{row.team, row.state, row.category, row.assignee}] = row.tickets;
    REQUIRE(found == expected);
  }
}

TEST_CASE_METHOD(Fixture, "search finds what has every term, newest first, and nothing else") {
  const auto store = tickets(random_now);
  for (const std::string query : {"退货", "refund", "退款 refund", "退", "100%", "没有"}) {
    for (int round = 0; round < 12; ++round) {
      const auto principal = round == 0 ? domain::system_principal("test") : random_principal();
      Condition filter;
      if (tests::chance(random, 50)) filter = tests::random_condition(random, shape());
      const auto terms = search_terms(query);
      std::vector<TicketId> expected;
      for (const auto& [id, ticket] : all) {
        const std::string tokens = " " + search_tokens(head_text(ticket)) + " ";
        const bool hit = std::ranges::all_of(terms, [&](const SearchTerm& term) {
          return tokens.find(" " + term.token + (term.prefix ? "" : " ")) != std::string::npos;
        });
        if (hit && shown(ticket, filter, principal)) expected.insert(expected.begin(), id);
      }
      std::vector<TicketId> found;
      TicketId after{};
      for (bool more = true; more;) {
        const auto page = store.search(query, filter, after, 5, principal);
        REQUIRE(page);
        for (const auto& row : page->rows) found.push_back(row.id);
        more = page->next.has_value();
        if (more) after = page->next->id;
      }
      INFO(query << " round " << round);
      REQUIRE(found == expected);
    }
  }
  CHECK(store.search("  ?! ", {}, {}, 5, domain::system_principal("test"))->rows.empty());
}

TEST_CASE_METHOD(Fixture, "a common word that is nowhere in what one sees costs a page no more than so many hits") {
  const int many = 20'000;
  commit([&](Session& s) {
    for (int i = 0; i < many; ++i) {
      const TicketId ticket{300 - i / 4000};
      s.run("INSERT INTO search(rowid, tokens) VALUES(?, ?)", search_entry(ticket, i % 4000 + 1, false), "everywhere");
    }
  });
  const auto store = tickets(random_now);
  domain::Principal elsewhere;
  elsewhere.actor.kind = domain::ActorKind::user;
  elsewhere.user = UserId{99};
  for (int i = 0; i < 600; ++i) {
    auto ticket = make(TicketId{1000 + i});
    ticket.team = "elsewhere";
    save(nullptr, ticket, random_now);
  }
  elsewhere.views.push_back({domain::TicketScope::team, {"elsewhere"}, {}});
  int pages = 0;
  TicketId after{};
  for (bool more = true; more; ++pages) {
    const auto page = store.search("everywhere", {}, after, 5, elsewhere);
    REQUIRE(page);
    CHECK(page->rows.empty());
    more = page->next.has_value();
    if (more) after = page->next->id;
    REQUIRE(pages < 10);
  }
  CHECK(pages == 5);
  CHECK(store.search("everywhere", {}, {}, 5, domain::system_principal("test"))->rows.size() == 5);

  // Every page goes on where the last one ended, over what others have, and tells of each ticket once.
  commit([&](Session& s) {
    for (std::int64_t ticket = 900; ticket < 3600; ++ticket) {
      for (int entry = 1; entry <= 3; ++entry)
        s.run("INSERT INTO search(rowid, tokens) VALUES(?, ?)", search_entry(TicketId{ticket}, entry, false), "scattered");
    }
  });
  std::vector<std::int64_t> found;
  after = {};
  pages = 0;
  for (bool more = true; more; ++pages) {
    const auto page = store.search("scattered", {}, after, 50, elsewhere);
    for (const auto& row : page->rows) found.push_back(row.id.value);
    more = page->next.has_value();
    if (more) after = page->next->id;
    REQUIRE(pages < 30);
  }
  CHECK(pages > 12);  // 600 tickets, and before them pages of what is not in sight
  CHECK(found.size() == 600);
  for (std::size_t at = 0; at < found.size(); ++at) REQUIRE(found[at] == 1599 - static_cast<std::int64_t>(at));
}

TEST_CASE_METHOD(Fixture, "who sees many tickets finds those of their teams and those they were copied in on") {
  domain::Principal agent;
  agent.actor.kind = domain::ActorKind::user;
  agent.user = UserId{99};
  agent.views.push_back({domain::TicketScope::team, {"elsewhere"}, {}});
  const auto add = [&](std::int64_t id, const char* team, std::vector<UserId> copied) {
    auto ticket = make(TicketId{id});
    ticket.team = team;
    ticket.copied = std::move(copied);
    ticket.subject = "needle";
    save(nullptr, ticket, random_now);
    return ticket;
  };
  for (int i = 0; i < 600; ++i) add(1000 + i, "elsewhere", {});
  add(2000, "other", {});
  add(2001, "other", {agent.user});
  add(2002, "elsewhere", {agent.user});
  const auto store = tickets(random_now);
  const auto newest = [&](const Condition& filter) {
    std::vector<std::int64_t> ids;
    const auto page = store.search("needle", filter, {}, 3, agent);
    for (const auto& row : page->rows) ids.push_back(row.id.value);
    return ids;
  };
  CHECK(newest({}) == std::vector<std::int64_t>{2002, 1599, 1598});
  agent.rights.set(static_cast<std::size_t>(domain::Right::ticket_read));
  CHECK(newest({}) == std::vector<std::int64_t>{2002, 2001, 1599});
  Condition other;
  other.kind = Condition::Kind::test;
  other.field = "team";
  other.op = domain::Operator::is;
  other.value = std::string("other");
  CHECK(newest(other) == std::vector<std::int64_t>{2001});

  // What is in whose team is kept beside the search: it follows the ticket.
  auto ticket = add(2003, "other", {});
  CHECK(newest({}) == std::vector<std::int64_t>{2002, 2001, 1599});
  const auto move = [&](const char* team) {
    const auto before = ticket;
    ticket.team = team;
    ticket.version += 1;
    save(&before, ticket, random_now);
  };
  move("elsewhere");
  CHECK(newest({}) == std::vector<std::int64_t>{2003, 2002, 2001});
  move("other");
  CHECK(newest({}) == std::vector<std::int64_t>{2002, 2001, 1599});
}

TEST_CASE_METHOD(Fixture, "what somebody watches or was copied in on is listed and counted as far as it is seen") {
  domain::Principal agent;
  agent.actor.kind = domain::ActorKind::user;
  agent.user = UserId{99};
  agent.rights.set(static_cast<std::size_t>(domain::Right::ticket_read));
  agent.views.push_back({domain::TicketScope::team, {"elsewhere"}, {}});
  const auto add = [&](std::int64_t id, const char* team, std::vector<UserId> watchers, std::vector<UserId> copied) {
    auto ticket = make(TicketId{id});
    ticket.team = team;
    ticket.category = domain::StateCategory::open;
    ticket.watchers = std::move(watchers);
    ticket.copied = std::move(copied);
    save(nullptr, ticket, random_now);
  };
  add(2000, "elsewhere", {}, {});
  add(2001, "elsewhere", {agent.user}, {});
  add(2002, "other", {agent.user}, {});
  add(2003, "other", {}, {agent.user});
  add(2004, "elsewhere", {agent.user}, {agent.user});
  add(2005, "elsewhere", {UserId{98}}, {UserId{98}});
  add(2006, "elsewhere", {UserId{98}}, {agent.user});
  const auto test = [](const char* field, domain::Operator op, domain::Value value) {
    Condition condition;
    condition.kind = Condition::Kind::test;
    condition.field = field;
    condition.op = op;
    condition.value = std::move(value);
    return condition;
  };
  const auto of = [](Condition::Kind kind, std::vector<Condition> children) {
    Condition condition;
    condition.kind = kind;
    condition.children = std::move(children);
    return condition;
  };
  const auto store = tickets(random_now);
  const auto listed = [&](const Condition& filter) {
    desk::TicketListQuery query;
    query.filter = filter;
    query.sort = domain::Sorting::created;
    std::vector<std::int64_t> ids;
    const auto page = store.list(query, agent);
    for (const auto& row : page->rows) ids.push_back(row.id.value);
    std::ranges::sort(ids);
    CHECK(std::cmp_equal(*store.count(filter, 100, agent), ids.size()));
    return ids;
  };
  using Ids = std::vector<std::int64_t>;
  constexpr auto either = Condition::Kind::any, both = Condition::Kind::all;
  const auto watched = test("watchers", domain::Operator::contains, std::vector<std::string>{"99"});
  const auto copied = test("copied", domain::Operator::is, std::int64_t{99});
  const auto open = test("category", domain::Operator::is, std::string("open"));
  const auto closed = test("category", domain::Operator::is, std::string("closed"));
  CHECK(listed(watched) == Ids{2001, 2004});  // 2002 is of a team whose tickets they do not see
  CHECK(listed(copied) == Ids{2003, 2004, 2006});
  CHECK(listed(of(either, {watched, copied})) == Ids{2001, 2003, 2004, 2006});
  CHECK(listed(of(both, {watched, copied})) == Ids{2004});
  CHECK(listed(of(both, {open, of(either, {watched, copied})})) == Ids{2001, 2003, 2004, 2006});
  CHECK(listed(of(both, {closed, watched})).empty());
  CHECK(listed(of(either, {of(both, {open, watched}), copied})) == Ids{2001, 2003, 2004, 2006});
  CHECK(listed(test("watchers", domain::Operator::in, std::vector<std::string>{"98", "99"})) == Ids{2001, 2004, 2005, 2006});
  CHECK(listed(test("watchers", domain::Operator::contains, std::vector<std::string>{"nobody"})).empty());
  // What is not within somebody's list is found all the same.
  CHECK(listed(of(both, {of(either, {watched, open}), test("team", domain::Operator::is, std::string("elsewhere"))})) ==
        Ids{2000, 2001, 2004, 2005, 2006});
}

TEST_CASE_METHOD(Fixture, "tickets of a state are looked for where that state has tickets, and nowhere else") {
  Condition rare;
  rare.kind = Condition::Kind::test;
  rare.field = "state";
  rare.op = domain::Operator::is;
  rare.value = std::string("rare");
  const auto counted = [&] { return *tickets(random_now).count(rare, 100, domain::system_principal("test")); };
  CHECK(counted() == 0);
  auto ticket = make(TicketId{2000});
  const auto put = [&](const domain::Ticket* before, const char* state, domain::StateCategory category) {
    const auto old = before != nullptr ? std::optional(*before) : std::nullopt;
    ticket.state = state;
    ticket.category = category;
    ticket.version += 1;
    save(old ? &*old : nullptr, ticket, random_now);
  };
  put(nullptr, "rare", domain::StateCategory::pending);
  CHECK(counted() == 1);
  put(&ticket, "rare", domain::StateCategory::closed);  // another workflow has that state at its end
  CHECK(counted() == 1);
  put(&ticket, "usual", domain::StateCategory::closed);
  CHECK(counted() == 0);
}

TEST_CASE_METHOD(Fixture, "who waits in a team is given out by the rank of the rule, then urgency, then age") {
  const auto wait = [&](int id, domain::Priority priority, std::string rule) {
    auto ticket = make(TicketId{2000 + id});
    ticket.team = "queue";
    ticket.waiting = true;
    ticket.priority = priority;
    ticket.dispatch_rule = std::move(rule);
    const bool known = all.contains(ticket.id);
    if (known) {
      ticket.type = all[ticket.id].type;
      ticket.created_by = all[ticket.id].created_by;
      ticket.version = all[ticket.id].version + 1;
    }
    save(known ? &all[ticket.id] : nullptr, ticket, random_now);
    all[ticket.id] = ticket;
  };
  using enum domain::Priority;
  wait(1, urgent, "");
  wait(2, normal, "third");
  wait(3, urgent, "third");
  wait(4, low, "first");
  const auto ids = [](std::vector<int> numbers) {
    std::vector<TicketId> made;
    for (const int number : numbers) made.push_back(TicketId{2000 + number});
    return made;
  };
  CHECK(tickets(random_now).waiting("queue", 10) == ids({4, 3, 2, 1}));
  wait(1, low, "first");
  CHECK(tickets(random_now).waiting("queue", 3) == ids({1, 4, 3}));
}

TEST_CASE_METHOD(Fixture, "unknown and unindexed fields are refused in words") {
  const auto test = [](std::string field) {
    Condition condition;
    condition.kind = Condition::Kind::test;
    condition.field = std::move(field);
    condition.value = std::string("x");
    return condition;
  };
  const auto everyone = domain::system_principal("test");
  const auto store = tickets(random_now);
  CHECK(store.count(test("nonsense"), 5, everyone).error().code == ErrorCode::invalid_field);
  CHECK(store.count(test("field.order"), 5, everyone).has_value());
  auto far = make(TicketId{kSmallDesk + 1});
  save(nullptr, far, random_now);
  const auto refused = store.count(test("field.order"), 5, everyone);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().detail.find("10000") != std::string::npos);
  CHECK(store.count(test("field.ix_order"), 5, everyone).has_value());
}

TEST_CASE_METHOD(Fixture, "a field that is marked later is filled in from what there is") {
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
  for (bool more = true; more;) {
    commit([&](Session& s) { more = fill_indexed_fields(s, changed, 70); });
  }
  CHECK(session.select<int>("SELECT count(DISTINCT ticket) FROM ticket_field WHERE field = 'reason' AND value = 'a'")
            .one() == std::tuple(before));
  CHECK(session.select<int>("SELECT count(*) FROM indexed_field WHERE next IS NULL").one() == std::tuple(1));
  CHECK(*tickets(random_now).count(wanted, 1000, everyone) == before);
}

TEST_CASE_METHOD(Fixture, "a field that one form marks is found in the tickets of all") {
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
  for (bool more = true; more;) {
    commit([&](Session& s) { more = fill_indexed_fields(s, *active, 70); });
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

TEST_CASE_METHOD(Fixture, "fields that are marked together are filled in one pass, and one marked meanwhile joins them") {
  auto changed = *active;
  const auto mark = [&](const std::set<std::string>& names) {
    for (auto& [type, form] : changed.forms) {
      for (auto& field : form.fields) field.indexed = names.contains(field.name);
    }
  };
  const auto slice = [&] {
    bool more = false;
    commit([&](Session& s) { more = fill_indexed_fields(s, changed, 70); });
    return more;
  };
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
