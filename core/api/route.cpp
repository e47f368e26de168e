// SPDX-License-Identifier: Apache-2.0
#include "api/route.hpp"

#include "api/preconditions.hpp"
#include "base/text.hpp"
#include "desk/resolve_principal.hpp"
#include "domain/refusals.hpp"

#include <algorithm>
#include <stdexcept>

namespace docket::api {
namespace {

std::vector<std::string_view> placeholders(std::string_view path) {
  std::vector<std::string_view> names;
  for (std::size_t open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) {
    const std::size_t close = path.find('}', open);
    if (close == path.npos) break;
    names.push_back(path.substr(open + 1, close - open - 1));
  }
  return names;
}

// RFC 6266 with RFC 8187: an ASCII stand-in for old clients, and the name in UTF-8.
std::string disposition(std::string_view name) {
  std::string plain;
  std::string encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool token =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    plain.push_back(token ? c : '_');
    if (token) {
      encoded.push_back(c);
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

bool is_media_type(std::string_view text) {
  const auto token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$&-^_.+/"}.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= 100 && std::ranges::count(text, '/') == 1 && std::ranges::all_of(text, token);
}

/// Whether what the caller sees may come of a role without the right. Few hold such, and only for them the person is looked
/// up once more.
bool shows_beyond(const domain::Principal& principal, const domain::Definitions& definitions, domain::Right right) {
  const auto lacks = [&](const std::string& name) {
    const auto role = definitions.roles.find(name);
    return role != definitions.roles.end() && std::ranges::find(role->second.rights, right) == role->second.rights.end();
  };
  return !principal.may(right) || std::ranges::any_of(principal.roles, lacks) ||
         std::ranges::any_of(principal.team_roles, [&](const auto& team) { return std::ranges::any_of(team.second, lacks); });
}

}  // namespace

Result<void> Access::check(const domain::Principal& principal) const {
  if (kind_ != Kind::right || principal.may(right_) || (other_ && principal.may(*other_))) return {};
  return domain::lacks_right(right_);
}

Caller stranger() {
  Caller caller;
  caller.principal.actor.name = "stranger";
  return caller;
}

Result<Caller> Authoriser::resolve_link(const desk::AccessLinkReader& links, const desk::TicketReader& tickets,
                                        const desk::DirectoryReader& directory, Time now) const {
  if (credentials_.kind != Credentials::Kind::link) {
    if (!access_.needs_credentials()) return stranger();
    return fail(ErrorCode::unauthenticated, {"Open this by the link that you were given.", "请用收到的链接打开。"});
  }
  auto principal =
      desk::authenticate_link(links, tickets, directory, *access_.purpose(), now, credentials_.secret);
  if (!principal) return std::unexpected{std::move(principal).error()};
  return Caller{std::move(*principal), {}, false};
}

Result<Caller> Authoriser::resolve(const desk::AccessReader& access, const desk::AccessLinkReader& links,
                                   const desk::TicketReader& tickets, const desk::DirectoryReader& directory,
                                   const domain::Definitions& definitions, Time now) const {
  if (!access_.for_accounts()) return resolve_link(links, tickets, directory, now);
  if (credentials_.kind == Credentials::Kind::link)
    return fail(ErrorCode::unauthenticated, {"A link opens its own page and nothing else.", "这个链接只能打开它自己的页面。"});
  if (credentials_.kind == Credentials::Kind::none) {
    if (access_.needs_credentials()) return fail(ErrorCode::unauthenticated, {"Sign in, or send a valid token.", "请先登录。"});
    return stranger();
  }
  auto known = credentials_.kind == Credentials::Kind::session
                   ? desk::authenticate_session(access, directory, definitions, now, credentials_.secret, limits_)
                   : desk::authenticate_token(access, directory, definitions, now, credentials_.secret);
  if (!known) return std::unexpected{std::move(known).error()};
  if (auto allowed = access_.check(known->principal); !allowed) return std::unexpected{std::move(allowed).error()};
  // Whoever acts on a ticket is told of it, so that only the roles by which one may read show anything. A token that may
  // act and not read goes on acting on what its roles show.
  using enum domain::Right;
  constexpr auto reading = ticket_read;
  const auto right = access_.right();
  const bool about_tickets = right && (*right == reading || ((*right <= ticket_export || *right == event_read || *right == delivery_read ||
                                                              *right == delivery_manage) && known->principal.may(reading)));
  if (about_tickets && shows_beyond(known->principal, definitions, reading)) {
    const auto user = directory.find_user(known->principal.user);
    desk::show_by(known->principal, user.value_or(desk::User{}), definitions, reading);
  }
  return Caller{std::move(known->principal), std::move(known->session), known->touch};
}

Result<http::Response> Operation::run(const CommandContext&) const {
  throw std::logic_error("not a command");
}
Result<http::Response> Operation::run(const QueryContext&) const {
  throw std::logic_error("not a query");
}
Result<http::Response> Operation::run(const PlainContext&) const {
  throw std::logic_error("not a plain route");
}
void Operation::run(StagedContext, Finish) const {
  throw std::logic_error("not a staged route");
}

RouteSpec reads(std::string_view name, std::string_view path, Access access, std::string_view summary) {
  return {.name = name,
          .verb = http::Method::get,
          .path = path,
          .access = access,
          .rate = RateClass::read,
          .summary = summary};
}

Route::Route(RouteSpec spec, RouteKind kind, std::shared_ptr<const Endpoint> endpoint)
    : spec_(std::move(spec)), kind_(kind), endpoint_(std::move(endpoint)) {
  const auto refuse = [&](const char* why) { throw std::logic_error("route " + std::string{spec_.name} + ": " + why); };
  if (spec_.name.empty() || spec_.summary.empty()) refuse("it needs a name and a summary");
  if (!spec_.path.starts_with('/')) refuse("its path must begin with a slash");
  if (placeholders(spec_.path) != endpoint_->path_names()) refuse("its path and its path type differ");
  const bool safe = spec_.verb == http::Method::get;
  if (safe && kind_ == RouteKind::command) refuse("GET must not change anything");
  if (safe && endpoint_->body_kind() != BodyKind::none) refuse("GET has no body");
  if (spec_.verb == http::Method::del && endpoint_->body_kind() != BodyKind::none) refuse("DELETE has no body");
  if (spec_.if_match != Match::none && kind_ != RouteKind::command) refuse("If-Match is for commands");
  if (spec_.keyed && (kind_ != RouteKind::staged || spec_.verb != http::Method::post)) refuse("only a staged POST is keyed by itself");
  if (kind_ == RouteKind::plain && spec_.access.needs_credentials()) refuse("without a database nobody is known");
}

bool remembers(const Route& route) {
  const auto& spec = route.spec();
  return spec.verb == http::Method::post && (route.kind() == RouteKind::command || spec.keyed);
}

http::Response render_answer(int status, const std::optional<std::int64_t>& version, const std::string& location,
                             http::Headers headers) {
  http::Response response;
  response.status = status;
  response.headers = std::move(headers);
  if (version) response.headers.emplace_back("ETag", entity_tag(*version));
  if (!location.empty()) response.headers.emplace_back("Location", location);
  return response;
}

void set_body(http::Response& response, std::string text) {
  response.headers.emplace_back("Content-Type", "application/json");
  response.body = std::move(text);
}

void set_body(http::Response& response, const FileBody& file) {
  // Never a type that a browser would run in our origin; the sandboxed default policy of the transport stays as well.
  response.headers.emplace_back("Content-Type",
                                is_media_type(file.media_type) ? file.media_type : "application/octet-stream");
  response.headers.emplace_back("Content-Disposition", disposition(first_characters(file.name, 200)));
  response.body_file = file.path;
  response.body_guard = file.guard;
}

void set_body(http::Response& response, const TextBody& text) {
  response.headers.emplace_back("Content-Type", text.media_type);
  response.shared_body = text.text;
}

namespace detail {
Result<void> check_empty_body(std::string_view body) {
  if (std::ranges::all_of(body, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; })) return {};
  auto decoded = json::decode_text<None>(body);
  if (!decoded) return std::unexpected{std::move(decoded).error()};
  return {};
}
}  // namespace detail
}  // namespace docket::api
