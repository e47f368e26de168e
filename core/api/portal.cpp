// SPDX-License-Identifier: Apache-2.0
// The portal: what customers may do without an account. A stranger may send a request in and gets a link for it; whoever
// has the link follows it, adds, urges, confirms, reopens and rates.
#include "api/portal_ticket.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "desk/access_links.hpp"
#include "desk/manage_people.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;
constexpr std::int64_t most_characters = 20'000;

// --- what strangers are told ---------------------------------------------------------------------------------------

struct PortalChoice {
  std::string name;
  domain::Title title{};
};
BOOST_DESCRIBE_STRUCT(PortalChoice, (), (name, title))

struct PortalField {
  std::string name;
  domain::Title title{};
  domain::FieldKind kind{};
  bool required = false;
  std::vector<PortalChoice> choices;
  std::optional<double> minimum, maximum;
  std::int64_t max_length = 0;
  std::string pattern, help;
};
BOOST_DESCRIBE_STRUCT(PortalField, (), (name, title, kind, required, choices, minimum, maximum, max_length, pattern, help))

struct PortalType {
  std::string name;
  domain::Title title{};
  std::vector<PortalField> fields;
};
BOOST_DESCRIBE_STRUCT(PortalType, (), (name, title, fields))

struct PortalDesk {
  domain::Title name{};
  std::string language, zone;
  std::vector<PortalType> types;
  std::vector<std::string> regions, product_lines;
  UploadLimits uploads{};
};
BOOST_DESCRIBE_STRUCT(PortalDesk, (), (name, language, zone, types, regions, product_lines, uploads))

PortalField field_output(const domain::Field& field) {
  PortalField out;
  out.name = field.name;
  out.title = field.title;
  out.kind = field.kind;
  out.required = field.required;
  for (const auto& choice : field.choices) out.choices.push_back({choice.name, choice.title});
  out.minimum = field.minimum;
  out.maximum = field.maximum;
  out.max_length = static_cast<std::int64_t>(field.max_length);
  out.pattern = field.pattern;
  out.help = field.help;
  return out;
}

Result<Answer<PortalDesk>> read_desk(const Call<None, None, None>&, const QueryContext& context) {
  const auto& active = *context.reading.active;
  PortalDesk out;
  out.name = active.desk.name;
  out.language = active.desk.language;
  out.zone = active.desk.zone;
  out.regions = active.desk.regions;
  out.product_lines = active.desk.product_lines;
  for (const auto* form : active.forms_in_order()) {
    if (!form->customer_may_create) continue;
    PortalType type{form->name, form->title, {}};
    for (const auto& field : form->fields) {
      if (field.customer_visible) type.fields.push_back(field_output(field));
    }
    out.types.push_back(std::move(type));
  }
  return out;
}

// --- sending in ----------------------------------------------------------------------------------------------------

struct PortalCustomer {
  std::string name;
  std::string phone{}, email{};
};
BOOST_DESCRIBE_STRUCT(PortalCustomer, (), (name, phone, email))
constexpr auto field_rules(const PortalCustomer*) {
  return std::array{Rule{.field = "name", .length = {1, 100}}, Rule{.field = "phone", .optional = true, .length = {0, 50}},
                    Rule{.field = "email", .optional = true, .length = {0, 200}}};
}

struct PortalRequest {
  std::string type, subject;
  std::string body{};
  domain::Fields fields{};
  std::string region{}, product_line{};
  PortalCustomer customer{};
  std::vector<std::string> attachments{};
};
BOOST_DESCRIBE_STRUCT(PortalRequest, (), (type, subject, body, fields, region, product_line, customer, attachments))
constexpr auto field_rules(const PortalRequest*) {
  return std::array{Rule{.field = "type", .length = {1, 64}},
                    Rule{.field = "subject", .length = {1, domain::max_subject_characters}},
                    Rule{.field = "body", .optional = true, .length = {0, most_characters}},
                    Rule{.field = "fields", .optional = true, .items = {0, 200}},
                    Rule{.field = "region", .optional = true, .length = {0, 64}},
                    Rule{.field = "product_line", .optional = true, .length = {0, 64}},
                    Rule{.field = "attachments",
                         .description = "Handles that uploads were answered with.",
                         .optional = true,
                         .items = {0, domain::max_attachments}}};
}

struct PortalReceipt {
  std::string number, token, link;
};
BOOST_DESCRIBE_STRUCT(PortalReceipt, (), (number, token, link))
constexpr auto field_rules(const PortalReceipt*) {
  return std::array{Rule{.field = "token", .description = "What opens the ticket: a bearer secret, valid for 180 days."},
                    Rule{.field = "link", .description = "The page with it. Whoever has the link sees the ticket."}};
}

/// Whom the desk knows by that name and contact, or a new customer. A contact alone proves nothing, so it joins nobody.
Result<desk::Customer> customer_of(desk::Unit& unit, const PortalCustomer& who) {
  if (!who.phone.empty() || !who.email.empty()) {
    for (auto& known : unit.directory.customers_by_contact(who.phone, who.email)) {
      if (known.name == who.name) return std::move(known);
    }
  }
  desk::CustomerChange wish;
  wish.name = who.name;
  if (!who.phone.empty()) wish.phone = who.phone;
  if (!who.email.empty()) wish.email = who.email;
  auto made = desk::create_customer(unit, domain::system_principal("portal"), wish);
  if (!made) {
    for (auto& fault : made.error().fields) fault.pointer = "/customer" + fault.pointer;
  }
  return made;
}

Result<Answer<PortalReceipt>> submit(const Call<None, None, PortalRequest>& call, const CommandContext& context) {
  auto& unit = context.unit;
  const auto customer = customer_of(unit, call.body.customer);
  if (!customer) return std::unexpected{customer.error()};
  domain::Principal principal;
  principal.actor = {domain::ActorKind::customer, customer->id.value, customer->name};
  principal.customer = customer->id;
  principal.display_name = customer->name;
  principal.rights.set(static_cast<std::size_t>(domain::Right::ticket_create));
  const auto files = desk::take_strays(unit, call.body.attachments, principal.actor);
  if (!files) return std::unexpected{files.error()};
  domain::CreateTicket command;
  command.type = call.body.type;
  command.subject = call.body.subject;
  command.body = call.body.body;
  command.channel = "portal";
  command.region = call.body.region;
  command.product_line = call.body.product_line;
  command.fields = call.body.fields;
  command.attachments = *files;
  const auto outcome = desk::create_ticket(unit, principal, std::move(command));
  if (!outcome) return std::unexpected{outcome.error()};
  const auto link = desk::give_portal_link(unit, context.services.links, outcome->ticket);
  if (!link) return std::unexpected{link.error()};
  return PortalReceipt{ticket_number(*unit.active, outcome->ticket.id),
                       context.services.links.secret(*link), context.services.links.address(*link)};
}

// --- with the link -------------------------------------------------------------------------------------------------

PortalSources sources(const desk::Reading& reading) {
  return {reading.tickets, reading.attachments, *reading.active, reading.source, reading.now};
}
PortalSources sources(const desk::Unit& unit) {
  return {unit.tickets, unit.attachments, *unit.active, unit.source, unit.now};
}

template <class Stores>
Result<domain::Ticket> own_ticket(const Stores& stores, const domain::Principal& principal) {
  auto ticket = stores.tickets.find(principal.only, principal);
  if (!ticket) return fail(ErrorCode::not_found, {"There is no such ticket.", "没有这张工单。"});
  if (principal.only_until != 0) {
    ticket = as_it_was(stores.tickets, ticket->id, principal.only_until);
    if (!ticket)
      return fail(ErrorCode::not_found, {"This request goes on by the link in our newest message.", "这张工单请用我们最近一条消息里的链接查看。"});
  }
  return std::move(*ticket);
}

Result<Answer<PortalTicket>> read_ticket(const Call<None, None, None>&, const QueryContext& context) {
  const auto ticket = own_ticket(context.reading, context.principal);
  if (!ticket) return std::unexpected{ticket.error()};
  return portal_ticket(sources(context.reading), context.principal, *ticket);
}

Result<Answer<PortalTicket>> act(const CommandContext& context, const domain::TicketCommand& command) {
  const auto outcome = desk::command_ticket(context.unit, context.principal, context.principal.only, {}, command);
  if (!outcome) return std::unexpected{outcome.error()};
  return portal_ticket(sources(context.unit), context.principal, outcome->ticket);
}

struct PortalMessageInput {
  std::string body{};
  std::vector<std::int64_t> attachments{};
};
BOOST_DESCRIBE_STRUCT(PortalMessageInput, (), (body, attachments))
constexpr auto field_rules(const PortalMessageInput*) {
  return std::array{Rule{.field = "body", .length = {0, most_characters}},
                    Rule{.field = "attachments", .optional = true, .items = {0, domain::max_attachments}}};
}
Result<Answer<PortalTicket>> say(const Call<None, None, PortalMessageInput>& call, const CommandContext& context) {
  domain::AddMessage message;
  message.kind = domain::MessageKind::customer;
  message.body = call.body.body;
  message.attachments = call.body.attachments;
  return act(context, message);
}

struct PortalWords {
  std::string message{};
};
BOOST_DESCRIBE_STRUCT(PortalWords, (), (message))
constexpr auto field_rules(const PortalWords*) {
  return std::array{Rule{.field = "message", .optional = true, .length = {0, most_characters}}};
}
Result<Answer<PortalTicket>> urge(const Call<None, None, PortalWords>& call, const CommandContext& context) {
  return act(context, domain::UrgeTicket{call.body.message});
}
Result<Answer<PortalTicket>> reopen(const Call<None, None, PortalWords>& call, const CommandContext& context) {
  return act(context, domain::ReopenTicket{call.body.message});
}

Result<Answer<PortalTicket>> confirm(const Call<None, None, PortalWords>& call, const CommandContext& context) {
  const auto ticket = own_ticket(context.unit, context.principal);
  if (!ticket) return std::unexpected{ticket.error()};
  const auto step = confirming(sources(context.unit), context.principal, *ticket);
  if (!step) return fail(ErrorCode::conflict, {"There is nothing to confirm just now.", "现在没有需要确认的。"});
  domain::MoveTicket move;
  move.transition = step->name;
  move.message = call.body.message;
  const bool needs_words = std::ranges::find(step->require, "message") != step->require.end();
  if (move.message.empty() && needs_words) move.message = context.unit.active->desk.language == "en" ? "Confirmed." : "确认";
  return act(context, move);
}

struct PortalMoveInput {
  std::string transition{}, message{};
};
BOOST_DESCRIBE_STRUCT(PortalMoveInput, (), (transition, message))
constexpr auto field_rules(const PortalMoveInput*) {
  return std::array{Rule{.field = "transition", .description = "One of the ticket's `moves`.", .length = {1, 64}},
                    Rule{.field = "message", .optional = true, .length = {0, most_characters}}};
}
Result<Answer<PortalTicket>> move(const Call<None, None, PortalMoveInput>& call, const CommandContext& context) {
  domain::MoveTicket move;
  move.transition = call.body.transition;
  move.message = call.body.message;
  return act(context, move);
}

struct RatingInput {
  int score = 0;
  std::string comment{};
};
BOOST_DESCRIBE_STRUCT(RatingInput, (), (score, comment))
constexpr auto field_rules(const RatingInput*) {
  return std::array{Rule{.field = "score", .range = {1, domain::best_score}},
                    Rule{.field = "comment", .optional = true, .length = {0, domain::max_comment_characters}}};
}
Result<Answer<PortalTicket>> rate(const Call<None, None, RatingInput>& call, const CommandContext& context) {
  return act(context, domain::RateTicket{call.body.score, call.body.comment});
}

struct PortalFilePath {
  AttachmentId attachment_id{};
};
BOOST_DESCRIBE_STRUCT(PortalFilePath, (), (attachment_id))

Result<Answer<FileBody>> read_file(const Call<PortalFilePath, None, None>& call, const QueryContext& context) {
  const auto ticket = own_ticket(context.reading, context.principal);
  if (!ticket) return std::unexpected{ticket.error()};
  const auto file = context.reading.attachments.find_attachment(call.path.attachment_id);
  if (!file || !shown_file(sources(context.reading), context.principal, *ticket, *file))
    return fail(ErrorCode::not_found, {"There is no such file.", "没有这个附件。"});
  const auto path = context.services.blobs.verified_path(file->sha256);
  if (!path) return fail(ErrorCode::internal, {"The stored file is missing or damaged. The operator has been told.", "附件文件缺失或损坏，已通知管理员。"});
  return FileBody{*path, file->name, file->media_type};
}

// --- for agents ----------------------------------------------------------------------------------------------------

struct LinkOutput {
  std::string link;
  Time expires_at{};
};
BOOST_DESCRIBE_STRUCT(LinkOutput, (), (link, expires_at))

Result<Answer<LinkOutput>> give_link(const Call<TicketPath, None, None>& call, const CommandContext& context) {
  const auto link =
      desk::give_portal_link(context.unit, context.principal, context.services.links, call.path.ticket_id);
  if (!link) return std::unexpected{link.error()};
  return LinkOutput{context.services.links.address(*link), link->expires_at};
}

Result<Answer<None>> revoke_link(const Call<TicketPath, None, None>& call, const CommandContext& context) {
  const auto done = desk::revoke_portal_links(context.unit, context.principal, call.path.ticket_id);
  if (!done) return std::unexpected{done.error()};
  return None{};
}

RouteSpec own(std::string_view name, http::Method verb, std::string_view path, std::string_view summary) {
  const bool reads = verb == http::Method::get;
  return {.name = name,
          .verb = verb,
          .path = path,
          .access = Access::link(desk::LinkPurpose::portal),
          .rate = RateClass::outside,
          .summary = summary,
          .errors = reads ? std::vector<ErrorCode>{} : std::vector{ErrorCode::conflict, ErrorCode::forbidden}};
}

}  // namespace

void add_portal_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "read_portal_desk",
                               .verb = get,
                               .path = "/api/v1/portal/desk",
                               .access = Access::outside(desk::LinkPurpose::portal),
                               .rate = RateClass::read,
                               .summary = "What customers may send in, and the forms for it."},
                              read_desk));
  routes.push_back(make_route({.name = "submit_portal_ticket",
                               .verb = post,
                               .path = "/api/v1/portal/tickets",
                               .access = Access::outside(desk::LinkPurpose::portal),
                               .rate = RateClass::submit,
                               .summary = "Send a request in; the answer has the link by which it is followed.",
                               .success = 201,
                               .replay = Replay::relink,
                               .errors = {ErrorCode::forbidden, ErrorCode::invalid_definition}},
                              submit));
  routes.push_back(make_route(own("read_portal_ticket", get, "/api/v1/portal/ticket", "The ticket in the customer's words."),
                              read_ticket));
  auto file = own("read_portal_file", get, "/api/v1/portal/ticket/attachments/{attachment_id}", "A file's bytes.");
  file.lane = Lane::report;
  routes.push_back(make_route(std::move(file), read_file));
  routes.push_back(make_route(own("add_portal_message", post, "/api/v1/portal/ticket/messages", "Add something."), say));
  routes.push_back(make_route(own("urge_portal_ticket", post, "/api/v1/portal/ticket/urge", "Ask to hurry (催单)."), urge));
  routes.push_back(
      make_route(own("confirm_portal_ticket", post, "/api/v1/portal/ticket/confirm", "Say that all is well."), confirm));
  auto step = own("move_portal_ticket", post, "/api/v1/portal/ticket/move", "Take a step of the workflow that is open to the customer.");
  step.errors.push_back(ErrorCode::transition_not_allowed);
  routes.push_back(make_route(std::move(step), move));
  routes.push_back(make_route(own("reopen_portal_ticket", post, "/api/v1/portal/ticket/reopen", "Open it again."), reopen));
  routes.push_back(make_route(own("rate_portal_ticket", post, "/api/v1/portal/ticket/rating", "Rate it, 1 to 5."), rate));
  routes.push_back(make_route({.name = "give_portal_link",
                               .verb = post,
                               .path = "/api/v1/tickets/{ticket_id}/portal-link",
                               .access = domain::Right::ticket_reply,
                               .rate = RateClass::write,
                               .summary = "The customer's link to a ticket, to hand over.",
                               .replay = Replay::relink,
                               .errors = {ErrorCode::conflict}},
                              give_link));
  routes.push_back(make_route({.name = "revoke_portal_link",
                               .verb = del,
                               .path = "/api/v1/tickets/{ticket_id}/portal-link",
                               .access = domain::Right::ticket_reply,
                               .rate = RateClass::write,
                               .summary = "End the customer's links to a ticket."},
                              revoke_link));
}

}  // namespace docket::api
