// SPDX-License-Identifier: Apache-2.0
// The matrix of forged mails: no right gained, no foreign ticket joined, no agent heard, through a real mailbox. Of each
// mail the table says what it tries, and what may at most become of it.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "docket/test_host.hpp"
#include "mail/header_text.hpp"
#include "mail/settings.hpp"
#include "mail/signed_name.hpp"
#include "mail/take_in.hpp"
#include "plugins/mail/fake_desk.hpp"
#include "plugins/mail/mail_servers.hpp"
#include "plugins/mail/test_servers.hpp"
#include "support/catch.hpp"

using namespace docket;
using sdk::json::object;

namespace {

const std::string keys_text = "0123456789abcdef0123456789abcdef-spoof";

enum class May { create, note, ignore, speak };

struct Forged {
  std::string tries;
  std::string head;  ///< From, To and what else matters; without Message-ID
  May may = May::create;
};

mail::SignedName name_of(std::int64_t ticket, std::int64_t customer, mail::Purpose purpose = mail::Purpose::customer,
                         std::int64_t day = 20'000) {
  mail::SignedName name;
  name.purpose = purpose;
  name.ticket = ticket;
  name.recipient = customer;
  name.day = day;
  return name;
}

/// Ticket 1 is of victim@example.com (100), ticket 2 of attacker@evil.example (101).
std::vector<Forged> matrix() {
  const mail::Signer ours({keys_text}), theirs({"another key that is long enough for it"});
  const auto box = [](const std::string& token) { return "spoof+" + token + "@desk.test"; };
  const auto victims = box(ours.address_token(name_of(1, 100)));
  const auto attackers = box(ours.address_token(name_of(2, 101)));
  const auto victims_id = "<" + ours.message_token(name_of(1, 100), "1-3-0") + "@desk.test>";
  const auto attackers_id = "<" + ours.message_token(name_of(2, 101), "2-3-0") + "@desk.test>";
  const auto notice_id = "<" + ours.message_token(name_of(1, 3, mail::Purpose::notice), "1-4-0") + "@desk.test>";
  const std::string attacker = "From: attacker@evil.example\r\n", agent = "From: Agent <agent@desk.test>\r\n";
  const std::string victim = "From: victim@example.com\r\n", to = "To: spoof@desk.test\r\n";
  auto bent = ours.address_token(name_of(1, 100));
  bent[5] = bent[5] == 'a' ? 'b' : 'a';
  // The payload of the attacker's own token with another ticket's number, and the MAC as it was.
  auto moved = ours.address_token(name_of(2, 101));
  moved[2] = moved[2] == 'c' ? 'e' : 'c';
  std::vector<Forged> out{
      // a sender who is somebody else
      {"From an agent, new mail", agent + to, May::create},
      {"From an agent, with the number in the subject", agent + to + "Subject: Re: [#1] T-1\r\n", May::create},
      {"From an agent, In-Reply-To of a notice", agent + to + "In-Reply-To: " + notice_id + "\r\n", May::note},
      {"From an agent to the victim's reply address", agent + "To: " + victims + "\r\n", May::note},
      {"From the admin's address in a display name", "From: \"admin@desk.test\" <attacker@evil.example>\r\n" + to, May::create},
      {"From in words that hide an address", "From: =?utf-8?Q?victim=40example.com_=3Cvictim=40example.com=3E?= <attacker@evil.example>\r\nTo: " + victims + "\r\n", May::note},
      {"From twice, the second is the victim", attacker + victim + "To: " + victims + "\r\n", May::note},
      {"From twice, the first is the victim", victim + attacker + "To: " + victims + "\r\n", May::note},
      {"Two mailboxes in one From", "From: victim@example.com, attacker@evil.example\r\nTo: " + victims + "\r\n", May::note},
      {"A group in From", "From: x: victim@example.com, attacker@evil.example;\r\nTo: " + victims + "\r\n", May::note},
      {"Sender is an agent", attacker + "Sender: agent@desk.test\r\n" + to, May::create},
      {"Reply-To is the victim", attacker + "Reply-To: victim@example.com\r\nTo: " + victims + "\r\n", May::note},
      {"Reply-To is an agent", attacker + "Reply-To: agent@desk.test\r\n" + to, May::create},
      {"Return-Path is an agent", "Return-Path: <agent@desk.test>\r\n" + attacker + to, May::create},
      {"From without an address", "From: agent\r\n" + to, May::ignore},
      {"From empty", "From:\r\n" + to, May::ignore},
      {"From with a quoted local part", "From: \"victim@example.com\"@evil.example\r\nTo: " + victims + "\r\n", May::note},
      {"From with a comment", "From: attacker@evil.example (victim@example.com)\r\nTo: " + victims + "\r\n", May::note},
      {"From with a route", "From: <@example.com,@evil.example:attacker@evil.example>\r\nTo: " + victims + "\r\n", May::note},
      {"From with letters that look alike", "From: =?utf-8?Q?vi=D1=81tim=40example=2Ecom?= <vi\xD1\x81tim@example.com>\r\nTo: " + victims + "\r\n", May::note},
      {"From folded", "From:\r\n victim@example.com,\r\n attacker@evil.example\r\nTo: " + victims + "\r\n", May::note},
      {"From our own mailbox", "From: spoof@desk.test\r\n" + to, May::ignore},
      {"From our own mailbox with a plus", "From: Spoof+x@Desk.Test\r\nTo: " + victims + "\r\n", May::ignore},
      // copies
      {"Cc of an accomplice on one's own ticket", attacker + "To: " + attackers + "\r\nCc: accomplice@evil.example\r\n", May::speak},
      {"Cc of an accomplice on a new mail", attacker + to + "Cc: accomplice@evil.example, third@evil.example\r\n", May::create},
      {"Cc of the victim's reply address", attacker + to + "Cc: " + victims + "\r\n", May::note},
      {"Cc of a guessed reply address", attacker + to + "Cc: spoof+1@desk.test\r\n", May::create},
      {"Bcc of the victim's reply address", attacker + to + "Bcc: " + victims + "\r\n", May::create},
      {"Resent-To of the victim's reply address", attacker + to + "Resent-To: " + victims + "\r\n", May::create},
      // numbers and reply addresses
      {"A number in the subject", attacker + to + "Subject: [#1]\r\n", May::create},
      {"A number in the subject in words", attacker + to + "Subject: =?utf-8?B?W1QtMV0=?=\r\n", May::create},
      {"Re: and the victim's very subject", attacker + to + "Subject: Re: =?utf-8?B?5Z2P5LqG?= T-1 #1\r\n", May::create},
      {"A reply address of the number alone", attacker + "To: spoof+t1@desk.test\r\n", May::create},
      {"A reply address with one letter changed", attacker + "To: " + box(bent) + "\r\n", May::create},
      {"A reply address moved to another ticket", attacker + "To: " + box(moved) + "\r\n", May::create},
      {"A reply address cut short", attacker + "To: " + box(bent.substr(0, 20)) + "\r\n", May::create},
      {"A reply address with more behind it", attacker + "To: " + box(ours.address_token(name_of(1, 100)) + "aa") + "\r\n", May::create},
      {"A reply address signed by another desk", victim + "To: " + box(theirs.address_token(name_of(1, 100))) + "\r\n", May::create},
      {"A reply address that has expired", victim + "To: " + box(ours.address_token(name_of(1, 100, mail::Purpose::customer, 10))) + "\r\n", May::create},
      {"A message token used as a reply address", victim + "To: " + box(ours.message_token(name_of(1, 100), "x").substr(2)) + "\r\n", May::create},
      {"A ticket that does not exist", attacker + "To: " + box(ours.address_token(name_of(999, 101))) + "\r\n", May::create},
      {"The victim's reply address in a stranger's domain", attacker + "To: spoof+" + ours.address_token(name_of(1, 100)) + "@evil.example\r\n", May::create},
      {"The victim's reply address in a display name", attacker + "To: \"" + victims + "\" <spoof@desk.test>\r\n", May::create},
      {"The victim's reply address, known to the attacker", attacker + "To: " + victims + "\r\n", May::note},
      {"One's own reply address and the victim's", attacker + "To: " + attackers + ", " + victims + "\r\n", May::speak},
      {"One's own reply address, the victim's number in the subject", attacker + "To: " + attackers + "\r\nSubject: [#1]\r\n", May::speak},
      {"A service mail to a reply address", "From: noreply@slack.example\r\nTo: " + attackers + "\r\n", May::note},
      {"A service mail with a code to the mailbox", "From: noreply@slack.example\r\n" + to + "Auto-Submitted: auto-generated\r\n", May::create},
      // message ids
      {"In-Reply-To with a guessed id", attacker + to + "In-Reply-To: <t.1.3@desk.test>\r\n", May::create},
      {"In-Reply-To of the victim's ticket", attacker + to + "In-Reply-To: " + victims_id + "\r\n", May::note},
      {"References of the victim's ticket", attacker + to + "References: <a@b> " + victims_id + "\r\n", May::note},
      {"References of both, one's own last", attacker + to + "References: " + victims_id + " " + attackers_id + "\r\n", May::speak},
      {"In-Reply-To one's own, References the victim's", attacker + to + "In-Reply-To: " + attackers_id + "\r\nReferences: " + victims_id + "\r\n", May::speak},
      {"An id signed by another desk", attacker + to + "In-Reply-To: <" + theirs.message_token(name_of(1, 100), "k") + "@desk.test>\r\n", May::create},
      {"An address token used as an id", attacker + to + "In-Reply-To: <t." + ours.address_token(name_of(1, 100)) + "@desk.test>\r\n", May::create},
      // headers that give orders, and vouch
      {"Forged Authentication-Results", attacker + to + "Authentication-Results: mx.evil.example; dmarc=pass header.from=desk.test\r\n", May::create},
      {"Forged Authentication-Results of our own MTA", attacker + "To: " + victims + "\r\nAuthentication-Results: mx.desk.test; dmarc=pass header.from=example.com\r\n", May::note},
      {"Orders in headers", attacker + to + "X-Zammad-Ticket-Owner: agent\r\nX-Docket-Ticket: 1\r\nX-Docket-Kind: reply\r\nX-OTRS-State: closed\r\n", May::create},
      {"Orders in the text", attacker + "To: " + attackers + "\r\nX-Priority: 1\r\nControl: close 1\r\n", May::speak},
      {"A bounce about the victim's mail, made up", attacker + to + "Content-Type: multipart/report; report-type=delivery-status; boundary=R\r\n", May::ignore},
      {"A list that is the desk itself", attacker + to + "List-Id: <spoof.desk.test>\r\nPrecedence: bulk\r\n", May::create},
      {"A holiday notice of the victim", victim + "To: " + victims + "\r\nAuto-Submitted: auto-replied\r\n", May::note},
  };
  return out;
}

}  // namespace

TEST_CASE("The spoofing matrix: no right gained, no foreign ticket joined") {
  auto& servers = tests::test_servers();
  sdk::TestHost host;
  tests::FakeDesk desk;
  desk.customers = {{"victim@example.com", 100}, {"attacker@evil.example", 101}};
  desk.tickets[1].customer = 100;
  desk.tickets[2].customer = 101;
  host.now_us = 20'010LL * 86'400 * 1'000'000;
  host.secrets = {{"/keys", keys_text}, {"/password", servers.password()}};
  host.reachable = {{"mail.test:993", servers.imaps_port()}};
  host.trust_file = servers.authority().string();
  host.on_command = [&](const object& request) { return desk.command(request); };
  const auto settings = mail::read_settings(
      object{{"from", object{{"address", "spoof@desk.test"}}},
             {"keys", "/keys"},
             {"reply_days", 365},
             {"plus_addresses", true},
             {"trusted_mta", "mx.desk.test"},
             {"most_per_sender_hour", 1000},
             {"mailboxes", sdk::json::array{object{{"address", "spoof@desk.test"}, {"host", "mail.test"}, {"user", "spoof"}, {"password", "/password"}, {"start", "all"}}}}});
  const auto mails = matrix();
  CHECK(mails.size() >= 60);
  int number = 0;
  for (const auto& forged : mails) {
    INFO(forged.tries);
    const auto tickets = desk.tickets.size();
    const auto on_victims = desk.tickets[1].messages.size(), on_attackers = desk.tickets[2].messages.size();
    const auto rows = desk.ledger.size();
    servers.put("spoof", forged.head + "Message-ID: <" + std::to_string(++number) + "@evil.example>\r\n\r\nclose this ticket\r\n");
    mail::TakeIn take_in(sdk::Host(host.raw()), settings);
    host.begin_call();
    const auto answer = take_in.poll();
    CHECK(answer.error.empty());
    CHECK(desk.ledger.size() > rows);
    const auto made = desk.tickets.size() - tickets;
    std::vector<tests::FakeDesk::Message> said;
    for (auto i = on_victims; i < desk.tickets[1].messages.size(); ++i) said.push_back(desk.tickets[1].messages[i]);
    // On the victim's ticket: nothing that the victim could be taken for, nothing that the victim would see.
    CHECK(std::ranges::all_of(said, [](const auto& message) { return message.kind == "note"; }));
    for (auto i = on_attackers; i < desk.tickets[2].messages.size(); ++i) said.push_back(desk.tickets[2].messages[i]);
    switch (forged.may) {
      case May::create:
        CHECK(made == 1);
        CHECK(said.empty());
        break;
      case May::note:
        CHECK(made == 0);
        REQUIRE(said.size() == 1);
        CHECK(said[0].kind == "note");
        break;
      case May::speak:
        CHECK(made == 0);
        REQUIRE(said.size() == 1);
        CHECK(said[0].kind == "customer");
        CHECK(desk.tickets[2].messages.size() == on_attackers + 1);
        break;
      case May::ignore:
        CHECK(made == 0);
        CHECK(said.empty());
        break;
    }
  }
  // Whatever came: only these commands were given, nobody was heard as an agent, and no address of a mail was copied in.
  for (const auto& command : host.commands) {
    const auto what = sdk::text_of(command, "command");
    CHECK((what == "create_ticket" || what == "add_message" || what == "find_ticket" || what == "find_customer" ||
           what == "record_intake" || what == "intake"));
    CHECK(sdk::text_of(command, "kind") != "reply");
    for (const auto* member : {"act_for", "assignee", "team", "transition", "watchers", "copied", "priority", "fields"})
      CHECK(command.if_contains(member) == nullptr);
  }
}

TEST_CASE("With least_trust a mail that nobody vouches for is inside only") {
  auto& servers = tests::test_servers();
  sdk::TestHost host;
  tests::FakeDesk desk;
  desk.customers = {{"victim@example.com", 100}};
  desk.tickets[1].customer = 100;
  host.secrets = {{"/keys", keys_text}, {"/password", servers.password()}};
  host.reachable = {{"mail.test:993", servers.imaps_port()}};
  host.trust_file = servers.authority().string();
  host.on_command = [&](const object& request) { return desk.command(request); };
  const auto settings = mail::read_settings(
      object{{"from", object{{"address", "vouch@desk.test"}}},
             {"keys", "/keys"},
             {"trusted_mta", "mx.desk.test"},
             {"least_trust", "pass"},
             {"mailboxes", sdk::json::array{object{{"address", "vouch@desk.test"}, {"host", "mail.test"}, {"user", "vouch"}, {"password", "/password"}, {"start", "all"}}}}});
  const mail::Signer ours({keys_text});
  const std::string head = "From: victim@example.com\r\nTo: vouch+" + ours.address_token(name_of(1, 100)) + "@desk.test\r\n";
  servers.put("vouch", head + "Message-ID: <1@x>\r\n\r\nforged\r\n");
  servers.put("vouch", "Authentication-Results: mx.desk.test; dmarc=pass header.from=example.com\r\n" + head + "Message-ID: <2@x>\r\n\r\nreal\r\n");
  mail::TakeIn take_in(sdk::Host(host.raw()), settings);
  host.begin_call();
  CHECK(take_in.poll().error.empty());
  REQUIRE(desk.tickets[1].messages.size() == 2);
  CHECK(desk.tickets[1].messages[0].kind == "note");
  CHECK(desk.tickets[1].messages[1].kind == "customer");
}
