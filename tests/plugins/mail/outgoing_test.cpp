// SPDX-License-Identifier: Apache-2.0
// What goes out can be read back, and no value breaks into a header.
#include "mail/outgoing.hpp"

#include <algorithm>

#include "mail/charset.hpp"
#include "mail/incoming.hpp"
#include "support/catch.hpp"

using namespace docket::mail;

namespace {

Outgoing example() {
  Outgoing mail;
  mail.from = {"客服中心", "support@desk.example"};
  mail.to = {"张三, \"经理\"", "zs@example.com"};
  mail.message_id = "t.abc@desk.example";
  mail.subject = "您的请求有新回复：屏幕在运输途中碎裂，需要更换并重新寄送，请提供收货地址与联系电话";
  mail.text = "您好\n\n<script>alert(1)</script>\n.\n见 https://a.example/x?y=1&z=2。\n";
  mail.unix_seconds = 1'767'225'600;
  return mail;
}

std::string written(const Outgoing& mail) {
  auto file = Scratch().make();
  write_mail(mail, file.get());
  return read_start(file.get(), 1 << 20);
}

}  // namespace

TEST_CASE("A mail that we write is read as it was meant") {
  const auto raw = written(example());
  auto file = Scratch().make();
  write_all(file.get(), raw);
  const auto mail = read_incoming(file.get(), [] { return Scratch().make(); });
  CHECK(mail.subject == example().subject);
  REQUIRE(mail.from.size() == 1);
  CHECK(mail.from[0].name == "客服中心");
  REQUIRE(mail.to.size() == 1);
  CHECK(mail.to[0].name == "张三, \"经理\"");
  CHECK(mail.text == "您好\n\n<script>alert(1)</script>\n.\n见 https://a.example/x?y=1&z=2。");
  // Its other part says the same as HTML: words are words, an address is a link.
  CHECK(raw.find("Content-Type: multipart/alternative") != std::string::npos);
  REQUIRE(mail.formatted.size() == 2);
  const auto& last = mail.formatted[1].children;
  CHECK(last.at(0).text == "<script>alert(1)</script>");
  const auto link = std::ranges::find(last, NodeKind::link, &Node::kind);
  REQUIRE(link != last.end());
  CHECK(link->target == "https://a.example/x?y=1&z=2");
  // Lines are short, end in CRLF, and hold ASCII only.
  std::size_t at = 0;
  while (at < raw.size()) {
    const auto end = raw.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    CHECK(end - at <= 200);
    at = end + 2;
  }
  for (const char c : raw) REQUIRE(static_cast<unsigned char>(c) < 0x80);
  CHECK(raw.find("Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n") != std::string::npos);
  CHECK(raw.find("Auto-Submitted") == std::string::npos);
}

TEST_CASE("No value breaks into the header") {
  const std::vector<std::string> breaks{"a\r\nBcc: x@y.cn", "a\nBcc: x@y.cn", "a\rb", std::string("a\0b", 3), "a\x1b[0m"};
  for (const auto& value : breaks) {
    auto name = example();
    name.to.name = value;
    CHECK_THROWS_AS(written(name), HeaderFault);
    auto address = example();
    address.to.address = value + "@example.com";
    CHECK_THROWS_AS(written(address), HeaderFault);
    auto reply = example();
    reply.in_reply_to = value;
    CHECK_THROWS_AS(written(reply), HeaderFault);
    auto file = example();
    file.files.push_back({value, "text/plain", Scratch().make()});
    CHECK_THROWS_AS(written(file), HeaderFault);
    // A subject is a ticket's, and customers write those: what may not stand there is left out.
    auto subject = example();
    subject.subject = value;
    CHECK(written(subject).find("\r\nBcc:") == std::string::npos);
  }
  auto type = example();
  type.files.push_back({"a.txt", "text/plain\r\nX: y", Scratch().make()});
  write_all(type.files[0].content.get(), "x");
  CHECK(written(type).find("\r\nX: y") == std::string::npos);
}

TEST_CASE("Addresses that may be sent to") {
  for (const auto* good : {"a@b.cn", "first.last+tag@sub.example.com", "x_y-z@1.example"}) CHECK(is_sendable_address(good));
  for (const auto* bad : {"", "a", "@b", "a@", "a@b@c", "a b@c.cn", "\"a\"@b.cn", "a@b..cn", ".a@b.cn", "a.@b.cn", "a@-b.cn",
                          "a@b.cn>", "a@b.cn\r\n", "张@b.cn", "a@例.cn", "a,b@c.cn"})
    CHECK_FALSE(is_sendable_address(bad));
  CHECK_FALSE(is_sendable_address(std::string(65, 'a') + "@b.cn"));
}
