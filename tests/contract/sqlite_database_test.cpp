// SPDX-License-Identifier: Apache-2.0
// What only a database on disk must do: survive, be verified, show what was altered.
#include <chrono>
#include <fstream>
#include <future>
#include <optional>

#include "base/clock.hpp"
#include "desk/access_links.hpp"
#include "desk/command_ticket.hpp"
#include "desk/verify_desk.hpp"
#include "store/attachment_rows.hpp"
#include "store/errors.hpp"
#include "store/event_log.hpp"
#include "store/outbox_rows.hpp"
#include "support/catch.hpp"
#include "support/desk_fixture.hpp"
#include "support/said.hpp"
#include "support/sqlite_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 2h};
const domain::Principal everyone = domain::system_principal("test");

Result<TicketId> create(desk::Database& database) {
  return desk::write_and_wait(database, [](desk::Unit& unit) -> Result<TicketId> {
    auto wish = test::a_return(0);
    wish.customer = {};
    auto outcome = desk::create_ticket(unit, everyone, wish);
    if (!outcome) return std::unexpected(outcome.error());
    return outcome->ticket.id;
  });
}

std::vector<std::string> problems(desk::Database& database, TicketId id) {
  return *desk::read_and_wait(database, [&](const desk::Reading& reading) -> Result<std::vector<std::string>> {
    desk::VerifyReport report;
    desk::verify_ticket(reading, id, report);
    return test::in_english(report.problems);
  });
}

}  // namespace

TEST_CASE("what was answered is there after a restart, and is sound") {
  test::SqliteDesk desk(test::return_desk(), start);
  const auto id = create(*desk.database);
  REQUIRE(id);
  desk.close();
  desk.open();
  CHECK(problems(*desk.database, *id).empty());
  const auto next = create(*desk.database);
  CHECK(next->value == id->value + 1);
}

TEST_CASE("a delivery in place of one that could not be sent is not one more that was demanded") {
  test::SqliteDesk desk(test::return_desk(), start);
  const auto id = create(*desk.database);
  REQUIRE(id);
  const auto added = desk::write_and_wait(*desk.database, [&](desk::Unit& unit) -> Result<void> {
    const auto ticket = *unit.tickets.load(*id);
    desk::NewDelivery delivery;
    delivery.ticket = *id;
    delivery.sequence = 1;  // which demands none
    delivery.destination = "mail";
    delivery.at = unit.now;
    desk::TicketChange change;
    change.before = &ticket;
    change.after = &ticket;
    change.deliveries = {&delivery, 1};
    unit.tickets.save(change);
    return {};
  });
  REQUIRE(added);
  const std::vector<std::string> one_too_many{"ticket 1: event 1 has 1 deliveries too many"};
  CHECK(problems(*desk.database, *id) == one_too_many);
  const auto fell_back = desk::write_and_wait(*desk.database, [&](desk::Unit& unit) -> Result<bool> {
    const auto page = unit.outbox.deliveries({.ticket = *id}, DeliveryId{}, 10, domain::system_principal("test"));
    return !page.rows.empty() && unit.outbox.fall_back(page.rows.front().id, "log", unit.now).has_value();
  });
  REQUIRE(fell_back);
  REQUIRE(*fell_back);
  CHECK(problems(*desk.database, *id) == one_too_many);
}

TEST_CASE("definitions that this program refuses are said at the start, before anything is changed") {
  test::SqliteDesk desk(test::return_desk(), start);
  desk.close();
  const auto directory = store::DataDirectory::open(desk.temporary.path() / "data");
  const test::GivenDefinitions refuses_all;
  store::DatabaseOptions options;
  CHECK_THROWS_WITH(store::SqliteDatabase::open(directory, desk.clock, refuses_all, {}, options),
                    Catch::Contains("does not compile with this program: an unknown digest") &&
                        Catch::Contains("Nothing was changed"));
  options.upgrade = false;  // a backup must be possible
  CHECK_NOTHROW(store::SqliteDatabase::open(directory, desk.clock, refuses_all, {}, options));
}

TEST_CASE("links that are not what the history gives are found") {
  test::SqliteDesk desk(test::return_desk(), start);
  const auto id = *create(*desk.database);
  const desk::LinkSecrets secrets;
  const auto guest = *desk::write_and_wait(*desk.database, [&](desk::Unit& unit) -> Result<GuestId> {
    domain::InviteGuest ask;
    ask.name = "老李";
    ask.question = "收到了吗?";
    ask.expires_at = unit.now + 24h;
    const auto asked = desk::invite_guest(unit, everyone, secrets, id, ask);
    if (!asked) return std::unexpected(asked.error());
    return GuestId{asked->link.id.value};
  });
  const auto revoke = [&] {
    return desk::write_and_wait(*desk.database, [&](desk::Unit& unit) { return desk::revoke_guest(unit, everyone, id, guest); });
  };
  REQUIRE(problems(*desk.database, id).empty());
  const std::string_view what = GENERATE("longer", "open", "lost", "foreign", "nobody", "sound");
  if (what == "open" || what == "sound") REQUIRE(revoke());
  const auto done = desk.database->writer().run([&](store::Session& session) -> Result<void> {
    if (what == "longer") session.run("UPDATE access_link SET expires_at = expires_at + 1 WHERE id = ?", guest);
    if (what == "open") session.run("UPDATE access_link SET revoked_at = NULL WHERE id = ?", guest);
    if (what == "lost") session.run("DELETE FROM access_link WHERE id = ?", guest);
    if (what == "foreign")
      session.run("INSERT INTO access_link(id, ticket, purpose, customer, secret, sequence, created_at, expires_at)"
                  " SELECT id + 1, ticket, purpose, customer, randomblob(32), sequence, created_at, expires_at FROM access_link");
    if (what == "nobody")
      session.run("INSERT INTO access_link(id, ticket, purpose, customer, secret, sequence, created_at, expires_at)"
                  " SELECT id + 1, ticket, ?, 0, randomblob(32), 0, created_at, expires_at FROM access_link",
                  desk::LinkPurpose::portal);
    return {};
  });
  REQUIRE(done);
  const auto found = problems(*desk.database, id);
  CAPTURE(found);
  CHECK(found.size() == (what == "sound" ? 0 : 1));
}

TEST_CASE("an altered event, a lost one and an altered projection are found") {
  test::SqliteDesk desk(test::return_desk(), start);
  const auto id = *create(*desk.database);
  REQUIRE(problems(*desk.database, id).empty());
  const std::string_view what = GENERATE("payload", "actor", "lost", "document", "erased");
  const auto done = desk.database->writer().run([&](store::Session& session) -> Result<void> {
    if (what == "payload")
      session.run("UPDATE event SET payload = replace(payload, '退货', '换货') WHERE stream = ? AND sequence = 1", id);
    if (what == "actor") session.run("UPDATE event SET actor_name = 'x' WHERE stream = ? AND sequence = 2", id);
    if (what == "lost") session.run("DELETE FROM event WHERE stream = ? AND sequence = 2", id);
    if (what == "document")
      session.run("UPDATE ticket_document SET document = replace(document, '退货', '换货') WHERE id = ?", id);
    if (what == "erased") CHECK(store::EventLog(session).erase(id.value, 2));
    return {};
  });
  REQUIRE(done);
  if (what == "erased") {
    const auto chain = desk.database->writer().run(
        [&](store::Session& session) -> Result<bool> { return !store::EventLog(session).check(id.value); });
    CHECK(chain == true);
  } else {
    CHECK_FALSE(problems(*desk.database, id).empty());
  }
}

TEST_CASE("rows that lists, searches and rights read are recounted") {
  auto definitions = test::return_desk();
  for (auto& field : definitions.forms["return"].fields) field.indexed = field.name == "order";
  test::SqliteDesk desk(std::move(definitions), start);
  while (*desk.database->fill_field_index()) {
  }
  const auto id = *create(*desk.database);
  const auto tagged = desk::write_and_wait(*desk.database, [&](desk::Unit& unit) -> Result<void> {
    domain::SetFields change;
    change.change.tags_added = {"易碎"};
    const auto outcome = desk::command_ticket(unit, everyone, id, {}, change);
    if (!outcome) return std::unexpected(outcome.error());
    return {};
  });
  REQUIRE(tagged);
  REQUIRE(problems(*desk.database, id).empty());
  const std::string_view what = GENERATE("row", "no row of search", "team of search", "tag", "person", "timer", "no field", "field",
                                         "one field more");
  const auto done = desk.database->writer().run([&](store::Session& session) -> Result<void> {
    if (what == "row") session.run("UPDATE ticket SET region = 'south' WHERE id = ?", id);
    if (what == "no row of search") session.run("DELETE FROM ticket_sight WHERE id = ?", id);
    if (what == "team of search") session.run("UPDATE ticket_sight SET team = 'finance' WHERE id = ?", id);
    if (what == "tag") session.run("DELETE FROM ticket_tag WHERE ticket = ?", id);
    if (what == "person") session.run("INSERT INTO ticket_person(ticket, role, user) VALUES(?, 2, 7)", id);
    if (what == "no field") session.run("DELETE FROM ticket_field WHERE ticket = ?", id);
    if (what == "field") session.run("UPDATE ticket_field SET value = '7' WHERE ticket = ?", id);
    if (what == "one field more")
      session.run("INSERT INTO ticket_field(ticket, field, kind, value) VALUES(?, 'order', 0, '7')", id);
    if (what == "timer") session.run("UPDATE ticket SET timer_at = timer_at + 1 WHERE id = ?", id);  // it may be put off
    return {};
  });
  REQUIRE(done);
  const auto found = problems(*desk.database, id);
  CAPTURE(what, found);
  const auto name = "ticket " + std::to_string(id.value) + ": ";
  if (what == "row") CHECK(found == std::vector{name + "lists read another region of it than its history gives"});
  if (what == "no row of search") CHECK(found == std::vector{name + "searches do not know its team"});
  if (what == "team of search") CHECK(found == std::vector{name + "searches look for it in another team, finance"});
  if (what == "tag") CHECK(found == std::vector{name + "lists read other tags of it than its history gives"});
  if (what == "person") CHECK(found == std::vector{name + "rights read other people of it than its history gives"});
  if (what.contains("field")) CHECK(found == std::vector{name + "filters read another order of it than its history gives"});
  if (what == "timer") CHECK(found.empty());
}

TEST_CASE("sums that are kept as tickets change are counted again") {
  test::SqliteDesk desk(test::return_desk(), start);
  for (int i = 0; i < 5; ++i) REQUIRE(create(*desk.database));
  const auto found = [&] {
    return *desk::read_and_wait(*desk.database, [](const desk::Reading& reading) -> Result<std::vector<std::string>> {
      desk::VerifyReport report;
      desk::verify_desk_stream(reading, report);
      return test::in_english(report.problems);
    });
  };
  REQUIRE(found().empty());
  const auto run = [&](store::Sql sql) {
    REQUIRE(desk.database->writer().run([&](store::Session& session) -> Result<void> {
      session.run(sql);
      return {};
    }));
  };
  run("UPDATE ticket_count SET tickets = tickets + 2");
  REQUIRE(found().size() == 1);
  CHECK_THAT(found().front(), Catch::Contains("counts: 7 tickets") && Catch::Contains("5 are there"));
  run("DELETE FROM ticket_count");
  REQUIRE_FALSE(found().empty());
  CHECK_THAT(found().front(), Catch::Contains("counts: 0 tickets") && Catch::Contains("5 are there"));
  run("INSERT INTO ticket_count(team, state, category, assignee, tickets) VALUES('finance', 'refunding', 1, 7, 2)");
  REQUIRE(found().size() == 3);
  CHECK(found().back() == "load: user 7 is said to hold 0 tickets and holds 2");
}

TEST_CASE("a second process is told who holds the data") {
  test::SqliteDesk desk(test::return_desk(), start);
  CHECK_THROWS_AS(store::DataDirectory::open(desk.temporary.path() / "data"), store::StoreUnavailable);
}

TEST_CASE("a stop cuts reports off, also those that stand in line, and everything else goes on") {
  test::SqliteDesk desk(test::return_desk(), start);
  std::promise<void> reading, first, second;
  std::optional<Error> cut_off, turned_away;
  const auto keep = [](std::optional<Error>& where, std::promise<void>& told) {
    return [where = &where, told = &told](Result<void> outcome) {
      if (!outcome) *where = outcome.error();
      told->set_value();
    };
  };
  desk.database->read_long(
      [&](const desk::Reading& all) -> Result<void> {
        reading.set_value();
        while (true) static_cast<void>(all.stream.feed_head());
      },
      keep(cut_off, first));
  reading.get_future().wait();
  desk.database->read_long([](const desk::Reading&) -> Result<void> { return {}; }, keep(turned_away, second));
  desk.database->stop_long_readers();
  first.get_future().wait();
  second.get_future().wait();
  CHECK(cut_off);
  REQUIRE(turned_away);
  CHECK(turned_away->code == ErrorCode::shutting_down);
  const auto later = desk::read_long_and_wait(*desk.database, [](const desk::Reading&) -> Result<int> { return 1; });
  REQUIRE_FALSE(later);
  CHECK(later.error().code == ErrorCode::shutting_down);
  CHECK(desk::read_and_wait(*desk.database, [](const desk::Reading&) -> Result<int> { return 1; }) == 1);
  CHECK(desk::write_and_wait(*desk.database, [](desk::Unit&) -> Result<int> { return 1; }) == 1);
}

TEST_CASE("of a rare destination a page of deliveries looks at so many only, and the next ones go on") {
  test::SqliteDesk desk(test::return_desk(), start);
  const auto id = *create(*desk.database);
  constexpr auto many = 2 * store::OutboxRows::looked_at + 100;
  const auto done = desk::write_and_wait(*desk.database, [&](desk::Unit& unit) -> Result<void> {
    std::vector<desk::NewDelivery> made(static_cast<std::size_t>(many));
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i].ticket = id;
      made[i].sequence = 900;
      made[i].index = static_cast<int>(i);
      made[i].destination = i == 0 || i + 1 == made.size() ? "sms" : "mail";
      made[i].text = "assigned";
      made[i].at = unit.now;
    }
    const auto ticket = *unit.tickets.load(id);
    desk::TicketChange change;
    change.before = &ticket;
    change.after = &ticket;
    change.deliveries = made;
    unit.tickets.save(change);
    return {};
  });
  REQUIRE(done);
  const auto few = [] {
    domain::Principal principal;
    principal.user = UserId{4711};
    return principal;  // sees no ticket
  }();
  struct Walk {
    std::vector<std::size_t> pages{};
    std::size_t found = 0;
  };
  const auto walk = [&](const desk::DeliveryFilter& filter, const domain::Principal& principal) {
    Walk out;
    for (std::optional<DeliveryId> before = DeliveryId{}; before;) {
      const auto page = desk::read_and_wait(*desk.database, [&](const desk::Reading& reading) -> Result<desk::DeliveryPage> {
        return reading.outbox.deliveries(filter, *before, 100, principal);
      });
      REQUIRE(page);
      out.pages.push_back(page->rows.size());
      out.found += page->rows.size();
      before = page->next;
    }
    return out;
  };
  const auto waiting = GENERATE(std::optional<desk::DeliveryState>{}, std::optional{desk::DeliveryState::waiting});
  const auto rare = walk({.state = waiting, .destination = "sms"}, everyone);
  CHECK(rare.found == 2);
  CHECK(rare.pages.size() == 3);
  CHECK(rare.pages.front() == 1);
  const auto unseen = walk({.state = waiting}, few);
  CHECK(unseen.found == 0);
  CHECK(unseen.pages.size() == 3);
}

TEST_CASE("a bundle that is asked for again is compiled from its stored files") {
  test::SqliteDesk desk(test::return_desk(), start);
  desk.publish(test::return_desk("bundle-2"));
  desk.close();
  desk.open();
  const auto digests =
      desk::read_and_wait(*desk.database, [](const desk::Reading& r) -> Result<std::vector<std::string>> {
        return std::vector{r.active->digest, r.source.get("bundle-1")->digest};
      });
  CHECK(digests == std::vector<std::string>{"bundle-2", "bundle-1"});
  const auto unknown = desk::read_and_wait(
      *desk.database, [](const desk::Reading& r) -> Result<std::string> { return r.source.get("bundle-9")->digest; });
  CHECK(unknown.error().code == ErrorCode::internal);
}

TEST_CASE("bytes of uploads that nobody used go once nothing names them, and never while they come in again") {
  test::SqliteDesk desk(test::return_desk(), start);
  const auto directory = desk.temporary.path() / "blobs";
  store::BlobDirectory blobs(directory);
  const auto upload = [&](std::string bytes, TicketId ticket) {
    const auto file = (desk.temporary.path() / "upload").string();
    std::ofstream(file) << bytes;
    desk::Attachment row;
    row.name = "a";
    row.ticket = ticket;
    row.sha256 = blobs.take(file);
    row.created_at = start;
    return *desk::write_and_wait(*desk.database, [&](desk::Unit& unit) -> Result<std::string> {
      unit.attachments.add_attachment(row);
      return row.sha256;
    });
  };
  const auto stray = upload("nobody's", {});
  const auto shared = upload("on a ticket as well", {});
  upload("on a ticket as well", TicketId{1});
  const auto unused = *desk::write_and_wait(*desk.database, [](desk::Unit& unit) -> Result<std::vector<std::string>> {
    return unit.attachments.drop_unbound(start + 1h, 10);
  });
  CHECK(unused == std::vector{stray});
  const auto now = std::chrono::system_clock::time_point{SystemClock{}.now().time_since_epoch()};
  CHECK_FALSE(blobs.drop(stray, now - 1h));  // as young as one that has no row yet
  CHECK(blobs.verified_path(stray));
  CHECK(blobs.drop(stray, now + 1h));
  CHECK_FALSE(blobs.verified_path(stray));
  CHECK(blobs.verified_path(shared));

  // Bytes whose row was never written are found by going through the directory.
  const auto file = (desk.temporary.path() / "upload").string();
  std::ofstream(file) << "cut off before its row";
  const auto cut_off = blobs.take(file);
  std::vector<std::string> names;
  for (int part = 0; part < store::BlobDirectory::parts; ++part) std::ranges::move(blobs.names(part), std::back_inserter(names));
  std::ranges::sort(names);
  auto both = std::vector{cut_off, shared};
  std::ranges::sort(both);
  CHECK(names == both);
  const auto without = desk::read_and_wait(*desk.database, [&](const desk::Reading& r) -> Result<std::vector<std::string>> {
    return r.attachments.without_row(names);
  });
  CHECK(*without == std::vector{cut_off});
}
