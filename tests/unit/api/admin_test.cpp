// SPDX-License-Identifier: Apache-2.0
// What the admin pages ask of the API: previews, calendars, rules, the node, rosters, sessions, audit.
#include "support/api_desk.hpp"
#include "support/catch.hpp"

#include <boost/json/serialize.hpp>

using namespace docket;
using namespace std::chrono_literals;
using test::ApiAnswer;
using test::ApiDesk;

namespace {

std::vector<std::string> names(const boost::json::value& list, std::string_view member) {
  std::vector<std::string> out;
  for (const auto& item : list.as_array()) out.emplace_back(item.at(boost::json::string_view{member}).as_string());
  return out;
}

std::string files_of_publication(ApiDesk& f) {
  return boost::json::serialize(f.get("boss", "/api/v1/definitions/publications/1/files").at("/files"));
}

}  // namespace

TEST_CASE("a preview says who would get a ticket, why and by when, and keeps nothing") {
  ApiDesk f;
  const auto chen = f.user("chen", "agent", "returns");
  const auto wu = f.user("wu", "agent", "returns");
  f.desk.unit().directory.set_presence(UserId{wu}, domain::Presence::away);
  const auto seen = f.post("boss", "/api/v1/dispatch/preview", R"({"type":"return"})");
  REQUIRE(seen.status == 200);
  CHECK(f.desk.rows.tickets.empty());
  CHECK(seen.at("/assignments/0/team") == "returns");
  CHECK(seen.at("/assignments/0/assignee") == chen);
  const auto& passed = seen.at("/assignments/0/choice/passed_over").as_array();
  CHECK(std::ranges::any_of(passed, [&](const auto& one) { return one.at("user") == wu && one.at("reason") == "away"; }));
  CHECK(names(seen.at("/people"), "name") == std::vector<std::string>{"chen", "wu"});
  CHECK(seen.at("/clocks").as_array().size() > 1);
  CHECK(seen.at("/sla_policies").as_array().size() > 0);
  // The first rule that holds is the last that is asked.
  bool held = false;
  for (const auto& rule : seen.at("/dispatch_rules").as_array()) {
    CHECK(rule.at("asked") == !held);
    if (rule.at("asked").as_bool() && !rule.at("holds").as_bool()) CHECK_FALSE(rule.at("because").as_string().empty());
    held = held || rule.at("holds").as_bool();
  }

  // The same decision as for the real ticket.
  const auto made = f.post("boss", "/api/v1/tickets",
                           R"({"type":"return","subject":"x","fields":{"order_no":"SO-1","return_reason":"quality"}})");
  REQUIRE(made.status == 201);
  CHECK(made.at("/assignee/id") == chen);

  // What must be filled in is assumed, and said.
  const auto types = f.get("boss", "/api/v1/ticket-types");
  for (const auto& type : types.at("/items").as_array()) {
    const auto any = f.post("boss", "/api/v1/dispatch/preview",
                            R"({"type":")" + std::string{type.at("name").as_string()} + "\"}");
    CHECK(any.status == 200);
    for (const auto& field : type.at("fields").as_array()) {
      if (field.at("required").as_bool() && field.at("initial").is_null())
        CHECK(any.at("/assumed").as_object().contains(field.at("name").as_string()));
    }
  }
  CHECK(f.post("boss", "/api/v1/dispatch/preview", R"({"type":"nothing"})").status == 422);
  f.user("guest", "collaborator", "");
  CHECK(f.post("guest", "/api/v1/dispatch/preview", R"({"type":"return"})").status == 403);
}

TEST_CASE("a preview by definitions that are not published is decided by these, and keeps none of them") {
  ApiDesk f;
  const auto chen = f.user("chen", "agent", "logistics");
  const auto shu = f.user("shu", "agent", "service");
  const auto published = f.get("boss", "/api/v1/definitions/publications/1/files").at("/files").as_object();
  const auto parcels_to = [&](const std::string& team) {
    auto files = published;
    std::string text{files.at("dispatch.yaml").as_string()};
    text.replace(text.find("team: logistics"), std::string_view("team: logistics").size(), "team: " + team);
    files["dispatch.yaml"] = text;
    return R"({"type":"consult","subject":"快递没到","files":)" + boost::json::serialize(files) + "}";
  };
  const auto preview = [&](const std::string& who, const std::string& body) {
    return f.post(who, "/api/v1/dispatch/preview", body);
  };
  const auto draft = preview("boss", parcels_to("service"));
  REQUIRE(draft.status == 200);
  CHECK(draft.at("/assignments/0/team") == "service");
  CHECK(draft.at("/assignments/0/assignee") == shu);
  // Enough to draw the list of a draft's rules.
  const auto& rules = draft.at("/dispatch_rules").as_array();
  const auto rule = std::ranges::find_if(rules, [](const auto& one) { return one.at("name") == "logistics"; });
  REQUIRE(rule != rules.end());
  CHECK(rule->at("team") == "service");
  CHECK(rule->at("holds") == true);
  CHECK(rule->at("skills").is_array());

  CHECK(preview("boss", R"({"type":"consult","subject":"快递没到"})").at("/assignments/0/assignee") == chen);
  CHECK(f.get("boss", "/api/v1/definitions/publications").at("/items").as_array().size() == 1);

  const auto faulty = preview("boss", parcels_to("nowhere"));
  CHECK(faulty.status == 422);
  CHECK(faulty.code() == "invalid_definition");
  CHECK(faulty.at("/fields/0/pointer").as_string().starts_with("dispatch.yaml:"));
  f.user("guest", "collaborator", "");
  CHECK(preview("guest", parcels_to("service")).status == 403);
  CHECK(preview("boss", R"({"type":"return","files":{"desk.yaml":")" + std::string(std::size_t{2} << 20, '#') + "\"}}").code() == "too_large");
}

TEST_CASE("deliveries are listed by destination, page by page") {
  ApiDesk f;
  const auto made = f.post("boss", "/api/v1/tickets",
                           R"({"type":"return","subject":"x","fields":{"order_no":"SO-1","return_reason":"quality"}})");
  REQUIRE(made.status == 201);
  for (std::int64_t id = 1001; id <= 1006; ++id) {
    desk::Delivery one;
    one.id = DeliveryId{id};
    one.ticket = TicketId{made.at("/id").as_int64()};
    one.destination = id % 2 == 0 ? "mail" : "sms";
    one.state = desk::DeliveryState::dead;
    f.desk.rows.deliveries[one.id] = one;
  }
  const auto list = [&](const std::string& query) { return f.get("boss", "/api/v1/deliveries?limit=2&" + query); };
  const auto ids = [](const ApiAnswer& page) {
    std::vector<std::int64_t> out;
    for (const auto& one : page.at("/items").as_array()) out.push_back(one.at("id").as_int64());
    return out;
  };
  const auto first = list("state=dead&destination=sms");
  REQUIRE(first.status == 200);
  CHECK(ids(first) == std::vector<std::int64_t>{1005, 1003});
  const std::string next{first.at("/next").as_string()};
  const auto second = list("state=dead&destination=sms&cursor=" + next);
  CHECK(ids(second) == std::vector<std::int64_t>{1001});
  CHECK_FALSE(second.body.as_object().contains("next"));
  CHECK(list("state=dead&destination=mail&cursor=" + next).status >= 400);  // of another list
  CHECK(ids(list("destination=fax")).empty());
}

TEST_CASE("calendars are told day by day, and how long working time takes") {
  ApiDesk f;
  // The National Day holiday of 2026 and its make-up days.
  const auto all = f.get("boss", "/api/v1/calendars?from=2026-09-25T16:00:00Z&to=2026-10-11T16:00:00Z");
  REQUIRE(all.status == 200);
  bool off = false;
  bool make_up = false;
  for (const auto& calendar : all.at("/items").as_array()) {
    if (!calendar.at("is_default").as_bool()) continue;
    CHECK(calendar.at("zone") == "Asia/Shanghai");
    CHECK(calendar.at("days").as_array().size() == 16);
    for (const auto& day : calendar.at("days").as_array()) {
      if (day.at("reason").as_string().empty()) continue;
      (day.at("working").as_bool() ? make_up : off) = true;
    }
    // Monday, ten in the morning: eight working hours later it is Tuesday.
    const auto due = f.get("boss", "/api/v1/calendars/" + std::string{calendar.at("name").as_string()} +
                                       "/due?start=2026-03-02T02:00:00Z&within=28800");
    REQUIRE(due.status == 200);
    CHECK(std::string{due.at("/due_at").as_string()}.substr(0, 10) == "2026-03-03");
    CHECK(due.at("/work").as_array().size() > 1);
  }
  CHECK(off);
  CHECK(make_up);
  CHECK(f.get("boss", "/api/v1/calendars/none/due?within=60").status == 404);
  CHECK(f.get("boss", "/api/v1/calendars?from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z").status == 400);
}

TEST_CASE("rules are told in words, and what they did") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  const auto rules = f.get("boss", "/api/v1/rules");
  REQUIRE(rules.status == 200);
  CHECK(rules.at("/sla").as_array().size() > 0);
  CHECK(rules.at("/dispatch").as_array().size() > 0);
  CHECK(rules.at("/triggers").as_array().size() > 0);
  REQUIRE(f.post("chen", "/api/v1/tickets",
                 R"({"type":"return","subject":"x","priority":"urgent","customer_level":"vip","fields":{"order_no":"SO-1","return_reason":"quality"}})")
              .status >= 200);
  const auto made = f.post("boss", "/api/v1/tickets",
                           R"({"type":"return","subject":"y","fields":{"order_no":"SO-2","return_reason":"quality"}})");
  REQUIRE(made.status == 201);
  const auto path = "/api/v1/tickets/" + std::to_string(made.at("/id").as_int64());
  REQUIRE(f.post("boss", path + "/transitions", R"({"transition":"accept"})").status == 200);
  const auto fired = f.get("boss", "/api/v1/rules/firings");
  REQUIRE(fired.status == 200);
  for (const auto& one : fired.at("/items").as_array()) CHECK_FALSE(one.at("rule").as_string().empty());
  f.user("guest", "collaborator", "");
  CHECK(f.get("guest", "/api/v1/rules").status == 403);
}

TEST_CASE("a candidate is checked while it is written") {
  ApiDesk f;
  const auto good = f.post("boss", "/api/v1/definitions/check", R"({"files":)" + files_of_publication(f) + "}");
  REQUIRE(good.status == 200);
  CHECK(good.at("/valid") == true);
  CHECK(good.at("/workflows").as_array().size() > 0);
  const auto bad =
      f.post("boss", "/api/v1/definitions/check", R"({"files":{"desk.yaml":"desk:\n  nmae: x\n"}})");
  REQUIRE(bad.status == 200);
  CHECK(bad.at("/valid") == false);
  CHECK(bad.at("/findings/0/line").as_int64() > 0);
  CHECK(bad.at("/workflows").as_array().empty());
}

TEST_CASE("the roster of a team, and sessions of others") {
  ApiDesk f;
  const auto chen = f.user("chen", "lead", "returns");
  const auto liu = f.user("liu", "agent", "quality");
  const auto plan = [&](std::int64_t user, const std::string& body) {
    return f.post("boss", "/api/v1/users/" + std::to_string(user) + "/shifts", body).status;
  };
  CHECK(plan(chen, R"({"from":"2026-03-03T01:00:00Z","to":"2026-03-03T10:00:00Z"})") == 201);
  CHECK(plan(liu, R"({"kind":"leave","from":"2026-03-04T01:00:00Z","to":"2026-03-04T10:00:00Z"})") == 201);
  const auto week = "/api/v1/shifts?from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z";
  CHECK(f.get("boss", week).at("/items").as_array().size() == 2);
  const auto own = f.get("boss", std::string{week} + "&team=quality");
  REQUIRE(own.at("/items").as_array().size() == 1);
  CHECK(own.at("/items/0/kind") == "leave");
  CHECK(f.get("boss", "/api/v1/shifts?from=2026-01-01T00:00:00Z&to=2026-09-01T00:00:00Z").status == 400);

  const auto me = std::to_string(f.get("boss", "/api/v1/me").at("/user/id").as_int64());
  CHECK(f.get("boss", "/api/v1/users/" + me + "/sessions").at("/items").as_array().size() == 1);
  CHECK(f.get("chen", "/api/v1/users/" + me + "/sessions").status == 403);
  CHECK(f.call("chen", http::Method::del, "/api/v1/users/" + me + "/sessions").status == 403);
  CHECK(f.call("boss", http::Method::del, "/api/v1/users/" + me + "/sessions").status == 204);
  CHECK(f.get("boss", "/api/v1/me").status == 401);
  CHECK(f.desk.rows.desk_events.back().event.kind == "sessions_ended");
}

namespace {

domain::Role role(std::string name, domain::TicketScope tickets, domain::FieldAccess money, std::vector<domain::Right> rights) {
  domain::Role made;
  made.name = std::move(name);
  made.tickets = tickets;
  made.field_groups["money"] = money;
  made.rights = std::move(rights);
  return made;
}

/// Kim manages people of the team returns, and sees neither money nor other teams.
struct Keeper : ApiDesk {
  Keeper() {
    using enum domain::Right;
    using enum domain::TicketScope;
    using domain::FieldAccess;
    auto more = *desk.unit().active;
    more.digest = "more";
    for (auto& made : {role("keeper", team, FieldAccess::hidden, {ticket_read, user_read, user_manage, token_manage}),
                       role("helper", team, FieldAccess::hidden, {ticket_read}), role("viewer", all, FieldAccess::hidden, {ticket_read}),
                       role("payer", team, FieldAccess::read, {ticket_read}), role("guest", own, FieldAccess::hidden, {ticket_read})})
      more.roles[made.name] = made;
    desk.activate(std::move(more));
    kim = person("kim", "keeper", "returns");
  }
  std::int64_t person(const std::string& login, const std::string& role, const std::string& team) {
    const auto id = user(login, role, "");
    auto& account = desk.rows.accounts.at(UserId{id}).user;
    account.memberships = {{team}};
    return id;
  }
  static std::string path(std::int64_t id) { return "/api/v1/users/" + std::to_string(id); }
  int token(std::int64_t id) {
    return post("kim", "/api/v1/tokens",
                R"({"name":"x","scopes":["ticket_read"],"user":)" + std::to_string(id) + "}").status;
  }
  /// The statuses of everything by which one comes to act as somebody, or is sent what they are told of.
  std::vector<int> reaching_for(std::int64_t id) {
    return {token(id), patch("kim", path(id), R"({"active":true})").status,
            patch("kim", path(id), R"({"email":"kim@example.com"})").status,
            patch("kim", path(id), R"({"phone":"13800000000"})").status,
            call("kim", http::Method::put, path(id) + "/addresses", R"({"kind":"wecom","value":"Kim"})").status,
            call("kim", http::Method::put, path(id) + "/password", R"({"password":"correct horse battery"})").status,
            call("kim", http::Method::del, path(id) + "/sessions").status};
  }
  std::int64_t kim = 0;
};

const std::vector<int> none_of_it{403, 403, 403, 403, 403, 403, 403};

}  // namespace

TEST_CASE("nobody comes to act as somebody who sees more") {
  Keeper f;
  CHECK(f.reaching_for(f.person("hal", "helper", "returns")) == std::vector<int>{201, 200, 200, 200, 200, 204, 204});
  CHECK(f.reaching_for(f.person("pat", "payer", "returns")) == none_of_it);   // their money
  CHECK(f.reaching_for(f.person("vic", "viewer", "returns")) == none_of_it);  // all tickets
  CHECK(f.reaching_for(f.person("zoe", "helper", "finance")) == none_of_it);  // another team's
  CHECK(f.reaching_for(f.person("guy", "guest", "returns")) == none_of_it);   // their own, which may lie anywhere
  CHECK(f.patch("kim", f.path(f.kim), R"({"email":"kim@example.com"})").status == 200);
}

TEST_CASE("nobody hands on a sight of tickets that they do not have, by a role or by a team") {
  Keeper f;
  const auto hal = f.path(f.person("hal", "helper", "returns"));
  const auto fault = [](const ApiAnswer& answer) {
    REQUIRE(answer.status == 422);
    return std::string{answer.at("/fields/0/pointer").as_string()};
  };
  CHECK(fault(f.patch("kim", hal, R"({"grants":[{"role":"helper"},{"role":"viewer"}]})")) == "/grants/1/role");
  CHECK(fault(f.patch("kim", hal, R"({"grants":[{"role":"helper","team":"finance"}]})")) == "/grants/0/role");
  CHECK(fault(f.patch("kim", hal, R"({"memberships":[{"team":"returns"},{"team":"finance"}]})")) == "/memberships");
  CHECK(fault(f.patch("kim", f.path(f.kim), R"({"memberships":[{"team":"finance"}]})")) == "/memberships");
  CHECK(f.patch("kim", hal, R"({"grants":[{"role":"helper"},{"role":"viewer","team":"returns"}]})").status == 200);
  const auto make = [&](const std::string& team) {
    return f.post("kim", "/api/v1/users",
                  R"({"login":"new","name":"New","grants":[{"role":"helper"}],"memberships":[{"team":")" + team + R"("}]})");
  };
  CHECK(fault(make("finance")) == "/grants/0/role");
  CHECK(make("returns").status == 201);
  // What somebody saw before is no matter of whoever adds to it.
  const auto zoe = f.path(f.person("zoe", "helper", "finance"));
  CHECK(f.patch("kim", zoe, R"({"memberships":[{"team":"finance"},{"team":"returns"}]})").status == 200);
  CHECK(fault(f.patch("kim", zoe, R"({"memberships":[{"team":"finance"},{"team":"vip"}]})")) == "/memberships");
  CHECK(f.patch("boss", hal, R"({"grants":[{"role":"viewer"}],"memberships":[{"team":"finance"}]})").status == 200);
}

TEST_CASE("a role that a step is for by its name is handed on by whoever has it, or manages the system") {
  Keeper f;
  auto more = *f.desk.unit().active;
  more.digest = "named";
  auto approver = more.roles.at("helper");
  approver.name = "approver";
  more.roles["approver"] = approver;
  more.workflows.begin()->second.transitions.front().roles = {"approver"};
  f.desk.activate(std::move(more));
  const auto ann = f.person("ann", "approver", "returns");
  CHECK(f.reaching_for(ann) == none_of_it);
  const auto hal = f.path(f.person("hal", "helper", "returns"));
  const auto own = f.patch("kim", f.path(f.kim), R"({"grants":[{"role":"keeper"},{"role":"approver"}]})");
  REQUIRE(own.status == 422);
  CHECK(own.at("/fields/0/pointer") == "/grants/1/role");
  CHECK(f.patch("kim", hal, R"({"grants":[{"role":"helper"},{"role":"approver","team":"returns"}]})").status == 422);

  f.desk.rows.accounts.at(UserId{f.kim}).user.grants.push_back({"approver", "returns"});
  CHECK(f.patch("kim", hal, R"({"grants":[{"role":"helper"},{"role":"approver"}]})").status == 422);
  CHECK(f.patch("kim", hal, R"({"grants":[{"role":"helper"},{"role":"approver","team":"returns"}]})").status == 200);
  CHECK(f.patch("kim", f.path(f.kim), R"({"grants":[{"role":"keeper"},{"role":"approver","team":"returns"}]})").status == 200);
  CHECK(f.patch("boss", hal, R"({"grants":[{"role":"approver"}]})").status == 200);
}

TEST_CASE("the token of somebody who may more is ended by whoever may as much") {
  Keeper f;
  const auto token_of = [&](const std::string& who) {
    const auto made = f.post(who, "/api/v1/tokens", R"({"name":"shop","scopes":["ticket_read"]})");
    REQUIRE(made.status == 201);
    return made.headers.at("Location");
  };
  const auto end = [&](const std::string& who, const std::string& token) {
    return f.call(who, http::Method::del, token).status;
  };
  const auto shop = token_of("boss");
  CHECK(end("kim", shop) == 403);
  CHECK(end("kim", token_of("kim")) == 204);
  CHECK(end("boss", shop) == 204);
}

TEST_CASE("the audit is filtered, and its pages meet") {
  ApiDesk f;
  const auto me = std::to_string(f.get("boss", "/api/v1/me").at("/user/id").as_int64());
  for (int i = 0; i < 5; ++i) {
    CHECK(f.post("boss", "/api/v1/users", R"({"login":"person)" + std::to_string(i) + R"(","name":"人"})").status == 201);
    f.post("", "/api/v1/sessions", R"({"login":"boss","password":"wrong"})");
  }
  const auto first = f.get("boss", "/api/v1/audit?kind=user_created&limit=3");
  REQUIRE(first.at("/items").as_array().size() == 3);
  CHECK(first.at("/items/0/kind") == "user_created");
  const auto next = std::string{first.at("/next").as_string()};
  const auto second = f.get("boss", "/api/v1/audit?kind=user_created&limit=3&cursor=" + next);
  REQUIRE(second.status == 200);
  CHECK(second.at("/items").as_array().size() == 3);  // the admin was created too
  CHECK(second.at("/items/0/sequence").as_int64() < first.at("/items/2/sequence").as_int64());
  CHECK_FALSE(second.body.as_object().contains("next"));
  CHECK(f.get("boss", "/api/v1/audit?kind=user_created,sign_in_failed").at("/items").as_array().size() >= 10);
  CHECK(f.get("boss", "/api/v1/audit?from=2026-03-03T00:00:00Z").at("/items").as_array().empty());
  CHECK(f.get("boss", "/api/v1/audit?to=2026-03-01T00:00:00Z").at("/items").as_array().empty());
}

TEST_CASE("the node is shown, and backups are jobs") {
  ApiDesk f;
  f.user("chen", "agent", "returns");
  f.machine.told.version = "9.9";
  f.machine.kept = {{"2026-03-01T000000Z", "/b/2026-03-01T000000Z", f.desk.now, 3, 1024}};
  CHECK(f.get("boss", "/api/v1/system").at("/version") == "9.9");
  CHECK(f.get("chen", "/api/v1/system").status == 403);
  CHECK(f.get("boss", "/api/v1/system/backups").at("/items/0/bytes") == 1024);
  const auto job = f.post("boss", "/api/v1/system/backups");
  REQUIRE(job.status == 202);
  CHECK(job.at("/kind") == "backup");
  CHECK(job.at("/state") == "running");
  CHECK(f.post("boss", "/api/v1/system/backups").status == 409);
  CHECK(f.call("boss", http::Method::del, "/api/v1/system/backups/none").status == 404);
  CHECK(f.call("boss", http::Method::del, "/api/v1/system/backups/2026-03-01T000000Z").status == 204);
  CHECK(f.machine.kept.empty());
  CHECK(f.post("chen", "/api/v1/system/backups").status == 403);
}

TEST_CASE("a backtest lives the tickets again under a draft, for whoever may publish it") {
  ApiDesk f;
  f.user("chen", "agent", "returns");
  f.user("liu", "agent", "quality");
  std::int64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    const auto made = f.post("boss", "/api/v1/tickets",
                             R"({"type":"return","subject":"杯子碎了","fields":{"order_no":"SO-1","return_reason":"quality"}})");
    REQUIRE(made.status == 201);
    last = made.at("/id").as_int64();
    f.desk.now += 1min;
  }
  REQUIRE(f.post("boss", "/api/v1/tickets/" + std::to_string(last) + "/transitions", R"({"transition":"accept"})").status == 200);
  f.desk.now += 1min;
  auto files = f.get("boss", "/api/v1/definitions/publications/1/files").at("/files").as_object();
  const auto ask = [&](const char* who, const char* days = "") {
    return f.post(who, "/api/v1/definitions/backtest", R"({"files":)" + boost::json::serialize(files) + days + "}");
  };
  const auto same = ask("boss");
  REQUIRE(same.status == 200);
  CHECK(same.at("/valid") == true);
  CHECK(same.at("/tickets") == 3);
  CHECK(same.at("/acts") == 4);
  CHECK(same.at("/compared") == 3);
  CHECK(same.at("/same_team_then") == 3);
  CHECK(same.at("/same_goals_then") == 3);
  CHECK(same.at("/objections").as_array().empty());
  CHECK(same.at("/other_team").as_array().empty());

  // The step that was made is gone, and the tickets begin with another team.
  auto& workflow = files["workflows/return.yaml"];
  std::string text{workflow.as_string()};
  const std::string owner = "owner: {team: returns}";
  text.replace(text.find(owner), owner.size(), "owner: {team: quality}");
  for (auto at = text.find("accept"); at != std::string::npos; at = text.find("accept", at + 9)) text.replace(at, 6, "take_back");
  workflow = text;
  const auto other = ask("boss", R"(,"days":7)");
  INFO(boost::json::serialize(other.body));
  REQUIRE(other.at("/valid") == true);
  REQUIRE(other.at("/objections").as_array().size() == 1);
  CHECK(other.at("/objections/0/kind") == "refused");
  CHECK(other.at("/objections/0/cases/tickets/0") == last);
  CHECK(other.at("/objections/0/act_zh").as_string().find("流转 return/accept") == 0);
  CHECK(other.at("/strayed_candidate") == 1);
  CHECK(other.at("/compared") == 2);
  CHECK(other.at("/other_team/0/today") == "returns");
  CHECK(other.at("/other_team/0/candidate") == "quality");
  CHECK(other.at("/other_team/0/cases/count") == 2);

  files["workflows/return.yaml"] = "workflows: [";
  const auto broken = ask("boss");
  CHECK(broken.at("/valid") == false);
  CHECK_FALSE(broken.at("/findings").as_array().empty());
  CHECK(broken.at("/tickets") == 0);
  CHECK(f.desk.rows.tickets.size() == 3);
  CHECK(ask("boss", R"(,"days":0)").status == 422);
  f.user("lead", "lead", "returns");
  CHECK(ask("lead").status == 403);
}
