// SPDX-License-Identifier: Apache-2.0
// Plugins as admins see them: state, log, what came in, what could not be taken; and a customer's data at the sources.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "base/both.hpp"
#include "desk/audit.hpp"
#include "desk/manage_people.hpp"
#include "desk/ports/plugin_door.hpp"
#include "desk/spoken_names.hpp"

namespace docket::api {
namespace {

using domain::Right;

struct PluginPath {
  std::string plugin;
};
BOOST_DESCRIBE_STRUCT(PluginPath, (), (plugin))

template <class T>
struct ItemList {
  std::vector<T> items;
  BOOST_DESCRIBE_CLASS(ItemList, (), (items), (), ())
};

Error nothing_here() {
  return fail(ErrorCode::not_found, {"There is no such plugin.", "没有这个插件。"}).error();
}

Result<Answer<ItemList<desk::PluginStatus>>> list(const Call<None, None, None>&, const QueryContext& context) {
  ItemList<desk::PluginStatus> out;
  if (context.services.plugins != nullptr) out.items = context.services.plugins->statuses();
  return out;
}

Result<Answer<ItemList<desk::PluginLogLine>>> read_log(const Call<PluginPath, None, None>& call, const QueryContext& context) {
  if (context.services.plugins == nullptr) return std::unexpected(nothing_here());
  auto lines = context.services.plugins->log_of(call.path.plugin);
  if (!lines) return std::unexpected(nothing_here());
  return ItemList<desk::PluginLogLine>{std::move(*lines)};
}

void test(const Call<PluginPath, None, None>& call, StagedContext context, Reply<desk::PluginTest> reply) {
  auto* door = context.services.plugins;
  desk::read(
      context.services.database,
      [authorise = context.authorise](const desk::Reading& reading) -> Result<None> {
        const auto caller = authorise(reading);
        if (!caller) return std::unexpected{caller.error()};
        return None{};
      },
      [door, name = call.path.plugin, reply = std::move(reply)](Result<None> allowed) mutable {
        if (!allowed) return reply(std::unexpected{std::move(allowed).error()});
        if (door == nullptr) return reply(std::unexpected(nothing_here()));
        door->test(name, [reply = std::move(reply)](Result<desk::PluginTest> result) mutable {
          if (!result) return reply(std::unexpected{std::move(result).error()});
          reply(std::move(*result));
        });
      });
}

struct IntakeQuery : PageQuery {
  std::optional<desk::IntakeOutcome> outcome;
};
BOOST_DESCRIBE_STRUCT(IntakeQuery, (PageQuery), (outcome))
constexpr auto field_rules(const IntakeQuery*) {
  return std::array{limit_rule, cursor_rule};
}

struct IntakeRow {
  std::string key;
  desk::IntakeOutcome outcome{};
  TicketId ticket{};
  std::int64_t message = 0;
  std::string reason;
  Time at{};
  std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(IntakeRow, (), (id, key, outcome, ticket, message, reason, at))

Result<Answer<Page<IntakeRow>>> list_intake(const Call<PluginPath, IntakeQuery, None>& call, const QueryContext& context) {
  const auto list_name = "intake/" + call.path.plugin;
  const auto before = page_start(context.cursors, list_name, call.query);
  if (!before) return std::unexpected{before.error()};
  std::vector<IntakeRow> rows;
  for (auto& row : context.reading.plugins.intake(call.path.plugin, call.query.outcome, *before, page_size(call.query) + 1))
    rows.push_back({std::move(row.key), row.outcome, row.ticket, row.message, std::move(row.reason), row.at, row.id});
  return page_of(context.cursors, list_name, call.query, std::move(rows), [](const auto& row) { return row.id; });
}

Result<Answer<ItemList<desk::RefusedRecord>>> list_refused(const Call<PluginPath, None, None>& call, const QueryContext& context) {
  return ItemList<desk::RefusedRecord>{context.reading.plugins.refused_records(call.path.plugin, 500)};
}

struct SourceDataOutput {
  std::string source, resource, id;
  json::RawJson data;
  Time fetched_at{};
  bool stale = false;
};
BOOST_DESCRIBE_STRUCT(SourceDataOutput, (), (source, resource, id, data, fetched_at, stale))

void customer_data(const Call<TicketPath, None, None>& call, StagedContext context, Reply<ItemList<SourceDataOutput>> reply) {
  auto* door = context.services.plugins;
  desk::read(
      context.services.database,
      [authorise = context.authorise, id = call.path.ticket_id](const desk::Reading& reading) -> Result<CustomerId> {
        const auto caller = authorise(reading);
        if (!caller) return std::unexpected{caller.error()};
        const auto ticket = reading.tickets.find(id, caller->principal);
        if (!ticket) return fail(ErrorCode::not_found, {"There is no such ticket, or you may not see it.", "没有这张工单，或您无权查看。"});
        return ticket->customer;
      },
      [door, reply = std::move(reply)](Result<CustomerId> customer) mutable {
        if (!customer) return reply(std::unexpected{std::move(customer).error()});
        if (door == nullptr || !*customer) return reply(ItemList<SourceDataOutput>{});
        door->look_up(*customer, [reply = std::move(reply)](Result<std::vector<desk::SourceData>> found) mutable {
          if (!found) return reply(std::unexpected{std::move(found).error()});
          ItemList<SourceDataOutput> out;
          for (auto& one : *found) out.items.push_back({one.source, one.resource, one.id, {std::move(one.data)}, one.fetched_at, one.stale});
          reply(std::move(out));
        });
      });
}

// Addresses -------------------------------------------------------------------------------------------------------

struct UserPath {
  UserId user_id{};
};
BOOST_DESCRIBE_STRUCT(UserPath, (), (user_id))
struct CustomerPath {
  CustomerId customer_id{};
};
BOOST_DESCRIBE_STRUCT(CustomerPath, (), (customer_id))
struct AddressInput {
  std::string kind, value;
};
BOOST_DESCRIBE_STRUCT(AddressInput, (), (kind, value))
constexpr auto field_rules(const AddressInput*) {
  return std::array{json::FieldRule{.field = "kind", .description = "As the plugin's manifest names it, e.g. wecom.", .length = {1, 63}},
                    json::FieldRule{.field = "value", .description = "Empty takes the address away.", .length = {0, 200}}};
}

Result<Answer<ItemList<desk::Address>>> set_address(const CommandContext& context, domain::ActorKind kind, std::int64_t owner,
                                                    const AddressInput& input) {
  // An address decides whom a plugin takes somebody for: whoever keeps customers' must not take a colleague's away.
  const auto held = context.unit.plugins.find_address(input.kind, input.value);
  if (held && (held->owner_kind != kind || held->owner != owner)) {
    return fail(ErrorCode::conflict,
                both("Somebody else has this address ({0} {1}); take it away there first.",
                     "这个地址已属于{2} {1}，请先在那边移除。", enum_name(held->owner_kind), held->owner,
                     desk::spoken_actor(enum_name(held->owner_kind), false)));
  }
  desk::Address address;
  address.kind = input.kind;
  address.value = input.value;
  address.owner_kind = kind;
  address.owner = owner;
  context.unit.plugins.set_address(address);
  desk::audit(context.unit, context.principal.actor, "address_changed",
              std::string(enum_name(kind)) + " " + std::to_string(owner), {{"kind", input.kind}});
  return ItemList<desk::Address>{context.unit.plugins.addresses(kind, owner)};
}

Result<Answer<ItemList<desk::Address>>> put_user_address(const Call<UserPath, None, AddressInput>& call, const CommandContext& context) {
  const auto user = context.unit.directory.find_user(call.path.user_id);
  if (!user) return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  // Whoever has the address acts as that person where a plugin acts for people.
  if (auto within = desk::check_within(context.principal, *user, *context.unit.active); !within)
    return std::unexpected{std::move(within).error()};
  return set_address(context, domain::ActorKind::user, call.path.user_id.value, call.body);
}
Result<Answer<ItemList<desk::Address>>> put_customer_address(const Call<CustomerPath, None, AddressInput>& call, const CommandContext& context) {
  if (!context.unit.directory.find_customer(call.path.customer_id)) return fail(ErrorCode::not_found, {"There is no such customer.", "没有这位客户。"});
  return set_address(context, domain::ActorKind::customer, call.path.customer_id.value, call.body);
}
Result<Answer<ItemList<desk::Address>>> user_addresses(const Call<UserPath, None, None>& call, const QueryContext& context) {
  return ItemList<desk::Address>{context.reading.plugins.addresses(domain::ActorKind::user, call.path.user_id.value)};
}
Result<Answer<ItemList<desk::Address>>> customer_addresses(const Call<CustomerPath, None, None>& call, const QueryContext& context) {
  return ItemList<desk::Address>{context.reading.plugins.addresses(domain::ActorKind::customer, call.path.customer_id.value)};
}

}  // namespace

void add_plugin_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "list_plugins", .verb = get, .path = "/api/v1/plugins", .access = Right::delivery_read,
                               .rate = RateClass::read, .summary = "Configured plugins with their state and health."}, list));
  routes.push_back(make_route({.name = "read_plugin_log", .verb = get, .path = "/api/v1/plugins/{plugin}/log",
                               .access = Right::system_manage, .rate = RateClass::read,
                               .summary = "The last lines that a plugin wrote."}, read_log));
  routes.push_back(make_route({.name = "test_plugin", .verb = post, .path = "/api/v1/plugins/{plugin}/test",
                               .access = Right::system_manage, .rate = RateClass::write,
                               .summary = "Ask a plugin for its health now; when it is good, a halted one sends again.",
                               .errors = {ErrorCode::overloaded}}, test));
  routes.push_back(make_route({.name = "list_intake", .verb = get, .path = "/api/v1/plugins/{plugin}/intake",
                               .access = Right::system_manage, .rate = RateClass::read,
                               .summary = "What came in by a plugin and what became of it, newest first."}, list_intake));
  routes.push_back(make_route({.name = "list_refused_records", .verb = get, .path = "/api/v1/plugins/{plugin}/refused-records",
                               .access = Right::system_manage, .rate = RateClass::read,
                               .summary = "Records of a source that could not be taken, with the reason."}, list_refused));
  routes.push_back(make_route({.name = "read_customer_data", .verb = get, .path = "/api/v1/tickets/{ticket_id}/customer-data",
                               .access = Right::customer_read, .rate = RateClass::search,
                               .summary = "The customer's records at the connected sources, asked now; kept ones where a source is late.",
                               .errors = {ErrorCode::overloaded}}, customer_data));
  routes.push_back(make_route({.name = "list_user_addresses", .verb = get, .path = "/api/v1/users/{user_id}/addresses",
                               .access = Right::user_read, .rate = RateClass::read,
                               .summary = "A person's addresses at vendors."}, user_addresses));
  routes.push_back(make_route({.name = "set_user_address", .verb = put, .path = "/api/v1/users/{user_id}/addresses",
                               .access = Right::user_manage, .rate = RateClass::write,
                               .summary = "Set or take away a person's address at a vendor.",
                               .errors = {ErrorCode::conflict}}, put_user_address));
  routes.push_back(make_route({.name = "list_customer_addresses", .verb = get, .path = "/api/v1/customers/{customer_id}/addresses",
                               .access = Right::customer_read, .rate = RateClass::read,
                               .summary = "A customer's addresses at vendors."}, customer_addresses));
  routes.push_back(make_route({.name = "set_customer_address", .verb = put, .path = "/api/v1/customers/{customer_id}/addresses",
                               .access = Right::customer_edit, .rate = RateClass::write,
                               .summary = "Set or take away a customer's address at a vendor.",
                               .errors = {ErrorCode::conflict}}, put_customer_address));
}

}  // namespace docket::api
