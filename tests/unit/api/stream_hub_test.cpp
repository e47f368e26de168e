// SPDX-License-Identifier: Apache-2.0
// The live stream: who is told what, in which order, from where, and until when.
#include "api/stream_hub.hpp"

#include <boost/json/parse.hpp>

#include "support/catch.hpp"
#include "support/memory_desk.hpp"

namespace docket::api {

/// Plays the transport: opens clients and speaks for them.
class StreamHubProbe {
 public:
  class Sink final : public StreamSink {
   public:
    explicit Sink(StreamHubProbe& probe) : probe_(probe) {}
    bool send(std::shared_ptr<const std::string> text) override {
      probe_.received.push_back(*text);
      return true;
    }
    void close(std::uint16_t code) override { probe_.closed = code; }

   private:
    StreamHubProbe& probe_;
  };

  StreamHubProbe(StreamHub& hub, Authoriser authorise, domain::Principal principal, StreamHub::Instant now)
      : hub_(hub), peer_(*hub.add(std::move(authorise), std::move(principal), now)) {
    client_ = hub_.clients_.back();
    hub_.opened(client_, std::make_unique<Sink>(*this));
  }
  void say(std::string_view text) { peer_->on_message(text); }
  void leave() { peer_->on_close(); }

  std::vector<std::string> received;
  std::uint16_t closed = 0;

 private:
  StreamHub& hub_;
  std::shared_ptr<http::StreamPeer> peer_;
  std::shared_ptr<StreamHub::Client> client_;
};

}  // namespace docket::api

using namespace docket;
using namespace docket::api;
using namespace std::chrono_literals;

namespace {

domain::Definitions definitions() {
  domain::Definitions made;
  made.digest = "d1";
  domain::Role agent;
  agent.name = "agent";
  agent.rights = {domain::Right::ticket_read, domain::Right::ticket_note};
  agent.tickets = domain::TicketScope::team;
  made.roles["agent"] = agent;
  return made;
}

struct Fixture {
  test::MemoryDesk desk{definitions()};
  Presence presence;
  StreamHub hub{desk, &presence};
  int woken = 0;
  StreamHub::Instant now{1h};

  Fixture() {
    desk.now = *from_rfc3339("2026-03-01T08:00:00Z");
    hub.on_work([this] { ++woken; });
    add_user("lin", "returns");
    add_user("wu", "billing");
  }

  void add_user(const std::string& login, const std::string& team) {
    auto unit = desk.unit();
    desk::User user;
    user.login = login;
    user.name = login;
    user.grants = {{"agent", ""}};
    user.memberships = {{team, false}};
    const auto id = unit.directory.add_user(user);
    desk::Session session;
    session.user = id;
    session.created_at = session.last_used_at = desk.now;
    session.expires_at = desk.now + 12h;
    unit.access.add_session(session, sha256(login));
  }

  /// Something happens to a ticket of a team; gives the position.
  std::int64_t happen(std::int64_t ticket, const std::string& team, const std::string& kind = "moved") {
    auto& stored = desk.rows.tickets[TicketId{ticket}];
    stored.ticket.id = TicketId{ticket};
    stored.ticket.team = team;
    ++stored.ticket.version;
    desk::FeedEntry entry;
    entry.position = desk.rows.feed.empty() ? 1 : desk.rows.feed.back().position + 1;
    entry.stream = ticket;
    entry.sequence = stored.ticket.version;
    entry.kind = kind;
    entry.at = desk.now;
    desk.rows.feed.push_back(entry);
    hub.feed_advanced();
    return entry.position;
  }

  StreamHubProbe open(const std::string& login) {
    const Authoriser authorise{{Credentials::Kind::session, login}, domain::Right::ticket_read, limits};
    const auto caller = authorise(desk.reading());
    REQUIRE(caller);
    return StreamHubProbe{hub, authorise, caller->principal, now};
  }
  void run() {
    while (hub.step(now) == 0ms) {
    }
  }

  desk::SessionLimits limits{};
};

StreamEvent event(const std::string& text) {
  auto decoded = json::decode_text<StreamEvent>(text);
  REQUIRE(decoded);
  return *decoded;
}

}  // namespace

TEST_CASE("a client hears of its tickets in order and of nobody else's") {
  Fixture f;
  f.happen(1, "returns", "created");
  auto lin = f.open("lin");
  f.run();
  CHECK(lin.received.empty());  // nothing before it says where it begins
  lin.say("{}");
  f.run();
  REQUIRE(lin.received.size() == 1);
  CHECK(lin.received[0] == R"({"seq":1,"resync":false})");

  f.happen(1, "returns", "assigned");
  f.happen(2, "billing", "created");
  f.happen(0, "", "signed_in");
  f.happen(1, "returns", "moved");
  f.run();
  REQUIRE(lin.received.size() == 3);
  const auto first = event(lin.received[1]);
  CHECK(first.seq == 2);
  CHECK(first.ticket == TicketId{1});
  CHECK(first.kind == "assigned");
  CHECK(first.version == 2);
  CHECK(first.at == f.desk.now);
  CHECK(event(lin.received[2]).seq == 5);
  f.run();
  CHECK(lin.received.size() == 3);
  CHECK(f.woken > 0);
}

TEST_CASE("a new notice is told to its person alone, whatever was there before") {
  Fixture f;
  const auto tell = [&](const std::string& login) {
    auto unit = f.desk.unit();
    desk::Notice notice;
    notice.user = unit.directory.find_user_by_login(login)->id;
    notice.ticket = TicketId{1};
    notice.kind = "mentioned";
    notice.at = f.desk.now;
    unit.notices.add_notice(notice);
    f.hub.feed_advanced();
  };
  f.happen(1, "returns", "created");
  tell("lin");
  auto lin = f.open("lin");
  auto wu = f.open("wu");
  lin.say("{}");
  wu.say("{}");
  f.run();
  REQUIRE(lin.received.size() == 1);  // its place, and nothing old
  tell("lin");
  tell("lin");
  f.run();
  REQUIRE(lin.received.size() == 2);
  CHECK(lin.received[1].find(R"("type":"notice")") != std::string::npos);
  CHECK(wu.received.size() == 1);
  f.run();
  CHECK(lin.received.size() == 2);
}

TEST_CASE("notices that came while nobody listened are not told, and many at once are all told at once") {
  Fixture f;
  const auto tell = [&](const std::string& login) {
    auto unit = f.desk.unit();
    desk::Notice notice;
    notice.user = unit.directory.find_user_by_login(login)->id;
    notice.kind = "mentioned";
    notice.at = f.desk.now;
    unit.notices.add_notice(notice);
    f.hub.feed_advanced();
  };
  f.happen(1, "returns", "created");
  {
    auto early = f.open("wu");
    early.say("{}");
    f.run();
    early.leave();
  }
  for (int i = 0; i < 3; ++i) tell("lin");
  f.run();  // nobody is there
  auto lin = f.open("lin");
  auto wu = f.open("wu");
  for (auto* one : {&lin, &wu}) one->say("{}");
  f.run();
  CHECK(lin.received.size() == 1);
  for (int i = 0; i < 501; ++i) tell("lin");
  tell("wu");
  f.run();  // more than one page, without waiting for the next look
  CHECK(wu.received.size() == 2);
}

TEST_CASE("who comes to a ticket and leaves it is told to those who see it") {
  Fixture f;
  f.happen(1, "returns", "created");
  auto lin = f.open("lin");
  auto wu = f.open("wu");
  lin.say("{}");
  wu.say("{}");
  f.run();
  (void)f.presence.put(TicketId{1}, {UserId{9}, "zhou", PresenceMode::editing}, f.now);
  f.run();
  REQUIRE(lin.received.size() == 2);
  CHECK(lin.received[1] ==
        R"({"type":"presence","ticket_id":1,"others":[{"user_id":9,"name":"zhou","mode":"editing"}]})");
  CHECK(wu.received.size() == 1);  // sees tickets of another team
  f.run();
  CHECK(lin.received.size() == 2);
  f.now += 46s;
  f.run();
  REQUIRE(lin.received.size() == 3);
  CHECK(lin.received[2] == R"({"type":"presence","ticket_id":1,"others":[]})");
}

TEST_CASE("a client that begins is told who is on the tickets that it sees, once") {
  Fixture f;
  f.happen(1, "returns", "created");
  f.happen(2, "billing", "created");
  f.happen(3, "returns", "created");
  for (const std::int64_t ticket : {1, 2})
    (void)f.presence.put(TicketId{ticket}, {UserId{9}, "zhou", PresenceMode::viewing}, f.now);
  auto wu = f.open("wu");
  wu.say("{}");
  f.run();
  REQUIRE(wu.received.size() == 2);
  const std::string on_two =
      R"({"type":"presence","ticket_id":2,"others":[{"user_id":9,"name":"zhou","mode":"viewing"}]})";
  CHECK(wu.received[1] == on_two);
  // Nothing has changed since, and still who comes back hears of it; who was there all the time does not.
  auto again = f.open("wu");
  again.say(R"({"last_seq":3})");
  f.run();
  REQUIRE(again.received.size() == 2);
  CHECK(again.received[1] == on_two);
  CHECK(wu.received.size() == 2);
  auto lin = f.open("lin");
  f.now += 46s;  // lapsed before the start
  lin.say("{}");
  f.run();
  for (const auto& text : lin.received) CHECK(text.find("zhou") == std::string::npos);
}

TEST_CASE("a client that comes back is told what it missed, or to read anew") {
  Fixture f;
  for (int i = 0; i < 1200; ++i) f.happen(1, "returns");
  auto near = f.open("lin");
  near.say(R"({"last_seq":200})");
  auto far = f.open("lin");
  far.say(R"({"last_seq":199})");
  auto ahead = f.open("lin");
  ahead.say(R"({"last_seq":5000})");
  f.run();
  REQUIRE(near.received.size() == 1001);
  CHECK(near.received[0] == R"({"seq":200,"resync":false})");
  for (std::size_t i = 1; i < near.received.size(); ++i)
    CHECK(event(near.received[i]).seq == 200 + static_cast<std::int64_t>(i));
  CHECK(far.received == std::vector<std::string>{R"({"seq":1200,"resync":true})"});
  CHECK(ahead.received == std::vector<std::string>{R"({"seq":1200,"resync":true})"});
  f.happen(1, "returns");
  f.run();
  CHECK(event(near.received.back()).seq == 1201);
  CHECK(event(far.received.back()).seq == 1201);
  CHECK(event(ahead.received.back()).seq == 1201);
}

TEST_CASE("whoever is signed out or loses the right is closed, and new rights count") {
  Fixture f;
  auto lin = f.open("lin");
  lin.say("{}");
  auto wu = f.open("wu");
  wu.say("{}");
  f.run();

  auto unit = f.desk.unit();
  unit.access.remove_sessions(unit.directory.find_user_by_login("lin")->id);
  auto user = *unit.directory.find_user_by_login("wu");
  user.memberships = {{"returns", false}};
  unit.directory.save_user(user);
  f.now += 2s;
  f.run();
  CHECK(lin.closed == 0);  // not every round asks
  f.now += 1s;
  f.run();
  CHECK(lin.closed == StreamHub::signed_out);
  CHECK(wu.closed == 0);
  const auto told = lin.received.size();
  f.happen(1, "returns");
  f.run();
  CHECK(lin.received.size() == told);
  CHECK(event(wu.received.back()).ticket == TicketId{1});

  user.grants.clear();
  unit.directory.save_user(user);
  f.now += 3s;
  f.run();
  CHECK(wu.closed == StreamHub::signed_out);
}

TEST_CASE("a client that does not keep to the protocol is closed") {
  Fixture f;
  for (const auto* bad : {"", "hello", "[]", R"({"last_seq":-1})", R"({"last_seq":null})", R"({"since":1})"}) {
    auto client = f.open("lin");
    client.say(bad);
    CHECK(client.closed == 1008);
    client.leave();
  }
  auto twice = f.open("lin");
  twice.say("{}");
  twice.say("{}");
  CHECK(twice.closed == 1008);
  auto silent = f.open("lin");
  f.now += 10s;
  f.run();
  CHECK(silent.closed == 0);
  f.now += 1s;
  f.run();
  CHECK(silent.closed == 1008);
}

TEST_CASE("one person opens a bounded number of streams") {
  Fixture f;
  const Authoriser authorise{{Credentials::Kind::session, "lin"}, domain::Right::ticket_read, f.limits};
  const auto caller = authorise(f.desk.reading());
  REQUIRE(caller);
  std::vector<std::shared_ptr<http::StreamPeer>> open;
  for (int i = 0; i < 32; ++i) open.push_back(*f.hub.add(authorise, caller->principal, f.now));
  const auto refused = f.hub.add(authorise, caller->principal, f.now);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::too_many_requests);
  open.front()->on_close();
  CHECK(f.hub.add(authorise, caller->principal, f.now));
  // Sockets that never opened are forgotten after a while.
  f.now += 11s;
  f.run();
  CHECK(f.hub.add(authorise, caller->principal, f.now));
}
