// SPDX-License-Identifier: Apache-2.0
// A route as a value: what it answers to, who may call it, what goes in and out, and the function behind it.
// Serving, authorisation, validation, OpenAPI and the reference are all read from it. A route can be made only by
// make_route(), which takes the types from the handler and the right from the spec, so none can lack them.
#pragma once

#include "api/call.hpp"
#include "api/credentials.hpp"
#include "api/parameters.hpp"
#include "api/rate_limit.hpp"
#include "api/remembered_request.hpp"
#include "base/hash.hpp"
#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "base/json_schema.hpp"
#include "desk/sign_in.hpp"
#include "http/message.hpp"

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::api {

/// Who may call a route: holders of a right (somewhere; the use case looks at the ticket), anybody signed in, whoever
/// has a link, or anybody.
class Access {
 public:
  Access(domain::Right right) : kind_(Kind::right), right_(right) {}  // NOLINT: `.access = Right::ticket_read`
  /// Holders of either; the use case says what each opens.
  [[nodiscard]] static Access either(domain::Right right, domain::Right other) {
    Access access{right};
    access.other_ = other;
    return access;
  }
  [[nodiscard]] static Access signed_in() { return Access{Kind::signed_in}; }
  [[nodiscard]] static Access anyone() { return Access{Kind::anyone}; }
  /// Whoever has a link for that purpose, and nobody else.
  [[nodiscard]] static Access link(desk::LinkPurpose purpose) { return Access{Kind::link, purpose}; }
  /// The same, or a stranger. Who else one may be does not count: an agent who looks at the portal is no agent there.
  [[nodiscard]] static Access outside(desk::LinkPurpose purpose) { return Access{Kind::outside, purpose}; }

  [[nodiscard]] bool needs_credentials() const { return kind_ != Kind::anyone && kind_ != Kind::outside; }
  [[nodiscard]] bool for_accounts() const { return kind_ != Kind::link && kind_ != Kind::outside; }
  [[nodiscard]] std::optional<desk::LinkPurpose> purpose() const {
    if (for_accounts()) return {};
    return purpose_;
  }
  [[nodiscard]] std::optional<domain::Right> right() const {
    if (kind_ != Kind::right) return {};
    return right_;
  }
  /// What does in place of right().
  [[nodiscard]] std::optional<domain::Right> other_right() const { return other_; }
  /// forbidden, naming the right that is missing.
  [[nodiscard]] Result<void> check(const domain::Principal& principal) const;

 private:
  enum class Kind { right, signed_in, anyone, link, outside };
  explicit Access(Kind kind, desk::LinkPurpose purpose = {}) : kind_(kind), right_{}, purpose_(purpose) {}
  Kind kind_;
  domain::Right right_;
  std::optional<domain::Right> other_{};
  desk::LinkPurpose purpose_{};
};

/// Which pool of readers a query runs on. Reports have their own, so that they never delay a list.
enum class Lane { ordinary, report };

/// Whether a request must, may or can not name the version that it changes.
enum class Match { none, optional, required };

/// What a repeated Idempotency-Key is answered with: the same answer, or (where the answer held a secret, which is not
/// stored) already_done. An answer with a link is kept without its secret, which can be made again.
enum class Replay { answer, refuse, relink };

/// What a route is apart from its types. Members without a default must be given.
struct RouteSpec {
  std::string_view name;  ///< the operation's id, unique, e.g. "create_ticket"
  http::Method verb;
  std::string_view path;  ///< "/api/v1/tickets/{ticket_id}"
  Access access;
  RateClass rate;
  std::string_view summary;  ///< one line
  std::string_view description{};
  int success = 200;
  Match if_match = Match::none;
  Replay replay = Replay::answer;
  bool keyed = false;  ///< of a staged route: it remembers Idempotency-Keys, as every command does
  Lane lane = Lane::ordinary;
  std::uint64_t max_body = std::uint64_t{1} << 20;  ///< bytes
  std::vector<ErrorCode> errors{};                  ///< beyond those that follow from the rest
};

/// A plain reading route: GET, with the rate of reads.
[[nodiscard]] RouteSpec reads(std::string_view name, std::string_view path, Access access, std::string_view summary);

enum class RouteKind { query, command, plain, staged };

/// A request that the router matched, before its parts are typed.
struct RawCall {
  RawParameters path;
  std::string_view query;
  std::string_view body;
  Upload upload;
  std::optional<std::int64_t> if_match;
  std::string_view remote_address;
  std::string_view request_id;
};

/// Who called, once the database was asked.
struct Caller {
  domain::Principal principal{};  ///< without any right for a stranger
  std::optional<desk::Session> session{};
  bool touch = false;  ///< the session should be marked used
};

/// A caller who is nobody.
[[nodiscard]] Caller stranger();

/// Resolves a request's credentials inside the hop that the handler makes, and checks the route's right.
class Authoriser {
 public:
  Authoriser(Credentials credentials, Access access, desk::SessionLimits limits)
      : credentials_(std::move(credentials)), access_(access), limits_(limits) {}

  /// unauthenticated or forbidden. `Stores` is desk::Unit or desk::Reading.
  template <class Stores>
  [[nodiscard]] Result<Caller> operator()(const Stores& stores) const {
    return resolve(stores.access, stores.links, stores.tickets, stores.directory, *stores.active, stores.now);
  }

 private:
  [[nodiscard]] Result<Caller> resolve(const desk::AccessReader& access, const desk::AccessLinkReader& links,
                                       const desk::TicketReader& tickets, const desk::DirectoryReader& directory,
                                       const domain::Definitions& definitions, Time now) const;
  [[nodiscard]] Result<Caller> resolve_link(const desk::AccessLinkReader& links, const desk::TicketReader& tickets,
                                            const desk::DirectoryReader& directory, Time now) const;

  Credentials credentials_;
  Access access_;
  desk::SessionLimits limits_;
};

/// Where a staged handler runs: an io thread. It makes its own hops, and must authorise in the first of them.
struct StagedContext {
  const Services& services;
  RateLimiter& limiter;
  const Cursors& cursors;
  const desk::SessionLimits& sessions;
  const std::optional<Digest>& setup_digest;  ///< of the secret that may make the first admin
  Authoriser authorise;
  RememberedRequest remembered;  ///< without a key where the route is not `keyed`
};

/// What a staged handler answers through, exactly once, from any thread.
template <class Out>
using Reply = std::move_only_function<void(Result<Answer<Out>>)>;
using Finish = std::move_only_function<void(Result<http::Response>)>;

/// A typed request with its handler. `run` may be called again after a rollback. Only the one of the route's kind
/// works.
class Operation {
 public:
  virtual ~Operation() = default;
  [[nodiscard]] virtual Result<http::Response> run(const CommandContext& context) const;
  [[nodiscard]] virtual Result<http::Response> run(const QueryContext& context) const;
  [[nodiscard]] virtual Result<http::Response> run(const PlainContext& context) const;
  virtual void run(StagedContext context, Finish finish) const;
};

/// What a route takes and gives, as schemas.
struct RouteShapes {
  boost::json::object path{};  ///< object schema of the path parameters
  boost::json::object query{};
  std::optional<boost::json::value> body{};
  std::string body_type{};  ///< media type
  std::optional<boost::json::value> answer{};
  std::string answer_type{};
};

enum class BodyKind { none, json, upload };

/// The types of a route with its handler, behind one face.
class Endpoint {
 public:
  virtual ~Endpoint() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<Operation>> parse(const RawCall& raw) const = 0;
  [[nodiscard]] virtual RouteShapes shapes(json::SchemaBook& book) const = 0;
  [[nodiscard]] virtual std::vector<std::string_view> path_names() const = 0;
  [[nodiscard]] virtual BodyKind body_kind() const = 0;
};

/// Immutable; cheap to copy; any thread.
class Route {
 public:
  [[nodiscard]] const RouteSpec& spec() const { return spec_; }
  [[nodiscard]] RouteKind kind() const { return kind_; }
  [[nodiscard]] const Endpoint& endpoint() const { return *endpoint_; }

 private:
  template <class P, class Q, class B, class Out, class Context>
  friend Route make_route(RouteSpec spec, Result<Answer<Out>> (*handler)(const Call<P, Q, B>&, const Context&));
  template <class P, class Q, class B, class Out>
  friend Route make_route(RouteSpec spec, void (*handler)(const Call<P, Q, B>&, StagedContext, Reply<Out>));

  /// Throws std::logic_error if the path's placeholders are not the path type's members, in order, or the spec
  /// contradicts itself.
  Route(RouteSpec spec, RouteKind kind, std::shared_ptr<const Endpoint> endpoint);

  RouteSpec spec_;
  RouteKind kind_;
  std::shared_ptr<const Endpoint> endpoint_;
};

/// Whether a repeated Idempotency-Key is known again: of every command by POST, and of staged routes that say so. On the
/// others it has no meaning.
[[nodiscard]] bool remembers(const Route& route);

/// Puts status, ETag, Location and headers around a body.
[[nodiscard]] http::Response render_answer(int status, const std::optional<std::int64_t>& version,
                                           const std::string& location, http::Headers headers);
void set_body(http::Response& response, std::string text);
void set_body(http::Response& response, const FileBody& file);
void set_body(http::Response& response, const TextBody& text);

namespace detail {

template <class Out>
Result<http::Response> rendered(int status, Result<Answer<Out>> answer) {
  if (!answer) return std::unexpected{std::move(answer).error()};
  auto response = render_answer(std::same_as<Out, None> && status == 200 ? 204 : status, answer->version,
                                answer->location, std::move(answer->headers));
  if constexpr (std::same_as<Out, FileBody> || std::same_as<Out, TextBody>)
    set_body(response, answer->body);
  else if constexpr (!std::same_as<Out, None>)
    set_body(response, json::encode(answer->body));
  return response;
}

/// A route without body takes none, or an empty object.
[[nodiscard]] Result<void> check_empty_body(std::string_view body);

template <class P, class Q, class B>
Result<Call<P, Q, B>> parse_call(const RawCall& raw) {
  Call<P, Q, B> call;
  if constexpr (!std::same_as<P, None>) {
    auto path = read_parameters<P>(raw.path);
    if (!path) return fail(ErrorCode::not_found, {"There is no such thing, or you may not see it.", "找不到，或您无权查看。"});
    call.path = std::move(*path);
  }
  auto parameters = split_query(raw.query);
  if (!parameters) return std::unexpected{std::move(parameters).error()};
  auto query = read_parameters<Q>(*parameters);
  if (!query) return std::unexpected{std::move(query).error()};
  call.query = std::move(*query);
  if constexpr (std::same_as<B, Upload>) {
    call.upload = raw.upload;
  } else if constexpr (std::same_as<B, None>) {
    if (auto empty = check_empty_body(raw.body); !empty) return std::unexpected{std::move(empty).error()};
  } else {
    auto body = json::decode_text<B>(raw.body, {.bytes = raw.body.size(), .depth = 32});
    if (!body) return std::unexpected{std::move(body).error()};
    call.body = std::move(*body);
  }
  call.if_match = raw.if_match;
  call.remote_address = raw.remote_address;
  call.request_id = raw.request_id;
  return call;
}

template <class P, class Q, class B, class Out>
RouteShapes shapes_of(json::SchemaBook& book) {
  using Direction = json::SchemaBook::Direction;
  const auto binary = [] { return boost::json::object{{"type", "string"}, {"format", "binary"}}; };
  RouteShapes shapes;
  shapes.path = book.object_in_place<P>(Direction::in);
  shapes.query = book.object_in_place<Q>(Direction::in);
  if constexpr (std::same_as<B, Upload>) {
    shapes.body = binary();
    shapes.body_type = "application/octet-stream";
  } else if constexpr (!std::same_as<B, None>) {
    shapes.body = book.schema<B>(Direction::in);
    shapes.body_type = "application/json";
  }
  if constexpr (std::same_as<Out, FileBody>) {
    shapes.answer = binary();
    shapes.answer_type = "application/octet-stream";
  } else if constexpr (std::same_as<Out, TextBody>) {
    shapes.answer = boost::json::object{};
    shapes.answer_type = "application/json";
  } else if constexpr (!std::same_as<Out, None>) {
    shapes.answer = book.schema<Out>(Direction::out);
    shapes.answer_type = "application/json";
  }
  return shapes;
}

template <class P, class Q, class B, class Out, class Context>
class TypedOperation final : public Operation {
 public:
  using Handler = Result<Answer<Out>> (*)(const Call<P, Q, B>&, const Context&);
  TypedOperation(Call<P, Q, B> call, int success, Handler handler)
      : call_(std::move(call)), success_(success), handler_(handler) {}
  using Operation::run;
  [[nodiscard]] Result<http::Response> run(const Context& context) const override {
    return rendered(success_, handler_(call_, context));
  }

 private:
  Call<P, Q, B> call_;
  int success_;
  Handler handler_;
};

template <class P, class Q, class B, class Out>
class StagedOperation final : public Operation {
 public:
  using Handler = void (*)(const Call<P, Q, B>&, StagedContext, Reply<Out>);
  StagedOperation(Call<P, Q, B> call, int success, Handler handler)
      : call_(std::move(call)), success_(success), handler_(handler) {}
  using Operation::run;
  void run(StagedContext context, Finish finish) const override {
    handler_(call_, std::move(context),
             [success = success_, finish = std::move(finish)](Result<Answer<Out>> answer) mutable {
               finish(rendered(success, std::move(answer)));
             });
  }

 private:
  Call<P, Q, B> call_;
  int success_;
  Handler handler_;
};

template <class P, class Q, class B, class Out, class Typed>
class TypedEndpoint final : public Endpoint {
 public:
  using Handler = typename Typed::Handler;
  TypedEndpoint(int success, Handler handler) : success_(success), handler_(handler) {}

  [[nodiscard]] Result<std::unique_ptr<Operation>> parse(const RawCall& raw) const override {
    auto call = parse_call<P, Q, B>(raw);
    if (!call) return std::unexpected{std::move(call).error()};
    return std::make_unique<Typed>(std::move(*call), success_, handler_);
  }
  [[nodiscard]] RouteShapes shapes(json::SchemaBook& book) const override { return shapes_of<P, Q, B, Out>(book); }
  [[nodiscard]] std::vector<std::string_view> path_names() const override {
    const auto names = []<template <class...> class List, class... D>(List<D...>) {
      return std::vector<std::string_view>{json::member_name<D>...};
    };
    return names(json::Members<P>{});
  }
  [[nodiscard]] BodyKind body_kind() const override {
    if (std::same_as<B, Upload>) return BodyKind::upload;
    return std::same_as<B, None> ? BodyKind::none : BodyKind::json;
  }

 private:
  int success_;
  Handler handler_;
};

template <class Context>
inline constexpr RouteKind kind_of_context = std::same_as<Context, CommandContext> ? RouteKind::command
                                             : std::same_as<Context, QueryContext> ? RouteKind::query
                                                                                   : RouteKind::plain;

}  // namespace detail

/// A route whose handler runs in one hop, on the writer, on a reader or (PlainContext) on the io thread.
template <class P, class Q, class B, class Out, class Context>
[[nodiscard]] Route make_route(RouteSpec spec, Result<Answer<Out>> (*handler)(const Call<P, Q, B>&, const Context&)) {
  using Typed = detail::TypedOperation<P, Q, B, Out, Context>;
  const int success = spec.success;
  return Route{std::move(spec), detail::kind_of_context<Context>,
               std::make_shared<detail::TypedEndpoint<P, Q, B, Out, Typed>>(success, handler)};
}

/// A route that needs several hops, for example sign-in: read, hash, write.
template <class P, class Q, class B, class Out>
[[nodiscard]] Route make_route(RouteSpec spec, void (*handler)(const Call<P, Q, B>&, StagedContext, Reply<Out>)) {
  using Typed = detail::StagedOperation<P, Q, B, Out>;
  const int success = spec.success;
  return Route{std::move(spec), RouteKind::staged,
               std::make_shared<detail::TypedEndpoint<P, Q, B, Out, Typed>>(success, handler)};
}

}  // namespace docket::api
