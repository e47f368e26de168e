// SPDX-License-Identifier: Apache-2.0
// The mail channel where it really runs: in the sandbox of its host, behind the egress, on a served desk.
#include <algorithm>
#include <cstdio>
#include <random>

#include "integration/channels/channel_desk.hpp"
#include "mail/incoming.hpp"
#include "support/catch.hpp"

using namespace docket;
using tests::ChannelDesk;

namespace {

namespace json = boost::json;

mail::Incoming parsed(const std::string& raw) {
  auto file = mail::Scratch().make();
  mail::write_all(file.get(), raw);
  return mail::read_incoming(file.get(), [] { return mail::Scratch().make(); });
}

/// The mail to the customer that says this, once it has come.
mail::Incoming mail_saying(ChannelDesk& place, const std::string& customer, const std::string& words) {
  mail::Incoming found;
  place.wait_for("a mail that says " + words, [&] {
    for (const auto& raw : place.mail().mails(customer)) {
      auto mail = parsed(raw);
      if (mail.text.find(words) == std::string::npos) continue;
      found = std::move(mail);
      return true;
    }
    return false;
  });
  return found;
}

std::int64_t file_of(const json::value& message, std::size_t index = 0) {
  return message.at("attachments").as_array().at(index).to_number<std::int64_t>();
}

}  // namespace

TEST_CASE("A mail becomes a ticket, the answer a mail, and its answer a message, with files both ways") {
  ChannelDesk place(DOCKET_PROGRAM, DOCKET_PLUGIN_DIRECTORY, "mail_desk",
                    {{"poll_every: 20s", "poll_every: 1s"}, {"          move_to: 已建工单\n", ""}});
  place.serve();
  (void)place.add_person("mail_channel", "mail_channel");
  const auto agent = place.add_person("wangfang", "agent", "service");
  place.wait_for_first_poll();

  place.mail().put("support", tests::mail_with_picture("zhang@customer.test", "first@customer.test"));
  place.wait_for("a ticket", [&] { return !place.items("/api/v1/tickets").empty(); });
  const auto ticket = place.items("/api/v1/tickets").at(0);
  CHECK(ticket.at("subject").as_string() == "屏幕碎了");
  const auto messages_path = "/api/v1/tickets/" + std::to_string(ticket.at("id").to_number<std::int64_t>()) + "/messages";
  const auto first = place.items(messages_path).at(0);
  CHECK(first.at("body").as_string() == "路由器收到时屏幕已经碎了。");
  CHECK(first.at("author_name").as_string() == "张三");
  CHECK(place.file(file_of(first)) == tests::small_picture());
  // What the trigger of the sample sends to whoever writes.
  CHECK(mail_saying(place, "zhang", "您的请求已受理").subject == "已收到：屏幕碎了");

  const auto form = place.upload(agent, "%E6%8D%A2%E8%B4%A7%E5%8D%95.pdf", "application/pdf", "%PDF-1.4 exchange");
  (void)place.desk().json("POST", messages_path, agent,
                          json::object{{"kind", "reply"}, {"body", "请填好换货单寄回。"}, {"attachments", json::array{form}}});
  const auto answer = mail_saying(place, "zhang", "请填好换货单寄回。");
  CHECK(answer.subject == "回复：屏幕碎了");
  CHECK(answer.auto_submitted.empty());
  CHECK(answer.in_reply_to == std::vector<std::string>{"first@customer.test"});
  REQUIRE(answer.enclosures.size() == 1);
  CHECK(answer.enclosures[0].name == "换货单.pdf");
  CHECK(mail::read_start(answer.enclosures[0].content.get(), 100) == "%PDF-1.4 exchange");

  place.mail().put("support", "From: zhang@customer.test\r\nTo: support@example.com\r\nSubject: Re: x\r\nMessage-ID: <2@customer.test>\r\n"
                              "In-Reply-To: <" + answer.message_id + ">\r\n\r\nsent it today\r\n");
  place.wait_for("the customer's answer on the ticket", [&] { return place.items(messages_path).size() == 3; });
  const auto last = place.items(messages_path).at(2);
  CHECK(last.at("kind").as_string() == "customer");
  CHECK(last.at("body").as_string() == "sent it today");
  CHECK(place.items("/api/v1/tickets").size() == 1);

  // The mail was taken and is sent back for good: the delivery has failed, and says why.
  place.mail().put("support", "From: MAILER-DAEMON@mx.test\r\nTo: support@example.com\r\nSubject: Undelivered Mail\r\nMessage-ID: <b@mx.test>\r\n"
                              "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=R\r\n\r\n"
                              "--R\r\nContent-Type: text/plain\r\n\r\nnot delivered\r\n--R\r\nContent-Type: message/delivery-status\r\n\r\n"
                              "Reporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; zhang@customer.test\r\nAction: failed\r\n"
                              "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 mailbox gone\r\n\r\n--R\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                              "Message-ID: <" + answer.message_id + ">\r\n\r\n--R--\r\n");
  const auto state_of_answer = [&] {
    for (const auto& delivery : place.items("/api/v1/deliveries")) {
      if (delivery.at("text").as_string() == "reply")
        return std::string(delivery.at("state").as_string()) + " " + std::string(delivery.at("last_error").as_string());
    }
    return std::string();
  };
  place.wait_for("a delivery that failed", [&] { return state_of_answer().starts_with("dead"); });
  CHECK(state_of_answer().find("5.1.1") != std::string::npos);
  // The receipt comes before the note that tells of it.
  place.wait_for("a note of the bounce", [&] { return place.items(messages_path).back().at("kind").as_string() == "note"; });

  // The same account is healthy when asked, and the sandbox refused nothing on the way.
  const auto health = place.desk().json("POST", "/api/v1/plugins/mail/test", place.desk().token(), json::object{});
  CHECK(health.at("healthy").as_bool());
  CHECK(place.complaints_of("mail") == "");
  CHECK(place.status_of("mail").at("restarts").to_number<std::int64_t>() == 0);
  // A mail is marked once its ticket is on disk.
  place.wait_for("all three are marked", [&] { return place.mail().flagged("support", 'S') == 3; });
}

TEST_CASE("A mail as HTML comes out of the API as a checked tree, with its own picture, its history apart and nothing hostile") {
  ChannelDesk place(DOCKET_PROGRAM, DOCKET_PLUGIN_DIRECTORY, "mail_desk",
                    {{"poll_every: 20s", "poll_every: 1s"}, {"          move_to: 已建工单\n", ""}});
  place.serve();
  (void)place.add_person("mail_channel", "mail_channel");
  place.wait_for_first_poll();

  place.mail().put("support", tests::mail_as_html(
                                  "zhang@customer.test", "html@customer.test", "屏幕碎了，见图。",
                                  "<html><head><style>@import 'https://evil.test/a.css';</style></head><body onload=alert(1)>"
                                  "<p style='position:fixed'>屏幕<b>碎了</b>，见图：<img src='cid:crack@x' alt='裂缝' onerror=alert(1)></p>"
                                  "<table><tr><th>型号</th><th>数量</th></tr><tr><td>R1</td><td>2</td></tr></table>"
                                  "<p><a href='https://shop.test/o/1' onclick=alert(1)>订单</a> <a href='javascript:alert(1)'>坏</a></p>"
                                  "<script>alert(1)</script><svg onload=alert(1)></svg><iframe src='https://evil.test'></iframe>"
                                  "<img src='https://evil.test/pixel.gif' width=1 height=1><img src='https://evil.test/logo.png' alt='商标'>"
                                  "<div>------------------ 原始邮件 ------------------</div><div>早先的话</div></body></html>"));
  place.wait_for("a ticket", [&] { return !place.items("/api/v1/tickets").empty(); });
  const auto ticket = place.items("/api/v1/tickets").at(0);
  const auto path = "/api/v1/tickets/" + std::to_string(ticket.at("id").to_number<std::int64_t>()) + "/messages";
  const auto first = place.items(path).at(0);
  CHECK(first.at("body").as_string() == "屏幕碎了，见图。");
  const auto& formatted = first.at("formatted").as_array();
  REQUIRE(formatted.size() == 5);
  const auto& words = formatted.at(0).at("children").as_array();
  CHECK(words.at(1).at("kind").as_string() == "strong");
  const auto& picture = words.at(3);
  CHECK(picture.at("kind").as_string() == "image");
  CHECK(picture.at("text").as_string() == "裂缝");
  CHECK(picture.at("attachment").to_number<std::int64_t>() == file_of(first));
  CHECK(place.file(file_of(first)) == tests::small_picture());
  CHECK(formatted.at(1).at("kind").as_string() == "table");
  CHECK(formatted.at(2).at("children").at(0).at("target").as_string() == "https://shop.test/o/1");
  CHECK(formatted.at(3).at("children").at(0).at("kind").as_string() == "remote_image");
  CHECK(formatted.at(4).at("kind").as_string() == "quote");
  const auto all = json::serialize(formatted);
  for (const std::string_view word : {"evil.test", "alert", "javascript", "onload", "script", "style", "svg", "iframe"}) {
    INFO(word);
    CHECK(all.find(word) == std::string::npos);
  }
  // What an event says of it is a digest, and a plain message has neither.
  const auto events = place.items("/api/v1/tickets/" + std::to_string(ticket.at("id").to_number<std::int64_t>()) + "/events");
  const auto said = std::ranges::find_if(events, [](const json::value& event) { return event.at("event").at("kind").as_string() == "message_added"; });
  REQUIRE(said != events.end());
  CHECK(said->at("event").at("formatted").as_string().size() == 64);
  CHECK(place.complaints_of("mail") == "");
}

TEST_CASE("A file as large as files may be comes in, and a large one goes out, in little memory") {
  ChannelDesk place(DOCKET_PROGRAM, DOCKET_PLUGIN_DIRECTORY, "mail_desk",
                    {{"poll_every: 20s", "poll_every: 1s"}, {"          move_to: 已建工单\n", ""}});
  place.serve();
  (void)place.add_person("mail_channel", "mail_channel");
  const auto agent = place.add_person("wangfang", "agent", "service");
  place.wait_for_first_poll();
  const auto idle = place.host_memory();
  std::string bytes(std::size_t{24} << 20, '\0');
  std::mt19937 random(1);  // NOLINT: the same file each time
  for (auto& byte : bytes) byte = static_cast<char>(random());

  place.mail().put("support", tests::mail_with_file("zhang@customer.test", "large@customer.test", bytes));
  place.wait_for("a ticket", [&] { return !place.items("/api/v1/tickets").empty(); });
  const auto ticket = place.items("/api/v1/tickets").at(0);
  const auto path = "/api/v1/tickets/" + std::to_string(ticket.at("id").to_number<std::int64_t>()) + "/messages";
  CHECK(place.file(file_of(place.items(path).at(0))) == bytes);

  bytes.resize(std::size_t{3} << 20);  // the SMTP server of the test reads line by line, in Python
  const auto file = place.upload(agent, "log.bin", "application/octet-stream", bytes);
  (void)place.desk().json("POST", path, agent, json::object{{"kind", "reply"}, {"body", "here it is back"}, {"attachments", json::array{file}}});
  const auto answer = mail_saying(place, "zhang", "here it is back");
  REQUIRE(answer.enclosures.size() == 1);
  CHECK(mail::read_start(answer.enclosures[0].content.get(), bytes.size() + 1) == bytes);
  const auto busy = place.host_memory();
  std::printf("a host of the mail plugin: %lld KiB private when idle, resident at most %lld KiB with a file of 24 MiB in and 3 MiB out\n",
              static_cast<long long>(idle.own), static_cast<long long>(busy.peak));
  CHECK(place.status_of("mail").at("restarts").to_number<std::int64_t>() == 0);
  CHECK(place.complaints_of("mail") == "");
}
