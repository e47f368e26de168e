// SPDX-License-Identifier: Apache-2.0
// A mail that the server will not give, or that the desk always fails on, holds up none behind it; and what only broke
// off is no crash.
#include <stdexcept>

#include "mail/settings.hpp"
#include "mail/take_in.hpp"
#include "plugins/mail/strict_mailbox.hpp"
#include "support/catch.hpp"

using namespace docket;
using sdk::json::object;
using tests::StrictMail;

namespace {

struct Mailbox : tests::StrictMailbox {
  void put(std::uint32_t uid, StrictMail::Fetch fetch = StrictMail::Fetch::gives) {
    const auto number = std::to_string(uid);
    server.put(uid, {"From: a@example.com\r\nTo: support@desk.test\r\nSubject: m" + number + "\r\nMessage-ID: <" + number +
                         "@example.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nwords\r\n",
                     fetch});
  }
  /// What went wrong; empty: nothing.
  std::string poll() {
    sdk::TestPlugin plugin(host, &docket_plugin_entry, settings("all"));
    return sdk::text_of(plugin.poll(), "error");
  }
  /// The process ends while the mail is fetched.
  void crash() {
    const auto read = mail::read_settings(settings("all"));
    mail::TakeIn take_in(sdk::Host(host.raw()), read);
    take_in.before_step = [](std::string_view step) {
      if (step == "fetch") throw std::logic_error("crash");
    };
    host.begin_call();
    CHECK_THROWS_AS(take_in.poll(), std::logic_error);
  }
  [[nodiscard]] bool set_aside(std::uint32_t uid) const {
    const auto flags = server.mail(uid).flags;
    return flags.contains("\\Flagged") && !flags.contains("\\Seen");
  }
};

}  // namespace

TEST_CASE("A mail that the server does not give is set aside, and the ones behind it are taken") {
  const auto trouble = GENERATE(StrictMail::Fetch::refuses, StrictMail::Fetch::hangs_up);
  Mailbox mailbox;
  mailbox.put(76);
  mailbox.put(77, trouble);
  mailbox.put(78);
  CHECK_FALSE(mailbox.poll().empty());  // said; it may be over the next time
  CHECK(mailbox.desk.tickets.size() == 1);
  CHECK_FALSE(mailbox.set_aside(77));
  int polls = 1;
  while (mailbox.desk.tickets.size() < 2 && polls < 20) {
    ++polls;
    (void)mailbox.poll();
  }
  CHECK(polls == 6);
  CHECK(mailbox.desk.tickets.size() == 2);
  CHECK(mailbox.desk.rows("failed") == 1);
  CHECK(mailbox.desk.reason("failed").find("UID 77") != std::string::npos);
  CHECK(mailbox.set_aside(77));
  CHECK(mailbox.poll().empty());
  // Its cause is mended, and somebody takes its flag away: ten minutes later it is taken.
  mailbox.put(77);
  mailbox.host.now_us += 3'600'000'000;
  CHECK(mailbox.poll().empty());
  CHECK(mailbox.desk.tickets.size() == 3);
}

TEST_CASE("A mail on which the desk always fails is set aside; one that is only busy is waited for") {
  Mailbox mailbox;
  mailbox.put(76);
  mailbox.put(77);
  std::string code = "overloaded";
  mailbox.host.on_command = [&](const object& request) {
    if (sdk::text_of(request, "command") == "create_ticket" && sdk::text_of(request, "subject") == "m76")
      throw sdk::HostError(DOCKET_FAILED, sdk::json::serialize(object{{"code", code}, {"detail", "no way"}}));
    return mailbox.desk.command(request);
  };
  for (int i = 0; i < 12; ++i) CHECK_FALSE(mailbox.poll().empty());
  CHECK(mailbox.desk.ledger.empty());
  code = "internal";
  for (int i = 0; i < 5; ++i) CHECK_FALSE(mailbox.poll().empty());
  CHECK(mailbox.poll().empty());
  CHECK(mailbox.desk.tickets.size() == 1);
  CHECK(mailbox.desk.tickets[1].subject == "m77");
  CHECK(mailbox.desk.reason("failed").find("no way") != std::string::npos);
  CHECK(mailbox.set_aside(76));
}

TEST_CASE("What breaks off with words is no crash: the mail is then read as any other") {
  Mailbox mailbox;
  for (int i = 0; i < 2; ++i) {
    mailbox.put(76, StrictMail::Fetch::hangs_up);
    CHECK_FALSE(mailbox.poll().empty());
    mailbox.put(76);
    mailbox.desk.busy = true;
    CHECK_FALSE(mailbox.poll().empty());
    mailbox.desk.busy = false;
  }
  CHECK(mailbox.poll().empty());
  REQUIRE(mailbox.desk.tickets.size() == 1);
  CHECK(mailbox.desk.tickets[1].messages.at(0).body == "words");
  CHECK(mailbox.desk.tickets[1].messages.at(0).files.empty());
}

TEST_CASE("Crashes on one mail: it is taken unopened after three, and not even fetched after six") {
  Mailbox mailbox;
  mailbox.put(76);
  mailbox.put(77);
  for (int i = 0; i < 3; ++i) mailbox.crash();
  mailbox.desk.busy = true;
  CHECK_FALSE(mailbox.poll().empty());  // takes nothing back of those three
  mailbox.desk.busy = false;
  SECTION("three") {
    CHECK(mailbox.poll().empty());
    CHECK(mailbox.desk.tickets.size() == 2);
    REQUIRE(mailbox.desk.tickets[1].messages.size() >= 1);
    CHECK(mailbox.desk.tickets[1].messages.at(0).files.size() == 1);
  }
  SECTION("six") {
    for (int i = 0; i < 3; ++i) mailbox.crash();
    CHECK(mailbox.poll().empty());
    REQUIRE(mailbox.desk.tickets.size() == 1);
    CHECK(mailbox.desk.tickets[1].subject == "m77");
    CHECK(mailbox.desk.rows("failed") == 1);
    CHECK(mailbox.set_aside(76));
  }
}
