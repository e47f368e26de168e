// SPDX-License-Identifier: Apache-2.0
#include "api/gateway.hpp"
#include "api/table_files.hpp"

#include "support/catch.hpp"
#include "support/memory_desk.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/parse.hpp>
#include <random>

using namespace docket;
using namespace docket::api;

namespace {

struct Note {
  std::string text;
  std::optional<int> number;
};
BOOST_DESCRIBE_STRUCT(Note, (), (text, number))
constexpr auto field_rules(const Note*) {
  return std::array{json::FieldRule{.field = "text", .length = {1, 20}}};
}

struct CustomerPath {
  CustomerId customer_id{};
};
BOOST_DESCRIBE_STRUCT(CustomerPath, (), (customer_id))

Result<Answer<Note>> write_note(const Call<None, None, Note>& call, const CommandContext& context) {
  desk::Customer customer;
  customer.name = call.body.text;
  const auto id = context.unit.directory.add_customer(customer);
  if (call.body.text == "conflict") return fail(ErrorCode::conflict, "No.");
  if (call.body.text == "throw") throw std::runtime_error("broken");
  return Answer<Note>{call.body}.with_version(1).at("/notes/" + std::to_string(id.value));
}

Result<Answer<Note>> read_note(const Call<CustomerPath, None, None>& call, const QueryContext& context) {
  const auto customer = context.reading.directory.find_customer(call.path.customer_id);
  if (!customer) return fail(ErrorCode::not_found, "There is no such note.");
  return Answer<Note>{Note{customer->name, {}}}.with_version(customer->version);
}

Result<Answer<None>> change_note(const Call<CustomerPath, None, Note>& call, const CommandContext& context) {
  auto customer = context.unit.directory.find_customer(call.path.customer_id);
  if (!customer) return fail(ErrorCode::not_found, "There is no such note.");
  if (call.if_match && *call.if_match != customer->version) return fail(ErrorCode::stale_version, "Too late.");
  customer->name = call.body.text;
  ++customer->version;
  context.unit.directory.save_customer(*customer);
  return None{};
}

Result<Answer<Note>> make_secret(const Call<None, None, Note>& call, const CommandContext&) {
  return call.body;
}

void staged_note(const Call<None, None, Note>& call, StagedContext context, Reply<Note> reply) {
  const auto authorise = context.authorise;
  desk::read(
      context.services.database,
      [authorise](const desk::Reading& reading) -> Result<std::string> {
        auto caller = authorise(reading);
        if (!caller) return std::unexpected{caller.error()};
        return caller->principal.display_name;
      },
      [text = call.body.text, reply = std::move(reply)](Result<std::string> name) mutable {
        if (!name) return reply(std::unexpected{name.error()});
        reply(Note{*name + " " + text, {}});
      });
}

/// Makes a customer in a write of its own, once for its key.
void staged_once(const Call<None, None, Note>& call, StagedContext context, Reply<Note> reply) {
  using Done = std::pair<Note, bool>;
  const auto authorise = context.authorise;
  desk::write(
      context.services.database,
      [authorise, remembered = context.remembered, text = call.body.text](desk::Unit& unit) -> Result<Done> {
        auto caller = authorise(unit);
        if (!caller) return std::unexpected{caller.error()};
        return remembered.once<Note>(unit, caller->principal, {}, [&]() -> Result<Note> {
          if (text == "conflict") return fail(ErrorCode::conflict, "No.");
          desk::Customer customer;
          customer.name = text;
          return Note{text + std::to_string(unit.directory.add_customer(customer).value), {}};
        });
      },
      [reply = std::move(reply)](Result<Done> done) mutable {
        if (!done) return reply(std::unexpected{done.error()});
        Answer<Note> answer{std::move(done->first)};
        if (done->second) answer.headers.emplace_back("Idempotency-Replayed", "true");
        reply(std::move(answer));
      });
}

std::vector<Route> routes() {
  using enum http::Method;
  using domain::Right;
  return {
      make_route({.name = "write_note",
                  .verb = post,
                  .path = "/api/v1/notes",
                  .access = Right::customer_edit,
                  .rate = RateClass::write,
                  .summary = "Writes.",
                  .success = 201},
                 write_note),
      make_route({.name = "read_note",
                  .verb = get,
                  .path = "/api/v1/notes/{customer_id}",
                  .access = Access::signed_in(),
                  .rate = RateClass::read,
                  .summary = "Reads."},
                 read_note),
      make_route({.name = "change_note",
                  .verb = patch,
                  .path = "/api/v1/notes/{customer_id}",
                  .access = Right::customer_edit,
                  .rate = RateClass::write,
                  .summary = "Changes.",
                  .if_match = Match::required},
                 change_note),
      make_route({.name = "make_secret",
                  .verb = post,
                  .path = "/api/v1/secrets",
                  .access = Right::customer_edit,
                  .rate = RateClass::write,
                  .summary = "Makes.",
                  .success = 201,
                  .replay = Replay::refuse},
                 make_secret),
      make_route({.name = "staged_note",
                  .verb = post,
                  .path = "/api/v1/staged",
                  .access = Right::customer_edit,
                  .rate = RateClass::expensive,
                  .summary = "In stages."},
                 staged_note),
      make_route({.name = "staged_once",
                  .verb = post,
                  .path = "/api/v1/staged-once",
                  .access = Right::customer_edit,
                  .rate = RateClass::write,
                  .summary = "In stages, once.",
                  .keyed = true},
                 staged_once),
  };
}

class NoPasswords final : public desk::PasswordHasher {
 public:
  void hash(std::string, std::move_only_function<void(Result<std::string>)> done) override {
    done(std::string{"hash"});
  }
  void verify(std::string, std::optional<std::string>, std::move_only_function<void(Result<bool>)> done) override {
    done(false);
  }
};
class NoBlobs final : public desk::BlobStore {
 public:
  std::string take(const std::string&) override { return {}; }
  std::optional<std::string> verified_path(const std::string&) const override { return {}; }
};
class AtOnce final : public desk::SideWork {
 public:
  void run(Work work) override { work({}); }
};
class NoMachine final : public desk::System {
 public:
  desk::SystemState state() const override { return {}; }
  std::vector<desk::Backup> backups() const override { return {}; }
  bool remove_backup(const std::string&) override { return false; }
};
class NoCompiler final : public desk::Compiler {
 public:
  desk::CheckedBundle compile(const desk::BundleFiles&, Time) const override { return {}; }
};

domain::Definitions definitions() {
  domain::Definitions made;
  made.digest = "d1";
  domain::Role role;
  role.name = "clerk";
  role.rights = {domain::Right::customer_edit};
  role.tickets = domain::TicketScope::all;
  made.roles["clerk"] = role;
  return made;
}

struct Fixture {
  test::MemoryDesk desk{definitions()};
  NoPasswords passwords;
  NoBlobs blobs;
  NoCompiler compiler;
  AtOnce side;
  test::TemporaryDirectory directory;
  TableFiles exports{directory.path() / "exports"};
  desk::LiveBoard board;
  NoMachine machine;
  GatewayOptions options{};
  std::optional<Gateway> gateway;
  int answers = 0;

  explicit Fixture(RateLimits rates = {}) {
    desk.now = *from_rfc3339("2026-03-01T08:00:00Z");
    options.rates = rates;
    options.cursor_key = "k";
    auto unit = desk.unit();
    add_user(unit, "lin", {{"clerk", ""}}, "token-lin");
    add_user(unit, "wu", {}, "token-wu");
    gateway.emplace(options, routes(), Services{desk, passwords, blobs, compiler, side, exports, board, machine});
  }

  static void add_user(desk::Unit& unit, const std::string& login, std::vector<desk::RoleGrant> grants,
                       const std::string& secret) {
    desk::User user;
    user.login = login;
    user.name = login;
    user.grants = std::move(grants);
    const auto id = unit.directory.add_user(user);
    desk::Token token;
    token.user = id;
    token.scopes = {domain::Right::customer_edit};
    unit.access.add_token(token, sha256(secret));
    desk::Session session;
    session.user = id;
    session.last_used_at = session.created_at = unit.now;
    session.expires_at = unit.now + std::chrono::hours{1};
    unit.access.add_session(session, sha256("session-" + login));
  }

  http::Response send(http::Method method, std::string path, http::Headers headers, std::string body = {}) {
    http::Request request;
    request.method = method;
    request.path = std::move(path);
    if (const auto mark = request.path.find('?'); mark != std::string::npos) {
      request.query = request.path.substr(mark + 1);
      request.path.resize(mark);
    }
    request.headers = std::move(headers);
    request.headers.emplace_back("host", "desk.example");
    request.body = std::move(body);
    request.remote_address = "192.0.2.1";
    request.id = "r1";
    std::optional<http::Response> got;
    gateway->handle(std::move(request), [&](http::Response response) {
      ++answers;
      got = std::move(response);
    });
    REQUIRE(got);
    return std::move(*got);
  }

  http::Response post(std::string body, http::Headers more = {}, std::string path = "/api/v1/notes") {
    http::Headers headers{{"authorization", "Bearer token-lin"}, {"content-type", "application/json"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return send(http::Method::post, std::move(path), std::move(headers), std::move(body));
  }
};

std::string header(const http::Response& response, std::string_view name) {
  for (const auto& [field, value] : response.headers) {
    if (field == name) return value;
  }
  return {};
}

std::string code(const http::Response& response) {
  CHECK(header(response, "Content-Type") == "application/problem+json");
  const auto problem = boost::json::parse(response.body).as_object();
  CHECK(problem.at("status").as_int64() == response.status);
  CHECK(problem.at("request_id") == "r1");
  return std::string{problem.at("code").as_string()};
}

}  // namespace

TEST_CASE("a command is answered with what it made, and is there") {
  Fixture f;
  const auto made = f.post(R"({"text":"hello"})");
  CHECK(made.status == 201);
  CHECK(made.body == R"({"text":"hello"})");
  CHECK(header(made, "Content-Type") == "application/json");
  CHECK(header(made, "ETag") == "\"v1\"");
  const auto location = header(made, "Location");
  REQUIRE(location.starts_with("/notes/"));
  CHECK(f.desk.rows.customers.size() == 1);

  const http::Headers token{{"authorization", "Bearer token-wu"}};
  const auto path = "/api/v1" + location;
  const auto read = f.send(http::Method::get, path, token);
  CHECK(read.status == 200);
  CHECK(header(read, "Cache-Control") == "private, no-cache");
  auto conditional = token;
  conditional.emplace_back("if-none-match", "\"v1\"");
  // A version says what to change, and not that an answer is still the same: that depends on who asks, and when.
  CHECK(f.send(http::Method::get, path, conditional).body == read.body);
  CHECK(f.send(http::Method::head, path, token).status == 200);
}

TEST_CASE("who may not, is told so before anything happens") {
  Fixture f;
  const std::string body = R"({"text":"x"})";
  const http::Headers json{{"content-type", "application/json"}};
  const auto as = [&](http::Headers who) {
    who.insert(who.end(), json.begin(), json.end());
    return f.send(http::Method::post, "/api/v1/notes", std::move(who), body);
  };
  const auto nobody = as({});
  CHECK(nobody.status == 401);
  CHECK(code(nobody) == "unauthenticated");
  CHECK(header(nobody, "WWW-Authenticate") == "Bearer");
  CHECK(as({{"authorization", "Bearer token-none"}}).status == 401);
  CHECK(as({{"authorization", "Bearer session-lin"}}).status == 401);
  const auto powerless = as({{"authorization", "Bearer token-wu"}});
  CHECK(powerless.status == 403);
  CHECK(powerless.body.find("customer_edit") != std::string::npos);
  CHECK(code(as({{"cookie", "__Host-docket=session-lin"}})) == "origin_refused");
  CHECK(f.desk.writes == 0);
  CHECK(f.desk.rows.customers.empty());
  CHECK(as({{"cookie", "__Host-docket=session-lin"}, {"origin", "https://desk.example"}}).status == 201);
  f.desk.now += std::chrono::hours{2};
  CHECK(as({{"cookie", "__Host-docket=session-lin"}, {"origin", "https://desk.example"}}).status == 401);
}

TEST_CASE("bad input gets a clear answer and changes nothing") {
  Fixture f;
  CHECK(code(f.post("{")) == "malformed_json");
  CHECK(code(f.post("")) == "malformed_json");
  const auto wrong = f.post(R"({"txt":"x","number":"1"})");
  CHECK(wrong.status == 422);
  const auto fields = boost::json::parse(wrong.body).at("fields").as_array();
  CHECK(fields.size() == 3);
  CHECK(
      f.send(http::Method::post, "/api/v1/notes", {{"authorization", "Bearer token-lin"}}, R"({"text":"x"})").status ==
      415);
  CHECK(code(f.post(R"({"text":"x"})", {}, "/api/v1/notes?verbose=1")) == "unknown_parameter");
  CHECK(f.post(R"({"text":"x"})", {}, "/api/v1/nothing").status == 404);
  const auto method = f.send(http::Method::del, "/api/v1/notes", {});
  CHECK(method.status == 405);
  CHECK(header(method, "Allow") == "POST");
  CHECK(f.send(http::Method::get, "/api/v1/notes/abc", {{"authorization", "Bearer token-lin"}}).status == 404);
  CHECK(code(f.post(R"({"text":"conflict"})")) == "conflict");
  CHECK(code(f.post(R"({"text":"throw"})")) == "internal");
  CHECK(code(f.post(R"({"text":"x"})", {{"if-match", "\"v1\""}})) == "invalid_header");
  CHECK(f.desk.rows.customers.empty());
  http::Head head;
  head.method = http::Method::post;
  head.path = "/api/v1/notes";
  CHECK(f.gateway->plan(head, "127.0.0.1")->max_bytes == 1 << 20);
  head.path = "/api/v1/nothing";
  CHECK(f.gateway->plan(head, "127.0.0.1").error().code == ErrorCode::not_found);
}

TEST_CASE("a change names the version that it read") {
  Fixture f;
  const auto location = "/api/v1" + header(f.post(R"({"text":"one"})"), "Location");
  const auto change = [&](http::Headers more) {
    http::Headers headers{{"authorization", "Bearer token-lin"}, {"content-type", "application/json; charset=utf-8"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return f.send(http::Method::patch, location, headers, R"({"text":"two"})");
  };
  CHECK(change({}).status == 428);
  CHECK(code(change({{"if-match", "v1"}})) == "invalid_header");
  CHECK(change({{"if-match", "\"v1\""}}).status == 204);
  CHECK(code(change({{"if-match", "\"v1\""}})) == "stale_version");
  CHECK(code(change({{"if-match", "W/\"v2\""}})) == "stale_version");
  CHECK(change({{"if-match", "*"}}).status == 204);
}

TEST_CASE("a repeated request with one key is done once") {
  Fixture f;
  const http::Headers key{{"idempotency-key", "k-1"}};
  const auto first = f.post(R"({"text":"x"})", key);
  const auto second = f.post(R"({"text":"x"})", key);
  CHECK(f.desk.rows.customers.size() == 1);
  CHECK(second.status == 201);
  CHECK(second.body == first.body);
  CHECK(header(second, "Location") == header(first, "Location"));
  CHECK(header(second, "ETag") == header(first, "ETag"));
  CHECK(header(second, "Idempotency-Replayed") == "true");
  CHECK(header(first, "Idempotency-Replayed").empty());
  CHECK(code(f.post(R"({"text":"y"})", key)) == "idempotency_mismatch");
  CHECK(code(f.post(R"({"text":"x"})", {{"idempotency-key", "a b"}})) == "invalid_header");
  // What failed is not kept: it may be tried again.
  const http::Headers other{{"idempotency-key", "k-2"}};
  CHECK(f.post(R"({"text":"conflict"})", other).status == 409);
  CHECK(f.post(R"({"text":"fine"})", other).status == 201);
}

TEST_CASE("a staged route that remembers its keys does a repeated request once") {
  Fixture f;
  const http::Headers key{{"idempotency-key", "k-1"}};
  const auto ask = [&](const std::string& text, const http::Headers& with) {
    return f.post(R"({"text":")" + text + "\"}", with, "/api/v1/staged-once");
  };
  const auto first = ask("x", key);
  const auto second = ask("x", key);
  CHECK(first.status == 200);
  CHECK(f.desk.rows.customers.size() == 1);
  CHECK(second.body == first.body);
  CHECK(header(first, "Idempotency-Replayed").empty());
  CHECK(header(second, "Idempotency-Replayed") == "true");
  CHECK(code(ask("y", key)) == "idempotency_mismatch");
  CHECK(ask("x", {}).body != first.body);
  const http::Headers other{{"idempotency-key", "k-2"}};
  CHECK(ask("conflict", other).status == 409);
  CHECK(ask("fine", other).status == 200);
}

TEST_CASE("an answer with a secret is never kept") {
  Fixture f;
  const http::Headers key{{"idempotency-key", "k-1"}};
  CHECK(f.post(R"({"text":"tell nobody"})", key, "/api/v1/secrets").status == 201);
  CHECK(f.desk.rows.answers.begin()->second.outcome.find("tell nobody") == std::string::npos);
  CHECK(code(f.post(R"({"text":"tell nobody"})", key, "/api/v1/secrets")) == "already_done");
}

TEST_CASE("a staged handler authorises in its first hop") {
  Fixture f;
  CHECK(f.post(R"({"text":"x"})", {}, "/api/v1/staged").body == R"({"text":"lin x"})");
  const auto refused =
      f.send(http::Method::post, "/api/v1/staged",
             {{"authorization", "Bearer token-wu"}, {"content-type", "application/json"}}, R"({"text":"x"})");
  CHECK(refused.status == 403);
}

TEST_CASE("a session in use is kept alive, by commands and by queries") {
  Fixture f;
  const auto location = "/api/v1" + header(f.post(R"({"text":"one"})"), "Location");
  const http::Headers cookie{{"cookie", "__Host-docket=session-lin"}};
  const auto writes = f.desk.writes;
  CHECK(f.send(http::Method::get, location, cookie).status == 200);
  CHECK(f.desk.writes == writes);  // used a moment ago
  f.desk.now += std::chrono::minutes{5};
  CHECK(f.send(http::Method::get, location, cookie).status == 200);
  CHECK(f.desk.writes == writes + 1);
  CHECK(std::ranges::count_if(f.desk.rows.sessions,
                              [&](const auto& row) { return row.second.first.last_used_at == f.desk.now; }) == 1);
}

TEST_CASE("too many requests are answered with the time to wait") {
  RateLimits rates;
  rates[RateClass::write] = {0.1, 3};
  Fixture f{rates};
  for (int i = 0; i < 3; ++i) CHECK(f.post(R"({"text":"x"})").status == 201);
  const auto refused = f.post(R"({"text":"x"})");
  CHECK(code(refused) == "too_many_requests");
  CHECK(header(refused, "Retry-After") == "10");
  CHECK(f.desk.rows.customers.size() == 3);
}

TEST_CASE("whoever used up the keys of a day is told when it ends") {
  Fixture f;
  const auto owner = "user " + std::to_string(f.desk.rows.accounts.begin()->first.value);  // lin
  for (int i = 0; i < 1'000; ++i) f.desk.rows.answers[{owner, "used-" + std::to_string(i)}] = {};
  f.desk.now = *from_rfc3339("2026-03-01T22:30:00.5Z");
  const auto refused = f.post(R"({"text":"x"})", {{"idempotency-key", "one-more"}});
  CHECK(code(refused) == "too_many_requests");
  CHECK(refused.body.find("today") != std::string::npos);
  CHECK(header(refused, "Retry-After") == "5400");
  CHECK(f.post(R"({"text":"x"})").status == 201);  // without a key
}

TEST_CASE("whoever tries secrets is stopped; a known neighbour is not") {
  RateLimits rates;
  rates[RateClass::failure] = {0.001, 5};
  Fixture f{rates};
  // By what it did, whatever kind of route that was.
  const std::string path = GENERATE("/api/v1/notes", "/api/v1/staged-once");
  INFO(path);
  CHECK(f.post(R"({"text":"x"})", {}, path).status < 300);
  const auto guess = [&](int i) {
    return f.send(http::Method::post, "/api/v1/notes",
                  {{"authorization", "Bearer guess-" + std::to_string(i)}, {"content-type", "application/json"}},
                  R"({"text":"x"})");
  };
  for (int i = 0; i < 5; ++i) CHECK(guess(i).status == 401);
  CHECK(guess(5).status == 429);
  CHECK(f.post(R"({"text":"x"})", {}, path).status < 300);
}

TEST_CASE("ten thousand mutated requests are each answered once") {
  RateLimits rates;
  rates.of.fill({0, 0});
  Fixture f{rates};
  std::mt19937_64 random{7};
  const std::string body = R"({"text":"hello","number":12})";
  for (int round = 1; round <= 10'000; ++round) {
    auto mutated = body;
    std::string path = "/api/v1/notes?a=%41";
    for (auto n = random() % 3; n > 0; --n) mutated[random() % mutated.size()] = static_cast<char>(random());
    if (random() % 2 == 0)
      path.resize(13);
    else
      path[random() % path.size()] = static_cast<char>(33 + random() % 90);
    const auto response = f.post(mutated, {}, path);
    CHECK((response.status >= 200 && response.status < 500));
    REQUIRE(f.answers == round);
  }
}
