// SPDX-License-Identifier: Apache-2.0
// Who asks, and how much: rates of strangers, of those who try secrets, and what an account shows of a desk.
#include <boost/json/parse.hpp>

#include "api/routes.hpp"
#include "support/api_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;

namespace {

/// A desk with an agent and a customer.
struct Callers : ApiDesk {
  Callers() {
    user("chen", "lead", "returns");
    REQUIRE(post("", "/api/v1/portal/tickets", request).status == 201);
  }
  static constexpr const char* request =
      R"({"type":"return","subject":"屏幕有裂纹","body":"收到就这样","customer":{"name":"王女士","phone":"13800000000"},)"
      R"("fields":{"order_no":"SO-2026-1","return_reason":"quality"}})";
};

}  // namespace

TEST_CASE("whoever tries secrets does not get to send whole files with them") {
  Callers f;
  api::GatewayOptions options;
  options.cursor_key = "k";
  options.rates[api::RateClass::failure] = {0.001, 5};
  api::Gateway gateway(options, api::routes(),
                       api::Services{f.desk, f.passwords, f.blobs, f.compiler, f.side, f.exports, f.board, f.machine});
  const std::string address = "192.0.2.7";
  const auto ask = [&](const std::string& secret) {
    http::Request request;
    request.path = "/api/v1/me";
    request.headers = {{"authorization", "Bearer " + secret}, {"host", "desk.example"}};
    request.remote_address = address;
    int status = 0;
    gateway.handle(std::move(request), [&](const http::Response& response) { status = response.status; });
    return status;
  };
  const auto upload = [&](const std::string& secret, const std::string& from) {
    http::Head head;
    head.method = http::Method::post;
    head.path = "/api/v1/attachments";
    head.headers = {{"authorization", "Bearer " + secret}};
    const auto plan = gateway.plan(head, from);
    return plan ? std::optional<ErrorCode>{} : plan.error().code;
  };
  CHECK(ask("token-chen") == 200);
  CHECK_FALSE(upload("dkt_guess", address));
  for (int i = 0; i < 5; ++i) CHECK(ask("dkt_guess" + std::to_string(i)) == 401);
  CHECK(upload("dkt_guess", address) == ErrorCode::too_many_requests);
  CHECK_FALSE(upload("dkt_guess", "198.51.100.7"));
  CHECK_FALSE(upload("token-chen", address));  // a neighbour whose token is known
  http::Head nobody;
  nobody.method = http::Method::post;
  nobody.path = "/api/v1/attachments";
  nobody.headers = {{"cookie", "theme=dark"}};
  CHECK(gateway.plan(nobody, address).error().code == ErrorCode::unauthenticated);
  // Nor do they get to send what would lie in the memory meanwhile.
  nobody.path = "/api/v1/definitions/plan";
  CHECK(gateway.plan(nobody, address).error().code == ErrorCode::unauthenticated);
  nobody.path = "/api/v1/sessions";
  CHECK(gateway.plan(nobody, address));
}

TEST_CASE("a secret that nobody asked for is no new caller") {
  Callers f;
  api::GatewayOptions options;
  options.cursor_key = "k";
  options.rates[api::RateClass::submit] = {0.001, 3};
  options.rates[api::RateClass::sign_in] = {0.001, 3};
  api::Gateway gateway(options, api::routes(),
                       api::Services{f.desk, f.passwords, f.blobs, f.compiler, f.side, f.exports, f.board, f.machine});
  const auto post = [&](const std::string& path, const std::string& body, const std::string& secret) {
    http::Request request;
    request.method = http::Method::post;
    request.path = path;
    request.body = body;
    request.headers = {{"host", "desk.example"}, {"content-type", "application/json"}};
    if (!secret.empty()) request.headers.emplace_back("authorization", "Bearer " + secret);
    request.remote_address = "192.0.2.9";
    http::Response answer;
    gateway.handle(std::move(request), [&](http::Response response) { answer = std::move(response); });
    return answer;
  };
  // Each request is answered with a link; none of them pays for the next request.
  std::string secret;
  for (int i = 0; i < 3; ++i) {
    const auto made = post("/api/v1/portal/tickets", Callers::request, secret);
    REQUIRE(made.status == 201);
    const auto answer = boost::json::parse(made.body);
    secret = std::string(answer.at("token").as_string());
  }
  CHECK(post("/api/v1/portal/tickets", Callers::request, secret).status == 429);
  for (int i = 0; i < 3; ++i)
    CHECK(post("/api/v1/sessions", R"({"login":"boss","password":"guess"})", "word" + std::to_string(i)).status == 401);
  CHECK(post("/api/v1/sessions", R"({"login":"boss","password":"guess"})", "another").status == 429);
  // A stranger who may send in nothing more may send no file either, and is told before its first byte.
  http::Head head;
  head.method = http::Method::post;
  head.path = "/api/v1/portal/attachments";
  CHECK(gateway.plan(head, "192.0.2.9").error().code == ErrorCode::too_many_requests);
  // Nor is whoever makes a secret up better known on a page that asks for none.
  head.headers = {{"authorization", "Bearer x"}};
  CHECK(gateway.plan(head, "192.0.2.9").error().code == ErrorCode::too_many_requests);
  head.headers = {{"cookie", "__Host-docket=x"}};
  CHECK(gateway.plan(head, "192.0.2.9").error().code == ErrorCode::too_many_requests);
  head.headers.clear();
  CHECK(gateway.plan(head, "192.0.2.10"));
  // What has begun counts before it is all there.
  int begun = 1;
  while (begun < 100 && gateway.plan(head, "192.0.2.10")) ++begun;
  CHECK(begun < 40);
}

TEST_CASE("a customer with an account reads and finds no notes, has no files of theirs, and counts through no customers") {
  Callers f;
  f.user("buyer", "customer", "");
  const auto made = f.post("buyer", "/api/v1/tickets",
                           R"({"type":"return","subject":"坏了","body":"屏幕","fields":{"order_no":"SO-2026-1","return_reason":"quality"}})");
  REQUIRE(made.status == 201);
  const auto path = "/api/v1/tickets/" + std::to_string(made.at("/id").as_int64());
  REQUIRE(f.post("chen", path + "/messages", R"({"kind":"note","body":"此人专门退货"})").status == 201);
  CHECK(f.get("buyer", path + "/messages").text.find("专门") == std::string::npos);
  CHECK(f.get("chen", path + "/messages").text.find("专门") != std::string::npos);
  desk::Attachment file;
  file.name = "x.png";
  file.ticket = TicketId{made.at("/id").as_int64()};
  file.internal = true;
  const auto internal = f.desk.unit().attachments.add_attachment(file);
  CHECK(f.get("buyer", path + "/attachments").at("/items").as_array().empty());
  CHECK(f.get("chen", path + "/attachments").at("/items").as_array().size() == 1);

  const auto draft = R"({"body":"x","attachments":[)" + std::to_string(internal.value) + "]}";
  CHECK(f.call("buyer", http::Method::put, path + "/drafts/reply", draft).at("/attachments").as_array().empty());
  CHECK(f.call("chen", http::Method::put, path + "/drafts/reply", draft).at("/attachments").as_array().size() == 1);

  const auto customer = std::to_string(f.desk.rows.customers.begin()->first.value);
  const auto named = f.post("buyer", "/api/v1/tickets",
                            R"({"type":"return","subject":"坏了","body":"屏幕","fields":{"order_no":"SO-2026-1","return_reason":"quality"},"customer":)" +
                                customer + "}");
  CHECK(named.status == 422);
  CHECK(named.at("/fields/0/pointer") == "/customer");
  CHECK(f.patch("buyer", path, R"({"customer":)" + customer + "}").status >= 400);
}

TEST_CASE("a password that is changed while it is compared opens nothing") {
  Callers f;
  const auto sign_in = [&] {
    return f.post("", "/api/v1/sessions", R"({"login":"boss","password":"correct horse battery"})").status;
  };
  CHECK(sign_in() == 201);
  const auto sessions = f.desk.rows.sessions.size();
  f.passwords.before_answer = [&] { f.desk.rows.accounts.begin()->second.password_hash = "hash of another"; };
  CHECK(sign_in() == 401);
  CHECK(f.desk.rows.sessions.size() == sessions);
}

TEST_CASE("what is read are the tickets that roles with ticket_read show; files go with their ticket") {
  Callers f;
  const auto own = "/api/v1/tickets/" + std::to_string(f.desk.rows.tickets.rbegin()->first.value);
  const auto made = f.post("boss", "/api/v1/tickets",
                           R"({"type":"return","subject":"坏了","body":"屏幕","fields":{"order_no":"SO-2026-2","return_reason":"quality"}})");
  REQUIRE(made.status == 201);
  const auto id = made.at("/id").as_int64();
  const auto other = "/api/v1/tickets/" + std::to_string(id);
  REQUIRE(f.post("boss", other + "/assign", R"({"team":"quality"})").status == 200);
  desk::Attachment file;
  file.name = "invoice.pdf";
  file.ticket = TicketId{id};
  const auto path = "/api/v1/attachments/" + std::to_string(f.desk.unit().attachments.add_attachment(file).value);

  auto& roles = const_cast<std::map<std::string, domain::Role>&>(f.desk.unit().active->roles);
  auto& reporter = roles["reporter"];
  reporter.name = "reporter";
  reporter.tickets = domain::TicketScope::all;
  reporter.rights = {domain::Right::report_read};
  const auto wang = f.user("wang", "lead", "returns");
  for (const auto& grants : {std::vector<desk::RoleGrant>{{"lead", "returns"}, {"reporter"}}, {{"lead"}, {"reporter"}}}) {
    f.desk.rows.accounts.at(UserId{wang}).user.grants = grants;
    CHECK(f.get("wang", own).status == 200);
    CHECK(f.get("wang", other).status == 404);
    CHECK(f.get("wang", other + "/messages").status == 404);
    CHECK(f.get("wang", "/api/v1/tickets").at("/items").as_array().size() == 1);
    CHECK(f.get("wang", path).status == 404);
    CHECK(f.patch("wang", other, "{}").status == 404);
    CHECK(f.post("wang", other + "/hold", R"({"reason":"x"})").status == 404);
    CHECK(f.get("wang", other + "/events").status == 404);
    const auto deliveries = f.get("wang", "/api/v1/deliveries");
    for (const auto& one : deliveries.at("/items").as_array()) CHECK(one.at("ticket") != id);
    // The figures are those of the whole desk all the same.
    const auto figures = "/api/v1/reports/volume?group=team";
    CHECK(f.get("wang", figures).at("/rows") == f.get("boss", figures).at("/rows"));
  }

  CHECK(f.get("boss", path).status == 500);  // found; its bytes are nowhere
  const auto token = f.post("boss", "/api/v1/tokens", R"({"name":"wall","scopes":["report_read"]})");
  REQUIRE(token.status == 201);
  f.credentials["wall"] = {{"authorization", "Bearer " + std::string{token.at("/secret").as_string()}}};
  CHECK(f.get("wall", "/api/v1/reports/volume?group=team").status == 200);
  CHECK(f.get("wall", other).status == 403);
  CHECK(f.get("wall", path).status == 404);
}
