// SPDX-License-Identifier: Apache-2.0
// Deliveries: what is on its way out, what arrived, what is dead and can be tried again.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "desk/deliver.hpp"

namespace docket::api {
namespace {

using domain::Right;

struct DeliveryPath {
  DeliveryId delivery_id{};
};
BOOST_DESCRIBE_STRUCT(DeliveryPath, (), (delivery_id))

struct DeliveriesQuery : PageQuery {
  std::optional<TicketId> ticket;
  std::optional<desk::DeliveryState> state;
};
BOOST_DESCRIBE_STRUCT(DeliveriesQuery, (PageQuery), (ticket, state))
constexpr auto field_rules(const DeliveriesQuery*) {
  return std::array{limit_rule, cursor_rule};
}

Result<Answer<Page<desk::Delivery>>> list(const Call<None, DeliveriesQuery, None>& call, const QueryContext& context) {
  const auto before = page_start(context.cursors, "deliveries", call.query);
  if (!before) return std::unexpected{before.error()};
  auto rows = context.reading.outbox.deliveries(call.query.ticket, call.query.state, DeliveryId{*before},
                                                page_size(call.query) + 1, context.principal);
  return page_of(context.cursors, "deliveries", call.query, std::move(rows),
                 [](const auto& row) { return row.id.value; });
}

Result<Answer<None>> replay(const Call<DeliveryPath, None, None>& call, const CommandContext& context) {
  auto done = desk::replay_delivery(context.unit, context.principal, call.path.delivery_id);
  if (!done) return std::unexpected{std::move(done).error()};
  return None{};
}

}  // namespace

void add_delivery_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "list_deliveries",
                               .verb = get,
                               .path = "/api/v1/deliveries",
                               .access = Right::delivery_read,
                               .rate = RateClass::read,
                               .summary = "Deliveries of tickets that you may see, newest first."},
                              list));
  routes.push_back(make_route({.name = "replay_delivery",
                               .verb = post,
                               .path = "/api/v1/deliveries/{delivery_id}/replay",
                               .access = Right::delivery_manage,
                               .rate = RateClass::write,
                               .summary = "Try a dead delivery again.",
                               .errors = {ErrorCode::already_done}},
                              replay));
}

}  // namespace docket::api
