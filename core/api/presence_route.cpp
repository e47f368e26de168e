// SPDX-License-Identifier: Apache-2.0
// Telling and asking who else is on a ticket.
#include "api/presence.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;

struct OnTicketInput {
  PresenceMode mode{};
};
BOOST_DESCRIBE_STRUCT(OnTicketInput, (), (mode))
constexpr auto field_rules(const OnTicketInput*) {
  return std::array{Rule{.field = "mode", .description = "away: you left the ticket."}};
}

struct OthersOutput {
  std::vector<PresentPerson> others;
};
BOOST_DESCRIBE_STRUCT(OthersOutput, (), (others))

Result<Answer<OthersOutput>> put(const Call<TicketPath, None, OnTicketInput>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  auto& services = context.services;
  // Among colleagues: a customer with an account is not told who reads their ticket.
  const bool colleague = context.principal.user && context.principal.may(domain::Right::ticket_note);
  if (services.presence == nullptr || !colleague) return OthersOutput{};
  const auto now = std::chrono::steady_clock::now();
  return OthersOutput{services.presence->put(
      ticket->id, {context.principal.user, context.principal.display_name, call.body.mode}, now)};
}

}  // namespace

void add_presence_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      {.name = "put_presence",
       .verb = http::Method::put,
       .path = "/api/v1/tickets/{ticket_id}/presence",
       .access = domain::Right::ticket_read,
       .rate = RateClass::read,
       .summary = "Say that you are on a ticket, and learn who else is.",
       .description = "Lapses after 45 seconds, so repeat it every 20. Changes come on the live stream as "
                      "{\"type\":\"presence\",\"ticket_id\",\"others\"} to those who see the ticket; a stream that begins is told "
                      "where somebody is. Nothing is stored."},
      put));
}

}  // namespace docket::api
