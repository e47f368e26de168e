// SPDX-License-Identifier: Apache-2.0
#include "api/gateway.hpp"

#include "api/hooks.hpp"
#include "api/openapi.hpp"
#include "api/preconditions.hpp"
#include "base/both.hpp"
#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "http/render.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace docket::api {
namespace {

/// A body up to this size is taken before anybody has looked at who sends it, bytes.
constexpr std::uint64_t most_unasked_body = std::uint64_t{1} << 20;

std::string header_of(const http::Response& response, std::string_view name) {
  for (const auto& [field, value] : response.headers) {
    if (field == name) return value;
  }
  return {};
}

bool is_json(std::string_view content_type) {
  constexpr std::string_view json = "application/json";
  const auto type = content_type.substr(0, std::min(content_type.find(';'), content_type.size()));
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  auto trimmed = type;
  while (trimmed.ends_with(' ')) trimmed.remove_suffix(1);
  return std::ranges::equal(trimmed, json, {}, lower);
}

/// On a page for people without account a session or token makes nobody known.
bool nobody_on(const Access& access, Credentials::Kind kind) {
  return kind == Credentials::Kind::none || (!access.for_accounts() && kind != Credentials::Kind::link);
}

std::unexpected<Error> too_many_requests(int wait) {
  auto refused = fail(ErrorCode::too_many_requests, both("Too many requests. Wait {} s.", "操作太快，请 {} 秒后再试。", wait));
  refused.error().retry_after_seconds = wait;
  return refused;
}

}  // namespace

/// One request on its way through. Shared by the hops; only one thread works on it at a time.
class Gateway::Exchange {
 public:
  Exchange(http::Request r, http::Respond answer) : request(std::move(r)), respond(std::move(answer)) {}

  http::Request request;
  http::Respond respond;
  const Route* route = nullptr;
  RawParameters path;
  Credentials credentials;
  std::uint64_t secret_key = 0;
  std::unique_ptr<Operation> operation;
  RememberedRequest remembered;
  bool known = false;  // the credentials proved good
  std::optional<SessionId> touch;
  http::Response response;
};

namespace {

Services with_presence(Services services, Presence& presence) {
  services.presence = &presence;
  return services;
}

}  // namespace

Gateway::Gateway(GatewayOptions options, std::vector<Route> routes, const Services& services)
    : options_(std::move(options)),
      routes_(std::move(routes)),
      router_(routes_),
      cursors_(options_.cursor_key),
      openapi_(std::make_shared<const std::string>(openapi_document(routes_))),
      limiter_(options_.rates),
      services_(with_presence(services, presence_)),
      stream_(services.database, &presence_) {
  presence_.on_change([this] { stream_.presence_changed(); });
}

Gateway::~Gateway() = default;

Result<http::BodyPlan> Gateway::plan(const http::Head& head, const std::string& remote_address) {
  if (head.upgrade) return http::BodyPlan{};
  if (options_.pages && options_.pages->has(head.method, head.path, head.header("accept"))) return http::BodyPlan{};
  if (is_hook(head.path)) return http::BodyPlan{.max_bytes = most_hook_bytes};
  auto found = router_.find(head.method, head.path);
  if (!found) return std::unexpected{std::move(found).error()};
  const bool upload = found->route->endpoint().body_kind() == BodyKind::upload;
  const auto& spec = found->route->spec();
  if (upload || spec.max_body > most_unasked_body) {
    if (auto may = may_send_much(head, remote_address, spec); !may) return std::unexpected{std::move(may).error()};
  }
  return http::BodyPlan{.max_bytes = spec.max_body, .to_file = upload};
}

/// Strangers do not get to fill the disk or the memory while they are being asked who they are, nor do those who try
/// secrets: whether one is good is known only when the whole body is there, so a wrong one costs the address.
Result<void> Gateway::may_send_much(const http::Head& head, const std::string& remote_address, const RouteSpec& spec) {
  http::Request asking;
  asking.headers = head.headers;
  const auto credentials = credentials_of(asking);
  if (!credentials) return std::unexpected{credentials.error()};
  const bool stranger = nobody_on(spec.access, credentials->kind);
  if (stranger && spec.access.needs_credentials())
    return fail(ErrorCode::unauthenticated, {"Sign in, or send a valid token.", "请先登录。"});
  if (!stranger && limiter_.remembers(limiter_.secret_key(credentials->secret))) return {};
  const auto address = limiter_.address_key(remote_address);
  const auto now = std::chrono::steady_clock::now();
  int wait = limiter_.peek(stranger ? spec.rate : RateClass::failure, address, now);
  // A stranger's request is charged when it is all there; until then each body that has begun counts by itself.
  if (wait == 0 && stranger) wait = limiter_.take(RateClass::upload, address, now);
  if (wait > 0) return too_many_requests(wait);
  return {};
}

void Gateway::handle(http::Request request, http::Respond respond) {
  if (options_.pages) {
    if (auto page = options_.pages->answer(request.method, request.path, request.header("accept"),
                                           request.header("accept-encoding"), request.header("if-none-match")))
      return respond(std::move(*page));
  }
  if (is_hook(request.path)) {
    const auto key = limiter_.address_key(request.remote_address);
    const int wait = limiter_.take(RateClass::write, key, std::chrono::steady_clock::now());
    if (wait > 0) return respond(http::render_problem(too_many_requests(wait).error(), request.id));
    return answer_hook(services_.plugins, std::move(request), std::move(respond));
  }
  auto exchange = std::make_shared<Exchange>(std::move(request), std::move(respond));
  if (auto ready = prepare(*exchange); !ready) return finish(exchange, std::move(ready));
  switch (exchange->route->kind()) {
    case RouteKind::command:
      return run_command(std::move(exchange));
    case RouteKind::query:
      return run_query(std::move(exchange));
    case RouteKind::staged:
      return run_staged(std::move(exchange));
    case RouteKind::plain:
      break;
  }
  auto response = exchange->operation->run(PlainContext{openapi_});
  if (!response) return finish(exchange, std::unexpected{std::move(response).error()});
  exchange->response = std::move(*response);
  finish(exchange, {});
}

/// The guard has checked that the opening comes from our own pages or from no browser.
void Gateway::open_stream(http::Request request, http::AcceptStream accept) {
  const auto now = std::chrono::steady_clock::now();
  auto credentials = credentials_of(request);
  if (!credentials) return accept(std::unexpected{std::move(credentials).error()});
  const auto address = limiter_.address_key(request.remote_address);
  if (credentials->kind == Credentials::Kind::none) {
    return accept(fail(ErrorCode::unauthenticated, {"Sign in, or send a valid token.", "请先登录。"}));
  }
  const auto secret = limiter_.secret_key(credentials->secret);
  int wait = limiter_.take(RateClass::read, secret, now);
  if (wait == 0 && !limiter_.remembers(secret)) wait = limiter_.peek(RateClass::failure, address, now);
  if (wait > 0) return accept(too_many_requests(wait));

  const Authoriser authorise{std::move(*credentials), domain::Right::ticket_read, options_.sessions};
  desk::read(
      services_.database,
      [authorise](const desk::Reading& reading) -> Result<domain::Principal> {
        auto caller = authorise(reading);
        if (!caller) return std::unexpected{std::move(caller).error()};
        return std::move(caller->principal);
      },
      [this, authorise, address, secret, now, accept = std::move(accept)](Result<domain::Principal> principal) mutable {
        if (!principal) {
          if (principal.error().code == ErrorCode::unauthenticated)
            (void)limiter_.take(RateClass::failure, address, now);
          return accept(std::unexpected{std::move(principal).error()});
        }
        limiter_.remember(secret, now);
        accept(stream_.add(authorise, std::move(*principal), now));
      });
}

/// Everything that needs no database, in the order in which a client should hear of it.
Result<void> Gateway::prepare(Exchange& exchange) {
  const http::Request& request = exchange.request;
  auto found = router_.find(request.method, request.path);
  if (!found) return std::unexpected{std::move(found).error()};
  exchange.route = found->route;
  exchange.path = std::move(found->path);
  const RouteSpec& spec = exchange.route->spec();

  auto credentials = credentials_of(request);
  if (!credentials) return std::unexpected{std::move(credentials).error()};
  exchange.credentials = std::move(*credentials);
  if (auto own = check_origin(request, exchange.credentials); !own) return own;
  if (auto allowed = limit(exchange); !allowed) return allowed;
  if (spec.access.needs_credentials() && exchange.credentials.kind == Credentials::Kind::none) {
    return fail(ErrorCode::unauthenticated, {"Sign in, or send a valid token.", "请先登录。"});
  }
  // Before anything of the body is looked at.
  if (spec.access.needs_credentials() && spec.access.for_accounts() &&
      exchange.credentials.kind == Credentials::Kind::link) {
    return fail(ErrorCode::unauthenticated, {"A link opens its own page and nothing else.", "这个链接只能打开它自己的页面。"});
  }

  RawCall raw;
  const BodyKind kind = exchange.route->endpoint().body_kind();
  if (kind == BodyKind::upload) {
    raw.upload = {request.body_file, std::string{request.header("content-type")}, request.body_guard};
  } else if (request.body.size() > spec.max_body) {
    return fail(ErrorCode::too_large, both("The body has more than {} bytes.", "内容超过 {} 字节，请缩短后再发。", spec.max_body));
  } else if ((kind == BodyKind::json || !request.body.empty()) && !is_json(request.header("content-type"))) {
    return fail(ErrorCode::unsupported_media_type, {"Send the body as application/json.", "请以 application/json 发送。"});
  }

  const auto if_match = request.header("if-match");
  auto version = parse_if_match(if_match);
  if (!version) return std::unexpected{std::move(version).error()};
  if (spec.if_match == Match::required && if_match.empty()) {
    return fail(ErrorCode::precondition_required, {"Send If-Match with the ETag that you read, or * to overwrite.", "缺少版本（If-Match），请重新打开后再保存。"});
  }
  if (spec.if_match == Match::none && !if_match.empty() && exchange.route->kind() == RouteKind::command) {
    return fail(ErrorCode::invalid_header, {"This route does not take If-Match.", "这个接口不接受 If-Match。"});
  }
  if (request.method == http::Method::post) {
    auto key = parse_idempotency_key(request.header("idempotency-key"));
    if (!key) return std::unexpected{std::move(key).error()};
    if (remembers(*exchange.route)) exchange.remembered = RememberedRequest{std::move(*key), request};
  }

  raw.path = std::move(exchange.path);
  raw.query = request.query;
  raw.body = request.body;
  raw.if_match = *version;
  raw.remote_address = request.remote_address;
  raw.request_id = request.id;
  auto operation = exchange.route->endpoint().parse(raw);
  if (!operation) return std::unexpected{std::move(operation).error()};
  exchange.operation = std::move(*operation);
  return {};
}

Result<void> Gateway::limit(Exchange& exchange) {
  const auto now = std::chrono::steady_clock::now();
  const auto& spec = exchange.route->spec();
  const bool link = exchange.credentials.kind == Credentials::Kind::link;
  const bool anonymous = nobody_on(spec.access, exchange.credentials.kind);
  const auto address = limiter_.address_key(exchange.request.remote_address);
  if (!anonymous) exchange.secret_key = limiter_.secret_key(exchange.credentials.secret);
  // Where no secret is asked for, a new one each time is no new caller; nor is a link that the request before was
  // answered with. A file goes to the link that it is for.
  const bool upload = exchange.route->endpoint().body_kind() == BodyKind::upload;
  const bool by_address = anonymous || (!spec.access.needs_credentials() && !(link && upload));
  int wait = limiter_.take(spec.rate, by_address ? address : exchange.secret_key, now);
  // Many links in one hand are one hand.
  if (wait == 0 && link) wait = limiter_.take(RateClass::outside, address, now);
  // Whoever tries secrets is stopped by the address; secrets that proved good are not held up by a neighbour's.
  if (wait == 0 && !anonymous && !limiter_.remembers(exchange.secret_key)) {
    wait = limiter_.peek(RateClass::failure, address, now);
  }
  if (wait == 0) return {};
  return too_many_requests(wait);
}

void Gateway::run_command(std::shared_ptr<Exchange> exchange) {
  auto work = [this, exchange](desk::Unit& unit) -> Result<void> {
    const RouteSpec& spec = exchange->route->spec();
    const Authoriser authorise{exchange->credentials, spec.access, options_.sessions};
    auto caller = authorise(unit);
    if (!caller) return std::unexpected{std::move(caller).error()};
    exchange->known = exchange->credentials.kind != Credentials::Kind::none;
    // Only by what succeeds: a command that is refused writes nothing, so that nothing has to be undone for it.
    const auto touch = [&] {
      if (caller->touch) unit.access.touch_session(caller->session->id, unit.now);
    };

    auto remembered = exchange->remembered.recall(unit, caller->principal);
    if (!remembered) return std::unexpected{std::move(remembered).error()};
    if (const auto& known = *remembered) {
      const auto kept = json::decode_stored<KeptAnswer>(known->outcome);
      if (spec.replay == Replay::refuse) {
        return fail(ErrorCode::already_done,
                    kept.location.empty() ? Said{"This was done already.", "这一步已经完成。"}
                                          : both("This was done already; see {0}.", "这一步已经完成，见 {0}。", kept.location));
      }
      exchange->response = {};
      exchange->response.status = known->status;
      exchange->response.headers.emplace_back("Idempotency-Replayed", "true");
      if (!kept.etag.empty()) exchange->response.headers.emplace_back("ETag", kept.etag);
      if (!kept.location.empty()) exchange->response.headers.emplace_back("Location", kept.location);
      if (spec.replay == Replay::relink) {
        set_body(exchange->response, desk::with_links(unit.links, services_.links, kept.body));
      } else if (!kept.body.empty()) {
        set_body(exchange->response, kept.body);
      }
      touch();
      return {};
    }

    const CommandContext context{unit, caller->principal,
                                 caller->session ? std::optional{caller->session->id} : std::nullopt, cursors_,
                                 services_};
    auto response = exchange->operation->run(context);
    if (!response) return std::unexpected{std::move(response).error()};

    if (exchange->remembered.has_key()) {
      KeptAnswer kept{header_of(*response, "ETag"), header_of(*response, "Location"), {}};
      if (spec.replay == Replay::answer) kept.body = response->body;
      if (spec.replay == Replay::relink) kept.body = desk::without_links(unit.links, response->body);
      auto done = exchange->remembered.keep(unit, caller->principal, response->status, kept);
      if (!done) return std::unexpected{std::move(done).error()};
    }
    touch();
    exchange->response = std::move(*response);
    return {};
  };
  auto done = [this, exchange](Result<void> outcome) { finish(exchange, std::move(outcome)); };
  services_.database.write(std::move(work), std::move(done));
}

void Gateway::run_query(std::shared_ptr<Exchange> exchange) {
  auto work = [this, exchange](const desk::Reading& reading) -> Result<void> {
    const Authoriser authorise{exchange->credentials, exchange->route->spec().access, options_.sessions};
    auto caller = authorise(reading);
    if (!caller) return std::unexpected{std::move(caller).error()};
    exchange->known = exchange->credentials.kind != Credentials::Kind::none;
    if (caller->touch) exchange->touch = caller->session->id;
    const QueryContext context{reading, caller->principal,
                               caller->session ? std::optional{caller->session->id} : std::nullopt, cursors_,
                               services_};
    auto response = exchange->operation->run(context);
    if (!response) return std::unexpected{std::move(response).error()};
    exchange->response = std::move(*response);
    return {};
  };
  auto done = [this, exchange](Result<void> outcome) {
    if (const auto session = exchange->touch) {
      // A reader can not write. At most once a minute and session, and nobody waits for it.
      services_.database.write(
          [session](desk::Unit& unit) -> Result<void> {
            unit.access.touch_session(*session, unit.now);
            return {};
          },
          [](Result<void>) {});
    }
    finish(exchange, std::move(outcome));
  };
  if (exchange->route->spec().lane == Lane::report)
    services_.database.read_long(std::move(work), std::move(done));
  else
    services_.database.read(std::move(work), std::move(done));
}

void Gateway::run_staged(std::shared_ptr<Exchange> exchange) {
  const Authoriser authorise{exchange->credentials, exchange->route->spec().access, options_.sessions};
  const StagedContext context{services_, limiter_, cursors_, options_.sessions, options_.setup_digest, authorise,
                              exchange->remembered};
  auto& operation = *exchange->operation;
  operation.run(context, [this, exchange](Result<http::Response> response) {
    // What went well was asked by somebody who may: each stage authorises.
    exchange->known = response && exchange->route->spec().access.needs_credentials();
    if (!response) return finish(exchange, std::unexpected{std::move(response).error()});
    exchange->response = std::move(*response);
    finish(exchange, {});
  });
}

void Gateway::finish(const std::shared_ptr<Exchange>& exchange, Result<void> outcome) {
  const auto now = std::chrono::steady_clock::now();
  if (exchange->known) limiter_.remember(exchange->secret_key, now);
  http::Response response;
  if (outcome) {
    response = std::move(exchange->response);
    // The tag is the version that a change names (If-Match). What is told depends on more than it: on the time, on what
    // the caller may see, on the definitions. So nothing is ever answered with "not modified".
    if (!header_of(response, "ETag").empty()) response.headers.emplace_back("Cache-Control", "private, no-cache");
  } else {
    const Error& error = outcome.error();
    if (error.code == ErrorCode::unauthenticated && exchange->route != nullptr) {
      (void)limiter_.take(RateClass::failure, limiter_.address_key(exchange->request.remote_address), now);
    }
    response = http::render_problem(error, exchange->request.id);
    if (error.code == ErrorCode::unauthenticated) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  }
  std::exchange(exchange->respond, {})(std::move(response));
}

}  // namespace docket::api
