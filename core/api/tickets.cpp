// SPDX-License-Identifier: Apache-2.0
// Tickets: create, list, search, count, read, change.
#include "api/desk_output.hpp"
#include "api/filters.hpp"
#include "api/paging.hpp"
#include "api/report_query.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "api/told_columns.hpp"
#include "base/both.hpp"
#include "domain/ticket/limits.hpp"

#include <ranges>

namespace docket::api {
namespace {

using domain::Right;
constexpr std::int64_t most_characters = domain::max_message_bytes;

struct NewTicket {
  std::string type, subject;
  std::string body{};
  std::optional<domain::Priority> priority{};
  std::string channel{"api"};
  std::optional<CustomerId> customer{};
  std::string region{}, product_line{};
  domain::Fields fields{};
  std::vector<std::string> tags{};
  std::string team{};
  std::optional<UserId> assignee{};
  std::vector<std::int64_t> attachments{};
};
BOOST_DESCRIBE_STRUCT(NewTicket, (),
                      (type, subject, body, priority, channel, customer, region, product_line, fields, tags, team,
                       assignee, attachments))
constexpr auto field_rules(const NewTicket*) {
  using Rule = json::FieldRule;
  return std::array{
      Rule{.field = "type",
           .description = "Name of a ticket type of the desk.",
           .length = {1, 64},
           .example = "\"return\""},
      Rule{.field = "subject", .length = {1, domain::max_subject_characters}, .example = "\"屏幕有裂纹，申请退货\""},
      Rule{.field = "body", .description = "The first message.", .optional = true, .length = {0, most_characters}},
      Rule{.field = "channel", .description = "How it came; \"api\" unless told.", .optional = true, .length = {1, 32}},
      Rule{.field = "region", .description = "The customer's unless told.", .optional = true, .length = {0, 64}},
      Rule{.field = "product_line", .optional = true, .length = {0, 64}},
      Rule{.field = "fields",
           .description = "Custom fields by name, as the type's form has them.",
           .optional = true,
           .items = {0, 200}},
      Rule{
          .field = "tags", .optional = true, .length = {1, domain::max_tag_characters}, .items = {0, domain::max_tags}},
      Rule{.field = "team",
           .description = "By hand instead of dispatch; needs ticket_assign.",
           .optional = true,
           .length = {0, 64}},
      Rule{.field = "attachments",
           .description = "Ids of uploads.",
           .optional = true,
           .items = {0, domain::max_attachments}}};
}

struct TicketChange {
  std::optional<std::string> subject;
  std::optional<domain::Priority> priority;
  std::optional<std::string> region, product_line;
  std::optional<CustomerId> customer;
  std::optional<domain::Fields> fields;
  std::optional<std::vector<std::string>> tags_added, tags_removed;
};
BOOST_DESCRIBE_STRUCT(TicketChange, (),
                      (subject, priority, region, product_line, customer, fields, tags_added, tags_removed))
constexpr auto field_rules(const TicketChange*) {
  using Rule = json::FieldRule;
  return std::array{
      Rule{.field = "subject", .length = {1, domain::max_subject_characters}},
      Rule{.field = "region", .length = {0, 64}},
      Rule{.field = "product_line", .length = {0, 64}},
      Rule{.field = "fields", .description = "Custom fields to set; null clears one.", .items = {0, 200}},
      Rule{.field = "tags_added", .length = {1, domain::max_tag_characters}, .items = {0, domain::max_tags}},
      Rule{.field = "tags_removed", .length = {1, domain::max_tag_characters}, .items = {0, domain::max_tags}}};
}

/// What selects tickets; all that is given must hold.
struct TicketSelection {
  std::optional<std::string> view, filter, type, state, category, team, assignee, customer;
};
BOOST_DESCRIBE_STRUCT(TicketSelection, (), (view, filter, type, state, category, team, assignee, customer))
constexpr std::array selection_rules{
    json::FieldRule{.field = "view", .description = "Name of a view, of the desk or your own."},
    json::FieldRule{.field = "filter", .description = "A condition as JSON."},
    json::FieldRule{.field = "category", .description = "new, open, pending, resolved or closed."},
    json::FieldRule{.field = "team", .description = "Name of a team, or @my_teams."},
    json::FieldRule{.field = "assignee", .description = "Id of a user, or @me."},
    json::FieldRule{.field = "customer", .description = "Id of a customer."}};

template <std::size_t N>
constexpr auto with_paging(const std::array<json::FieldRule, N>& rules) {
  std::array<json::FieldRule, N + 2> all{};
  std::copy(rules.begin(), rules.end(), all.begin());
  all[N] = limit_rule;
  all[N + 1] = cursor_rule;
  return all;
}
constexpr auto field_rules(const TicketSelection*) {
  return selection_rules;
}

struct ListQuery : TicketSelection, PageQuery {
  std::optional<domain::Sorting> sort;
  std::optional<domain::Order> order;
  std::optional<std::string> columns;
  std::optional<Language> language;
};
BOOST_DESCRIBE_STRUCT(ListQuery, (TicketSelection, PageQuery), (sort, order, columns, language))
constexpr auto field_rules(const ListQuery*) {
  std::array<json::FieldRule, selection_rules.size() + 3> rules{};
  std::copy(selection_rules.begin(), selection_rules.end(), rules.begin());
  rules[selection_rules.size()] = {
      .field = "columns",
      .description = "Fields that each row tells beside its own, by commas, 30 at most: `organization,field.order_no`.",
      .length = {1, 1000}};
  rules[selection_rules.size() + 1] = {.field = "language", .description = "Of what `columns` tell; the desk's unless told."};
  rules[selection_rules.size() + 2] = {
      .field = "order",
      .description = "The view's unless told or sorted otherwise; else due ascending, the others descending."};
  return with_paging(rules);
}

struct SearchQuery : TicketSelection, PageQuery {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(SearchQuery, (TicketSelection, PageQuery), (text))
constexpr std::array text_rules{
    json::FieldRule{.field = "text", .description = "Words; Chinese from two characters.", .length = {1, 200}}};
constexpr auto field_rules(const SearchQuery*) {
  return with_paging(text_rules);
}

struct Position {
  std::int64_t key = 0;
  std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(Position, (), (key, id))

/// Parameter `name` as a test of the field of that name.
Result<domain::Condition> with_test(domain::Condition filter, const QueryContext& context, const char* field,
                                    const std::optional<std::string>& text) {
  if (!text) return filter;
  domain::RawCondition test;
  test.field = field;
  test.op = "is";
  test.value = *text;
  test.plain = true;
  auto built = list_filter(test, *context.reading.active, context.principal, context.reading.directory, "");
  if (!built) {
    auto error = std::move(built).error();
    error.code = ErrorCode::unknown_parameter;
    for (auto& fault : error.fields) fault.pointer = field;
    return std::unexpected{std::move(error)};
  }
  return both_hold(std::move(filter), std::move(*built));
}

struct Selected {
  domain::Condition condition;
  std::optional<domain::Sorting> sort;  ///< of the view
  std::optional<domain::Order> order;   ///< of the view, for its own sort
};

Result<Selected> select(const TicketSelection& query, const QueryContext& context) {
  const auto& active = *context.reading.active;
  Selected selected;
  if (query.view) {
    auto own = find_own_view(context.reading.workspace, context.reading.directory, active, context.principal, *query.view);
    if (!own) return std::unexpected{std::move(own).error()};
    const auto view = active.views.find(*query.view);
    if (*own) {
      selected.sort = (*own)->sort;
      selected.order = (*own)->order;
      selected.condition = std::move((*own)->when);
    } else if (view == active.views.end() || !may_use_view(view->second, context.principal)) {
      auto refused = fail(ErrorCode::unknown_parameter, both("There is no view {0}.", "没有视图“{0}”。", *query.view));
      refused.error().fields.push_back({"view", "is not the name of a view", "没有这个视图"});
      return refused;
    } else {
      selected.sort = view->second.sort;
      selected.order = view->second.order;
      selected.condition = condition_of(view->second, active, context.principal, context.reading.directory);
    }
  }
  if (query.filter) {
    auto filter = list_filter_text(*query.filter, active, context.principal, context.reading.directory, "filter");
    if (!filter) return std::unexpected{std::move(filter).error()};
    selected.condition = both_hold(std::move(selected.condition), std::move(*filter));
  }
  const std::array<std::pair<const char*, const std::optional<std::string>*>, 6> tests{{{"type", &query.type},
                                                                                        {"state", &query.state},
                                                                                        {"category", &query.category},
                                                                                        {"team", &query.team},
                                                                                        {"assignee", &query.assignee},
                                                                                        {"customer", &query.customer}}};
  for (const auto& [field, text] : tests) {
    auto narrowed = with_test(std::move(selected.condition), context, field, *text);
    if (!narrowed) return std::unexpected{std::move(narrowed).error()};
    selected.condition = std::move(*narrowed);
  }
  return selected;
}

/// Ids can be counted through, and the answer tells who each is.
Result<void> may_name(const domain::Principal& principal, const std::optional<CustomerId>& customer) {
  if (!customer || !*customer || principal.may(domain::Right::customer_read)) return {};
  return fail_field("/customer", {"Naming a customer needs the right customer_read.", "指定客户需要“查看客户”权限。"});
}

Result<Answer<TicketOutput>> create(const Call<None, None, NewTicket>& call, const CommandContext& context) {
  const NewTicket& wish = call.body;
  if (auto may = may_name(context.principal, wish.customer); !may) return std::unexpected{std::move(may).error()};
  domain::CreateTicket command;
  command.type = wish.type;
  command.subject = wish.subject;
  command.body = wish.body;
  command.priority = wish.priority;
  command.channel = wish.channel;
  command.customer.customer = wish.customer.value_or(CustomerId{});
  command.region = wish.region;
  command.product_line = wish.product_line;
  command.fields = wish.fields;
  command.tags = wish.tags;
  command.team = wish.team;
  command.assignee = wish.assignee.value_or(UserId{});
  command.attachments = wish.attachments;
  auto answer = ticket_answer(context, desk::create_ticket(context.unit, context.principal, std::move(command)));
  if (answer) answer->location = ticket_path(answer->body.id);
  return answer;
}

Result<Answer<Page<TicketRow>>> list(const Call<None, ListQuery, None>& call, const QueryContext& context) {
  const auto columns = told_names(call.query.columns, *context.reading.active);
  if (!columns) return std::unexpected{columns.error()};
  auto selected = select(call.query, context);
  if (!selected) return std::unexpected{std::move(selected).error()};
  desk::TicketListQuery query;
  query.filter = std::move(selected->condition);
  query.sort = call.query.sort.value_or(selected->sort.value_or(domain::Sorting::updated));
  const auto of_view = query.sort == selected->sort ? selected->order : std::nullopt;
  const auto order = call.query.order.value_or(of_view.value_or(domain::natural_order(query.sort)));
  query.descending = order == domain::Order::descending;
  query.limit = page_size(call.query);
  const auto bound = bound_to("tickets", call.query);
  if (call.query.cursor) {
    const auto position = context.cursors.open(bound, *call.query.cursor);
    if (!position) return std::unexpected{position.error()};
    const auto at = json::decode_stored<Position>(*position);
    query.after = desk::ListPosition{at.key, TicketId{at.id}};
  }
  auto found = context.reading.tickets.list(query, context.principal);
  if (!found) return std::unexpected{std::move(found).error()};
  const bool english = in_english(call.query.language, *context.reading.active);
  Page<TicketRow> page{with_told(std::move(found->rows), *columns, english, context), {}};
  if (found->next)
    page.next = context.cursors.make(bound, json::encode(Position{found->next->key, found->next->id.value}));
  return page;
}

Result<Answer<Page<TicketRow>>> search(const Call<None, SearchQuery, None>& call, const QueryContext& context) {
  auto selected = select(call.query, context);
  if (!selected) return std::unexpected{std::move(selected).error()};
  const auto after = page_start(context.cursors, "search", call.query);
  if (!after) return std::unexpected{after.error()};
  auto found = context.reading.tickets.search(call.query.text, selected->condition, TicketId{*after},
                                              page_size(call.query), context.principal);
  if (!found) return std::unexpected{std::move(found).error()};
  Page<TicketRow> page{with_told(std::move(found->rows), {}, false, context), {}};
  if (found->next)
    page.next = context.cursors.make(bound_to("search", call.query), std::to_string(found->next->id.value));
  return page;
}

struct CountOutput {
  int count = 0;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(CountOutput, (), (count, more))
constexpr auto field_rules(const CountOutput*) {
  return std::array{json::FieldRule{.field = "count", .description = "Exact up to 99."},
                    json::FieldRule{.field = "more", .description = "There are more than that."}};
}

Result<CountOutput> number_of(const TicketSelection& query, const QueryContext& context) {
  constexpr int most = 99;
  const auto selected = select(query, context);
  if (!selected) return std::unexpected{selected.error()};
  const auto number = context.reading.tickets.count(selected->condition, most + 1, context.principal);
  if (!number) return std::unexpected{number.error()};
  return CountOutput{std::min(*number, most), *number > most};
}
Result<Answer<CountOutput>> count(const Call<None, TicketSelection, None>& call, const QueryContext& context) {
  auto number = number_of(call.query, context);
  if (!number) return std::unexpected{std::move(number).error()};
  return *number;
}

struct ViewNames {
  std::string views;
};
BOOST_DESCRIBE_STRUCT(ViewNames, (), (views))
constexpr auto field_rules(const ViewNames*) {
  return std::array{json::FieldRule{.field = "views", .description = "Names of views by commas, 16 at most.", .length = {1, 2000}}};
}
struct ViewCount : CountOutput {
  std::string view;
};
BOOST_DESCRIBE_STRUCT(ViewCount, (CountOutput), (view))
constexpr auto field_rules(const ViewCount*) {
  return field_rules(static_cast<const CountOutput*>(nullptr));
}

Result<Answer<Page<ViewCount>>> count_views(const Call<None, ViewNames, None>& call, const QueryContext& context) {
  constexpr std::size_t most = 16;
  std::vector<std::string> names;
  for (const auto part : std::views::split(call.query.views, ',')) names.emplace_back(part.begin(), part.end());
  if (names.size() > most) {
    auto refused = fail(ErrorCode::unknown_parameter, {"Ask for 16 views at most.", "一次最多统计 16 个视图。"});
    refused.error().fields.push_back({"views", "has more than 16 names", "多于 16 个"});
    return refused;
  }
  Page<ViewCount> out;
  for (const auto& name : names) {
    TicketSelection query;
    query.view = name;
    auto number = number_of(query, context);
    if (number) {
      out.items.push_back({*number, name});
    } else if (number.error().code != ErrorCode::unknown_parameter) {  // removed meanwhile: the others keep their numbers
      return std::unexpected{std::move(number).error()};
    }
  }
  return out;
}

struct CountRow {
  std::string team, state;
  domain::StateCategory category{};
  UserId assignee{};
  std::int64_t tickets = 0;
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (team, state, category, assignee, tickets))
Result<Answer<Page<CountRow>>> counts(const Call<None, None, None>&, const QueryContext& context) {
  Page<CountRow> out;
  for (auto& row : context.reading.tickets.counts(context.principal)) {
    out.items.push_back({std::move(row.team), std::move(row.state), row.category, row.assignee, row.tickets});
  }
  return out;
}

Result<Answer<TicketOutput>> read(const Call<TicketPath, None, None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  return Answer<TicketOutput>{ticket_output(context.reading, context.principal, *ticket)}.with_version(ticket->version);
}

Result<Answer<TicketOutput>> change(const Call<TicketPath, None, TicketChange>& call, const CommandContext& context) {
  if (auto may = may_name(context.principal, call.body.customer); !may) return std::unexpected{std::move(may).error()};
  domain::SetFields command;
  command.change.subject = call.body.subject;
  command.change.priority = call.body.priority;
  command.change.region = call.body.region;
  command.change.product_line = call.body.product_line;
  command.change.customer = call.body.customer;
  command.change.fields = call.body.fields.value_or(domain::Fields{});
  command.change.tags_added = call.body.tags_added.value_or(std::vector<std::string>{});
  command.change.tags_removed = call.body.tags_removed.value_or(std::vector<std::string>{});
  return ticket_answer(
      context, desk::command_ticket(context.unit, context.principal, call.path.ticket_id, call.if_match, command));
}

}  // namespace

void add_ticket_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(
      make_route({.name = "create_ticket",
                  .verb = post,
                  .path = "/api/v1/tickets",
                  .access = Right::ticket_create,
                  .rate = RateClass::write,
                  .summary = "Submit a ticket.",
                  .description = "It enters its workflow, is dispatched and timed before the answer, and is on disk.",
                  .success = 201},
                 create));
  routes.push_back(make_route({.name = "list_tickets",
                               .verb = get,
                               .path = "/api/v1/tickets",
                               .access = Right::ticket_read,
                               .rate = RateClass::read,
                               .summary = "List tickets that you may see."},
                              list));
  routes.push_back(make_route({.name = "search_tickets",
                               .verb = get,
                               .path = "/api/v1/tickets/search",
                               .access = Right::ticket_read,
                               .rate = RateClass::search,
                               .summary = "Search tickets by words, newest first."},
                              search));
  routes.push_back(make_route({.name = "count_tickets",
                               .verb = get,
                               .path = "/api/v1/tickets/count",
                               .access = Right::ticket_read,
                               .rate = RateClass::read,
                               .summary = "Count tickets, exactly up to 99."},
                              count));
  routes.push_back(make_route({.name = "ticket_counts",
                               .verb = get,
                               .path = "/api/v1/tickets/counts",
                               .access = Right::ticket_read,
                               .rate = RateClass::read,
                               .summary = "Exact numbers by team, state and assignee."},
                              counts));
  routes.push_back(make_route({.name = "read_ticket",
                               .verb = get,
                               .path = "/api/v1/tickets/{ticket_id}",
                               .access = Right::ticket_read,
                               .rate = RateClass::read,
                               .summary = "Read a ticket."},
                              read));
  routes.push_back(make_route({.name = "change_ticket",
                               .verb = patch,
                               .path = "/api/v1/tickets/{ticket_id}",
                               .access = Right::ticket_edit,
                               .rate = RateClass::write,
                               .summary = "Set fields of a ticket.",
                               .if_match = Match::required},
                              change));
  routes.push_back(make_route({.name = "count_views",
                               .verb = get,
                               .path = "/api/v1/views/counts",
                               .access = Right::ticket_read,
                               .rate = RateClass::read,
                               .summary = "Count the tickets of several views, each exactly up to 99.",
                               .description = "A view that is not there is left out."},
                              count_views));
}

}  // namespace docket::api
