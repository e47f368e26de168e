// SPDX-License-Identifier: Apache-2.0
// What was said on tickets that ended in others: who reads it there, and who does not.
#include "desk/command_ticket.hpp"
#include "support/api_desk.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <fstream>

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;

namespace {

std::string number_in(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string text_at(const ApiAnswer& answer, std::string_view pointer) {
  const auto& text = answer.at(pointer).as_string();
  return {text.begin(), text.end()};
}

std::string secret_in(const ApiAnswer& answer) {
  const auto link = text_at(answer, "/link");
  return link.substr(link.find('#') + 1);
}

/// A desk of two teams with an agent each, whose admin makes and merges tickets.
struct Merging : ApiDesk {
  Merging() {
    user("zhao", "agent", "quality");
    user("liu", "agent", "logistics");
    user("fin", "agent", "finance");
  }
  std::string ticket(const std::string& team, const std::string& subject, const std::string& who = "boss") {
    const auto made = post(who, "/api/v1/tickets",
                           R"({"type":"return","subject":")" + subject + R"(","body":"第一句",)" +
                               (team.empty() ? "" : R"("team":")" + team + R"(",)") +
                               R"("fields":{"order_no":"SO-2026-1","return_reason":"quality"}})");
    REQUIRE(made.status == 201);
    return "/api/v1/tickets/" + std::to_string(made.at("/id").as_int64());
  }
  std::string file() {
    const auto bytes = (directory.path() / ("upload-" + random_token())).string();
    std::ofstream{bytes} << "hello";
    const auto up =
        post("boss", "/api/v1/attachments?name=a.txt", {}, {{"x-body-file", bytes}, {"content-type", "text/plain"}});
    REQUIRE(up.status == 201);
    return std::to_string(up.at("/id").as_int64());
  }
  void say(const std::string& path, const std::string& kind, const std::string& body, const std::string& file = {}) {
    REQUIRE(post("boss", path + "/messages",
                 R"({"kind":")" + kind + R"(","body":")" + body + R"(","attachments":[)" + file + "]}")
                .status == 201);
  }
  void merge(const std::string& from, const std::string& into) {
    REQUIRE(post("boss", from + "/merge", R"({"into":)" + number_in(into) + "}").status == 200);
  }
  std::size_t count(const std::string& who, const std::string& target) {
    const auto answer = get(who, target);
    REQUIRE(answer.status == 200);
    return answer.at("/items").as_array().size();
  }
  /// A request through the portal, as one customer of this name.
  std::string sent_in(const std::string& body, std::string* token = nullptr) {
    const auto made = post("", "/api/v1/portal/tickets",
                           R"({"type":"return","subject":"坏了","body":")" + body +
                               R"(","customer":{"name":"王女士","phone":"13800000000"},)"
                               R"("fields":{"order_no":"SO-2026-1","return_reason":"quality"}})",
                           {{"idempotency-key", "request-" + std::to_string(desk.rows.tickets.size())}});
    REQUIRE(made.status == 201);
    if (token != nullptr) *token = text_at(made, "/token");
    return "/api/v1/tickets/" + std::to_string(desk.rows.tickets.rbegin()->first.value);
  }
  void link(const std::string& who, const std::string& secret) {
    credentials[who] = {{"authorization", "Bearer " + secret}};
  }
};

}  // namespace

TEST_CASE("whoever sees the ticket in which another ended reads what was said there, and nothing else of it") {
  Merging f;
  const auto source = f.ticket("quality", "屏幕有裂纹");
  const auto target = f.ticket("logistics", "包裹没到");
  const auto open = f.file();
  const auto inside = f.file();
  f.say(source, "reply", "请寄回", open);
  f.say(source, "note", "先看照片", inside);
  for (const auto& path :
       {source + "/messages", source + "/attachments", "/api/v1/attachments/" + open, target + "/merged"}) {
    CHECK(f.get("fin", path).status == 404);
    CHECK((f.get("liu", path).status == 404) == (path != target + "/merged"));
  }
  CHECK(f.get("liu", target).at("/merged_from").as_array().empty());
  CHECK(f.count("liu", target + "/merged") == 0);

  f.merge(source, target);
  const auto shown = f.get("liu", target);
  REQUIRE(shown.at("/merged_from").as_array().size() == 1);
  CHECK(std::to_string(shown.at("/merged_from/0").as_int64()) == number_in(source));
  const auto merged = f.get("liu", target + "/merged");
  REQUIRE(merged.at("/items").as_array().size() == 1);
  CHECK(text_at(merged, "/items/0/number") == "T" + number_in(source));
  CHECK(merged.at("/items/0/subject") == "屏幕有裂纹");
  CHECK(merged.at("/items/0/messages") == 3);
  CHECK(std::to_string(merged.at("/items/0/into").as_int64()) == number_in(target));

  const auto said = f.get("liu", source + "/messages");
  REQUIRE(said.status == 200);
  CHECK(said.at("/items").as_array().size() == 3);
  CHECK(said.at("/items/2/body") == "先看照片");
  CHECK(f.get("liu", source + "/messages?limit=1").text.find("\"next\"") != std::string::npos);
  CHECK(f.count("liu", source + "/attachments") == 2);
  CHECK(f.get("liu", "/api/v1/attachments/" + open).status == 200);
  CHECK(f.get("liu", "/api/v1/attachments/" + inside).status == 200);

  for (const auto* rest :
       {"", "/transitions", "/sla", "/dispatch", "/timers", "/guests", "/workflow", "/merged", "/draft"})
    CHECK(f.get("liu", source + rest).status == 404);
  CHECK(f.post("liu", source + "/messages", R"({"kind":"note","body":"x"})").status == 404);
  CHECK(f.count("liu", "/api/v1/tickets") == 1);

  // Those of the source go on as they were, and learn nothing of the target.
  CHECK(f.count("zhao", source + "/messages") == 3);
  CHECK(f.get("zhao", target + "/messages").status == 404);
  CHECK(f.get("zhao", target + "/merged").status == 404);
  for (const auto& path : {source + "/messages", source + "/attachments", "/api/v1/attachments/" + open})
    CHECK(f.get("fin", path).status == 404);
}

TEST_CASE("a ticket that ended in one that ended in a third is read there, by those of the third") {
  Merging f;
  const auto a = f.ticket("quality", "甲");
  const auto b = f.ticket("finance", "乙");
  const auto c = f.ticket("logistics", "丙");
  const auto open = f.file();
  f.say(a, "reply", "请寄回", open);
  f.merge(a, b);
  CHECK(f.get("liu", a + "/messages").status == 404);
  f.merge(b, c);
  const auto merged = f.get("liu", c + "/merged");
  REQUIRE(merged.at("/items").as_array().size() == 2);
  CHECK(std::to_string(merged.at("/items/0/id").as_int64()) == number_in(a));
  CHECK(std::to_string(merged.at("/items/0/into").as_int64()) == number_in(b));
  CHECK(std::to_string(merged.at("/items/1/id").as_int64()) == number_in(b));
  CHECK(f.get("liu", c).at("/merged_from").as_array().size() == 1);
  CHECK(f.count("liu", a + "/messages") == 2);
  CHECK(f.count("liu", b + "/messages") == 1);
  CHECK(f.get("liu", "/api/v1/attachments/" + open).status == 200);
  CHECK(f.get("liu", a).status == 404);
  CHECK(f.count("fin", a + "/messages") == 2);
  CHECK(f.get("zhao", b + "/messages").status == 404);
}

TEST_CASE("of many tickets that ended in one, fifty are listed, the oldest first") {
  Merging f;
  const auto target = f.ticket("logistics", "许多");
  const auto into = TicketId{std::stoll(number_in(target))};
  for (int i = 0; i < 60; ++i) {
    auto stored = f.desk.rows.tickets.at(into);
    stored.ticket.id = TicketId{into.value + 60 - i};
    // Half of them end in the one before, so that there are chains as well.
    stored.ticket.merged_into = i % 2 == 0 ? into : TicketId{stored.ticket.id.value + 1};
    f.desk.rows.tickets[stored.ticket.id] = stored;
  }
  const auto merged = f.get("liu", target + "/merged").at("/items").as_array();
  REQUIRE(merged.size() == 50);
  CHECK(std::ranges::is_sorted(merged, {}, [](const auto& one) { return one.at("id").as_int64(); }));
}

TEST_CASE("what hangs on internal notes of a merged ticket is for those who may have it where it ended") {
  Merging f;
  f.user("copied", "collaborator", "");
  const auto source = f.ticket("quality", "甲");
  const auto target = f.ticket("logistics", "乙");
  const auto inside = f.file();
  f.say(source, "note", "先看照片", inside);
  f.merge(source, target);
  // Writes notes on own tickets; a role that is held elsewhere only gives nothing here.
  auto& stored = f.desk.rows.tickets.at(TicketId{std::stoll(number_in(target))}).ticket;
  for (const auto* who : {"copied", "fin"})
    stored.copied.push_back(f.desk.unit().directory.find_user_by_login(who)->id);
  std::ranges::sort(stored.copied);
  CHECK(f.get("copied", "/api/v1/attachments/" + inside).status == 200);
  CHECK(f.count("fin", source + "/messages") == 2);
  CHECK(f.count("fin", source + "/attachments") == 0);
  CHECK(f.get("fin", "/api/v1/attachments/" + inside).status == 404);
}

TEST_CASE("a customer with an account, a guest and a customer's link gain nothing by a merge") {
  Merging f;
  f.user("wang", "customer", "");
  const auto source = f.ticket("quality", "别人的");
  const auto open = f.file();
  f.say(source, "reply", "退款到尾号 1234 的卡", open);
  const auto target = f.ticket("", "自己的", "wang");
  f.merge(source, target);
  CHECK(f.get("wang", target).status == 200);
  CHECK(f.get("wang", target).at("/merged_from").as_array().empty());
  CHECK(f.count("wang", target + "/merged") == 0);
  CHECK(f.get("wang", source + "/messages").status == 404);
  CHECK(f.get("wang", source + "/attachments").status == 404);
  CHECK(f.get("wang", "/api/v1/attachments/" + open).status == 404);

  std::string sender;
  const auto request = f.sent_in("我的", &sender);
  const auto other = f.ticket("quality", "无主");
  const auto file = f.file();
  f.say(other, "reply", "卡号尾号 1234", file);
  f.merge(other, request);
  const auto asked =
      f.post("boss", request + "/guests", R"({"name":"老李","question":"?","messages":[1],"expires_in":86400})");
  REQUIRE(asked.status == 201);
  f.link("guest", secret_in(asked));
  f.link("customer", sender);
  for (const auto* who : {"guest", "customer"}) {
    CHECK(f.get(who, other + "/messages").status == 401);
    CHECK(f.get(who, request + "/merged").status == 401);
  }
  for (const auto& [who, own] : {std::pair{"guest", "/api/v1/guest"}, {"customer", "/api/v1/portal/ticket"}}) {
    const auto page = f.get(who, own);
    REQUIRE(page.status == 200);
    CHECK(page.text.find("1234") == std::string::npos);
    CHECK(f.get(who, std::string{own} + "/attachments/" + file).status == 404);
  }
}

TEST_CASE("a customer's link shows what ended in its ticket by way of others, as far as it is theirs") {
  Merging f;
  const auto a = f.sent_in("最早的话");
  const auto open = f.file();
  f.say(a, "reply", "请寄回", open);
  f.desk.now += 1min;
  const auto b = f.sent_in("第二次的话");
  f.desk.now += 1min;
  std::string sender;
  const auto c = f.sent_in("第三次的话", &sender);
  f.merge(a, b);
  f.link("sender", sender);
  const auto before = f.get("sender", "/api/v1/portal/ticket");
  f.merge(b, c);
  f.link("owner", secret_in(f.post("boss", c + "/portal-link")));
  const auto shown = f.get("owner", "/api/v1/portal/ticket");
  REQUIRE(shown.at("/messages").as_array().size() == 4);
  CHECK(shown.at("/messages/0/body") == "最早的话");
  CHECK(shown.at("/messages/0/number") == -(std::stoll(number_in(a)) * 8192 + 1));
  CHECK(shown.at("/messages/1/attachments").as_array().size() == 1);
  CHECK(shown.at("/messages/3/body") == "第三次的话");
  CHECK(f.get("owner", "/api/v1/portal/ticket/attachments/" + open).status == 200);

  // The link that whoever sent it in was handed ends where the other was merged in.
  const auto held = f.get("sender", "/api/v1/portal/ticket");
  CHECK(held.at("/messages") == before.at("/messages"));
  CHECK(f.get("sender", "/api/v1/portal/ticket/attachments/" + open).status == 404);

  // What is of nobody, or of another, is not shown by way of theirs either.
  f.desk.rows.tickets.at(TicketId{std::stoll(number_in(a))}).ticket.customer = {};
  CHECK(f.get("owner", "/api/v1/portal/ticket").at("/messages").as_array().size() == 2);
  CHECK(f.get("owner", "/api/v1/portal/ticket/attachments/" + open).status == 404);
}

TEST_CASE("the link of whoever sent a request in shows nothing that comes by way of a ticket of nobody") {
  Merging f;
  const auto a = f.sent_in("退款到尾号 1234 的卡");
  const auto b = f.sent_in("第二次的话");
  f.merge(a, b);
  {
    auto unit = f.desk.unit();
    domain::SetFields cleared;
    cleared.change.customer = CustomerId{};
    REQUIRE(
        desk::command_ticket(unit, domain::system_principal("test"), TicketId{std::stoll(number_in(b))}, {}, cleared));
  }
  std::string sender;
  const auto c = f.sent_in("第三次的话", &sender);
  f.merge(b, c);
  f.link("sender", sender);
  const auto shown = f.get("sender", "/api/v1/portal/ticket");
  REQUIRE(shown.status == 200);
  CHECK(shown.text.find("1234") == std::string::npos);
}
