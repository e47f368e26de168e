// SPDX-License-Identifier: Apache-2.0
// Mails as they really come: wrong labels, names in five spellings, winmail.dat, invitations, bombs.
#include "mail/incoming.hpp"

#include <sys/resource.h>

#include <iostream>

#include "mail/body_text.hpp"
#include "mail/charset.hpp"
#include "mail/safe_tree.hpp"
#include "mail/tnef.hpp"
#include "support/catch.hpp"

using namespace docket::mail;

namespace {

Descriptor file_of(std::string_view bytes) {
  auto file = Scratch().make();
  write_all(file.get(), bytes);
  return file;
}

Incoming read(std::string mail) {
  std::string wire;
  for (const char c : mail) {
    if (c == '\n') wire += '\r';
    wire += c;
  }
  const auto file = file_of(wire);
  return read_incoming(file.get(), [] { return Scratch().make(); });
}

std::string content(const Enclosure& enclosure) {
  return read_start(enclosure.content.get(), 1 << 20);
}

std::string head(std::string_view more = "") {
  return "From: a@example.com\nTo: support@desk.example\nSubject: x\nMessage-ID: <1@example.com>\n" + std::string(more);
}

}  // namespace

TEST_CASE("gb2312 is read as gb18030, which knows the character that gb2312 has not") {
  // 镕 (0xE946 in GBK) is the usual one; 㐀 takes four bytes in GB18030.
  const auto mail = read(head("Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: 8bit\n") +
                         "\n\xD6\xEC\xE9\x46\xBB\xF9 \x81\x39\xEE\x39\n");
  CHECK(mail.text == "朱镕基 㐀");
}

TEST_CASE("Other Asian charsets, and labels that lie") {
  struct Case {
    std::string label, bytes, text;
  };
  const std::vector<Case> cases{
      {"GBK", "\xC4\xFA\xBA\xC3", "您好"},
      {"big5", "\xB1\x7A\xA6\x6E", "您好"},
      {"iso-2022-jp", "\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"},
      {"utf-8", "\xC4\xFA\xBA\xC3", "您好"},                                // is GBK
      {"us-ascii", "\xE6\x82\xA8\xE5\xA5\xBD", "您好"},                     // is UTF-8
      {"iso-8859-1", "\xE6\x82\xA8\xE5\xA5\xBD", "您好"},                   // is UTF-8
      {"gb2312", "\xE6\x82\xA8\xE5\xA5\xBD\xE5\x90\x97\xEF\xBC\x9F", "您好吗？"},  // is UTF-8
      {"no-such-charset", "\xC4\xFA\xBA\xC3", "您好"},
      {"iso-8859-1", "caf\xE9", "café"},
      {"us-ascii", "\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"},
      {"shift_jis", "\x82\xB1\x82\xF1", "こん"},
      {"ks_c_5601-1987", "\xBE\xC8\xB3\xE7", "안녕"},
      {"windows-1251", "\xCF\xF0\xE8", "При"},
  };
  for (const auto& example : cases) {
    INFO(example.label);
    CHECK(read(head("Content-Type: text/plain; charset=" + example.label + "\n") + "\n" + example.bytes).text ==
          example.text);
  }
}

TEST_CASE("Words in headers are joined before they are converted") {
  CHECK(header_text("=?gb2312?B?1uw=?= =?gb2312?B?6Ua7+Q==?=") == "朱镕基");
  // A character cut in two between words.
  CHECK(header_text("=?UTF-8?B?5oI=?=\r\n =?UTF-8?B?qOWlvQ==?=") == "您好");
  CHECK(header_text("=?gb18030?Q?=C4=FA=BA=C3?= and plain") == "您好 and plain");
  CHECK(header_text("=?utf-8*zh-cn?q?a_b?=") == "a b");
  CHECK(header_text("\xC4\xFA\xBA\xC3") == "您好");
  CHECK(header_text("=?utf-8?B?not ended") == "=?utf-8?B?not ended");
  // No line, no NUL and no turned direction comes out of a word.
  CHECK(header_text("=?utf-8?Q?a=0D=0ABcc:_x=00y=E2=80=AEz?=") == "a Bcc: xyz");
}

TEST_CASE("Addresses: names in any charset, groups, tricks") {
  const auto one = header_addresses("=?gb2312?B?1cXI/Q==?= <Zhang.San@EXAMPLE.com>");
  REQUIRE(one.size() == 1);
  CHECK(one[0].name == "张三");
  CHECK(one[0].address == "Zhang.San@example.com");
  const auto raw = header_addresses("\"\xD5\xC5\xC8\xFD\" <a@b.cn>, Team: c@d.cn, e@f.cn;");
  REQUIRE(raw.size() == 3);
  CHECK(raw[0].name == "张三");
  CHECK(raw[2].address == "e@f.cn");
  // An address inside a name is a name.
  const auto trick = header_addresses("=?utf-8?Q?admin=40desk.example_=3Cadmin=40desk.example=3E?= <evil@x.example>");
  REQUIRE(trick.size() == 1);
  CHECK(trick[0].address == "evil@x.example");
}

TEST_CASE("File names: RFC 2231, RFC 2047 against the standard, raw bytes") {
  CHECK(header_parameter("attachment; filename*=utf-8''%E5%8F%91%E7%A5%A8.pdf", "filename") == "发票.pdf");
  CHECK(header_parameter("attachment; filename*0*=gb2312''%B7%A2%C6; filename*1*=%B1.pdf", "filename") == "发票.pdf");
  CHECK(header_parameter("attachment; filename=\"=?GB2312?B?t6LGsS5wZGY=?=\"", "filename") == "发票.pdf");
  CHECK(header_parameter("attachment; filename=\"\xB7\xA2\xC6\xB1.pdf\"", "filename") == "发票.pdf");
  CHECK(header_parameter("attachment; filename=\"a;b\\\"c.pdf\"; size=3", "filename") == "a;b\"c.pdf");
  CHECK(header_parameter("attachment; filename=plain.pdf", "filename") == "plain.pdf");
  CHECK(header_parameter("attachment", "filename").empty());
}

TEST_CASE("An ordinary mail with a picture inside and a file") {
  const auto mail = read(
      "From: =?utf-8?B?5byg5LiJ?= <zs@example.com>\nTo: support@desk.example\nCc: x@y.cn\n"
      "Subject: =?gbk?B?zsrM4g==?=\nMessage-ID: <m1@example.com>\nIn-Reply-To: <t.abc@desk.example>\n"
      "References: <a@b> <c@d>\nContent-Type: multipart/mixed; boundary=M\n\n"
      "--M\nContent-Type: multipart/related; boundary=R\n\n"
      "--R\nContent-Type: multipart/alternative; boundary=A\n\n"
      "--A\nContent-Type: text/plain; charset=utf-8\n\n屏幕碎了\n"
      "--A\nContent-Type: text/html; charset=utf-8\n\n<p>屏幕<b>碎了</b><img src=\"cid:pic@x\"></p>\n--A--\n"
      "--R\nContent-Type: image/png; name=p.png\nContent-ID: <pic@x>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--R--\n"
      "--M\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=gb2312''%B7%A2%C6%B1.pdf\n"
      "Content-Transfer-Encoding: base64\n\nJVBERi0xLjQ=\n--M--\n");
  CHECK(mail.subject == "问题");
  REQUIRE(mail.from.size() == 1);
  CHECK(mail.from[0].name == "张三");
  CHECK(mail.text == "屏幕碎了");
  REQUIRE(mail.formatted.size() == 1);
  REQUIRE(mail.formatted[0].children.size() == 3);
  CHECK(mail.formatted[0].children[1].kind == NodeKind::strong);
  CHECK(mail.formatted[0].children[2].kind == NodeKind::image);
  CHECK(mail.formatted[0].children[2].target == "pic@x");
  REQUIRE(mail.enclosures.size() == 2);
  CHECK(mail.enclosures[0].content_id == "pic@x");
  CHECK(content(mail.enclosures[0]) == "\x89PNG\r\n\x1a\n");
  CHECK(mail.enclosures[1].name == "发票.pdf");
  CHECK(content(mail.enclosures[1]) == "%PDF-1.4");
  CHECK(mail.in_reply_to == std::vector<std::string>{"t.abc@desk.example"});
  CHECK(mail.references == std::vector<std::string>{"a@b", "c@d"});
  CHECK(mail.remarks.empty());
}

TEST_CASE("HTML alone becomes text, and nothing of its markup stays") {
  const auto tree = safe_tree(
      "<html><head><style>p{}</style><title>t</title></head><body onload=x()><script>alert(1)</script>"
      "<h2>标题</h2><p>一 <a href='https://a.example/x'>链接</a> <a href='javascript:alert(1)'>坏</a>"
      "<a href=' JaVaScRiPt:x'>坏2</a></p><ul><li>甲<li>乙</ul><ol><li>丙</ol>"
      "<blockquote>引用<br>二行</blockquote><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"
      "<img src='http://track.example/p.gif'><img src='data:image/png;base64,AAAA' alt='图'>"
      "<pre>x\n  y</pre><svg><script>1</script></svg><p>完</p>");
  REQUIRE(tree);
  CHECK(tree->remote_images == 1);
  CHECK(tree->unsafe_links == 2);
  CHECK(plain_text(*tree) ==
        "标题\n一 链接 <https://a.example/x> 坏坏2\n- 甲\n- 乙\n1. 丙\n> 引用\n> 二行\na  b\nc\n图\nx\n  y\n完");
}

TEST_CASE("A footer that a list adds does not take the place of the mail") {
  const auto mail = read(head("Content-Type: multipart/mixed; boundary=M\n") +
                         "\n--M\nContent-Type: text/html; charset=utf-8\n\n<p>the <b>mail</b></p>\n"
                         "--M\nContent-Type: text/plain\n\nthe footer\n--M--\n");
  CHECK(mail.text == "the mail\n\nthe footer");
  CHECK(mail.formatted.empty());  // it would be without the footer
}

TEST_CASE("Of two kinds of the same words the plain one is the text, unless it is empty") {
  const auto both = [](std::string_view plain, std::string_view html) {
    return read(head("Content-Type: multipart/alternative; boundary=A\n") + "\n--A\nContent-Type: text/plain\n\n" + std::string(plain) +
                "\n--A\nContent-Type: text/html\n\n" + std::string(html) + "\n--A--\n");
  };
  CHECK(both("plain", "<p>rich <b>words</b></p>").text == "plain");
  CHECK(both("plain", "<p>rich <b>words</b></p>").formatted.size() == 1);
  CHECK(both(" ", "<p>rich <b>words</b></p>").text == "rich words");
  CHECK(both("plain", "<p>plain</p>").formatted.empty());
}

TEST_CASE("Deep, wide and broken HTML costs little") {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "<b>";
  const auto tree = safe_tree(deep + "words");
  REQUIRE(tree);
  CHECK(plain_text(*tree) == "words");
  std::string boxes;
  for (int i = 0; i < 20'000; ++i) boxes += "<div>";
  const auto nested = safe_tree(boxes + "words");
  REQUIRE(nested);
  CHECK(plain_text(*nested) == "words");
  CHECK_FALSE(safe_tree(std::string(70'000, '<')));
  CHECK_FALSE(safe_tree(std::string(most_html_bytes + 1, 'x')));
  CHECK(safe_tree("<table><td><a <b <c href=\x01>"));
}

TEST_CASE("Multiparts nested without end, and parts without number, end at the budget") {
  std::string bomb = head("Content-Type: multipart/mixed; boundary=b0\n");
  for (int i = 0; i < 3000; ++i)
    bomb += "\n--b" + std::to_string(i) + "\nContent-Type: multipart/mixed; boundary=b" + std::to_string(i + 1) + "\n";
  const auto deep = read(bomb);
  CHECK(deep.remarks.size() == 1);
  std::string wide = head("Content-Type: multipart/mixed; boundary=b\n");
  for (int i = 0; i < 5000; ++i) wide += "\n--b\nContent-Type: application/pdf\n\nx";
  const auto many = read(wide);
  CHECK(many.enclosures.size() == 45);
  CHECK(many.remarks.size() == 2);
}

TEST_CASE("A header without end is attached, not read") {
  const auto mail = read("From: a@example.com\nSubject: 长\n" + [] {
    std::string lines;
    for (int i = 0; i < 20'000; ++i) lines += "X-Long-Header-" + std::to_string(i) + ": " + std::string(30, 'x') + "\n";
    return lines;
  }());
  CHECK(mail.subject == "长");
  REQUIRE(mail.enclosures.size() == 1);
  CHECK(mail.enclosures[0].name == "original.eml");
  CHECK_FALSE(mail.remarks.empty());
}

TEST_CASE("Nested mails stay files; an invitation is said in words") {
  const auto mail = read(head("Content-Type: multipart/mixed; boundary=M\n") +
                         "\n--M\nContent-Type: text/plain\n\nsee\n--M\nContent-Type: message/rfc822\n\n"
                         "Subject: =?gb2312?B?xNqy4w==?=\nContent-Type: text/plain\n\ninner\n"
                         "--M\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\n"
                         "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:上门\n 维修\nDTSTART;TZID=Asia/Shanghai:20250102T090000\n"
                         "DTEND:20250102T100000Z\nLOCATION:上海\\, 浦东\nEND:VEVENT\nEND:VCALENDAR\n--M--\n");
  CHECK(mail.text == "see\n\n日程：上门维修\n开始：2025-01-02 09:00\n结束：2025-01-02 10:00 UTC\n地点：上海, 浦东");
  REQUIRE(mail.enclosures.size() == 2);
  CHECK(mail.enclosures[0].name == "内层.eml");
  CHECK(content(mail.enclosures[0]).find("inner") != std::string::npos);
  CHECK(mail.enclosures[1].name == "invite.ics");
}

TEST_CASE("A report about a bounce is read") {
  const auto mail = read(
      "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: Undelivered\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=R\n\n"
      "--R\nContent-Type: text/plain\n\nSorry\n"
      "--R\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
      "Final-Recipient: rfc822; gone@example.com\nAction: failed\nStatus: 5.1.1\n"
      "Diagnostic-Code: smtp; 550 no such user\n"
      "--R\nContent-Type: text/rfc822-headers\n\nSubject: x\nMessage-ID: <t.token@desk.example>\n--R--\n");
  REQUIRE(mail.bounce);
  CHECK(mail.bounce->recipient == "gone@example.com");
  CHECK(mail.bounce->status == "5.1.1");
  CHECK(mail.bounce->diagnostic == "550 no such user");
  CHECK(mail.bounce->original_id == "t.token@desk.example");
  CHECK(mail.empty_return_path);
  CHECK_FALSE(mail.bounce->delayed);
}

namespace {

std::string le(std::uint32_t number, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
  return out;
}
std::string attribute(int level, std::uint32_t id, const std::string& data) {
  return le(static_cast<std::uint32_t>(level), 1) + le(id, 4) + le(static_cast<std::uint32_t>(data.size()), 4) + data +
         le(0, 2);
}
std::string winmail() {
  const std::string long_name("\xB7\xA2\xC6\xB1.pdf\0", 9);
  auto padded = long_name;
  while (padded.size() % 4 != 0) padded += '\0';
  const auto properties = le(2, 4) + le(0x00030102, 4) + le(1, 4) + le(2, 4) + std::string("ab\0\0", 4) +
                          le(0x3707001E, 4) + le(1, 4) + le(static_cast<std::uint32_t>(long_name.size()), 4) + padded;
  return le(0x223E9F78, 4) + le(1, 2) + attribute(1, 0x00069007, le(936, 4) + le(0, 4)) +
         attribute(1, 0x0002800C, std::string("\xC4\xFA\xBA\xC3\0", 5)) + attribute(2, 0x00069002, std::string(14, 'r')) +
         attribute(2, 0x00018010, std::string("FAPIAO~1.PDF\0", 13)) + attribute(2, 0x0006800F, "%PDF-1.4") +
         attribute(2, 0x00069005, properties);
}

}  // namespace

TEST_CASE("winmail.dat is unpacked") {
  const auto whole = winmail();
  const auto read_back = read_tnef(whole);
  CHECK_FALSE(read_back.damaged);
  CHECK(read_back.text == "您好");
  REQUIRE(read_back.files.size() == 1);
  CHECK(read_back.files[0].name == "发票.pdf");
  CHECK(read_back.files[0].content == "%PDF-1.4");
  // Cut anywhere and with any byte wrong: no more than what stands before comes out, and nothing breaks.
  for (std::size_t i = 0; i < whole.size(); ++i) {
    (void)read_tnef(std::string_view(whole).substr(0, i));
    for (const char wrong : {'\0', '\x7f', '\xff'}) {
      auto other = whole;
      other[i] = wrong;
      (void)read_tnef(other);
    }
  }
}

TEST_CASE("Text: flowed lines and quotations") {
  CHECK(unflowed("a \nb\nc", false) == "a b\nc");
  CHECK(unflowed("你 \n好", true) == "你好");
  CHECK(unflowed("> a \n> b\nown", false) == "> a b\nown");
  struct Case {
    std::string text, own;
  };
  const std::vector<Case> cases{
      {"好的\n\n在 2025年1月2日，张三 <a@b.cn> 写道：\n> 您好\n> 再见\n", "好的"},
      {"ok\n\nOn Mon, Jan 1, 2025 at 1:00 PM Desk <a@b.cn>\nwrote:\n\n> hello\n", "ok"},
      {"收到\n\n\n------------------ 原始邮件 ------------------\n发件人: \"客服\"\n内容", "收到"},
      {"行\n\n-----Original Message-----\nFrom: x\n", "行"},
      {"可以\n\n发件人: 客服 <a@b.cn>\n发送时间: 2025年1月2日\n收件人: 张三\n主题: 回复\n\n原文", "可以"},
      {"上面\n" + std::string(reply_line) + "\n下面", "上面"},
      // Nobody's answer is taken away: answers between quoted lines, quotations alone, words that look alike.
      {"> 问题一\n答一\n> 问题二\n答二", "> 问题一\n答一\n> 问题二\n答二"},
      {"> 只有引用", "> 只有引用"},
      {"发件人: 我\n请退款", "发件人: 我\n请退款"},
      {"好的\nFrom: a@b.example\nSent: Monday\nTo: c\n\nold", "好的"},
      {"好的\n________________________________\nFrom: a@b.example\nSent: Monday\nTo: c\n\nold", "好的"},
      {"a -- b\n原始邮件没收到", "a -- b\n原始邮件没收到"},
  };
  for (const auto& example : cases) {
    INFO(example.text);
    CHECK(split_quotation(example.text).own == example.own);
  }
}

TEST_CASE("Twenty-five megabytes go through without being held") {
  const auto file = Scratch("/tmp").make();
  write_all(file.get(), "From: a@example.com\r\nSubject: big\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n--M\r\n"
                        "Content-Type: text/plain\r\n\r\nsee file\r\n--M\r\nContent-Type: application/zip; name=big.zip\r\n"
                        "Content-Transfer-Encoding: base64\r\n\r\n");
  const std::string line = std::string(76, 'A') + "\r\n";
  std::string block;
  for (int i = 0; i < 1000; ++i) block += line;
  for (int i = 0; i < 440; ++i) write_all(file.get(), block);
  write_all(file.get(), "--M--\r\n");
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const auto mail = read_incoming(file.get(), [] { return Scratch("/tmp").make(); });
  getrusage(RUSAGE_SELF, &after);
  REQUIRE(mail.enclosures.size() == 1);
  CHECK(mail.enclosures[0].size == 440LL * 1000 * 57);
  CHECK(mail.text == "see file");
  std::cout << "a mail of " << (mail.size >> 20) << " MiB: the peak of memory grew by " << after.ru_maxrss - before.ru_maxrss
            << " KiB\n";
  CHECK(after.ru_maxrss - before.ru_maxrss < 4 * 1024);
}
