// SPDX-License-Identifier: Apache-2.0
// Views of one's own: lists that one person keeps, beside those of the desk. Their conditions are checked when they are
// kept and again at each use, since definitions and rights change.
#include "api/desk_output.hpp"
#include "api/filters.hpp"
#include "api/resources.hpp"
#include "base/both.hpp"
#include "base/enum.hpp"
#include "base/patch.hpp"
#include "base/text.hpp"
#include "domain/condition/desk_fields.hpp"

#include <charconv>

namespace docket::api {
namespace {

using Rule = json::FieldRule;

constexpr std::int64_t most_title_characters = 100;
constexpr std::int64_t most_columns = 30;
constexpr std::string_view own_prefix = "own-";  // no name of a view of the desk has a dash

domain::RawCondition raw_of(const domain::Condition& condition) {
  using Kind = domain::Condition::Kind;
  using Raw = domain::RawCondition;
  Raw raw;
  for (const auto& child : condition.children) raw.children.push_back(raw_of(child));
  switch (condition.kind) {
    case Kind::test:
      raw.kind = Raw::Kind::test;
      raw.field = condition.field;
      raw.op = enum_name(condition.op);
      if (domain::operand_of(condition.op) != domain::OperandKind::none) raw.value = condition.value;
      return raw;
    case Kind::always:
    case Kind::all:
      raw.kind = Raw::Kind::all;
      return raw;
    case Kind::any:
      raw.kind = Raw::Kind::any;
      return raw;
    case Kind::none: {
      raw.kind = Raw::Kind::any;
      if (raw.children.size() == 1) raw = Raw{raw.children.front()};
      Raw negation;
      negation.kind = Raw::Kind::not_;
      negation.children.push_back(std::move(raw));
      return negation;
    }
  }
  return raw;
}

struct ViewInput {
  std::string title;
  std::optional<domain::RawCondition> when;
  domain::Sorting sort = domain::Sorting::updated;
  std::optional<domain::Order> order{};
  std::vector<std::string> columns{};
};
BOOST_DESCRIBE_STRUCT(ViewInput, (), (title, when, sort, order, columns))
constexpr auto field_rules(const ViewInput*) {
  return std::array{Rule{.field = "title", .length = {1, most_title_characters}, .example = "\"我的加急单\""},
                    Rule{.field = "when", .description = "Which tickets; may use @me and @my_teams. All without it."},
                    Rule{.field = "sort", .optional = true},
                    Rule{.field = "order", .description = what_order_is},
                    Rule{.field = "columns",
                         .description = "Fields of the catalogue or field.<name>.",
                         .optional = true,
                         .length = {1, 80},
                         .items = {0, most_columns}}};
}

struct ViewChange {
  std::optional<std::string> title;
  std::optional<domain::RawCondition> when;
  std::optional<domain::Sorting> sort;
  Patch<domain::Order> order;
  std::optional<std::vector<std::string>> columns;
};
BOOST_DESCRIBE_STRUCT(ViewChange, (), (title, when, sort, order, columns))
constexpr auto field_rules(const ViewChange*) {
  return std::array{Rule{.field = "title", .length = {1, most_title_characters}},
                    Rule{.field = "order",
                         .description = "Null, or another `sort` without it: due ascending, the others descending."},
                    Rule{.field = "columns", .length = {1, 80}, .items = {0, most_columns}}};
}

struct ViewPath {
  ViewId view_id{};
};
BOOST_DESCRIBE_STRUCT(ViewPath, (), (view_id))

/// Checked as a list filter of this person, and kept with @me and @my_teams as they stand.
Result<domain::Condition> kept_condition(const domain::RawCondition& raw, const CommandContext& context) {
  const auto& active = *context.unit.active;
  auto usable = list_filter(raw, active, context.principal, context.unit.directory, "/when");
  if (!usable) return std::unexpected{std::move(usable).error()};
  return domain::build_condition(raw, domain::DeskFields{active}, {.lists = true, .persons = true}, "/when");
}

Result<void> check_columns(const std::vector<std::string>& columns, const CommandContext& context) {
  const auto& active = *context.unit.active;
  const domain::DeskFields fields{active};
  constexpr std::string_view custom = "field.";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string_view column = columns[i];
    const auto known = fields.find(column);
    const bool hidden = column.starts_with(custom) &&
                        !may_see_somewhere(context.principal, active, column.substr(custom.size()));
    if (!known || known->event_only || hidden)
      return fail_field("/columns/" + std::to_string(i), both("There is no field {0} to show.", "没有可显示的字段“{0}”。", columns[i]));
  }
  return {};
}

Result<void> check_title(const std::string& title) {
  if (is_utf8(title) && title.find_first_not_of(" \t\r\n") != std::string::npos &&
      title.find('\n') == std::string::npos)
    return {};
  return fail_field("/title", {"A view needs a title of one line.", "请给视图起个名字（一行）。"});
}

Result<Answer<ViewOutput>> create(const Call<None, None, ViewInput>& call, const CommandContext& context) {
  auto& workspace = context.unit.workspace;
  if (!context.principal.user) return fail(ErrorCode::forbidden, {"Views are kept for people with an account.", "只有登录的用户才能保存视图。"});
  if (std::cmp_greater_equal(workspace.views(context.principal.user, most_own_views).size(), most_own_views))
    return fail(ErrorCode::conflict, {"You have 50 views; drop one first.", "您已有 50 个视图，请先删一个。"});
  desk::OwnView view;
  if (auto title = check_title(call.body.title); !title) return std::unexpected{title.error()};
  if (call.body.when) {
    auto when = kept_condition(*call.body.when, context);
    if (!when) return std::unexpected{std::move(when).error()};
    view.when = std::move(*when);
  }
  if (auto columns = check_columns(call.body.columns, context); !columns) return std::unexpected{columns.error()};
  view.user = context.principal.user;
  view.title = call.body.title;
  view.sort = call.body.sort;
  view.order = call.body.order;
  view.columns = call.body.columns;
  view.created_at = context.unit.now;
  view.id = workspace.add_view(view);
  return Answer<ViewOutput>{view_output(view)}
      .with_version(view.version)
      .at("/api/v1/views/" + std::to_string(view.id.value));
}

/// One's own, at the version that the caller read.
Result<desk::OwnView> own_view(const CommandContext& context, ViewId id, std::optional<std::int64_t> version) {
  auto view = context.unit.workspace.find_view(id);
  if (!view || view->user != context.principal.user) return fail(ErrorCode::not_found, {"There is no such view.", "没有这个视图。"});
  if (version && *version != view->version)
    return fail(ErrorCode::stale_version, {"The view was changed in another window; read it again and repeat.", "这个视图在别的窗口改过，请刷新后再改。"});
  return std::move(*view);
}

Result<Answer<ViewOutput>> change(const Call<ViewPath, None, ViewChange>& call, const CommandContext& context) {
  auto view = own_view(context, call.path.view_id, call.if_match);
  if (!view) return std::unexpected{std::move(view).error()};
  if (call.body.title) {
    if (auto title = check_title(*call.body.title); !title) return std::unexpected{title.error()};
    view->title = *call.body.title;
  }
  if (call.body.when) {
    auto when = kept_condition(*call.body.when, context);
    if (!when) return std::unexpected{std::move(when).error()};
    view->when = std::move(*when);
  }
  if (call.body.columns) {
    if (auto columns = check_columns(*call.body.columns, context); !columns) return std::unexpected{columns.error()};
    view->columns = *call.body.columns;
  }
  const auto sort = call.body.sort.value_or(view->sort);
  if (sort != view->sort) view->order.reset();  // it was the direction of another list
  view->sort = sort;
  call.body.order.apply_to(view->order);
  ++view->version;
  context.unit.workspace.save_view(*view);
  return Answer<ViewOutput>{view_output(*view)}.with_version(view->version);
}

Result<Answer<None>> drop(const Call<ViewPath, None, None>& call, const CommandContext& context) {
  const auto view = own_view(context, call.path.view_id, call.if_match);
  if (!view) return std::unexpected{view.error()};
  context.unit.workspace.remove_view(view->id);
  return None{};
}

RouteSpec spec(std::string_view name, http::Method verb, std::string_view path, std::string_view summary) {
  return {.name = name,
          .verb = verb,
          .path = path,
          .access = domain::Right::ticket_read,
          .rate = RateClass::write,
          .summary = summary};
}

}  // namespace

ViewOutput view_output(const domain::View& view) {
  ViewOutput out;
  out.name = view.name;
  out.title = view.title;
  out.sort = view.sort;
  out.order = view.order;
  out.columns = view.columns;
  return out;
}

ViewOutput view_output(const desk::OwnView& view) {
  ViewOutput out;
  out.name = std::string(own_prefix) + std::to_string(view.id.value);
  out.title = {view.title, view.title};
  out.sort = view.sort;
  out.order = view.order;
  out.columns = view.columns;
  out.own = true;
  out.id = view.id;
  out.version = view.version;
  if (view.when.kind != domain::Condition::Kind::always) out.when = raw_of(view.when);
  return out;
}

Result<std::optional<NamedView>> find_own_view(const desk::WorkspaceReader& workspace,
                                               const desk::DirectoryReader& directory, const domain::Definitions& active,
                                               const domain::Principal& principal, std::string_view name) {
  if (!name.starts_with(own_prefix)) return std::optional<NamedView>{};
  name.remove_prefix(own_prefix.size());
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (fault != std::errc{} || end != name.data() + name.size()) return std::optional<NamedView>{};
  const auto view = workspace.find_view(ViewId{number});
  if (!view || !principal.user || view->user != principal.user) return std::optional<NamedView>{};
  NamedView named;
  named.sort = view->sort;
  named.order = view->order;
  if (view->when.kind != domain::Condition::Kind::always) {
    auto when = list_filter(raw_of(view->when), active, principal, directory, "view");
    if (!when) return std::unexpected{std::move(when).error()};
    named.when = std::move(*when);
  }
  return std::optional{std::move(named)};
}

void add_own_view_routes(std::vector<Route>& routes) {
  using enum http::Method;
  constexpr std::string_view one = "/api/v1/views/{view_id}";
  auto add = spec("create_view", post, "/api/v1/views", "Keep a list of your own.");
  add.success = 201;
  add.errors = {ErrorCode::conflict};
  routes.push_back(make_route(std::move(add), create));
  auto edit = spec("change_view", patch, one, "Change a view of your own.");
  edit.if_match = Match::optional;
  routes.push_back(make_route(std::move(edit), change));
  auto end = spec("drop_view", del, one, "Drop a view of your own.");
  end.if_match = Match::optional;
  routes.push_back(make_route(std::move(end), drop));
}

}  // namespace docket::api
