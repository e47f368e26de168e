// SPDX-License-Identifier: Apache-2.0
// Set-up, signing in, sessions, passwords, tokens, accounts, presence and shifts, through the real door.
#include <algorithm>
#include <boost/json/serialize.hpp>

#include "served_desk.hpp"
#include "server/set_up.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view good_password = "correct horse battery staple";

std::string sign_in_body(std::string_view login, std::string_view password) {
  return boost::json::serialize(boost::json::object{{"login", login}, {"password", password}});
}

/// The person's password, set by the admin.
void give_password(ServedDesk& desk, const std::string& login, std::string_view password = good_password) {
  const auto set = desk.call("boss", "PUT", desk.path_of(login) + "/password",
                             boost::json::serialize(boost::json::object{{"password", password}}));
  INFO(set.body);
  REQUIRE(set.status == 204);
}

/// Headers of a browser that holds the session which the answer opened.
ClientHeaders browser(const ServedDesk& desk, const ApiAnswer& opened) {
  const auto cookie = opened.header("set-cookie");
  return {{"Cookie", cookie.substr(0, cookie.find(';'))},
          {"Origin", "https://localhost:" + std::to_string(desk.server.port())},
          {"Sec-Fetch-Site", "same-origin"}};
}

}  // namespace

TEST_CASE("a new desk takes its first admin once, by the secret") {
  TemporaryDirectory directory;
  ManualClock clock{monday_morning()};
  const auto report =
      server::set_up_data(directory.path() / "desk", std::filesystem::path{DOCKET_SOURCE_DIR} / "config", {}, clock);
  REQUIRE(report.setup_secret);
  server::NodeSettings settings;
  settings.data = directory.path() / "desk";
  settings.port = 0;
  settings.io_threads = 1;
  server::Application application{settings, clock};
  ClientOptions options;
  options.port = application.port();
  options.ca_file = report.ca_certificate;
  TlsClient client{options};
  const auto set_up = [&](std::string_view secret, std::string_view login, std::string_view password) {
    return client.request("POST", "/api/v1/setup", {{"Content-Type", "application/json"}},
                          boost::json::serialize(boost::json::object{
                              {"secret", secret}, {"login", login}, {"name", "老板"}, {"password", password}}));
  };
  CHECK(set_up("guess", "admin", good_password).status == 401);
  CHECK(set_up(*report.setup_secret, "admin", "short").status == 422);
  CHECK(set_up(*report.setup_secret, "Ad min", good_password).status == 422);
  const auto made = set_up(*report.setup_secret, "admin", good_password);
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK(made.body.find("\"system_manage\"") != std::string::npos);
  CHECK(made.header("set-cookie").starts_with("__Host-docket="));
  const auto again = set_up(*report.setup_secret, "admin2", good_password);
  CHECK(again.status == 409);
  CHECK(again.body.find("Ask an admin") != std::string::npos);
}

TEST_CASE("signing in tells nothing but whether it worked") {
  ServedDesk desk;
  give_password(desk, "rui");
  const auto opened = desk.stranger("POST", "/api/v1/sessions", sign_in_body("RUI", good_password));
  INFO(opened.body);
  REQUIRE(opened.status == 201);
  const auto cookie = opened.header("set-cookie");
  CHECK(cookie.starts_with("__Host-docket="));
  for (const auto* attribute : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"})
    CHECK(cookie.find(attribute) != std::string::npos);
  CHECK(opened.body.find(cookie.substr(14, 20)) == std::string::npos);

  const auto off = desk.call("boss", "PATCH", desk.path_of("fin"), R"({"active":false})", {{"If-Match", "*"}});
  REQUIRE(off.status == 200);
  std::vector<std::string> refusals;
  for (const auto& [login, password] :
       std::vector<std::pair<std::string, std::string>>{{"rui", "correct horse battery stapl"},
                                                        {"nobody", std::string{good_password}},
                                                        {"fin", "anything at all"},
                                                        {"lena", "has no password"},
                                                        {"'; DROP TABLE user; --", "x"}}) {
    const auto refused = desk.stranger("POST", "/api/v1/sessions", sign_in_body(login, password));
    CHECK(refused.status == 401);
    CHECK(refused.header("set-cookie").empty());
    auto problem = refused.json().as_object();
    problem.erase("request_id");
    refusals.push_back(boost::json::serialize(problem));
  }
  CHECK(std::ranges::adjacent_find(refusals, std::not_equal_to{}) == refusals.end());
  const auto audited = desk.audited();
  CHECK(std::ranges::count(audited, "sign_in_failed") == 5);
  CHECK(std::ranges::count(audited, "signed_in") == 1);
}

TEST_CASE("tries for one login are limited, and nobody is locked out by others") {
  ServedDesk desk;
  give_password(desk, "rui");
  ClientOptions own = desk.door();
  own.source_address = "127.0.7.7";
  TlsClient rui{own};
  const ClientHeaders json{{"Content-Type", "application/json"}};
  REQUIRE(rui.request("POST", "/api/v1/sessions", json, sign_in_body("rui", good_password)).status == 201);
  // A try comes back every few seconds, so a slow machine has some more.
  const auto tried = [&](std::string_view password) { return desk.stranger("POST", "/api/v1/sessions", sign_in_body("rui", password)); };
  int tries = 0;
  auto refused = tried("wrong wrong wrong");
  while (++tries < 200 && (refused.status != 429 || std::stoi(refused.header("retry-after")) < 3)) refused = tried("wrong wrong wrong");
  CHECK(refused.status == 429);
  CHECK(tries > 8);
  CHECK(tried(good_password).status == 429);
  CHECK(rui.request("POST", "/api/v1/sessions", json, sign_in_body("rui", good_password)).status == 201);
}

TEST_CASE("sessions are listed, ended, and end by themselves") {
  ServedDesk desk;
  give_password(desk, "rui");
  const auto first = browser(desk, desk.stranger("POST", "/api/v1/sessions", sign_in_body("rui", good_password)));
  const auto second = browser(desk, desk.stranger("POST", "/api/v1/sessions", sign_in_body("rui", good_password)));
  CHECK(first[0].second != second[0].second);
  const auto me = desk.stranger("GET", "/api/v1/me", {}, first);
  REQUIRE(me.status == 200);
  CHECK(me.json().at("user").at("login") == "rui");
  CHECK(me.json().at("roles").as_array().size() == 1);
  CHECK(me.json().at("teams").as_array().at(0).at("name") == "returns");
  const auto list = desk.stranger("GET", "/api/v1/sessions", {}, first);
  REQUIRE(list.json().at("items").as_array().size() == 2);
  std::int64_t other = 0;
  const auto listed = list.json();
  for (const auto& session : listed.at("items").as_array()) {
    CHECK_FALSE(session.as_object().contains("secret"));
    if (!session.at("current").as_bool()) other = session.at("id").as_int64();
  }

  // Not across people, not by a token, not from another page.
  give_password(desk, "lena");
  const auto lena = browser(desk, desk.stranger("POST", "/api/v1/sessions", sign_in_body("lena", good_password)));
  const auto path = "/api/v1/sessions/" + std::to_string(other);
  CHECK(desk.stranger("DELETE", path, {}, lena).status == 404);
  CHECK(desk.call("rui", "DELETE", path).status == 403);
  auto foreign = first;
  foreign[1].second = "https://evil.example";
  foreign[2].second = "cross-site";
  CHECK(desk.stranger("DELETE", path, {}, foreign).status == 403);
  CHECK(desk.stranger("GET", "/api/v1/me", {}, second).status == 200);

  CHECK(desk.stranger("DELETE", path, {}, first).status == 204);
  CHECK(desk.stranger("GET", "/api/v1/me", {}, second).status == 401);
  const auto out = desk.stranger("DELETE", "/api/v1/sessions/current", {}, first);
  CHECK(out.status == 204);
  CHECK(out.header("set-cookie").find("Max-Age=0") != std::string::npos);
  CHECK(out.header("clear-site-data") == "\"cache\", \"storage\"");
  CHECK(desk.stranger("GET", "/api/v1/me", {}, first).status == 401);

  desk.server.clock().advance(29min);
  CHECK(desk.stranger("GET", "/api/v1/me", {}, lena).status == 200);
  // That the session was used is written after the answer: a write of our own comes behind it.
  REQUIRE(desk.call("boss", "POST", "/api/v1/customers", R"({"name":"王"})").status == 201);
  desk.server.clock().advance(31min);
  CHECK(desk.stranger("GET", "/api/v1/me", {}, lena).status == 401);
}

TEST_CASE("passwords are changed by their owners, or by who holds as much") {
  ServedDesk desk;
  give_password(desk, "rui");
  const auto rui = browser(desk, desk.stranger("POST", "/api/v1/sessions", sign_in_body("rui", good_password)));
  const auto path = desk.path_of("rui") + "/password";
  const auto change = [&](std::string_view body) { return desk.stranger("PUT", path, body, rui); };
  CHECK(change(R"({"password":"another fine password"})").status == 422);
  const auto wrong = change(R"({"password":"another fine password","current_password":"not this one"})");
  CHECK(wrong.status == 422);
  CHECK(wrong.body.find("/current_password") != std::string::npos);
  for (const auto* weak :
       {"short", "123456789012", "aaaaaaaaaaaaaaa", "Password1234", "1qaz2wsx3edc", "woaini1314520"}) {
    const auto refused =
        change(boost::json::serialize(boost::json::object{{"password", weak}, {"current_password", good_password}}));
    INFO(weak);
    CHECK(refused.status == 422);
    CHECK(refused.body.find("/password") != std::string::npos);
  }
  const auto changed =
      change(R"({"password":"另一个很长的密码，容易记","current_password":"correct horse battery staple"})");
  INFO(changed.body);
  REQUIRE(changed.status == 204);
  CHECK(desk.stranger("GET", "/api/v1/me", {}, rui).status == 401);
  CHECK(desk.stranger("GET", "/api/v1/me", {}, browser(desk, changed)).status == 200);
  CHECK(desk.stranger("POST", "/api/v1/sessions", sign_in_body("rui", good_password)).status == 401);

  CHECK(desk.call("rui", "PUT", path, R"({"password":"another fine password"})").status == 403);
  CHECK(desk.call("lena", "PUT", path, R"({"password":"another fine password"})").status == 403);
  CHECK(desk.call("boss", "PUT", "/api/v1/users/9999/password", R"({"password":"another fine password"})").status ==
        404);
}

TEST_CASE("nobody becomes more than they are") {
  ServedDesk desk;
  // A role that may manage people and little else.
  const auto helper = desk.server.add({"helper", {{"admin", "it"}}});
  CHECK(helper.value > 0);
  desk.server.add({"hr", {{"lead", ""}}, {{"returns", false}}});
  // Held in one team, the admin's role gives no power over the desk.
  const auto token = desk.server.token("helper");
  TlsClient client{desk.door()};
  const ClientHeaders as_helper{{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}};
  CHECK(client.request("POST", "/api/v1/users", as_helper, R"({"login":"evil","name":"x"})").status == 403);
  CHECK(client.request("GET", "/api/v1/audit", as_helper).status == 403);
  CHECK(client.request("PUT", desk.path_of("boss") + "/password", as_helper, R"({"password":"another fine password"})")
            .status == 403);

  desk.run({
      {"a token never exceeds its maker",
       "boss",
       "POST",
       "/api/v1/tokens",
       R"({"name":"shop","scopes":["ticket_create"],"user":)" + std::to_string(desk.id_of("rui").value) + "}",
       201,
       {"\"secret\":\"dkt_"}},
      {"only who may make tokens",
       "rui",
       "POST",
       "/api/v1/tokens",
       R"({"name":"x","scopes":["ticket_read"]})",
       403,
       {"token_manage"}},
      {"a token needs scopes", "boss", "POST", "/api/v1/tokens", R"({"name":"x","scopes":[]})", 422, {"/scopes"}},
      {"an unknown scope",
       "boss",
       "POST",
       "/api/v1/tokens",
       R"({"name":"x","scopes":["ticket_reed"]})",
       422,
       {"/scopes/0"}},
      {"an expiry that has passed",
       "boss",
       "POST",
       "/api/v1/tokens",
       R"({"name":"x","scopes":["ticket_read"],"expires_at":"2020-01-01T00:00:00Z"})",
       422,
       {"/expires_at"}},
  });

  // A token with two scopes makes no token with three.
  const auto made =
      desk.call("boss", "POST", "/api/v1/tokens", R"({"name":"narrow","scopes":["token_manage","ticket_read"]})");
  REQUIRE(made.status == 201);
  const auto narrow = made.text("secret");
  const ClientHeaders as_narrow{{"Authorization", "Bearer " + narrow}, {"Content-Type", "application/json"}};
  const auto wider = client.request("POST", "/api/v1/tokens", as_narrow, R"({"name":"w","scopes":["system_manage"]})");
  CHECK(wider.status == 422);
  CHECK(wider.body.find("system_manage") != std::string::npos);
  CHECK(client.request("GET", "/api/v1/users", as_narrow).status == 403);
  // The secret is shown once.
  const auto list = desk.call("boss", "GET", "/api/v1/tokens");
  CHECK(list.body.find(narrow) == std::string::npos);
  CHECK(list.body.find("narrow") != std::string::npos);
  const auto revoke = "/api/v1/tokens/" + std::to_string(made.json().at("token").at("id").as_int64());
  CHECK(desk.call("boss", "DELETE", revoke).status == 204);
  CHECK(client.request("GET", "/api/v1/tokens", as_narrow).status == 401);
  CHECK(desk.call("boss", "DELETE", "/api/v1/tokens/9999").status == 404);
}

TEST_CASE("a repeated token request shows no second secret") {
  ServedDesk desk;
  const ClientHeaders key{{"Idempotency-Key", "once"}};
  const auto body = R"({"name":"shop","scopes":["ticket_read"]})";
  REQUIRE(desk.call("boss", "POST", "/api/v1/tokens", body, key).status == 201);
  const auto again = desk.call("boss", "POST", "/api/v1/tokens", body, key);
  CHECK(again.status == 409);
  CHECK(again.body.find("dkt_") == std::string::npos);
  CHECK(again.body.find("/api/v1/tokens/") != std::string::npos);
}

TEST_CASE("accounts are made and changed with all faults told at once") {
  ServedDesk desk;
  desk.run({
      {"strangers see nobody", "", "GET", "/api/v1/users", "", 401, {"Sign in"}},
      {"agents see colleagues",
       "rui",
       "GET",
       "/api/v1/users?team=returns",
       "",
       200,
       {"\"lena\"", "\"rui\""},
       {"\"boss\"", "argon2"}},
      {"a collaborator does not", "cole", "GET", "/api/v1/users", "", 403, {"user_read"}},
      {"agents make nobody", "rui", "POST", "/api/v1/users", R"({"login":"x1","name":"x"})", 403, {"user_manage"}},
      {"all faults",
       "boss",
       "POST",
       "/api/v1/users",
       R"({"login":"new one","name":"小明","language":"fr","grants":[{"role":"king"}],"memberships":[{"team":"moon"}]})",
       422,
       {"/login", "/language", "/grants/0/role", "/memberships/0/team"}},
      {"an unknown field",
       "boss",
       "POST",
       "/api/v1/users",
       R"({"login":"ming","name":"小明","rank":1})",
       422,
       {"/rank"}},
      {"made",
       "boss",
       "POST",
       "/api/v1/users",
       R"({"login":"ming","name":"小明","grants":[{"role":"agent"}],"memberships":[{"team":"returns"}]})",
       201,
       {"\"login\":\"ming\"", "\"presence\":\"off\""}},
      {"taken", "boss", "POST", "/api/v1/users", R"({"login":"ming","name":"y"})", 422, {"taken"}},
      {"without If-Match", "boss", "PATCH", desk.path_of("rui"), R"({"name":"瑞"})", 428, {"If-Match"}},
      {"stale",
       "boss",
       "PATCH",
       desk.path_of("rui"),
       R"({"name":"瑞"})",
       412,
       {"version"},
       {},
       {{"If-Match", "\"v7\""}}},
      {"changed",
       "boss",
       "PATCH",
       desk.path_of("rui"),
       R"({"name":"瑞"})",
       200,
       {"\"version\":2", "瑞"},
       {},
       {{"If-Match", "\"v1\""}}},
      {"nobody", "boss", "GET", "/api/v1/users/4711", "", 404, {"no such user"}},
      {"no number", "boss", "GET", "/api/v1/users/rui", "", 404},
      {"not oneself",
       "boss",
       "PATCH",
       desk.path_of("boss"),
       R"({"active":false})",
       422,
       {"/active"},
       {},
       {{"If-Match", "*"}}},
  });
  const auto first = desk.call("boss", "GET", "/api/v1/users?limit=2");
  REQUIRE(first.json().at("items").as_array().size() == 2);
  const auto next = first.text("next");
  const auto second = desk.call("boss", "GET", "/api/v1/users?limit=2&cursor=" + next);
  CHECK(second.json().at("items").as_array().at(0).at("id").as_int64() == 3);
  CHECK(desk.call("boss", "GET", "/api/v1/users?limit=2&team=returns&cursor=" + next).status == 400);
  const auto kinds = desk.audited();
  CHECK(std::ranges::count(kinds, "user_changed") == 1);
}

TEST_CASE("presence and shifts are one's own, or those of one's team") {
  ServedDesk desk;
  const auto shifts = desk.path_of("rui") + "/shifts";
  const auto span = R"({"from":"2026-03-03T01:00:00Z","to":"2026-03-03T10:00:00Z"})";
  desk.run({
      {"a token has no presence of its own",
       "rui",
       "PUT",
       desk.path_of("rui") + "/presence",
       R"({"presence":"away"})",
       403,
       {"roster_manage"}},
      {"a lead for her team",
       "lena",
       "PUT",
       desk.path_of("rui") + "/presence",
       R"({"presence":"away"})",
       200,
       {"\"presence\":\"away\""}},
      {"not for other teams",
       "lena",
       "PUT",
       desk.path_of("fin") + "/presence",
       R"({"presence":"away"})",
       403,
       {"for their team"}},
      {"an unknown presence",
       "lena",
       "PUT",
       desk.path_of("rui") + "/presence",
       R"({"presence":"asleep"})",
       422,
       {"/presence"}},
      {"agents plan nothing", "rui", "POST", shifts, span, 403, {"roster_manage"}},
      {"a lead plans", "lena", "POST", shifts, span, 201, {"\"kind\":\"shift\""}},
      {"the wrong way round",
       "lena",
       "POST",
       shifts,
       R"({"kind":"leave","from":"2026-03-03T01:00:00Z","to":"2026-03-02T10:00:00Z"})",
       422,
       {"/to"}},
      {"listed", "lena", "GET", shifts, "", 200, {"2026-03-03T01:00:00.000000Z"}},
      {"too long a span", "lena", "GET", shifts + "?from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z", "", 400},
      {"taken away", "lena", "DELETE", shifts + "/1", "", 204},
      {"gone", "lena", "DELETE", shifts + "/1", "", 404, {"no such shift"}},
  });
  give_password(desk, "rui");
  const auto rui = browser(desk, desk.stranger("POST", "/api/v1/sessions", sign_in_body("rui", good_password)));
  CHECK(desk.stranger("PUT", desk.path_of("rui") + "/presence", R"({"presence":"online"})", rui).status == 200);
  CHECK(desk.stranger("PUT", desk.path_of("lena") + "/presence", R"({"presence":"off"})", rui).status == 403);
  CHECK(desk.stranger("GET", shifts, {}, rui).status == 200);
}
