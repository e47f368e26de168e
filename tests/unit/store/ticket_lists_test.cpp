// SPDX-License-Identifier: Apache-2.0
// Conditions, row rights and lists in SQL against the same in memory, on random tickets.
#include <algorithm>
#include <map>

#include "base/search_text.hpp"
#include "store/condition_scope.hpp"
#include "store/condition_sql.hpp"
#include "store/search_index.hpp"
#include "store/ticket_projection.hpp"
#include "support/catch.hpp"
#include "support/random_tickets.hpp"

using namespace docket;
using namespace docket::store;
using domain::Condition;
using test::RandomTickets;
using test::custom_fields;
using tests::random_now;

TEST_CASE_METHOD(RandomTickets, "a saved ticket comes back whole") {
  const auto store = tickets(random_now);
  for (const auto& [id, ticket] : all) CHECK(store.load(id) == ticket);
  CHECK_FALSE(store.load(TicketId{9999}));
}

TEST_CASE_METHOD(RandomTickets, "both back ends of the condition language agree") {
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

TEST_CASE_METHOD(RandomTickets, "both halves of the visibility predicate agree") {
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

TEST_CASE_METHOD(RandomTickets, "lists page through exactly what is shown, in order") {
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

TEST_CASE_METHOD(RandomTickets, "counts are those of the tickets that are shown") {
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

TEST_CASE_METHOD(RandomTickets, "search finds what has every term, newest first, and nothing else") {
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

TEST_CASE_METHOD(RandomTickets, "a common word that is nowhere in what one sees costs a page no more than so many hits") {
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

TEST_CASE_METHOD(RandomTickets, "who sees many tickets finds those of their teams and those they were copied in on") {
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

TEST_CASE_METHOD(RandomTickets, "what somebody watches or was copied in on is listed and counted as far as it is seen") {
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

TEST_CASE_METHOD(RandomTickets, "tickets of a state are looked for where that state has tickets, and nowhere else") {
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

TEST_CASE_METHOD(RandomTickets, "who waits in a team is given out by the rank of the rule, then urgency, then age") {
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

TEST_CASE_METHOD(RandomTickets, "unknown and unindexed fields are refused in words") {
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
