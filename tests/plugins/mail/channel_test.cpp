// SPDX-License-Identifier: Apache-2.0
// The channel against a real Dovecot and a real SMTP server: stored first and marked then, whatever breaks in between.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <set>

#include "docket/test_host.hpp"
#include "mail/charset.hpp"
#include "mail/formatted.hpp"
#include "mail/imap.hpp"
#include "mail/incoming.hpp"
#include "mail/scratch.hpp"
#include "mail/signed_name.hpp"
#include "mail/take_in.hpp"
#include "plugins/mail/fake_desk.hpp"
#include "plugins/mail/mail_servers.hpp"
#include "plugins/mail/test_servers.hpp"
#include "support/catch.hpp"

using namespace docket;
using sdk::json::object;

namespace {

/// Each desk has keys of its own, or it would take another's mails for its own.
const std::string keys_text = "0123456789abcdef0123456789abcdef";

tests::MailServers& servers() {
  return tests::test_servers();
}

struct Channel {
  explicit Channel(const std::string& user) : user_name(user) {
    host.secrets = {{"/keys", keys_text + user + "\n"}, {"/password", servers().password()}, {"/wrong", "wrong password"}};
    host.reachable = {{"mail.test:143", servers().imap_port()},
                      {"mail.test:993", servers().imaps_port()},
                      {"mail.test:587", servers().smtp_port()}};
    host.trust_file = servers().authority().string();
    host.on_command = [this](const object& request) { return desk.command(request); };
    mailbox = object{{"address", user + "@desk.test"}, {"host", "mail.test"}, {"user", user}, {"password", "/password"}, {"start", "all"}};
    settings = object{{"from", object{{"address", user + "@desk.test"}, {"name", "客服中心"}}},
                      {"keys", "/keys"},
                      {"plus_addresses", true},
                      {"smtp", object{{"host", "mail.test"}, {"security", "starttls"}, {"user", "support"}, {"password", "/password"}}}};
  }
  object whole() const {
    auto out = settings;
    out["mailboxes"] = sdk::json::array{mailbox};
    return out;
  }
  object poll() {
    sdk::TestPlugin plugin(host, &docket_plugin_entry, whole());
    return plugin.poll();
  }
  object deliver(object delivery) {
    sdk::TestPlugin plugin(host, &docket_plugin_entry, whole());
    return plugin.deliver(delivery);
  }
  object reply(std::int64_t ticket, std::int64_t customer, const std::string& address, const std::string& body) const {
    auto out = sdk::sample_delivery(address, "您的请求有新回复：坏了", body);
    out["text"] = "reply";
    out["recipient"] = object{{"kind", "customer"}, {"id", customer}, {"name", "张三"}, {"address", address}};
    out["ticket"] = object{{"id", ticket}, {"number", "T-1"}, {"link", "https://desk.test/tickets/1"}};
    out["key"] = std::to_string(ticket) + "-9-0";
    return out;
  }
  std::string user_name;
  tests::FakeDesk desk;
  sdk::TestHost host;
  object mailbox, settings;
};

std::string simple_mail(const std::string& from, const std::string& subject, const std::string& id,
                        const std::string& more = "", const std::string& body = "屏幕碎了\r\n") {
  return "From: " + from + "\r\nTo: support@desk.test\r\nSubject: " + subject + "\r\nMessage-ID: <" + id + ">\r\n" + more +
         "Content-Type: text/plain; charset=utf-8\r\n\r\n" + body;
}

mail::Incoming parsed(const std::string& raw) {
  auto file = mail::Scratch().make();
  mail::write_all(file.get(), raw);
  return mail::read_incoming(file.get(), [] { return mail::Scratch().make(); });
}

}  // namespace

TEST_CASE("A mail becomes a ticket, is marked, and is not taken twice") {
  Channel channel("plain");
  servers().put("plain", simple_mail("=?gb2312?B?1cXI/Q==?= <zs@example.com>", "=?utf-8?B?5Z2P5LqG?=", "1@example.com",
                                     "Cc: boss@example.com\r\n"));
  CHECK(sdk::text_of(channel.poll(), "error").empty());
  REQUIRE(channel.desk.tickets.size() == 1);
  const auto& ticket = channel.desk.tickets[1];
  CHECK(ticket.subject == "坏了");
  CHECK(channel.desk.customers.contains("zs@example.com"));
  REQUIRE(ticket.messages.size() == 2);
  CHECK(ticket.messages[0].body == "屏幕碎了");
  CHECK(ticket.messages[1].kind == "note");
  CHECK(ticket.messages[1].body == "抄送：boss@example.com");
  CHECK(servers().flagged("plain", 'S') == 1);
  (void)channel.poll();
  // The index of the server is lost: all UIDs are new, and nothing is doubled.
  servers().forget_uids("plain");
  (void)channel.poll();
  CHECK(channel.desk.tickets.size() == 1);
  CHECK(channel.desk.tickets[1].messages.size() == 2);
}

TEST_CASE("A mail as HTML is handed over in both kinds, and a desk that refuses the tree gets the text") {
  const auto as_html = [](const std::string& id) {
    return "From: zs@example.com\r\nTo: support@desk.test\r\nSubject: html " + id + "\r\nMessage-ID: <" + id +
           ">\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>a <b>word</b></p>\r\n";
  };
  Channel channel("html");
  servers().put("html", as_html("1@example.com"));
  CHECK(sdk::text_of(channel.poll(), "error").empty());
  REQUIRE(channel.desk.tickets.size() == 1);
  CHECK(channel.desk.tickets[1].messages[0].body == "a word");
  CHECK(channel.desk.tickets[1].messages[0].formatted ==
        R"([{"kind":"paragraph","children":[{"kind":"text","text":"a "},{"kind":"strong","children":[{"kind":"text","text":"word"}]}]}])");
  channel.desk.refuse_formatted = true;
  servers().put("html", as_html("2@example.com"));
  CHECK(sdk::text_of(channel.poll(), "error").empty());
  REQUIRE(channel.desk.tickets.size() == 2);
  CHECK(channel.desk.tickets[2].messages[0].body == "a word");
  CHECK(channel.desk.tickets[2].messages[0].formatted.empty());
  CHECK(servers().flagged("html", 'S') == 2);
}

TEST_CASE("The first time only what comes from then on is taken, unless the admin wants more") {
  Channel channel("start");
  channel.mailbox["start"] = "new";
  servers().put("start", simple_mail("a@example.com", "old", "1@example.com"));
  (void)channel.poll();
  CHECK(channel.desk.tickets.empty());
  servers().put("start", simple_mail("a@example.com", "new", "2@example.com"));
  channel.host.now_us += 3'600'000'000;
  (void)channel.poll();
  CHECK(channel.desk.tickets.size() == 1);
  CHECK(servers().flagged("start", 'S') == 1);
}

TEST_CASE("What was left alone at the beginning is left alone when the server numbers its mails anew") {
  for (const auto* start : {"new", "unseen"}) {
    INFO(start);
    const auto user = std::string("anew-") + start;
    Channel channel(user);
    channel.mailbox["start"] = start;
    const auto put = [&](const std::string& subject, bool read, std::chrono::hours ago) {
      servers().put(user, simple_mail("a@example.com", subject, subject + "@example.com"));
      std::filesystem::path last;
      for (const auto& entry : std::filesystem::directory_iterator(servers().box(user) / "new")) last = std::max(last, entry.path());
      const std::chrono::sys_time<std::chrono::microseconds> now{std::chrono::microseconds{channel.host.now_us}};
      std::filesystem::last_write_time(last, std::filesystem::file_time_type::clock::from_sys(now - ago));  // INTERNALDATE
      if (read) std::filesystem::rename(last, servers().box(user) / "cur" / (last.filename().string() + ":2,S"));
    };
    put("read before", true, std::chrono::hours{24 * 9});
    put("unread before", false, std::chrono::hours{24 * 8});
    (void)channel.poll();
    put("after", false, std::chrono::hours{0});
    channel.host.now_us += 3'600'000'000;
    (void)channel.poll();
    const auto taken = channel.desk.tickets.size();
    CHECK(taken == (std::string_view(start) == "new" ? 1 : 2));
    put("while it was away", false, std::chrono::hours{0});
    // The server takes the second for it, so within one it is the same again.
    for (int i = 0; i < 2000 && !channel.host.logged("UIDVALIDITY 变了"); ++i) {
      servers().forget_uids(user);
      (void)channel.poll();
    }
    for (int i = 0; i < 3; ++i) {
      channel.host.now_us += 3'600'000'000;
      (void)channel.poll();
    }
    CHECK(channel.desk.tickets.size() == taken + 1);
    CHECK(channel.host.logged("UIDVALIDITY 变了"));
    CHECK_FALSE(channel.host.logged("曾漏收"));
  }
}

TEST_CASE("Of what lies there only what is unread is taken, where the admin wants that, and then everything") {
  for (const auto* after : {"seen", "leave"}) {
    INFO(after);
    const auto user = std::string("unread-") + after;
    Channel channel(user);
    channel.mailbox["start"] = "unseen";
    channel.mailbox["after"] = after;
    const auto put = [&](const std::string& subject, bool read = false) {
      servers().put(user, simple_mail("a@example.com", subject, subject + "@example.com"));
      if (!read) return;
      std::filesystem::path last;
      for (const auto& entry : std::filesystem::directory_iterator(servers().box(user) / "new")) last = std::max(last, entry.path());
      std::filesystem::rename(last, servers().box(user) / "cur" / (last.filename().string() + ":2,S"));
    };
    put("read before", true);
    put("unread");
    put("read between", true);
    put("unread as well");
    put("read last", true);
    std::set<std::string> subjects;
    const auto poll = [&] {
      channel.host.now_us += 3'600'000'000;
      (void)channel.poll();
      subjects.clear();
      for (const auto& [number, ticket] : channel.desk.tickets) subjects.insert(ticket.subject);
    };
    poll();
    CHECK(subjects == std::set<std::string>{"unread", "unread as well"});
    put("read at once", true);
    put("new");
    poll();
    poll();
    CHECK(subjects == std::set<std::string>{"unread", "unread as well", "read at once", "new"});
    CHECK_FALSE(channel.host.logged("曾漏收"));
  }
}

TEST_CASE("A whole conversation: ticket, answer with a file, and the customer's answer to it") {
  Channel channel("talk");
  servers().put("talk", simple_mail("zs@example.com", "坏了", "first@example.com"));
  (void)channel.poll();
  channel.host.contents["55"] = {"报价单.pdf", "application/pdf", "%PDF-1.4 content"};
  auto reply = channel.reply(1, 100, "zs@example.com", "请寄回。\n详见 https://desk.test/a?b=1&c=2。");
  reply["attachments"] = sdk::json::array{object{{"id", "55"}, {"name", "报价单.pdf"}, {"media_type", "application/pdf"}, {"size", 16}}};
  const auto outcome = channel.deliver(reply);
  CHECK(sdk::text_of(outcome, "outcome") == "accepted");
  const auto sent = servers().mails("zs");
  REQUIRE(sent.size() == 1);
  const auto mail = parsed(sent[0]);
  CHECK(mail.subject == "您的请求有新回复：坏了");
  REQUIRE(mail.from.size() == 1);
  CHECK(mail.from[0].name == "客服中心");
  CHECK(mail.in_reply_to == std::vector<std::string>{"first@example.com"});
  CHECK(mail.references.size() == 2);
  CHECK(mail.auto_submitted.empty());
  CHECK(mail.text.find("请寄回。") != std::string::npos);
  CHECK(sdk::json::serialize(mail::formatted_json(mail.formatted, {})).find("https://desk.test/a?b=1&c=2\"") != std::string::npos);
  REQUIRE(mail.enclosures.size() == 1);
  CHECK(mail.enclosures[0].name == "报价单.pdf");
  CHECK(mail::read_start(mail.enclosures[0].content.get(), 100) == "%PDF-1.4 content");
  REQUIRE(mail.reply_to.size() == 1);

  // By the reply address, and by the Message-ID.
  servers().put("talk", "From: zs@example.com\r\nTo: " + mail.reply_to[0].address +
                            "\r\nSubject: =?utf-8?B?UmU6IOWdj+S6hg==?=\r\nMessage-ID: <2@example.com>\r\n\r\nsent back\r\n\r\n> 请寄回\r\n");
  servers().put("talk", "From: zs@example.com\r\nTo: talk@desk.test\r\nSubject: Re\r\nMessage-ID: <3@example.com>\r\nIn-Reply-To: <" +
                            mail.message_id + ">\r\n\r\nand again\r\n");
  // Somebody else who has the address: inside only.
  servers().put("talk", "From: other@example.com\r\nTo: " + mail.reply_to[0].address +
                            "\r\nSubject: Re\r\nMessage-ID: <4@example.com>\r\n\r\nme too\r\n");
  (void)channel.poll();
  REQUIRE(channel.desk.tickets.size() == 1);
  const auto& messages = channel.desk.tickets[1].messages;
  REQUIRE(messages.size() == 4);
  CHECK(messages[1].kind == "customer");
  CHECK(messages[1].body == "sent back");
  REQUIRE(messages[1].files.size() == 1);
  CHECK(channel.host.contents[messages[1].files[0]].bytes == "> 请寄回");
  CHECK(messages[2].kind == "customer");
  CHECK(messages[3].kind == "note");
  CHECK(messages[3].body.find("other@example.com") != std::string::npos);

  // A closed ticket that takes nothing more: another one is made, which says so. What was handed over for the first goes
  // to the other, and not a second time.
  channel.desk.tickets[1].closed = true;
  const auto handed_over = channel.host.contents.size();
  servers().put("talk", "From: zs@example.com\r\nTo: " + mail.reply_to[0].address +
                            "\r\nSubject: Re\r\nMessage-ID: <5@example.com>\r\n\r\nagain broken\r\n\r\n> 请寄回\r\n");
  (void)channel.poll();
  REQUIRE(channel.desk.tickets.size() == 2);
  const auto& anew = channel.desk.tickets[2].messages;
  CHECK(anew.back().body.find("工单 1") != std::string::npos);
  REQUIRE(anew.front().files.size() == 1);
  CHECK(channel.host.contents[anew.front().files[0]].bytes == "> 请寄回");
  CHECK(channel.host.contents.size() == handed_over + 1);
}

TEST_CASE("What is sent back for good is a delivery that failed, what is only late is not") {
  Channel channel("bounced");
  channel.desk.customers["gone7@example.com"] = 100;
  channel.desk.tickets[7].customer = 100;
  const auto outcome = channel.deliver(channel.reply(7, 100, "gone7@example.com", "你好"));
  const auto id = sdk::text_of(outcome, "vendor_id");
  const auto report = [&](const std::string& action, const std::string& status, const std::string& about) {
    return "From: MAILER-DAEMON@mx.test\r\nTo: bounced@desk.test\r\nSubject: report\r\nMessage-ID: <" + status +
           "@mx.test>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=R\r\n\r\n--R\r\n"
           "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; gone7@example.com\r\n"
           "Action: " + action + "\r\nStatus: " + status + "\r\n\r\n--R\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " +
           about + "\r\n\r\n--R--\r\n";
  };
  servers().put("bounced", report("delayed", "4.4.1", id));
  servers().put("bounced", report("failed", "5.1.2", "<t.forged@desk.test>"));
  (void)channel.poll();
  CHECK(channel.desk.bounced.empty());
  servers().put("bounced", report("failed", "5.1.1", id));
  (void)channel.poll();
  CHECK(channel.desk.bounced == std::vector<std::string>{id});
  CHECK(channel.desk.tickets[7].messages.back().body.find("5.1.1") != std::string::npos);
}

TEST_CASE("A refused mailbox among several is not tried with each poll, and delays no other") {
  Channel channel("several");
  auto settings = channel.whole();
  auto refused = channel.mailbox;
  refused["address"] = "locked@desk.test";
  refused["password"] = "/wrong";
  settings["mailboxes"].as_array().push_back(refused);
  sdk::TestPlugin plugin(channel.host, &docket_plugin_entry, settings);
  servers().put("several", simple_mail("a@example.com", "one", "1@example.com"));
  CHECK(sdk::text_of(plugin.poll(), "error").find("locked@desk.test") != std::string::npos);
  CHECK(channel.desk.tickets.size() == 1);
  // Right by now, and left alone all the same: a server may count what it refuses.
  channel.host.secrets["/wrong"] = servers().password();
  channel.host.now_us += 60'000'000;
  CHECK(sdk::text_of(plugin.poll(), "error").find("locked@desk.test") != std::string::npos);
  channel.host.now_us += 900'000'000;
  CHECK(sdk::text_of(plugin.poll(), "error").empty());
}

TEST_CASE("A delivery that is tried again is the same mail") {
  Channel channel("again");
  const auto reply = channel.reply(7, 100, "again7@example.com", "你好");
  (void)channel.deliver(reply);
  auto second = reply;
  second["attempt"] = 2;
  (void)channel.deliver(second);
  const auto sent = servers().mails("again7");
  REQUIRE(sent.size() == 2);
  CHECK(parsed(sent[0]).message_id == parsed(sent[1]).message_id);
}

TEST_CASE("What the SMTP server says decides: later, never, wrong password") {
  Channel channel("outcome");
  CHECK(sdk::text_of(channel.deliver(channel.reply(1, 1, "later@example.com", "x")), "outcome") == "retry_later");
  const auto never = channel.deliver(channel.reply(1, 1, "never@example.com", "x"));
  CHECK(sdk::text_of(never, "outcome") == "rejected");
  CHECK(sdk::text_of(never, "error").find("550") != std::string::npos);
  for (const auto* bad : {"a@b.cn\r\nBcc: x@y.cn", "two@b.cn,three@b.cn", "", "中文@b.cn", "a b@c.cn"})
    CHECK(sdk::text_of(channel.deliver(channel.reply(1, 1, bad, "x")), "outcome") == "rejected");
  CHECK(sdk::text_of(channel.deliver(channel.reply(1, 1, "Outcome+x@Desk.test", "x")), "outcome") == "rejected");
  channel.settings["smtp"].as_object()["password"] = "/wrong";
  const auto refused = channel.deliver(channel.reply(1, 1, "zs@example.com", "x"));
  CHECK(sdk::text_of(refused, "outcome") == "failed");
  CHECK(sdk::yes_of(refused, "halt"));
  CHECK(sdk::text_of(refused, "error").find("拒绝登录") != std::string::npos);
  CHECK(sdk::text_of(refused, "error").find("wrong password") == std::string::npos);
}

TEST_CASE("A wrong IMAP password, an untrusted certificate and a host off the list stop the channel with words") {
  Channel channel("refused");
  channel.mailbox["password"] = "/wrong";
  auto answer = channel.poll();
  CHECK(sdk::yes_of(answer, "halt"));
  CHECK(sdk::text_of(answer, "error").find("拒绝登录") != std::string::npos);
  channel.mailbox["password"] = "/password";
  channel.host.trust_file = "/etc/ssl/certs/ca-certificates.crt";
  answer = channel.poll();
  CHECK(sdk::yes_of(answer, "halt"));
  CHECK(sdk::text_of(answer, "error").find("证书") != std::string::npos);
  channel.host.trust_file = servers().authority().string();
  channel.mailbox["host"] = "other.test";
  answer = channel.poll();
  CHECK(sdk::yes_of(answer, "halt"));
  // STARTTLS works as well, and is demanded.
  channel.mailbox["host"] = "mail.test";
  channel.mailbox["security"] = "starttls";
  answer = channel.poll();
  CHECK(sdk::text_of(answer, "error").empty());
  sdk::TestPlugin plugin(channel.host, &docket_plugin_entry, channel.whole());
  const auto health = plugin.health();
  INFO(sdk::text_of(health, "detail"));
  CHECK(sdk::yes_of(health, "healthy"));
}

TEST_CASE("Settings that can not work are refused with a sentence") {
  Channel channel("settings");
  const auto refused = [&](const std::function<void(object&)>& change) {
    auto settings = channel.whole();
    change(settings);
    try {
      sdk::TestPlugin plugin(channel.host, &docket_plugin_entry, settings);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refused([](object& s) { s["from"].as_object()["address"] = "x"; }).find("from.address") != std::string::npos);
  CHECK(refused([](object& s) { s["mailboxes"].as_array()[0].as_object()["after"] = "move"; }).find("move_to") != std::string::npos);
  CHECK(refused([](object& s) { s["mailboxes"].as_array()[0].as_object()["security"] = "none"; }).find("明文") != std::string::npos);
  CHECK(refused([](object& s) { s["mailboxes"].as_array().push_back(s["mailboxes"].as_array()[0]); }).find("两次") != std::string::npos);
  CHECK(refused([](object& s) { s["least_trust"] = "pass"; }).find("trusted_mta") != std::string::npos);
  CHECK(refused([](object& s) {
          s.erase("smtp");
          s["mailboxes"] = sdk::json::array{};
        }).find("至少写一个") != std::string::npos);
  channel.host.secrets["/keys"] = "short";
  CHECK_THROWS_WITH(channel.poll(), Catch::Contains("32"));
}

TEST_CASE("Moved after the commit, into a folder with a Chinese name") {
  Channel channel("moved");
  channel.mailbox["move_to"] = "已处理";
  servers().put("moved", simple_mail("a@example.com", "x", "1@example.com"));
  (void)channel.poll();
  CHECK(servers().mails("moved").empty());
  CHECK(servers().mails("moved", ".&XfJZBHQG-").size() == 1);
  CHECK(mail::wire_folder("a\"b\\c") == "\"a\\\"b\\\\c\"");
}

TEST_CASE("One bad mail is set aside and taken once its cause is mended; the others pass it") {
  Channel channel("aside");
  channel.desk.refuse_subject = "bad";
  for (int i = 0; i < 5; ++i)
    servers().put("aside", simple_mail("a@example.com", i == 2 ? "bad" : "good", std::to_string(i) + "@example.com"));
  (void)channel.poll();
  CHECK(channel.desk.tickets.size() == 4);
  CHECK(channel.desk.rows("failed") == 1);
  CHECK(channel.desk.reason("failed").find("no subject") != std::string::npos);
  CHECK(servers().flagged("aside", 'F') == 1);
  CHECK(servers().flagged("aside", 'S') == 4);
}

TEST_CASE("A busy desk gets the mails later") {
  Channel channel("busy");
  servers().put("busy", simple_mail("a@example.com", "x", "1@example.com"));
  channel.desk.busy = true;
  const auto answer = channel.poll();
  CHECK_FALSE(sdk::text_of(answer, "error").empty());
  CHECK_FALSE(sdk::yes_of(answer, "halt"));
  CHECK(servers().flagged("busy", 'S') == 0);
  channel.desk.busy = false;
  (void)channel.poll();
  CHECK(channel.desk.tickets.size() == 1);
  CHECK(channel.desk.rows("failed") == 0);
}

TEST_CASE("A mail that was missed is found unread, taken in and reported") {
  Channel channel("missed");
  for (int i = 0; i < 3; ++i)
    servers().put("missed", simple_mail("a@example.com", "x", std::to_string(i) + "@example.com"));
  (void)channel.poll();
  REQUIRE(channel.desk.tickets.size() == 3);
  // Restored from an older backup: the desk has lost one, and the mark is not there.
  channel.desk = {};
  for (const auto& entry : std::filesystem::directory_iterator(servers().box("missed") / "cur")) {
    auto name = entry.path().filename().string();
    name.resize(name.find(":2,") + 3);
    std::filesystem::rename(entry.path(), entry.path().parent_path() / name);
    break;
  }
  channel.host.now_us += 3'600'000'000;
  (void)channel.poll();
  CHECK(channel.desk.tickets.size() == 1);
  CHECK(channel.host.logged("曾漏收"));
}

TEST_CASE("Crashes at every step: nothing lost, nothing doubled") {
  Channel channel("crash");
  constexpr int mails = 40;
  for (int i = 0; i < mails; ++i) {
    servers().put("crash", simple_mail("a" + std::to_string(i) + "@example.com", "m" + std::to_string(i), std::to_string(i) + "@example.com",
                                       i % 3 == 0 ? "Cc: c@example.com\r\n" : ""));
  }
  const auto settings = mail::read_settings(channel.whole());
  int crashes = 0, steps = 0;
  bool done = false;
  for (int round = 1; round < 10'000 && !done; ++round) {
    mail::TakeIn take_in(sdk::Host(channel.host.raw()), settings);
    // Each life ends a little later than the one before: at every step of every mail once.
    const int ends_at = 1 + round % 17;
    int here = 0;
    take_in.before_step = [&](const char*) {
      ++steps;
      if (++here == ends_at && round % 18 != 0) {
        ++crashes;
        throw std::logic_error("crash");
      }
    };
    channel.host.begin_call();
    try {
      const auto answer = take_in.poll();
      done = !answer.more && answer.error.empty();
    } catch (const std::logic_error&) {
    }
  }
  CHECK(done);
  CHECK(crashes >= 15);
  CHECK(channel.desk.tickets.size() == mails);
  std::set<std::string> subjects;
  for (const auto& [number, ticket] : channel.desk.tickets) {
    subjects.insert(ticket.subject);
    CHECK(std::ranges::count(ticket.messages, "customer", &tests::FakeDesk::Message::kind) == 1);
  }
  CHECK(subjects.size() == mails);
  CHECK(servers().flagged("crash", 'S') == mails);
}

TEST_CASE("Automatic answers: one an hour, none to machines, marked as what they are") {
  Channel channel("auto");
  auto received = channel.reply(1, 100, "zs-auto@example.com", "已收到");
  received["text"] = "received";
  CHECK(sdk::text_of(channel.deliver(received), "outcome") == "accepted");
  received["key"] = "2-1-0";
  CHECK(sdk::text_of(channel.deliver(received), "outcome") == "delivered");
  REQUIRE(servers().mails("zs-auto").size() == 1);
  CHECK(parsed(servers().mails("zs-auto")[0]).auto_submitted == "auto-replied");
  channel.host.now_us += 3'601'000'000;
  CHECK(sdk::text_of(channel.deliver(received), "outcome") == "accepted");
  // A machine wrote: its address is left alone.
  servers().put("auto", simple_mail("robot@example.com", "alarm", "1@example.com", "Auto-Submitted: auto-generated\r\n"));
  (void)channel.poll();
  CHECK(channel.desk.tickets.size() == 1);
  auto answer = channel.reply(1, 100, "robot@example.com", "已收到");
  answer["text"] = "received";
  (void)channel.deliver(answer);
  CHECK(servers().mails("robot").empty());
  // What a person wrote goes out in any case.
  (void)channel.deliver(channel.reply(1, 100, "robot@example.com", "您好"));
  CHECK(servers().mails("robot").size() == 1);
}

TEST_CASE("Two desks that write to each other stop at three") {
  for (const bool honest : {true, false}) {
    const std::string a_name = honest ? "desk-a" : "desk-c", b_name = honest ? "desk-b" : "desk-d";
    Channel a(a_name), b(b_name);
    // Each answers every customer's message at once, the worst that triggers can be set to do.
    const auto answer_all = [](Channel& channel, std::size_t& answered, const std::string& other) {
      std::size_t heard = 0;
      for (const auto& [number, ticket] : channel.desk.tickets) {
        for (const auto& message : ticket.messages) {
          if (message.kind != "customer" || ++heard <= answered) continue;
          auto received = channel.reply(number, ticket.customer, other + "@desk.test", "已收到");
          received["text"] = "received";
          received["key"] = "k-" + std::to_string(heard);
          (void)channel.deliver(received);
        }
      }
      answered = heard;
    };
    a.desk.customers[b_name + "@desk.test"] = 100;
    a.desk.tickets[1].customer = 100;
    (void)a.deliver(a.reply(1, 100, b_name + "@desk.test", "hello"));
    std::size_t answered_a = 0, answered_b = 0, mails = 0;
    for (int round = 0; round < 6; ++round) {
      if (!honest) {
        // A relay in between that takes the marks away.
        for (const auto& name : {a_name, b_name}) {
          for (const auto& entry : std::filesystem::directory_iterator(servers().box(name) / "new")) {
            auto text = mail::read_start(sdk::Descriptor(::open(entry.path().c_str(), 0)).get(), 1 << 20);
            for (const std::string mark : {"Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"}) {
              if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, 6, "X-Gone");
            }
            auto file = mail::Scratch().make();
            std::filesystem::remove(entry.path());
            servers().put(name, text);
          }
        }
      }
      (void)b.poll();
      answer_all(b, answered_b, a_name);
      (void)a.poll();
      answer_all(a, answered_a, b_name);
    }
    mails = servers().mails(a_name).size() + servers().mails(b_name).size();
    INFO((honest ? "honest relay" : "relay without marks"));
    CHECK(mails >= 2);
    CHECK(mails <= 3);
  }
}
