// SPDX-License-Identifier: Apache-2.0
// People without account: a customer on the portal, a guest with one question; and that a link opens nothing else.
#include <algorithm>

#include "desk/attachments.hpp"
#include "desk/command_ticket.hpp"
#include "desk/held_messages.hpp"
#include "support/api_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;

namespace {

std::string text_at(const ApiAnswer& answer, std::string_view pointer) {
  const auto& text = answer.at(pointer).as_string();
  return {text.begin(), text.end()};
}

std::string secret_in(const std::string& link) {
  return link.substr(link.find('#') + 1);
}

/// A desk with an agent, a ticket of a customer sent in through the portal, and its link.
struct Outside : ApiDesk {
  Outside() {
    user("chen", "lead", "returns");
    made = post("", "/api/v1/portal/tickets", request, {{"idempotency-key", "one"}});
    REQUIRE(made.status == 201);
    link("customer", text_at(made, "/token"));
    path = "/api/v1/tickets/" + std::to_string(desk.rows.tickets.rbegin()->first.value);
  }
  void link(const std::string& who, const std::string& secret) {
    credentials[who] = {{"authorization", "Bearer " + secret}};
  }
  ApiAnswer ask_guest() {
    return post("chen", path + "/guests",
                R"({"name":"老李","question":"仓库收到了吗?","messages":[1],"expires_in":86400})");
  }

  static constexpr const char* request =
      R"({"type":"return","subject":"屏幕有裂纹","body":"收到就这样","customer":{"name":"王女士","phone":"13800000000"},)"
      R"("fields":{"order_no":"SO-2026-1","return_reason":"quality"}})";
  ApiAnswer made;
  std::string path;
};

}  // namespace

TEST_CASE("a stranger sends a request in and follows it by its link") {
  Outside f;
  CHECK(text_at(f.made, "/link").ends_with("/portal#" + text_at(f.made, "/token")));
  CHECK(text_at(f.made, "/number") == "T" + f.path.substr(f.path.rfind('/') + 1));
  const auto& ticket = f.desk.rows.tickets.rbegin()->second.ticket;
  CHECK(ticket.channel == "portal");
  CHECK(f.desk.rows.customers.at(ticket.customer).name == "王女士");

  // The same request again has the same link, and nowhere was its secret kept.
  const auto again = f.post("", "/api/v1/portal/tickets", Outside::request, {{"idempotency-key", "one"}});
  CHECK(again.text == f.made.text);
  CHECK(f.desk.rows.tickets.size() == 1);
  for (const auto& [key, answer] : f.desk.rows.answers) CHECK(answer.outcome.find("dlk_") == std::string::npos);

  const auto shown = f.get("customer", "/api/v1/portal/ticket");
  REQUIRE(shown.status == 200);
  CHECK(shown.at("/state/zh") == "退货申请已提交，等待审核");
  CHECK(shown.at("/steps/0/current") == true);
  CHECK(shown.at("/steps").as_array().size() > 2);
  CHECK(shown.at("/messages/0/from") == "customer");
  CHECK(shown.at("/may/urge") == true);
  CHECK(shown.at("/may/rate") == false);

  f.post("chen", f.path + "/messages", R"({"kind":"note","body":"他常退货"})");
  f.post("chen", f.path + "/messages", R"({"kind":"reply","body":"请寄回"})");
  const auto urged = f.post("customer", "/api/v1/portal/ticket/urge", R"({"message":"快点"})");
  REQUIRE(urged.status == 200);
  CHECK(urged.text.find("他常退货") == std::string::npos);
  CHECK(urged.at("/messages").as_array().size() == 3);
  CHECK(urged.text.find("urged_at") != std::string::npos);
  CHECK(f.post("customer", "/api/v1/portal/ticket/rating", R"({"score":5})").status == 409);
}

TEST_CASE("a customer's link opens nothing but its ticket, and ends when it is taken back") {
  Outside f;
  for (const auto& target : {"/api/v1/me", "/api/v1/tickets", "/api/v1/guest", "/api/v1/notices"})
    CHECK(f.get("customer", target).status == 401);
  CHECK(f.get("customer", f.path).status == 401);
  CHECK(f.get("chen", "/api/v1/portal/ticket").status == 401);
  CHECK(f.get("", "/api/v1/portal/ticket").status == 401);
  f.link("forger", "dlk_" + std::string(43, 'A'));
  const auto forged = f.get("forger", "/api/v1/portal/ticket");
  CHECK(forged.status == 401);

  const auto same = f.post("chen", f.path + "/portal-link");
  CHECK(text_at(same, "/link") == text_at(f.made, "/link"));
  CHECK(f.call("chen", http::Method::del, f.path + "/portal-link").status == 204);
  const auto ended = f.get("customer", "/api/v1/portal/ticket");
  CHECK(ended.status == 401);
  CHECK(ended.at("/detail") == forged.at("/detail"));  // nothing tells a link that was from one that never was
  const auto next = f.post("chen", f.path + "/portal-link");
  CHECK(text_at(next, "/link") != text_at(f.made, "/link"));
  f.link("customer", secret_in(text_at(next, "/link")));
  CHECK(f.get("customer", "/api/v1/portal/ticket").status == 200);
  f.desk.now += 24h * 181;
  CHECK(f.get("customer", "/api/v1/portal/ticket").status == 401);
}

TEST_CASE("after a restore, a link that was given out after the backup opens nothing") {
  Outside f;
  const auto backup = f.desk.rows;
  const auto lost = f.ask_guest();
  REQUIRE(lost.status == 201);
  f.desk.rows = backup;
  f.desk.now += 1h;
  const auto next = f.ask_guest();
  REQUIRE(next.status == 201);
  CHECK(next.at("/id") == lost.at("/id"));  // numbers begin again
  f.link("lost", secret_in(text_at(lost, "/link")));
  f.link("next", secret_in(text_at(next, "/link")));
  CHECK(f.get("lost", "/api/v1/guest").status == 401);
  CHECK(f.get("next", "/api/v1/guest").status == 200);
}

TEST_CASE("a link of a release that signed less goes on working, and the next one that is given is another") {
  Outside f;
  const std::string old = "dlk_" + std::string(43, 'o');
  f.desk.rows.links.rbegin()->second.second = sha256(old);
  f.link("old", old);
  CHECK(f.get("old", "/api/v1/portal/ticket").status == 200);
  const auto next = f.post("chen", f.path + "/portal-link");
  REQUIRE(next.status == 200);
  f.link("next", secret_in(text_at(next, "/link")));
  CHECK(f.get("next", "/api/v1/portal/ticket").status == 200);
  CHECK(f.get("old", "/api/v1/portal/ticket").status == 200);
}

TEST_CASE("a link does not follow its ticket into another, whoever's that is") {
  Outside f;
  // Whoever knows a customer's name and number can send this in, and has its link.
  const auto claimed = f.post("", "/api/v1/portal/tickets", Outside::request, {{"idempotency-key", "two"}});
  REQUIRE(claimed.status == 201);
  f.link("claimed", text_at(claimed, "/token"));
  const auto id = f.desk.rows.tickets.rbegin()->first;
  const auto into = f.path.substr(f.path.rfind('/') + 1);
  f.post("chen", f.path + "/messages", R"({"kind":"reply","body":"退款到尾号 1234 的卡"})");
  REQUIRE(f.post("chen", "/api/v1/tickets/" + std::to_string(id.value) + "/merge", R"({"into":)" + into + "}").status == 200);

  const auto shown = f.get("claimed", "/api/v1/portal/ticket");
  REQUIRE(shown.status == 200);
  CHECK(text_at(shown, "/number") == "T" + std::to_string(id.value));
  CHECK(shown.at("/merged") == true);
  CHECK(shown.at("/may/add") == false);
  CHECK(shown.text.find("1234") == std::string::npos);
  // The ticket that it went into shows both, to whoever has a link to that from the desk.
  f.link("owner", secret_in(text_at(f.post("chen", f.path + "/portal-link"), "/link")));
  const auto kept = f.get("owner", "/api/v1/portal/ticket");
  CHECK(kept.at("/merged") == false);
  CHECK(kept.at("/messages").as_array().size() == 3);
}

TEST_CASE("whoever sent a request in is shown nothing of what is merged into it, nor of what comes later") {
  Outside f;
  f.post("chen", f.path + "/messages", R"({"kind":"reply","body":"在处理"})");
  // The customer's own ticket, which a stranger's request in their name is taken for the same as.
  const auto real = f.post("", "/api/v1/portal/tickets", Outside::request, {{"idempotency-key", "two"}});
  REQUIRE(real.status == 201);
  const auto source = "/api/v1/tickets/" + std::to_string(f.desk.rows.tickets.rbegin()->first.value);
  f.post("chen", source + "/messages", R"({"kind":"reply","body":"退款到尾号 1234 的卡"})");
  const auto before = f.get("customer", "/api/v1/portal/ticket");
  f.desk.now += 1h;
  REQUIRE(f.post("chen", source + "/merge", R"({"into":)" + f.path.substr(f.path.rfind('/') + 1) + "}").status == 200);
  f.post("chen", f.path + "/messages", R"({"kind":"reply","body":"卡号尾号 1234 已退款"})");

  const auto shown = f.get("customer", "/api/v1/portal/ticket");
  REQUIRE(shown.status == 200);
  CHECK(shown.text.find("1234") == std::string::npos);
  CHECK(shown.at("/messages") == before.at("/messages"));
  CHECK(shown.at("/steps") == before.at("/steps"));
  CHECK(shown.at("/merged") == true);
  for (const auto& [what, may] : shown.at("/may").as_object()) CHECK_FALSE(may.as_bool());
  CHECK(shown.at("/moves").as_array().empty());
  const auto refused = f.post("customer", "/api/v1/portal/ticket/messages", R"({"body":"还有一句"})");
  CHECK(refused.status == 409);
  CHECK_FALSE(text_at(refused, "/detail_zh").empty());
  CHECK(f.post("customer", "/api/v1/portal/ticket/urge", "{}").status == 409);

  // The link that the desk gives from then on is another, shows all of it, and goes on after a second merge.
  const auto next = text_at(f.post("chen", f.path + "/portal-link"), "/link");
  CHECK(next != text_at(f.made, "/link"));
  f.link("owner", secret_in(next));
  CHECK(f.get("owner", "/api/v1/portal/ticket").at("/messages").as_array().size() == 5);
  REQUIRE(f.post("", "/api/v1/portal/tickets", Outside::request, {{"idempotency-key", "three"}}).status == 201);
  const auto third = "/api/v1/tickets/" + std::to_string(f.desk.rows.tickets.rbegin()->first.value);
  REQUIRE(f.post("chen", third + "/merge", R"({"into":)" + f.path.substr(f.path.rfind('/') + 1) + "}").status == 200);
  CHECK(f.get("owner", "/api/v1/portal/ticket").at("/messages").as_array().size() == 6);
  CHECK(f.get("owner", "/api/v1/portal/ticket").at("/merged") == false);
}

TEST_CASE("a customer is shown nothing of another who had a ticket merged into this one") {
  Outside f;
  const auto of_another = f.post("", "/api/v1/portal/tickets",
                                 R"({"type":"return","subject":"地址","body":"我住南京路 1 号","customer":{"name":"李先生"},)"
                                 R"("fields":{"order_no":"SO-2026-1","return_reason":"quality"}})");
  REQUIRE(of_another.status == 201);
  const auto id = f.desk.rows.tickets.rbegin()->first;
  // As it is when the ticket had no customer while they were merged.
  f.desk.rows.tickets.at(id).ticket.merged_into = TicketId{std::stoll(f.path.substr(f.path.rfind('/') + 1))};
  const auto shown = f.get("customer", "/api/v1/portal/ticket");
  REQUIRE(shown.status == 200);
  CHECK(shown.text.find("南京路") == std::string::npos);
}

TEST_CASE("a guest sees what was released, answers once or more, and whoever asked is told") {
  Outside f;
  f.post("chen", f.path + "/messages", R"({"kind":"note","body":"不给外人看"})");
  const auto asked = f.ask_guest();
  REQUIRE(asked.status == 201);
  f.link("guest", secret_in(text_at(asked, "/link")));
  const auto page = f.get("guest", "/api/v1/guest");
  REQUIRE(page.status == 200);
  CHECK(page.at("/question") == "仓库收到了吗?");
  CHECK(page.at("/messages").as_array().size() == 1);
  CHECK(page.text.find("不给外人看") == std::string::npos);
  CHECK(f.get("guest", "/api/v1/portal/ticket").status == 401);
  CHECK(f.get("guest", f.path).status == 401);

  const auto answered = f.post("guest", "/api/v1/guest/answers", R"({"body":"今天上午收到"})");
  REQUIRE(answered.status == 200);
  CHECK(answered.at("/answers/0/body") == "今天上午收到");
  CHECK(f.desk.rows.tickets.rbegin()->second.messages.back().kind == domain::MessageKind::note);
  const auto notices = f.get("chen", "/api/v1/notices");
  CHECK(notices.at("/unread") == 2);  // the ticket was assigned before
  CHECK(notices.at("/items/0/kind") == "guest_answered");
  CHECK(notices.at("/items/0/text") == "今天上午收到");
  const auto newest = std::to_string(notices.at("/items/0/id").as_int64());
  CHECK(f.post("chen", "/api/v1/notices/read", R"({"ids":[)" + newest + "]}").at("/unread") == 1);
  CHECK(f.post("chen", "/api/v1/notices/read", R"({"up_to":)" + newest + "}").at("/unread") == 0);

  const auto guests = f.get("chen", f.path + "/guests");
  CHECK(guests.text.find("dlk_") == std::string::npos);
  const auto id = std::to_string(guests.at("/items/0/id").as_int64());
  CHECK(f.call("chen", http::Method::del, f.path + "/guests/" + id).status == 204);
  CHECK(f.get("guest", "/api/v1/guest").status == 401);
  CHECK(f.post("guest", "/api/v1/guest/answers", R"({"body":"noch"})").status == 401);
}

TEST_CASE("a long ticket is read a few messages at a time for its customer and its guests") {
  Outside f;
  const auto into = f.desk.rows.tickets.rbegin()->first;
  const auto say = [&](MemoryRows::StoredTicket& ticket, int count, domain::MessageKind kind, const std::string& body) {
    for (int i = 0; i < count; ++i) {
      desk::StoredMessage message;
      message.number = ++ticket.ticket.messages;
      message.kind = kind;
      message.body = body + std::to_string(message.number);
      f.desk.now += 1s;
      message.at = f.desk.now;
      ticket.messages.push_back(std::move(message));
    }
  };
  // Another of the same customer, which went into this one.
  REQUIRE(f.post("", "/api/v1/portal/tickets", Outside::request, {{"idempotency-key", "two"}}).status == 201);
  auto& stored = f.desk.rows.tickets.at(into);
  auto& merged = f.desk.rows.tickets.rbegin()->second;
  merged.ticket.merged_into = into;
  say(stored, 300, domain::MessageKind::reply, "a");
  say(merged, 300, domain::MessageKind::customer, "b");
  say(stored, 200, domain::MessageKind::note, "note");
  say(stored, 149, domain::MessageKind::reply, "a");
  say(merged, 1, domain::MessageKind::customer, "b");
  REQUIRE(stored.ticket.messages == 650);

  f.desk.rows.messages_at_once = 0;
  const auto shown = f.get("customer", "/api/v1/portal/ticket");
  REQUIRE(shown.status == 200);
  CHECK(f.desk.rows.messages_at_once > 0);
  CHECK(f.desk.rows.messages_at_once <= 32);
  // Of the one 151 to 301 and, behind the notes, 502 to 650; all 302 of the other: the oldest 102 give way.
  const auto& messages = shown.at("/messages").as_array();
  REQUIRE(messages.size() == 500);
  CHECK(shown.text.find("\"note") == std::string::npos);
  CHECK(messages[0].at("body") == "a252");
  CHECK(messages[49].at("body") == "a301");
  CHECK(messages[50].at("body") == "b2");
  CHECK(messages[349].at("body") == "b301");
  CHECK(messages[350].at("body") == "a502");
  CHECK(messages[498].at("body") == "a650");
  CHECK(messages[499].at("body") == "b302");
  CHECK(messages[499].at("number") == -(merged.ticket.id.value * 8192 + 302));

  const auto asked = f.post("chen", f.path + "/guests", R"({"name":"老李","question":"?","messages":[1,40,649]})");
  REQUIRE(asked.status == 201);
  f.link("guest", secret_in(text_at(asked, "/link")));
  REQUIRE(f.post("guest", "/api/v1/guest/answers", R"({"body":"收到"})").status == 200);
  f.desk.rows.messages_at_once = 0;
  const auto page = f.get("guest", "/api/v1/guest");
  REQUIRE(page.status == 200);
  CHECK(f.desk.rows.messages_at_once <= 32);
  REQUIRE(page.at("/messages").as_array().size() == 3);
  CHECK(page.at("/messages/1/body") == "a40");
  CHECK(page.at("/messages/2/body") == "a649");
  CHECK(page.at("/answers/0/body") == "收到");
}

TEST_CASE("a guest who does not answer is reminded of once") {
  Outside f;
  const auto reminders = [&] {
    return std::ranges::count(f.desk.rows.notices, "guest_reminded", &desk::Notice::kind);
  };
  REQUIRE(f.ask_guest().status == 201);
  f.desk.now += 11h;
  {
    auto early = f.desk.unit();
    desk::pass_time(early, 10);
  }
  CHECK(reminders() == 0);
  f.desk.now += 2h;
  auto later = f.desk.unit();
  desk::pass_time(later, 10);
  desk::pass_time(later, 10);
  CHECK(reminders() == 1);
}

TEST_CASE("who is mentioned is copied in and told; a held message goes out once, or comes back") {
  Outside f;
  const auto liu = f.user("liu", "agent", "quality");
  CHECK(f.get("liu", f.path).status == 404);
  const auto said = f.post("chen", f.path + "/messages",
                           R"({"kind":"note","body":"请看","mentions":{"users":[)" + std::to_string(liu) + "]}}");
  REQUIRE(said.status == 201);
  CHECK(f.desk.rows.notices.back().kind == "mentioned");
  CHECK(f.desk.rows.notices.back().user == UserId{liu});
  CHECK(f.post("chen", f.path + "/messages", R"({"kind":"note","body":"x","mentions":{"users":[999]}})").status == 422);

  const auto count = [&] { return f.desk.rows.tickets.rbegin()->second.messages.size(); };
  const auto before = count();
  const auto held = f.post("chen", f.path + "/messages", R"({"kind":"reply","body":"马上","delay_s":10})");
  REQUIRE(held.status == 201);
  CHECK(count() == before);
  const auto back =
      f.call("chen", http::Method::del, "/api/v1/held-messages/" + std::to_string(held.at("/held_id").as_int64()));
  REQUIRE(back.status == 200);
  CHECK(back.at("/body") == "马上");
  CHECK(f.get("chen", f.path + "/drafts/reply").at("/body") == "马上");

  // Who writes to a version that is gone is told at once, and not after the delay.
  const auto version = f.get("chen", f.path).headers.at("ETag");
  REQUIRE(f.post("chen", f.path + "/messages", R"({"kind":"note","body":"我来回"})").status == 201);
  const auto late = R"({"kind":"reply","body":"好的","delay_s":10})";
  CHECK(f.post("chen", f.path + "/messages", late, {{"if-match", version}}).status == 412);
  const auto present = f.get("chen", f.path).headers.at("ETag");
  CHECK(f.post("chen", f.path + "/messages", late, {{"if-match", present}}).status == 201);
  f.desk.now += 11s;
  auto unit = f.desk.unit();
  CHECK(desk::send_held(unit, 10) == 1);
  CHECK(desk::send_held(unit, 10) == 0);
  CHECK(count() == before + 2);
}

TEST_CASE("files of strangers are found by their handle only, and once") {
  Outside f;
  desk::Uploaded file;
  {
    auto unit = f.desk.unit();
    domain::Principal stranger;
    stranger.actor.name = "stranger";
    desk::Attachment upload;
    upload.name = "照片.jpg";
    file = desk::add_upload(unit, stranger, upload);
  }
  CHECK(file.handle.size() == 22);  // 128 bits
  CHECK_FALSE(file.file.id);
  for (const auto& [id, kept] : f.desk.rows.attachments) CHECK(kept.by.name.find(file.handle) == std::string::npos);
  const auto submit = [&](const std::string& handle) {
    return f.post("", "/api/v1/portal/tickets",
                  R"({"type":"return","subject":"x","customer":{"name":"a"},"attachments":[")" + handle +
                      R"("],"fields":{"order_no":"SO-2026-1","return_reason":"quality"}})");
  };
  const auto unknown = submit("1");
  CHECK(unknown.status == 422);
  CHECK(unknown.at("/fields/0/pointer") == "/attachments/0");
  CHECK(f.desk.rows.tickets.size() == 1);
  CHECK(submit(file.handle).status == 201);
  CHECK(submit(file.handle).status == 422);
  CHECK(f.desk.rows.tickets.size() == 2);
}

TEST_CASE("what was uploaded by one link of a customer is nothing to another link of the same customer") {
  Outside f;
  // Whoever knows a customer's name and number can send this in, and has its link.
  const auto claimed = f.post("", "/api/v1/portal/tickets", Outside::request, {{"idempotency-key", "two"}});
  REQUIRE(claimed.status == 201);
  f.link("claimed", text_at(claimed, "/token"));
  const auto uploads = [&](const ApiAnswer& receipt, std::int64_t size) {
    auto unit = f.desk.unit();
    const auto who = desk::authenticate_link(unit.links, unit.tickets, unit.directory, desk::LinkPurpose::portal, unit.now,
                                             text_at(receipt, "/token"));
    REQUIRE(who);
    desk::Attachment file;
    file.name = "身份证.jpg";
    file.size = size;
    return std::pair{desk::add_upload(unit, *who, file).file.id.value, *who};
  };
  const auto [id, customer] = uploads(f.made, desk::most_unbound_bytes);
  const auto [own, stranger] = uploads(claimed, 1);
  CHECK(customer.actor == stranger.actor);

  const auto names = [](std::int64_t file) { return R"({"body":"x","attachments":[)" + std::to_string(file) + "]}"; };
  CHECK(f.post("claimed", "/api/v1/portal/ticket/messages", names(id)).status == 422);
  CHECK_FALSE(f.desk.rows.attachments.at(AttachmentId{id}).ticket);
  // It is pointed at, so that the page can mark it; the one before it is still free.
  const auto both = f.post("claimed", "/api/v1/portal/ticket/messages",
                           R"({"body":"x","attachments":[)" + std::to_string(own) + "," + std::to_string(id) + "]}");
  REQUIRE(both.status == 422);
  CHECK(both.at("/fields/0/pointer") == "/attachments/1");
  CHECK_FALSE(f.desk.rows.attachments.at(AttachmentId{own}).ticket);
  {
    // Neither is it shown, nor does it take the room that the other has.
    const auto unit = f.desk.unit();
    CHECK(desk::may_upload(unit.attachments, stranger));
    CHECK_FALSE(desk::may_upload(unit.attachments, customer));
  }
  CHECK(f.post("customer", "/api/v1/portal/ticket/messages", names(own)).status == 422);
  CHECK(f.post("customer", "/api/v1/portal/ticket/messages", names(id)).status == 200);
  CHECK(f.post("claimed", "/api/v1/portal/ticket/messages", names(own)).status == 200);
  const auto listed = f.get("chen", f.path + "/attachments");
  CHECK(listed.at("/items/0/name") == "身份证.jpg");
  CHECK(listed.at("/items/0/by/name") == "王女士");
}

TEST_CASE("words that look like a kept link open nobody's ticket when an answer is given again") {
  Outside f;
  const auto customers = text_at(f.made, "/token");
  const auto ask = [&] {
    return f.post("chen", f.path + "/guests", R"({"name":"dlk:1;","question":"dlk:1; dlk:; dlk:x; dlk_","expires_in":86400})",
                  {{"idempotency-key", "two"}});
  };
  const auto first = ask();
  REQUIRE(first.status == 201);
  const auto again = ask();
  CHECK(again.text == first.text);
  CHECK(again.text.find(customers) == std::string::npos);
}

TEST_CASE("files that are gone are pointed at in a guest's answer and in an agent's message as well") {
  Outside f;
  f.link("guest", secret_in(text_at(f.ask_guest(), "/link")));
  const auto answered = f.post("guest", "/api/v1/guest/answers", R"({"body":"收到了","attachments":[4711]})");
  REQUIRE(answered.status == 422);
  CHECK(answered.at("/fields/0/pointer") == "/attachments/0");
  const auto noted = f.post("chen", f.path + "/messages", R"({"kind":"note","body":"x","attachments":[4711]})");
  REQUIRE(noted.status == 422);
  CHECK(noted.at("/fields/0/pointer") == "/attachments/0");
}

TEST_CASE("a draft tells nothing of files that are another's") {
  Outside f;
  f.user("liu", "lead", "returns");
  desk::Attachment file;
  file.name = "工资.xlsx";
  file.by = {domain::ActorKind::user, 9999, "boss"};
  {
    auto unit = f.desk.unit();
    unit.attachments.add_attachment(file);
  }
  const auto id = std::to_string(f.desk.rows.attachments.rbegin()->first.value);
  const auto saved = f.call("chen", http::Method::put, f.path + "/drafts/note", R"({"body":"x","attachments":[)" + id + "]}");
  REQUIRE(saved.status == 200);
  CHECK(saved.text.find("工资") == std::string::npos);
  CHECK(f.get("chen", f.path + "/drafts/note").text.find("工资") == std::string::npos);
  CHECK(f.get("chen", "/api/v1/drafts").text.find("工资") == std::string::npos);
}

TEST_CASE("a held message that can not be said leaves its files as they were") {
  Outside f;
  const auto chen = f.desk.rows.accounts.rbegin()->second.user;
  desk::Attachment file;
  file.name = "a.txt";
  file.size = 1;
  file.by = {domain::ActorKind::user, chen.id.value, chen.name};
  {
    auto unit = f.desk.unit();
    unit.attachments.add_attachment(file);
  }
  const auto id = f.desk.rows.attachments.rbegin()->first;
  const auto held = f.post("chen", f.path + "/messages", R"({"kind":"reply","body":"请看附件","attachments":[)" +
                                                            std::to_string(id.value) + R"(,4711],"delay_s":10})");
  REQUIRE(held.status == 201);
  f.desk.now += 11s;
  auto unit = f.desk.unit();
  CHECK(desk::send_held(unit, 10) == 1);
  CHECK(f.desk.rows.notices.back().kind == "not_sent");
  CHECK_FALSE(f.desk.rows.attachments.at(id).ticket);  // free for the next try, and shown to no customer
}

namespace {

/// A complaint of a customer with a link, to whom a solution was proposed.
struct Proposed : ApiDesk {
  Proposed() {
    user("qiu", "lead", "quality");
    const auto made = post("", "/api/v1/portal/tickets",
                           R"({"type":"complaint","subject":"玻璃裂了","body":"x","fields":{"complaint_about":"product"},)"
                           R"("customer":{"name":"唐国强","phone":"13800000001"}})");
    INFO(made.text);
    REQUIRE(made.status == 201);
    credentials["customer"] = {{"authorization", "Bearer " + text_at(made, "/token")}};
    path = "/api/v1/tickets/" + std::to_string(desk.rows.tickets.rbegin()->first.value);
    step("boss", R"({"transition":"investigate"})");
    CHECK(get("customer", "/api/v1/portal/ticket").at("/moves").as_array().empty());
    step("boss", R"({"transition":"propose","fields":{"solution":"补发"},"message":"补发一扇玻璃门"})");
  }
  void step(const std::string& who, const std::string& body) {
    const auto moved = post(who, path + "/transitions", body, {{"if-match", "*"}});
    INFO(moved.text);
    REQUIRE(moved.status == 200);
  }
  ApiAnswer move(const std::string& body) { return post("customer", "/api/v1/portal/ticket/move", body); }
  const domain::Ticket& ticket() { return desk.rows.tickets.rbegin()->second.ticket; }
  std::string path;
};

}  // namespace

TEST_CASE_METHOD(Proposed, "a customer is offered the steps that are theirs, under their own titles") {
  const auto shown = get("customer", "/api/v1/portal/ticket");
  REQUIRE(shown.status == 200);
  CHECK(shown.at("/may/confirm") == false);  // that it is solved is not what they are asked
  CHECK(shown.at("/moves").as_array().size() == 2);
  CHECK(shown.at("/moves/0/transition") == "agree");
  CHECK(shown.at("/moves/0/title/zh") == "客户同意");
  CHECK(shown.at("/moves/0/needs_message") == false);
  CHECK(shown.at("/moves/1/transition") == "disagree");
  CHECK(shown.at("/moves/1/needs_message") == true);

  CHECK(move(R"({"transition":"disagree"})").status == 422);
  CHECK(move(R"({"transition":"silence"})").status == 409);  // made by agents, or by time
  CHECK(ticket().state == "proposed");
  const auto moved = move(R"({"transition":"disagree","message":"我要换新"})");
  REQUIRE(moved.status == 200);
  CHECK(ticket().state == "lead_review");
  CHECK(moved.at("/moves").as_array().empty());
  CHECK(moved.text.find("我要换新") != std::string::npos);
}

TEST_CASE_METHOD(Proposed, "a customer who answers a proposal in words is read by somebody, and is not taken to agree") {
  REQUIRE(post("customer", "/api/v1/portal/ticket/messages", R"({"body":"我不同意"})").status == 200);
  CHECK(ticket().state == "investigating");
  desk.now += 24h * 6;
  auto unit = desk.unit();
  desk::pass_time(unit, 100);
  CHECK(ticket().state == "investigating");
}

TEST_CASE_METHOD(Proposed, "a customer agrees, and may say later that it is not solved") {
  REQUIRE(move(R"({"transition":"agree"})").status == 200);
  CHECK(ticket().state == "resolved");
  const auto shown = get("customer", "/api/v1/portal/ticket");
  CHECK(shown.at("/may/reopen") == true);
  CHECK(shown.at("/moves").as_array().empty());
}

TEST_CASE("a customer is offered no step that asks for a field, which they can not fill in") {
  ApiDesk f;
  auto definitions = *f.desk.unit().active;
  definitions.digest += " with more to ask";
  auto& workflow = definitions.workflows.at("complaint");
  for (auto& step : workflow.transitions) {
    if (step.name == "reopen") step.require = {"order_no"};
    if (step.name == "close") step.name = "confirm", step.by = domain::TransitionBy::both, step.require = {"order_no"};
  }
  for (auto& state : workflow.states) std::erase_if(state.auto_moves, [](const auto& move) { return move.transition == "close"; });
  f.desk.activate(std::move(definitions));
  const auto made = f.post("", "/api/v1/portal/tickets",
                           R"({"type":"complaint","subject":"玻璃裂了","body":"x","fields":{"complaint_about":"product"},)"
                           R"("customer":{"name":"唐国强","phone":"13800000001"}})");
  INFO(made.text);
  REQUIRE(made.status == 201);
  f.credentials["customer"] = {{"authorization", "Bearer " + text_at(made, "/token")}};
  const auto path = "/api/v1/tickets/" + std::to_string(f.desk.rows.tickets.rbegin()->first.value);
  for (const auto* step : {R"({"transition":"investigate"})", R"({"transition":"settle","fields":{"solution":"补发"},"message":"好"})"})
    REQUIRE(f.post("boss", path + "/transitions", step, {{"if-match", "*"}}).status == 200);
  const auto shown = f.get("customer", "/api/v1/portal/ticket");
  CHECK(shown.at("/category") == "resolved");
  CHECK(shown.at("/may/confirm") == false);
  CHECK(shown.at("/may/reopen") == false);
}
