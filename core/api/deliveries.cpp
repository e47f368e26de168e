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
  std::optional<std::string> destination;
};
BOOST_DESCRIBE_STRUCT(DeliveriesQuery, (PageQuery), (ticket, state, destination))
constexpr auto field_rules(const DeliveriesQuery*) {
  return std::array{limit_rule, cursor_rule,
                    json::FieldRule{.field = "destination",
                                    .description = "Only by this one: `log`, or the name of a plugin.",
                                    .length = {1, 64}}};
}

Result<Answer<Page<desk::Delivery>>> list(const Call<None, DeliveriesQuery, None>& call, const QueryContext& context) {
  const auto before = page_start(context.cursors, "deliveries", call.query);
  if (!before) return std::unexpected{before.error()};
  auto found = context.reading.outbox.deliveries(
      {.ticket = call.query.ticket, .state = call.query.state, .destination = call.query.destination.value_or(std::string{})},
      DeliveryId{*before}, page_size(call.query), context.principal);
  for (auto& row : found.rows) desk::hide_words(row, context.reading, context.principal);
  Page<desk::Delivery> page{std::move(found.rows), {}};
  if (found.next) page.next = context.cursors.make(bound_to("deliveries", call.query), std::to_string(found.next->value));
  return page;
}

struct DeliveryStory : desk::Delivery {
  std::vector<desk::DeliveryTry> story;
  std::optional<DeliveryId> fallen_back_to;
};
BOOST_DESCRIBE_STRUCT(DeliveryStory, (desk::Delivery), (story, fallen_back_to))

Result<Answer<DeliveryStory>> read_story(const Call<DeliveryPath, None, None>& call, const QueryContext& context) {
  const auto id = call.path.delivery_id;
  const auto found = context.reading.outbox.deliveries({.id = id}, {}, 1, context.principal).rows;
  if (found.empty()) return fail(ErrorCode::not_found, {"There is no such delivery.", "没有这条投递。"});
  DeliveryStory out{found.front(), context.reading.outbox.tries(id), context.reading.outbox.fallen_back_to(id)};
  desk::hide_words(out, context.reading, context.principal);
  // One that went well at once by a destination of the house has no rows of its own.
  if (out.story.empty() && out.tries > 0 && out.done_at) {
    desk::DeliveryTry only;
    only.number = out.tries;
    only.at = *out.done_at;
    only.outcome = enum_name(out.state);
    only.vendor_id = out.vendor_id;
    out.story.push_back(std::move(only));
  }
  return out;
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
                               .summary = "Deliveries of tickets that you may see, newest first.",
                               .description = "A page may be short or empty and still have a next one."},
                              list));
  routes.push_back(make_route({.name = "read_delivery",
                               .verb = get,
                               .path = "/api/v1/deliveries/{delivery_id}",
                               .access = Right::delivery_read,
                               .rate = RateClass::read,
                               .summary = "A delivery with the story of its tries."},
                              read_story));
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
