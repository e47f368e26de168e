// SPDX-License-Identifier: Apache-2.0
// Tokens: how programs sign in.
#include "api/paging.hpp"
#include "api/resources.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct TokenPath {
  TokenId token_id{};
};
BOOST_DESCRIBE_STRUCT(TokenPath, (), (token_id))

struct TokenInput {
  std::string name;
  std::vector<Right> scopes;
  std::optional<Time> expires_at;
  std::optional<UserId> user;
};
BOOST_DESCRIBE_STRUCT(TokenInput, (), (name, scopes, expires_at, user))
constexpr auto field_rules(const TokenInput*) {
  return std::array{
      Rule{.field = "name", .description = "What it is for.", .length = {1, 100}, .example = "\"shop website\""},
      Rule{.field = "scopes",
           .description = "Rights that it may use, as far as its owner has them.",
           .items = {1, domain::right_count}},
      Rule{.field = "user", .description = "For somebody else; needs user_manage."}};
}

struct TokenOutput {
  desk::Token token;
  std::string secret;
};
BOOST_DESCRIBE_STRUCT(TokenOutput, (), (token, secret))
constexpr auto field_rules(const TokenOutput*) {
  return std::array{Rule{.field = "secret", .description = "Shown this once; only its digest is kept."}};
}

Result<Answer<TokenOutput>> create(const Call<None, None, TokenInput>& call, const CommandContext& context) {
  desk::NewToken wish;
  wish.name = call.body.name;
  wish.scopes = call.body.scopes;
  wish.expires_at = call.body.expires_at;
  wish.user = call.body.user;
  auto made = desk::create_token(context.unit, context.principal, wish);
  if (!made) return std::unexpected{std::move(made).error()};
  const auto id = made->token.id;
  return Answer<TokenOutput>{TokenOutput{std::move(made->token), std::move(made->secret)}}.at("/api/v1/tokens/" +
                                                                                              std::to_string(id.value));
}

Result<Answer<Page<desk::Token>>> list(const Call<None, PageQuery, None>& call, const QueryContext& context) {
  const auto after = page_start(context.cursors, "tokens", call.query);
  if (!after) return std::unexpected{after.error()};
  const bool all = context.principal.may(Right::user_manage);
  auto rows = context.reading.access.tokens(all ? std::nullopt : std::optional{context.principal.user}, TokenId{*after},
                                            page_size(call.query) + 1);
  return page_of(context.cursors, "tokens", call.query, std::move(rows), [](const auto& row) { return row.id.value; });
}

Result<Answer<None>> revoke(const Call<TokenPath, None, None>& call, const CommandContext& context) {
  auto done = desk::revoke_token(context.unit, context.principal, call.path.token_id);
  if (!done) return std::unexpected{std::move(done).error()};
  return None{};
}

}  // namespace

void add_token_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "create_token",
                               .verb = post,
                               .path = "/api/v1/tokens",
                               .access = Right::token_manage,
                               .rate = RateClass::write,
                               .summary = "Make a token for a program.",
                               .success = 201,
                               .replay = Replay::refuse},
                              create));
  routes.push_back(make_route({.name = "list_tokens",
                               .verb = get,
                               .path = "/api/v1/tokens",
                               .access = Right::token_manage,
                               .rate = RateClass::read,
                               .summary = "Your own tokens; all of them with user_manage."},
                              list));
  routes.push_back(make_route({.name = "revoke_token",
                               .verb = del,
                               .path = "/api/v1/tokens/{token_id}",
                               .access = Right::token_manage,
                               .rate = RateClass::write,
                               .summary = "Revoke a token at once."},
                              revoke));
}

}  // namespace docket::api
