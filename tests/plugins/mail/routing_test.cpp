// SPDX-License-Identifier: Apache-2.0
// Signed names can not be guessed or bent, and no mail reaches more than its signed name says.
#include "mail/routing.hpp"

#include "support/catch.hpp"

using namespace docket::mail;

namespace {

const std::string key_text = "0123456789abcdef0123456789abcdef";

Signer signer() {
  return Signer({key_text});
}

SignedName customer_name() {
  SignedName name;
  name.ticket = 42;
  name.recipient = 7;
  name.day = 20'000;
  return name;
}

RoutingRules rules() {
  RoutingRules out;
  out.own_addresses = {"support@desk.example"};
  out.trusted_mta = "mx.desk.example";
  out.today = 20'010;
  return out;
}

Incoming mail_from(std::string address) {
  Incoming mail;
  mail.from.push_back({"", std::move(address)});
  mail.to.push_back({"", "support@desk.example"});
  mail.message_id = "1@example.com";
  return mail;
}

}  // namespace

TEST_CASE("A signed name comes back, short and in any case of letters") {
  const auto token = signer().address_token(customer_name());
  CHECK(token.size() <= 44);
  CHECK(signer().read_address_token(token) == customer_name());
  std::string shouted;
  for (const char c : token) shouted += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  CHECK(signer().read_address_token(shouted) == customer_name());
  const auto address = reply_address("support@desk.example", token);
  CHECK(token_of_address(address) == token);
  CHECK(plain_address(address) == "support@desk.example");
  CHECK(address.find('@') <= 64);
  SignedName large;
  large.ticket = 1'000'000'000;
  large.recipient = 1'000'000'000;
  large.day = 40'000;
  CHECK(reply_address("kefu@desk.example", signer().address_token(large)).find('@') <= 64);
}

TEST_CASE("A signed name that was changed anywhere is none") {
  const auto token = signer().address_token(customer_name());
  int read = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : std::string_view("abcdefghijklmnopqrstuvwxyz234567")) {
      if (other == token[i]) continue;
      auto bent = token;
      bent[i] = other;
      if (signer().read_address_token(bent)) ++read;
    }
    if (signer().read_address_token(std::string_view(token).substr(0, i))) ++read;
    if (signer().read_address_token(token + token[i])) ++read;
  }
  CHECK(read == 0);
  CHECK_FALSE(Signer({"another key that is long enough for it"}).read_address_token(token));
  // The two kinds of name are signed apart.
  CHECK_FALSE(signer().read_message_token("t." + token));
  const auto message = signer().message_token(customer_name(), "42-3-0");
  CHECK(signer().read_message_token(message) == customer_name());
  CHECK_FALSE(signer().read_address_token(message.substr(2)));
  CHECK(message != signer().message_token(customer_name(), "42-4-0"));
}

TEST_CASE("Keys: the first signs, the others are still known; short ones are refused") {
  const auto old_token = signer().address_token(customer_name());
  const auto both = Signer::from_file_text("# new\nabcdefabcdefabcdefabcdefabcdefab\n\n" + key_text + "\n");
  CHECK(both.read_address_token(old_token) == customer_name());
  CHECK(both.address_token(customer_name()) != old_token);
  CHECK_THROWS_WITH(Signer::from_file_text("short\n"), Catch::Contains("32"));
  CHECK_THROWS(Signer::from_file_text("# nothing\n"));
}

TEST_CASE("Only a signed name joins a mail to a ticket") {
  auto mail = mail_from("customer@example.com");
  mail.subject = "Re: [#42] ticket 42";
  CHECK(route(mail, signer(), rules()).intake == Intake::create);
  mail.in_reply_to = {"t.42.7@desk.example", "42@desk.example"};
  CHECK(route(mail, signer(), rules()).intake == Intake::create);
  mail.references = {signer().message_token(customer_name(), "42-3-0") + "@desk.example", "x@y"};
  auto routed = route(mail, signer(), rules());
  CHECK(routed.intake == Intake::customer);
  CHECK(routed.ticket == 42);
  CHECK(routed.recipient == 7);
  mail.references.clear();
  mail.to[0].address = reply_address("Support@desk.example", signer().address_token(customer_name()));
  routed = route(mail, signer(), rules());
  CHECK(routed.intake == Intake::customer);
  CHECK(routed.answerable);
  // Behind a stranger's mailbox the token says nothing.
  mail.to[0].address = reply_address("support@other.example", signer().address_token(customer_name()));
  CHECK(route(mail, signer(), rules()).intake == Intake::create);
}

TEST_CASE("An answer to a notice, of a machine, or from several senders is a note at most") {
  auto mail = mail_from("agent@desk.example");
  auto notice = customer_name();
  notice.purpose = Purpose::notice;
  mail.in_reply_to = {signer().message_token(notice, "k") + "@desk.example"};
  CHECK(route(mail, signer(), rules()).intake == Intake::note);

  auto reply = mail_from("customer@example.com");
  reply.to[0].address = reply_address("support@desk.example", signer().address_token(customer_name()));
  reply.from.push_back({"", "agent@desk.example"});
  auto routed = route(reply, signer(), rules());
  CHECK(routed.intake == Intake::note);
  CHECK(routed.remarks.size() == 1);
  reply.from.resize(1);
  reply.auto_submitted = "auto-replied";
  routed = route(reply, signer(), rules());
  CHECK(routed.intake == Intake::note);
  CHECK_FALSE(routed.answerable);
  reply.auto_submitted.clear();
  reply.from[0].address = "noreply@shop.example";
  CHECK(route(reply, signer(), rules()).intake == Intake::note);
}

TEST_CASE("An expired name makes a new ticket and says so") {
  auto mail = mail_from("customer@example.com");
  mail.to[0].address = reply_address("support@desk.example", signer().address_token(customer_name()));
  auto limited = rules();
  limited.reply_days = 5;
  const auto routed = route(mail, signer(), limited);
  CHECK(routed.intake == Intake::create);
  CHECK(routed.remarks.size() == 1);
  limited.reply_days = 10;
  CHECK(route(mail, signer(), limited).intake == Intake::customer);
}

TEST_CASE("Loops, bounces and machines") {
  CHECK(route(mail_from("Support+x@Desk.example"), signer(), rules()).rule == Rule::own_address);
  auto own = mail_from("a@b.cn");
  own.message_id = signer().message_token(customer_name(), "k") + "@desk.example";
  CHECK(route(own, signer(), rules()).rule == Rule::own_message);
  CHECK(route(own, signer(), rules()).intake == Intake::ignore);

  auto bounce = mail_from("mailer-daemon@mx.example");
  bounce.bounce.emplace();
  CHECK(route(bounce, signer(), rules()).intake == Intake::ignore);
  bounce.bounce->original_id = signer().message_token(customer_name(), "k") + "@desk.example";
  const auto routed = route(bounce, signer(), rules());
  CHECK(routed.intake == Intake::note);
  CHECK(routed.ticket == 42);
  CHECK_FALSE(routed.answerable);

  auto holiday = mail_from("a@b.cn");
  holiday.auto_submitted = "auto-replied";
  CHECK(route(holiday, signer(), rules()).intake == Intake::ignore);
  auto alarm = mail_from("monitor@b.cn");
  alarm.auto_submitted = "auto-generated";
  CHECK(route(alarm, signer(), rules()).intake == Intake::create);
  CHECK_FALSE(route(alarm, signer(), rules()).answerable);
  auto list = mail_from("a@b.cn");
  list.from_list = true;
  CHECK(route(list, signer(), rules()).intake == Intake::create);
  CHECK_FALSE(route(list, signer(), rules()).answerable);
  auto quiet = mail_from("a@b.cn");
  quiet.response_suppress = "dr, autoreply";
  CHECK_FALSE(route(quiet, signer(), rules()).answerable);
  CHECK(route(mail_from(""), signer(), rules()).intake == Intake::ignore);
}

TEST_CASE("Authentication-Results count from our own server, on top, outside of comments") {
  const auto trust = [](std::vector<std::string> fields) {
    auto mail = mail_from("a@b.cn");
    mail.authentication_results = std::move(fields);
    return route(mail, signer(), rules()).trust;
  };
  CHECK(trust({"mx.desk.example; dmarc=pass header.from=b.cn"}) == Trust::pass);
  CHECK(trust({"mx.desk.example 1; spf=pass smtp.mailfrom=b.cn"}) == Trust::domain);
  CHECK(trust({"mx.desk.example; dmarc=fail (dmarc=pass)"}) == Trust::none);
  CHECK(trust({"mx.desk.example; dkim=fail reason=\"; dmarc=pass ;\""}) == Trust::none);
  CHECK(trust({"evil.example; dmarc=pass"}) == Trust::none);
  CHECK(trust({"mx.desk.example.evil.example; dmarc=pass"}) == Trust::none);
  CHECK(trust({"evil.example; none", "mx.desk.example; dmarc=pass"}) == Trust::none);
  CHECK(trust({"mx.desk.example; dmarc=passed"}) == Trust::none);
  CHECK(trust({}) == Trust::none);
}
