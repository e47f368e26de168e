// SPDX-License-Identifier: Apache-2.0
// What people have who work together: links, notices, drafts, held messages, views of their own. One suite, on the desk
// in memory and on SQLite.
#include "desk/access_links.hpp"
#include "desk/held_messages.hpp"
#include "suite.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;

namespace {

template <class Harness>
struct Together : Harness {
  UserId li{}, wang{};
  TicketId ticket{};
  domain::Principal sees;  ///< li, who sees everything

  Together() {
    li = person("li");
    wang = person("wang");
    ticket = ask_of([](desk::Unit& unit) {
      auto wish = test::a_return(0);
      wish.customer = {};
      return desk::create_ticket(unit, everyone, wish)->ticket.id;
    });
    sees = domain::system_principal("li");
    sees.actor = {domain::ActorKind::user, li.value, "li"};
    sees.user = li;
  }

  /// What the work gives, committed.
  template <class Work>
  auto ask_of(Work work) {
    using Value = std::invoke_result_t<Work&, desk::Unit&>;
    auto outcome = desk::write_and_wait(this->database(), [&](desk::Unit& unit) -> Result<Value> { return work(unit); });
    if (!outcome) throw std::runtime_error(outcome.error().detail);
    return *std::move(outcome);
  }
  template <class Work>
  void act(Work work) {
    ask_of([&](desk::Unit& unit) {
      work(unit);
      return true;
    });
  }
  template <class Work>
  auto read(Work work) {
    using Value = std::invoke_result_t<Work&, const desk::Reading&>;
    auto outcome =
        desk::read_and_wait(this->database(), [&](const desk::Reading& r) -> Result<Value> { return work(r); });
    if (!outcome) throw std::runtime_error(outcome.error().detail);
    return *std::move(outcome);
  }

  UserId person(const std::string& login) {
    return ask_of([&](desk::Unit& unit) {
      desk::User user;
      user.login = login;
      user.name = login;
      user.grants = {{"agent", ""}};
      user.memberships = {{"support", false}};
      user.presence = domain::Presence::online;
      user.created_at = unit.now;
      return unit.directory.add_user(user);
    });
  }
};

desk::Draft a_draft(UserId user, TicketId ticket, std::string body, Time at) {
  desk::Draft draft;
  draft.user = user;
  draft.ticket = ticket;
  draft.written.kind = desk::DraftKind::reply;
  draft.written.body = std::move(body);
  draft.written.attachments = {7, 9};
  draft.written.mentions = {{user}, {"support"}};
  draft.written.base_version = 3;
  draft.updated_at = at;
  return draft;
}

}  // namespace

TEMPLATE_TEST_CASE("a link is found by its secret's digest and by its ticket, and ends", "", MemoryHarness, SqliteHarness) {
  Together<TestType> suite;
  const auto add = [&](desk::LinkPurpose purpose, const std::string& secret) {
    return suite.ask_of([&](desk::Unit& unit) {
      desk::AccessLink link;
      link.id = unit.links.next_link_id();
      link.ticket = suite.ticket;
      link.purpose = purpose;
      link.created_at = unit.now;
      link.expires_at = unit.now + 24h;
      unit.links.add_link(link, sha256(secret));
      return link.id;
    });
  };
  const auto portal = add(desk::LinkPurpose::portal, "one");
  const auto first = add(desk::LinkPurpose::guest, "two");
  const auto second = add(desk::LinkPurpose::guest, "three");
  CHECK(first != second);
  CHECK(suite.read([](const auto& r) { return r.links.find_link(sha256("two")); })->id == first);
  CHECK_FALSE(suite.read([](const auto& r) { return r.links.find_link(sha256("four")); }));
  CHECK(suite.read([&](const auto& r) { return r.links.find_link(portal); })->purpose == desk::LinkPurpose::portal);
  const auto guests =
      suite.read([&](const auto& r) { return r.links.links(suite.ticket, desk::LinkPurpose::guest); });
  REQUIRE(guests.size() == 2);
  CHECK(guests[0].id == second);  // newest first
  suite.act([&](desk::Unit& unit) {
    auto link = *unit.links.find_link(first);
    link.revoked_at = unit.now + 1h;
    link.answered_at = unit.now + 2h;
    link.expires_at = unit.now + 3h;
    link.until_event = 4;
    unit.links.save_link(link);
  });
  const auto saved = *suite.read([&](const auto& r) { return r.links.find_link(first); });
  CHECK(saved.revoked_at == start + 1h);
  CHECK(saved.answered_at == start + 2h);
  CHECK(saved.expires_at == start + 3h);
  CHECK(saved.until_event == 4);
  CHECK(saved.ticket == suite.ticket);
}

TEMPLATE_TEST_CASE("uploads that no message took are counted by name, and take the name of who uses them", "", MemoryHarness, SqliteHarness) {
  Together<TestType> suite;
  const auto by = [](std::string name) { return domain::Actor{domain::ActorKind::customer, 3, std::move(name)}; };
  const auto add = [&](const std::string& name, std::int64_t size) {
    return suite.ask_of([&](desk::Unit& unit) {
      desk::Attachment file;
      file.name = "a.txt";
      file.sha256 = std::string(64, 'a');
      file.size = size;
      file.by = by(name);
      file.created_at = unit.now;
      return unit.attachments.add_attachment(file);
    });
  };
  const auto bytes = [&](const std::string& name) {
    return suite.read([&](const auto& r) { return r.attachments.bytes_unbound(by(name)); });
  };
  const auto bind = [&](AttachmentId id, const domain::Actor& who) {
    return suite.ask_of([&](desk::Unit& unit) { return unit.attachments.bind(id, suite.ticket, who, false); });
  };
  const auto first = add("one", 5);
  add("two", 7);
  CHECK(bytes("one") == 5);
  CHECK(bytes("two") == 7);
  CHECK(bytes("three") == 0);
  CHECK(bytes("") == 12);
  CHECK_FALSE(bind(first, {domain::ActorKind::customer, 4, "one"}));
  CHECK_FALSE(bind(first, {domain::ActorKind::guest, 3, "one"}));
  CHECK(bind(first, by("li")));
  CHECK_FALSE(bind(first, by("li")));
  const auto files = suite.read([&](const auto& r) { return r.attachments.attachments(suite.ticket); });
  REQUIRE(files.size() == 1);
  CHECK(files[0].by == by("li"));
  CHECK(bytes("") == 7);
}

TEMPLATE_TEST_CASE("an upload that a draft or a message that waits still names is not dropped", "", MemoryHarness, SqliteHarness) {
  Together<TestType> suite;
  const auto add = [&] {
    return suite.ask_of([&](desk::Unit& unit) {
      desk::Attachment file;
      file.name = "a.txt";
      file.sha256 = std::string(64, 'a');
      file.by = {domain::ActorKind::user, suite.li.value, "li"};
      file.created_at = unit.now;
      return unit.attachments.add_attachment(file);
    });
  };
  const auto drafted = add();
  const auto held = add();
  const auto unused = add();
  auto draft = a_draft(suite.li, suite.ticket, "您好", start);
  draft.written.attachments = {drafted.value};
  desk::HeldMessage message;
  message.user = suite.li;
  message.ticket = suite.ticket;
  message.written.body = "先发";
  message.written.attachments = {held.value};
  message.send_at = start + 10s;
  suite.act([&](desk::Unit& unit) {
    unit.workspace.save_draft(draft);
    unit.workspace.add_held(message);
    (void)unit.attachments.drop_unbound(start + 1h, 10);
  });
  const auto there = [&](AttachmentId id) {
    return suite.read([&](const auto& r) { return r.attachments.find_attachment(id).has_value(); });
  };
  CHECK(there(drafted));
  CHECK(there(held));
  CHECK_FALSE(there(unused));
  suite.act([&](desk::Unit& unit) {
    unit.workspace.remove_draft(suite.li, suite.ticket, draft.written.kind);
    (void)unit.attachments.drop_unbound(start + 1h, 10);
  });
  CHECK_FALSE(there(drafted));
}

TEMPLATE_TEST_CASE("notices come newest first, are read, and are dropped when old", "", MemoryHarness, SqliteHarness) {
  Together<TestType> suite;
  for (int i = 0; i < 5; ++i) {
    suite.advance(1min);
    suite.act([&](desk::Unit& unit) {
      desk::Notice notice;
      notice.user = i == 4 ? suite.wang : suite.li;
      notice.ticket = suite.ticket;
      notice.sequence = 1;
      notice.kind = "mentioned";
      notice.subject = "退货";
      notice.text = "第 " + std::to_string(i) + " 条";
      notice.at = unit.now;
      unit.notices.add_notice(notice);
    });
  }
  const auto list = [&](bool unread, NoticeId before, int limit) {
    return suite.read([&](const auto& r) { return r.notices.notices(suite.sees, unread, before, limit); });
  };
  const auto all = list(false, {}, 10);
  REQUIRE(all.size() == 4);
  CHECK(all[0].text == "第 3 条");
  CHECK(all[0].at == start + 4min);
  CHECK(list(false, all[1].id, 10).size() == 2);
  CHECK(list(false, {}, 3).size() == 3);
  const auto unread = [&](int cap) {
    return suite.read([&](const auto& r) { return r.notices.unread_notices(suite.sees, cap); });
  };
  CHECK(unread(100) == 4);
  CHECK(unread(2) == 2);
  suite.act([&](desk::Unit& unit) { unit.notices.read_notices(suite.li, {all[0].id}, unit.now); });
  suite.act([&](desk::Unit& unit) { unit.notices.read_notices(suite.wang, {all[1].id}, unit.now); });  // not theirs
  CHECK(unread(100) == 3);
  CHECK(list(true, {}, 10).size() == 3);
  suite.act([&](desk::Unit& unit) { unit.notices.read_notices_up_to(suite.li, all[2].id, unit.now); });
  CHECK(unread(100) == 1);
  CHECK(list(false, {}, 10)[0].read);

  const auto last = suite.read([](const auto& r) { return r.notices.last_notice(); });
  CHECK(last.value > all[0].id.value);
  CHECK(suite.read([&](const auto& r) { return r.notices.notices_since(all[3].id, 10); }).size() == 4);
  CHECK(suite.read([&](const auto& r) { return r.notices.notices_since(last, 10); }).empty());
  // Whoever does not see the ticket any more does not see what was told about it.
  auto blind = suite.sees;
  blind.views.clear();
  CHECK(suite.read([&](const auto& r) { return r.notices.notices(blind, false, {}, 10); }).empty());
  CHECK(suite.read([&](const auto& r) { return r.notices.unread_notices(blind, 10); }) == 0);
  CHECK(suite.ask_of([](desk::Unit& unit) { return unit.notices.drop_notices(start + 150s, 1); }) == 1);
  CHECK(suite.ask_of([](desk::Unit& unit) { return unit.notices.drop_notices(start + 150s, 10); }) == 1);
  CHECK(list(false, {}, 10).size() == 2);
}

TEMPLATE_TEST_CASE("a mention becomes a notice with the message", "", MemoryHarness, SqliteHarness) {
  Together<TestType> suite;
  suite.act([&](desk::Unit& unit) {
    domain::AddMessage note;
    note.kind = domain::MessageKind::note;
    note.body = "请看一下";
    note.mentions.users = {suite.li};
    const auto done = desk::command_ticket(unit, everyone, suite.ticket, {}, note);
    if (!done) throw std::runtime_error(done.error().detail);
    if (!unit.wakes.notices) throw std::runtime_error("nobody is woken");
  });
  const auto told = suite.read([&](const auto& r) { return r.notices.notices(suite.sees, true, {}, 10); });
  REQUIRE_FALSE(told.empty());
  CHECK(told[0].kind == "mentioned");
  CHECK(told[0].text == "请看一下");
}

TEMPLATE_TEST_CASE("a draft is one a person, ticket and kind", "", MemoryHarness, SqliteHarness) {
  Together<TestType> suite;
  const auto draft = a_draft(suite.li, suite.ticket, "您好", start);
  suite.act([&](desk::Unit& unit) { unit.workspace.save_draft(draft); });
  auto longer = draft;
  longer.written.body = "您好，请寄回";
  longer.updated_at = start + 1min;
  suite.act([&](desk::Unit& unit) { unit.workspace.save_draft(longer); });
  auto note = draft;
  note.written.kind = desk::DraftKind::note;
  note.updated_at = start + 2min;
  suite.act([&](desk::Unit& unit) { unit.workspace.save_draft(note); });
  const auto found = suite.read(
      [&](const auto& r) { return r.workspace.find_draft(suite.li, suite.ticket, desk::DraftKind::reply); });
  REQUIRE(found);
  CHECK(found->written == longer.written);
  const auto mine = suite.read([&](const auto& r) { return r.workspace.drafts(suite.li, 10); });
  REQUIRE(mine.size() == 2);
  CHECK(mine[0].written.kind == desk::DraftKind::note);  // newest first
  CHECK(suite.read([&](const auto& r) { return r.workspace.drafts(suite.wang, 10); }).empty());
  CHECK(suite.ask_of([&](desk::Unit& unit) { return unit.workspace.drop_drafts(start + 90s, 10); }) == 1);
  const auto drop = [&] {
    return suite.ask_of([&](desk::Unit& unit) {
      return unit.workspace.remove_draft(suite.li, suite.ticket, desk::DraftKind::note);
    });
  };
  CHECK(drop());
  CHECK_FALSE(drop());
}

TEMPLATE_TEST_CASE("held messages are due in order, sent once, and become drafts when they can not be sent", "", MemoryHarness,
                   SqliteHarness) {
  Together<TestType> suite;
  const auto hold = [&](const std::string& body, Duration delay) {
    return suite.ask_of([&](desk::Unit& unit) {
      desk::HeldMessage message;
      message.user = suite.li;
      message.ticket = suite.ticket;
      message.written.kind = desk::DraftKind::reply;
      message.written.body = body;
      message.rights = {domain::Right::ticket_read, domain::Right::ticket_reply};
      message.send_at = unit.now + delay;
      return unit.workspace.add_held(message);
    });
  };
  const auto later = hold("后发", 20s);
  const auto sooner = hold("先发", 10s);
  CHECK(suite.read([&](const auto& r) { return r.workspace.held_of(suite.li, 10); }).size() == 2);
  const auto kept = suite.read([&](const auto& r) { return r.workspace.find_held(later); });
  REQUIRE(kept);
  CHECK(kept->rights == std::vector{domain::Right::ticket_read, domain::Right::ticket_reply});
  CHECK(kept->written.body == "后发");
  CHECK(suite.ask_of([](desk::Unit& unit) { return unit.workspace.next_held(); }) == start + 10s);
  CHECK(suite.ask_of([](desk::Unit& unit) { return unit.workspace.held_due(unit.now, 10).size(); }) == 0);

  suite.advance(15s);
  CHECK(suite.ask_of([](desk::Unit& unit) { return desk::send_held(unit, 10); }) == 1);
  CHECK_FALSE(suite.read([&](const auto& r) { return r.workspace.find_held(sooner); }));
  CHECK(suite.ask_of([](desk::Unit& unit) { return desk::send_held(unit, 10); }) == 0);
  // The role of this desk's people does not exist: what they could say when they wrote it, they may not say now.
  const auto draft = suite.read(
      [&](const auto& r) { return r.workspace.find_draft(suite.li, suite.ticket, desk::DraftKind::reply); });
  REQUIRE(draft);
  CHECK(draft->written.body == "先发");
  const auto told = suite.read([&](const auto& r) { return r.notices.notices(suite.sees, true, {}, 10); });
  REQUIRE(told.size() == 1);
  CHECK(told[0].kind == "not_sent");
  suite.advance(15s);
  CHECK(suite.ask_of([](desk::Unit& unit) { return desk::send_held(unit, 10); }) == 1);
  CHECK(suite.ask_of([](desk::Unit& unit) { return unit.workspace.next_held(); }) == std::nullopt);
}

TEMPLATE_TEST_CASE("a message that can not be sent joins what was written since, with the files and mentions of both", "",
                   MemoryHarness, SqliteHarness) {
  Together<TestType> suite;
  desk::HeldMessage message;
  message.user = suite.li;
  message.ticket = suite.ticket;
  message.written = {desk::DraftKind::reply, "先发", {4, 5}, {{suite.wang}, {"finance"}}, 1};
  message.send_at = start + 10s;
  auto draft = a_draft(suite.li, suite.ticket, "", start);
  draft.written = {desk::DraftKind::reply, "", {5, 6}, {{suite.li}, {"finance"}}, 3};
  suite.act([&](desk::Unit& unit) {
    unit.workspace.add_held(message);
    unit.workspace.save_draft(draft);
  });
  suite.advance(15s);
  REQUIRE(suite.ask_of([](desk::Unit& unit) { return desk::send_held(unit, 10); }) == 1);
  const auto joined = suite.read(
      [&](const auto& r) { return r.workspace.find_draft(suite.li, suite.ticket, desk::DraftKind::reply); });
  REQUIRE(joined);
  CHECK(joined->written ==
        desk::Written{desk::DraftKind::reply, "先发", {5, 6, 4}, {{suite.li, suite.wang}, {"finance"}}, 3});
}

TEMPLATE_TEST_CASE("views of one's own are kept, changed and dropped", "", MemoryHarness, SqliteHarness) {
  Together<TestType> suite;
  desk::OwnView view;
  view.user = suite.li;
  view.title = "我的";
  view.when = test::all_of({test::when("assignee", domain::Operator::is, std::string("@me"))});
  view.sort = domain::Sorting::due;
  view.order = domain::Order::descending;
  view.columns = {"id", "field.order"};
  view.created_at = start;
  view.id = suite.ask_of([&](desk::Unit& unit) { return unit.workspace.add_view(view); });
  const auto other = suite.ask_of([&](desk::Unit& unit) {
    auto theirs = view;
    theirs.user = suite.wang;
    return unit.workspace.add_view(theirs);
  });
  CHECK(other != view.id);
  const auto found = [&] { return suite.read([&](const auto& r) { return r.workspace.find_view(view.id); }); };
  REQUIRE(found());
  CHECK(found()->when == view.when);
  CHECK(found()->columns == view.columns);
  CHECK(found()->sort == view.sort);
  CHECK(found()->order == view.order);
  CHECK(suite.read([&](const auto& r) { return r.workspace.views(suite.li, 10); }).size() == 1);
  view.title = "改名";
  view.when = {};
  view.order.reset();
  ++view.version;
  suite.act([&](desk::Unit& unit) { unit.workspace.save_view(view); });
  CHECK(found()->title == "改名");
  CHECK(found()->version == 2);
  CHECK(found()->when == domain::Condition{});
  CHECK_FALSE(found()->order);
  CHECK(suite.ask_of([&](desk::Unit& unit) { return unit.workspace.remove_view(view.id); }));
  CHECK_FALSE(suite.ask_of([&](desk::Unit& unit) { return unit.workspace.remove_view(view.id); }));
  CHECK_FALSE(found());
}
