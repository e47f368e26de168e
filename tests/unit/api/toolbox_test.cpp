// SPDX-License-Identifier: Apache-2.0
// What agents work with: macros, answers, templates, views of their own, the way of a ticket, and taking a bulk job back.
#include "desk/bulk_job.hpp"
#include "support/api_desk.hpp"
#include "support/catch.hpp"

#include <boost/json/serialize.hpp>
#include <re2/re2.h>

using namespace docket;
using test::ApiDesk;

namespace {

std::string new_return(ApiDesk& f, const std::string& who) {
  const auto made = f.post(
      who, "/api/v1/tickets",
      R"({"type":"return","subject":"屏幕有裂纹","body":"收到就这样","fields":{"order_no":"SO-2026-1","return_reason":"quality"}})");
  REQUIRE(made.status == 201);
  return "/api/v1/tickets/" + std::to_string(made.at("/id").as_int64());
}

test::ApiAnswer new_logistics(ApiDesk& f, const std::string& who) {
  auto made = f.post(who, "/api/v1/tickets",
                     R"({"type":"logistics","subject":"还没到","body":"三天没动","fields":{"tracking_no":"SF1234567890"}})");
  REQUIRE(made.status == 201);
  return made;
}

bool names(const test::ApiAnswer& list, std::string_view name) {
  return std::ranges::any_of(list.at("/items").as_array(), [&](const auto& one) { return std::string_view(one.at("name").as_string()) == name; });
}

std::string text_of(const test::ApiAnswer& answers, std::string_view name) {
  for (const auto& one : answers.at("/items").as_array()) {
    if (std::string_view(one.at("name").as_string()) == name) return std::string{one.at("text").as_string()};
  }
  return {};
}

desk::BulkPicks picked(ApiDesk& f, const desk::Job& job) {
  auto picks = desk::pick_for_bulk(f.desk.reading(), job);
  REQUIRE(picks);
  picks->total = desk::count_for_bulk(f.desk.reading(), job).value();
  return std::move(*picks);
}

/// The lead moves all returns that were applied for, in a job.
test::ApiAnswer accept_all(ApiDesk& f) {
  auto job = f.post(
      "chen", "/api/v1/tickets/bulk",
      R"({"selection":{"filter":{"field":"state","operator":"is","value":"applied"}},"action":{"verb":"move","transition":"accept"}})");
  REQUIRE(job.status == 202);
  return job;
}

/// Runs all jobs to their end.
void work(ApiDesk& f) {
  std::optional<desk::BulkPicks> picks;
  for (int slices = 0; slices < 100; ++slices) {
    auto unit = f.desk.unit();
    auto running = unit.jobs.running();
    if (running.empty()) return;
    if (running.front().kind == "undo")
      desk::run_undo_slice(unit, running.front(), 2);
    else if (!desk::run_bulk_slice(unit, running.front(), picks ? &*picks : nullptr, 2))
      picks = picked(f, running.front());
  }
  FAIL("a job does not end");
}

std::string query_of(const std::string& path) {
  return "?ticket=" + path.substr(path.rfind('/') + 1);
}

}  // namespace

TEST_CASE("steps whose guard looks at a field that they ask for are offered with that field") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  f.user("liu", "agent", "quality");
  const auto path = new_return(f, "chen");
  REQUIRE(f.post("chen", path + "/transitions", R"({"transition":"accept"})").status == 200);
  const auto steps = f.get("liu", path + "/transitions");
  REQUIRE(names(steps, "pass"));
  for (const auto& step : steps.at("/items").as_array()) {
    if (step.at("name") == "pass") CHECK(step.at("missing").as_array().at(0) == "inspection_result");
  }
  const auto empty = f.post("liu", path + "/transitions", R"({"transition":"pass"})");
  CHECK(empty.status == 422);
  CHECK(empty.at("/fields/0/pointer") == "/fields/inspection_result");
  const auto wrong = f.post("liu", path + "/transitions",
                            R"({"transition":"pass","fields":{"inspection_result":"misused"}})");
  CHECK(wrong.code() == "transition_not_allowed");
  CHECK(f.post("liu", path + "/transitions", R"({"transition":"pass","fields":{"inspection_result":"faulty"}})").status ==
        200);
}

TEST_CASE("macros are told to those who can use them, filled in, and run") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  f.user("fin", "accountant", "finance");
  const auto path = new_return(f, "chen");
  CHECK(names(f.get("chen", "/api/v1/macros"), "ask_for_photos"));
  CHECK(names(f.get("chen", "/api/v1/macros"), "ask_for_details"));
  const auto here = f.get("chen", "/api/v1/macros" + query_of(path));
  CHECK(names(here, "ask_for_photos"));
  CHECK_FALSE(names(here, "ask_for_details"));  // for another type
  CHECK(f.get("fin", "/api/v1/macros" + query_of(path)).status == 404);

  CHECK(f.post("chen", path + "/macros/none", "{}").status == 404);
  const auto run = f.post("chen", path + "/macros/ask_for_photos", "{}");
  REQUIRE(run.status == 200);
  CHECK(run.at("/state") == "waiting_customer");
  CHECK(run.at("/messages") == 2);
  CHECK_FALSE(names(f.get("chen", "/api/v1/macros" + query_of(path)), "ask_for_photos"));
  CHECK(f.post("chen", path + "/macros/ask_for_photos", "{}").status == 409);
  CHECK(f.call("fin", http::Method::post, path + "/macros/raise_to_lead", "{}").status == 404);
}

TEST_CASE("answers are filled in for a ticket, and offered by its type") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  const auto path = new_return(f, "chen");
  const auto number = path.substr(path.rfind('/') + 1);
  CHECK(names(f.get("chen", "/api/v1/answers"), "invoice_needs"));
  const auto here = f.get("chen", "/api/v1/answers" + query_of(path));
  CHECK_FALSE(names(here, "invoice_needs"));
  CHECK(text_of(here, "greeting").find("编号 T" + number + "，由 chen 为您处理") != std::string::npos);
  CHECK(f.get("chen", "/api/v1/answers?ticket=999").status == 404);

  // Nobody has the ticket: its team does.
  f.user("boss", "admin", "");
  const auto bare = new_logistics(f, "boss");
  const auto text = text_of(f.get("boss", "/api/v1/answers?ticket=" + std::to_string(bare.at("/id").as_int64())), "greeting");
  CHECK(text.find("，由 物流组 为您处理") != std::string::npos);
}

TEST_CASE("an answer shows what is not known yet, so that nobody sends a hole") {
  ApiDesk f;
  f.user("chen", "lead", "logistics");
  const auto made = new_logistics(f, "chen");
  const auto path = "/api/v1/tickets/" + std::to_string(made.at("/id").as_int64());
  const auto text = text_of(f.get("chen", "/api/v1/answers" + query_of(path)), "parcel_checked");
  CHECK(text.find("运单 SF1234567890 已向 【") != std::string::npos);
}

TEST_CASE("a notice names things as people do") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  f.user("liu", "lead", "service");
  new_return(f, "liu");
  const auto notices = f.get("chen", "/api/v1/notices");
  REQUIRE(notices.at("/items/0/kind") == "assigned");
  const std::string text{notices.at("/items/0/text").as_string()};
  INFO(text);
  CHECK(text.starts_with("类型 退货，优先级 普通，状态 "));
  CHECK(text.find("applied") == std::string::npos);
  CHECK(RE2::PartialMatch(text, R"(最近到期 \d{4}-\d\d-\d\d \d\d:\d\d。)"));
}

TEST_CASE("what a notice and a delivery say of a hidden field is not told to who may not see it") {
  ApiDesk f;
  const auto hui = f.user("hui", "collaborator", ""), chen = f.user("chen", "lead", "returns");
  auto more = *f.desk.unit().active;
  more.digest = "telling";
  more.texts["refund_set"] = {.subject_zh = "退款", .body_zh = "退款 {{field.refund_amount}} 元"};
  domain::Trigger telling;
  telling.name = "telling";
  telling.on = {"fields_set"};
  domain::Action notify;
  notify.kind = domain::ActionKind::notify;
  notify.text = "refund_set";
  notify.whom = {"watchers"};
  notify.channels = {"in_app", "mail"};
  telling.actions = {notify};
  more.triggers = {telling};
  f.desk.activate(std::move(more));
  const auto path = new_return(f, "boss");
  REQUIRE(f.post("boss", path + "/watchers", R"({"add":[)" + std::to_string(hui) + "," + std::to_string(chen) + "]}").status == 200);
  REQUIRE(f.patch("boss", path, R"({"fields":{"refund_amount":8888}})").status == 200);
  const auto notice = [&](const std::string& who) { return f.get(who, "/api/v1/notices").text; };
  CHECK(notice("chen").find("8888") != std::string::npos);
  CHECK(notice("hui").find("\"text\":\"退款") != std::string::npos);
  CHECK(notice("hui").find("8888") == std::string::npos);

  auto& roles = const_cast<std::map<std::string, domain::Role>&>(f.desk.unit().active->roles);
  roles.at("collaborator").rights.push_back(domain::Right::delivery_read);
  const auto to_chen = [&](const std::string& who) -> boost::json::value {
    const auto list = f.get(who, "/api/v1/deliveries");
    for (const auto& one : list.at("/items").as_array()) {
      if (one.at("recipient").at("id") == chen && one.at("text") == "refund_set") return one;
    }
    return {};
  };
  REQUIRE(to_chen("hui").is_object());
  CHECK(to_chen("hui").at("body") == "");
  CHECK(to_chen("boss").at("body") == "退款 8888 元");
  const auto one = "/api/v1/deliveries/" + std::to_string(to_chen("boss").at("id").as_int64());
  CHECK(f.get("hui", one).at("/body") == "");
  CHECK(f.get("boss", one).at("/body") == "退款 8888 元");
}

TEST_CASE("templates come without what the person may not write") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  const auto list = f.get("chen", "/api/v1/templates");
  REQUIRE(names(list, "quality_return"));
  for (const auto& one : list.at("/items").as_array()) {
    if (one.at("name") == "quality_return") CHECK(one.at("fields").at("return_reason") == "quality");
  }
}

TEST_CASE("people keep views of their own") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  f.user("liu", "agent", "quality");
  const auto path = new_return(f, "chen");
  const auto made = f.post(
      "chen", "/api/v1/views",
      R"({"title":"我的退货","when":{"all":[{"field":"type","operator":"is","value":"return"},{"field":"assignee","operator":"is","value":"@me"},{"field":"created_at","operator":"newer_than","value":"2d"}]},"columns":["id","field.order_no"]})");
  REQUIRE(made.status == 201);
  const std::string name{made.at("/name").as_string()};
  CHECK(made.at("/own") == true);
  CHECK(names(f.get("chen", "/api/v1/views"), name));
  CHECK_FALSE(names(f.get("liu", "/api/v1/views"), name));
  CHECK(f.get("chen", "/api/v1/tickets?view=" + name).at("/items").as_array().size() == 1);
  CHECK(f.get("liu", "/api/v1/tickets?view=" + name).status == 400);
  CHECK(f.get("chen", "/api/v1/tickets?view=own-x").status == 400);

  const auto at = made.headers.at("Location");
  // What was read can be sent back.
  const auto same = f.patch("chen", at, R"({"when":)" + boost::json::serialize(made.at("/when")) + "}");
  REQUIRE(same.status == 200);
  CHECK(same.at("/when") == made.at("/when"));
  const auto changed = f.patch("chen", at, R"({"title":"别人的","when":{"not":{"field":"assignee","operator":"is","value":"@me"}}})");
  REQUIRE(changed.status == 200);
  CHECK(f.get("chen", "/api/v1/tickets?view=" + name).at("/items").as_array().empty());
  CHECK(f.patch("chen", at, R"({"title":"x"})", made.headers.at("ETag")).status == 412);
  CHECK(f.patch("liu", at, R"({"title":"x"})").status == 404);
  CHECK(f.post("chen", "/api/v1/views", R"({"title":"x","when":{"field":"stat","operator":"is","value":"a"}})")
            .at("/fields/0/pointer") == "/when/field");
  CHECK(f.post("chen", "/api/v1/views", R"({"title":"x","columns":["nothing"]})").status == 422);
  CHECK(f.post("chen", "/api/v1/views", R"({"title":"  "})").status == 422);
  CHECK(f.call("liu", http::Method::del, at).status == 404);
  CHECK(f.call("chen", http::Method::del, at).status == 204);
  CHECK_FALSE(names(f.get("chen", "/api/v1/views"), name));
  for (int i = 0; i < 50; ++i) REQUIRE(f.post("chen", "/api/v1/views", R"({"title":"x"})").status == 201);
  CHECK(f.post("chen", "/api/v1/views", R"({"title":"x"})").status == 409);
}

TEST_CASE("a view is listed in its direction unless the list is asked for in another, or by another sort") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  const auto numbers = [&](const std::string& query) {
    std::vector<std::int64_t> ids;
    const auto list = f.get("chen", "/api/v1/tickets?view=" + query);
    for (const auto& row : list.at("/items").as_array()) ids.push_back(row.at("id").as_int64());
    return ids;
  };
  std::vector<std::int64_t> up;
  for (int i = 0; i < 3; ++i) {
    const auto path = new_return(f, "chen");
    up.push_back(std::stoll(path.substr(path.rfind('/') + 1)));
    REQUIRE(f.post("chen", path + "/macros/ask_for_photos", "{}").at("/state") == "waiting_customer");
    f.desk.now += std::chrono::minutes{1};
  }
  const std::vector<std::int64_t> down(up.rbegin(), up.rend());

  // One of the desk.
  CHECK(numbers("waiting_customer") == up);
  CHECK(numbers("waiting_customer&sort=updated") == up);
  CHECK(numbers("waiting_customer&order=descending") == down);
  CHECK(numbers("waiting_customer&sort=created") == down);
  CHECK(numbers("waiting_customer&sort=created&order=ascending") == up);
  const auto list = f.get("chen", "/api/v1/views");
  for (const auto& view : list.at("/items").as_array()) {
    if (view.at("name") == "waiting_customer")
      CHECK(view.at("order") == "ascending");
    else
      CHECK_FALSE(view.as_object().contains("order"));
  }

  // One's own.
  const auto made = f.post("chen", "/api/v1/views", R"({"title":"最早的","sort":"created","order":"ascending"})");
  REQUIRE(made.status == 201);
  CHECK(made.at("/order") == "ascending");
  const std::string name{made.at("/name").as_string()};
  const auto at = made.headers.at("Location");
  CHECK(numbers(name) == up);
  CHECK(numbers(name + "&order=descending") == down);
  CHECK(numbers(name + "&sort=updated") == down);
  CHECK(f.patch("chen", at, R"({"title":"还是最早的","sort":"created"})").at("/order") == "ascending");
  CHECK(numbers(name) == up);
  CHECK_FALSE(f.patch("chen", at, R"({"sort":"updated"})").body.as_object().contains("order"));  // it was the other sort's
  CHECK(numbers(name) == down);
  CHECK(f.patch("chen", at, R"({"sort":"created","order":"ascending"})").at("/order") == "ascending");
  CHECK_FALSE(f.patch("chen", at, R"({"order":null})").body.as_object().contains("order"));
  CHECK(numbers(name) == down);
  CHECK(f.post("chen", "/api/v1/views", R"({"title":"x","order":"up"})").at("/fields/0/pointer") == "/order");
}

TEST_CASE("the way of a ticket through its workflow") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  f.user("liu", "agent", "quality");
  const auto path = new_return(f, "chen");
  REQUIRE(f.post("chen", path + "/transitions", R"({"transition":"accept"})").status == 200);
  const auto way = f.get("liu", path + "/workflow");
  REQUIRE(way.status == 200);
  CHECK(way.at("/name") == "return");
  CHECK(way.at("/current") == "inspecting");
  const auto& visited = way.at("/visited").as_array();
  REQUIRE(visited.size() == 2);
  CHECK(visited[0].at("state") == "applied");
  CHECK(visited[0].at("until") == visited[1].at("at"));
  CHECK(visited[1].at("transition") == "accept");
  CHECK(visited[1].at("by").at("name") == "chen");
  CHECK(f.get("chen", path + "/workflow").status == 404);
}

TEST_CASE("a bulk job is taken back where nobody worked on since") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  f.user("liu", "agent", "quality");
  std::vector<std::string> paths;
  for (int i = 0; i < 5; ++i) paths.push_back(new_return(f, "chen"));
  const auto job = accept_all(f);
  const auto at = job.headers.at("Location");
  CHECK(f.post("chen", at + "/undo").status == 409);  // still running
  work(f);
  CHECK(f.get("chen", paths[0]).status == 404);  // in another team
  REQUIRE(f.post("liu", paths[1] + "/messages", R"({"kind":"note","body":"已经在看了"})").status == 201);
  CHECK(f.post("liu", at + "/undo").status == 403);
  f.user("other", "lead", "returns");
  CHECK(f.post("other", at + "/undo").status == 404);

  const auto undo = f.post("chen", at + "/undo");
  REQUIRE(undo.status == 202);
  CHECK(undo.at("/kind") == "undo");
  work(f);
  const auto ended = f.get("chen", undo.headers.at("Location"));
  CHECK(ended.at("/state") == "done");
  CHECK(ended.at("/done") == 5);
  CHECK(ended.at("/failed") == 1);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    CHECK(f.get("boss", paths[i]).at("/state") == (i == 1 ? "inspecting" : "applied"));
    CHECK(f.get("boss", paths[i]).at("/team") == (i == 1 ? "quality" : "returns"));
  }
  const auto rows = f.get("chen", undo.headers.at("Location") + "/results");
  CHECK(rows.at("/items/0/outcome") == "done");
  CHECK(rows.at("/items/1/outcome") == "conflict");
  CHECK(rows.at("/items/1/detail").as_string().find("之后又有人改过") != boost::json::string::npos);

  // Again: nothing is left to put back. An undo can be undone.
  const auto again = f.post("chen", at + "/undo");
  work(f);
  CHECK(f.get("chen", again.headers.at("Location")).at("/failed") == 5);
  const auto redo = f.post("chen", undo.headers.at("Location") + "/undo");
  work(f);
  CHECK(f.get("chen", redo.headers.at("Location")).at("/failed") == 0);
  CHECK(f.get("boss", paths[0]).at("/state") == "inspecting");
}

TEST_CASE("whoever began a bulk job follows it, stops it and takes it back without the right to see jobs") {
  ApiDesk f;
  const auto chen = f.user("chen", "lead", "returns");
  f.user("zhou", "lead", "returns");
  f.user("hui", "collaborator", "");
  f.user("boss", "admin", "");
  auto& roles = const_cast<std::map<std::string, domain::Role>&>(f.desk.unit().active->roles);
  std::erase(roles.at("lead").rights, domain::Right::job_read);
  for (int i = 0; i < 3; ++i) (void)new_return(f, "chen");
  const auto at = accept_all(f).headers.at("Location");
  {
    auto unit = f.desk.unit();
    auto job = unit.jobs.running().front();
    const auto picks = picked(f, job);
    REQUIRE(desk::run_bulk_slice(unit, job, &picks, 2));
  }
  // What else one began takes the right.
  desk::Job other;
  other.kind = "backup";
  other.state = desk::JobState::done;
  other.by = UserId{chen};
  const auto backup = "/api/v1/jobs/" + std::to_string(f.desk.unit().jobs.add_job(other).value);
  CHECK(f.get("chen", at).at("/done") == 2);
  CHECK(f.get("chen", at + "/results").at("/items").as_array().size() == 2);
  CHECK(f.get("chen", "/api/v1/jobs").at("/items").as_array().size() == 1);
  CHECK(f.get("chen", backup).status == 404);
  // Nor is the largest number one.
  CHECK(f.get("boss", "/api/v1/jobs/9223372036854775807").status == 404);
  CHECK(f.get("boss", "/api/v1/deliveries/9223372036854775807").status == 404);
  CHECK(f.post("chen", backup + "/cancel").status == 404);
  // Another's is not there for whoever may begin such jobs too.
  CHECK(f.get("zhou", "/api/v1/jobs").at("/items").as_array().empty());
  for (const auto* part : {"", "/results"}) CHECK(f.get("zhou", at + part).status == 404);
  for (const auto* part : {"/cancel", "/undo"}) CHECK(f.post("zhou", at + part).status == 404);
  CHECK(f.get("hui", at).status == 403);

  CHECK(f.post("chen", at + "/cancel").at("/state") == "cancelled");
  const auto undo = f.post("chen", at + "/undo");
  REQUIRE(undo.status == 202);
  work(f);
  CHECK(f.get("chen", undo.headers.at("Location")).at("/done") == 2);
  CHECK(f.get("boss", at).status == 200);
}

TEST_CASE("a bulk job is counted and its tickets are picked by a reader, and those that left the filter are passed over") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  f.user("liu", "agent", "quality");
  std::vector<std::string> paths;
  for (int i = 0; i < 5; ++i) paths.push_back(new_return(f, "chen"));
  const auto made = accept_all(f);
  CHECK(made.at("/total") == 0);
  f.desk.now += std::chrono::seconds{1};
  const auto late = new_return(f, "chen");  // after the job began

  const auto running = [&] { return f.desk.unit().jobs.running().front(); };
  auto job = running();
  {
    auto unit = f.desk.unit();
    CHECK_FALSE(desk::run_bulk_slice(unit, job, nullptr, 2));  // the writer does not look for itself
  }
  CHECK(running().done == 0);
  const auto picks = picked(f, job);
  REQUIRE(picks.picks.size() == 5);
  CHECK(picks.last);
  REQUIRE(f.post("chen", paths[1] + "/transitions", R"({"transition":"accept"})").status == 200);
  for (int slices = 0; slices < 3; ++slices) {
    auto unit = f.desk.unit();
    job = running();
    CHECK(desk::run_bulk_slice(unit, job, &picks, 2));
  }
  const auto ended = f.get("chen", made.headers.at("Location"));
  CHECK(ended.at("/state") == "done");
  CHECK(ended.at("/total") == 6);
  CHECK(ended.at("/done") == 4);
  CHECK(ended.at("/failed") == 0);
  CHECK(f.get("boss", paths[4]).at("/state") == "inspecting");
  CHECK(f.get("boss", late).at("/state") == "applied");

  // Of picks that go on, a job asks for the next ones when it is past these.
  const auto again = f.post("boss", "/api/v1/tickets/bulk", R"({"selection":{"filter":{"field":"type","operator":"is","value":"return"}},"action":{"verb":"note","message":"x"}})");
  REQUIRE(again.status == 202);
  job = running();
  auto some = picked(f, job);
  some.last = false;
  some.picks.resize(1);
  auto unit = f.desk.unit();
  CHECK(desk::run_bulk_slice(unit, job, &some, 2));
  CHECK_FALSE(desk::run_bulk_slice(unit, job, &some, 2));
  CHECK(job.state == desk::JobState::running);
  CHECK(job.done == 1);
}

TEST_CASE("words of a bulk job stay said, and the undo says so") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  const auto path = new_return(f, "chen");
  const auto number = path.substr(path.rfind('/') + 1);
  const auto job = f.post("chen", "/api/v1/tickets/bulk",
                          R"({"selection":{"tickets":[)" + number + R"(]},"action":{"verb":"macro","macro":"spam"}})");
  REQUIRE(job.status == 202);
  work(f);
  CHECK(f.get("chen", path).at("/priority") == "low");
  CHECK(f.get("chen", path).at("/tags").as_array().size() == 1);
  const auto undo = f.post("chen", job.headers.at("Location") + "/undo");
  work(f);
  const auto row = f.get("chen", undo.headers.at("Location") + "/results");
  CHECK(row.at("/items/0/outcome") == "done");
  CHECK(row.at("/items/0/detail").as_string().find("what was said stays said") != boost::json::string::npos);
  CHECK(f.get("chen", path).at("/priority") == "normal");
  CHECK(f.get("chen", path).at("/tags").as_array().empty());
  CHECK(f.get("chen", path).at("/messages") == 2);
}

TEST_CASE("who sees a ticket says that they are on it and learns who else is") {
  ApiDesk f;
  f.user("chen", "lead", "returns");
  f.user("zhou", "agent", "returns");
  f.user("liu", "agent", "quality");
  const auto path = new_return(f, "chen") + "/presence";
  const auto put = [&](const std::string& who, const std::string& mode) {
    return f.call(who, http::Method::put, path, R"({"mode":")" + mode + "\"}");
  };
  CHECK(put("chen", "viewing").at("/others").as_array().empty());
  const auto others = put("zhou", "editing");
  REQUIRE(others.at("/others").as_array().size() == 1);
  CHECK(others.at("/others/0/name") == "chen");
  CHECK(others.at("/others/0/mode") == "viewing");
  CHECK(put("liu", "viewing").status == 404);
  CHECK(put("chen", "sleeping").status == 422);
  CHECK(put("chen", "away").at("/others/0/mode") == "editing");
  CHECK(put("zhou", "viewing").at("/others").as_array().empty());
}
