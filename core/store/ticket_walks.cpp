// SPDX-License-Identifier: Apache-2.0
#include "store/ticket_walks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "store/session.hpp"

namespace docket::store {
namespace {

using domain::Condition;
using domain::Operator;
using domain::Sorting;

/// What the walks of one query go along.
enum class Along { all, team, assignee, customer, person, watched, copied };

/// One set of tickets that an index has together.
struct Base {
  Along along = Along::all;
  std::string team{};
  std::int64_t id = 0;  ///< of the assignee, customer or person
  Fragment where{"1"};  ///< the row right of the view that it comes from
};

/// The walks of a query, and the condition that every row must meet besides.
struct Plan {
  std::vector<Base> bases;
  std::vector<domain::StateCategory> categories;  ///< those that the filter can meet
  Fragment filter{"1"};
};

// --- what the filter says about where to look ---------------------------------------------------------------------

/// Tests that must all hold whenever the filter does.
void collect_demands(const Condition& condition, std::vector<const Condition*>& demands) {
  if (condition.kind == Condition::Kind::test) demands.push_back(&condition);
  if (condition.kind == Condition::Kind::all) {
    for (const auto& child : condition.children) collect_demands(child, demands);
  }
}

class CategorySource final : public domain::FieldSource {
 public:
  explicit CategorySource(std::string_view category) : category_(category) {}
  [[nodiscard]] domain::Value get(std::string_view) const override { return std::string(category_); }
  [[nodiscard]] Time now() const override { return {}; }

 private:
  std::string_view category_;
};

/// Which categories the filter leaves possible.
std::vector<domain::StateCategory> possible_categories(const std::vector<const Condition*>& demands) {
  std::vector<domain::StateCategory> possible;
  for (std::size_t at = 0; at < enum_names<domain::StateCategory>().size(); ++at) {
    const auto category = static_cast<domain::StateCategory>(at);
    const bool meets = std::ranges::all_of(demands, [&](const Condition* test) {
      return test->field != "category" || domain::holds(*test, CategorySource(enum_name(category)));
    });
    if (meets) possible.push_back(category);
  }
  return possible;
}

/// Categories in which no ticket stands that is in a demanded state are left out: the tickets of few states are looked
/// for among those of one category, or nowhere, instead of among all.
void keep_those_of_states(Session& session, const std::vector<const Condition*>& demands,
                          std::vector<domain::StateCategory>& categories) {
  for (const Condition* test : demands) {
    if (test->field != "state" || test->op != Operator::is) continue;
    const auto* state = std::get_if<std::string>(&test->value);
    if (state == nullptr) continue;
    std::set<domain::StateCategory> seen;
    session
        .select<domain::StateCategory>("SELECT DISTINCT category FROM ticket_count WHERE state = ? AND tickets > 0", *state)
        .each(enum_names<domain::StateCategory>().size(), [&](domain::StateCategory category) { seen.insert(category); });
    std::erase_if(categories, [&](domain::StateCategory category) { return !seen.contains(category); });
  }
}

std::optional<std::int64_t> demanded_id(const std::vector<const Condition*>& demands, std::string_view field) {
  for (const Condition* test : demands) {
    if (test->field != field || test->op != Operator::is) continue;
    if (const auto* id = std::get_if<std::int64_t>(&test->value); id != nullptr && *id > 0) return *id;
  }
  return std::nullopt;
}

constexpr std::size_t kTeamsOfFilter = 16;

std::optional<std::vector<std::string>> demanded_teams(const std::vector<const Condition*>& demands) {
  for (const Condition* test : demands) {
    if (test->field != "team") continue;
    if (const auto* team = std::get_if<std::string>(&test->value);
        team != nullptr && (test->op == Operator::is || test->op == Operator::in)) {
      return std::vector{*team};
    }
    if (const auto* teams = std::get_if<std::vector<std::string>>(&test->value);
        teams != nullptr && test->op == Operator::in && teams->size() <= kTeamsOfFilter) {
      return *teams;
    }
  }
  return std::nullopt;
}

/// The lists of watched and copied tickets that hold all that the filter can meet; false if it goes beyond such lists.
/// They are short, where a walk for one of few such tickets among a million has no end.
bool within_lists_of_people(const Condition& condition, std::vector<Base>& bases) {
  const auto within = [&](const Condition& child) { return within_lists_of_people(child, bases); };
  if (condition.kind == Condition::Kind::any) return std::ranges::all_of(condition.children, within);
  if (condition.kind == Condition::Kind::all) {
    const auto before = bases.size();
    return std::ranges::any_of(condition.children, [&](const Condition& child) {
      bases.resize(before);
      return within(child);
    });
  }
  if (condition.kind != Condition::Kind::test || (condition.field != "watchers" && condition.field != "copied")) return false;
  if (condition.op != Operator::is && condition.op != Operator::in && condition.op != Operator::contains) return false;
  const auto add = [&](std::int64_t user) {
    bases.push_back({condition.field == "watchers" ? Along::watched : Along::copied, {}, user});
  };
  const auto add_text = [&](const std::string& text) {
    std::int64_t user = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), user);
    if (error == std::errc{} && at == text.data() + text.size()) add(user);
  };
  if (const auto* id = std::get_if<std::int64_t>(&condition.value)) add(*id);
  if (const auto* text = std::get_if<std::string>(&condition.value)) add_text(*text);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&condition.value)) std::ranges::for_each(*texts, add_text);
  return true;
}

// --- what the principal's views say --------------------------------------------------------------------------------

constexpr std::size_t kMostBases = 100;  // SQLite takes 500 parts of a compound

std::vector<Base> bases_of_views(const domain::Principal& principal, const ConditionContext& context) {
  std::vector<Base> bases;
  for (const auto& view : principal.views) {
    const Fragment where = view_condition(view, context);
    switch (view.scope) {
      case domain::TicketScope::none:
        break;
      case domain::TicketScope::all:
        bases.push_back({Along::all, {}, 0, where});
        break;
      case domain::TicketScope::team:
        for (const auto& team : view.teams) bases.push_back({Along::team, team, 0, where});
        break;
      case domain::TicketScope::own:
        if (principal.user) {
          bases.push_back({Along::assignee, {}, principal.user.value, where});
          bases.push_back({Along::person, {}, principal.user.value, where});
        }
        if (principal.customer) bases.push_back({Along::customer, {}, principal.customer.value, where});
        break;
    }
  }
  if (sees_copied(principal)) bases.push_back({Along::copied, {}, principal.user.value, Fragment("1")});
  return bases;
}

Plan make_plan(Session& session, const Condition& condition, Fragment filter, const domain::Principal& principal,
               const ConditionContext& context) {
  Plan plan;
  plan.filter = std::move(filter);
  std::vector<const Condition*> demands;
  collect_demands(condition, demands);
  plan.categories = possible_categories(demands);
  keep_those_of_states(session, demands, plan.categories);

  const Fragment visible = sees_all(principal) ? Fragment("1") : visible_tickets(principal, context);
  if (const auto assignee = demanded_id(demands, "assignee")) {
    plan.bases.push_back({Along::assignee, {}, *assignee, visible});
  } else if (const auto customer = demanded_id(demands, "customer")) {
    plan.bases.push_back({Along::customer, {}, *customer, visible});
  } else if (std::vector<Base> lists; within_lists_of_people(condition, lists) && lists.size() <= kMostBases) {
    for (auto& list : lists) list.where = visible;
    plan.bases = std::move(lists);
  } else if (const auto teams = demanded_teams(demands)) {
    for (const auto& team : *teams) plan.bases.push_back({Along::team, team, 0, visible});
  } else if (sees_all(principal)) {
    plan.bases.push_back({});
  } else {
    plan.bases = bases_of_views(principal, context);
    if (plan.bases.size() > kMostBases) plan.bases = {{Along::all, {}, 0, visible}};
  }
  return plan;
}

// --- the walks as SQL ------------------------------------------------------------------------------------------------

Sql key_column(Sorting sort) {
  switch (sort) {
    case Sorting::updated:
      return "t.updated_at";
    case Sorting::created:
      return "t.created_at";
    case Sorting::due:
      return "t.due_key";
    case Sorting::priority:
      return "t.priority";
  }
  return "t.updated_at";
}

/// The table with the index named: the planner has no statistics, and a wrong guess costs seconds at a million tickets.
Fragment source(const Base& base, Sorting sort, domain::StateCategory category) {
  switch (base.along) {
    case Along::all: {
      static constexpr std::array<Sql, 4> from{
          "ticket t INDEXED BY ticket_by_updated WHERE ", "ticket t INDEXED BY ticket_by_created WHERE ",
          "ticket t INDEXED BY ticket_by_due WHERE ", "ticket t INDEXED BY ticket_by_priority WHERE "};
      return Fragment(from[static_cast<std::size_t>(sort)]) + Fragment("t.category = ?", category);
    }
    case Along::team: {
      static constexpr std::array<Sql, 4> from{
          "ticket t INDEXED BY ticket_by_team_updated WHERE ", "ticket t INDEXED BY ticket_by_team_created WHERE ",
          "ticket t INDEXED BY ticket_by_team_due WHERE ", "ticket t INDEXED BY ticket_by_team_priority WHERE "};
      return Fragment(from[static_cast<std::size_t>(sort)]) +
             Fragment("t.team = ? AND t.category = ?", base.team, category);
    }
    case Along::assignee:
      return Fragment(
          "ticket t INDEXED BY ticket_by_assignee_updated WHERE t.assignee <> 0 AND t.assignee = ? AND t.category = ?",
          base.id, category);
    case Along::customer:
      return Fragment(
          "ticket t INDEXED BY ticket_by_customer WHERE t.customer <> 0 AND t.customer = ? AND t.category = ?", base.id,
          category);
    case Along::person:
      return Fragment(
          "ticket_person w INDEXED BY ticket_person_by_user CROSS JOIN ticket t ON t.id = w.ticket"
          " WHERE w.user = ? AND w.role IN (0, 1)",
          base.id);
    case Along::watched:
      return Fragment(
          "ticket_person w INDEXED BY ticket_person_by_user CROSS JOIN ticket t ON t.id = w.ticket"
          " WHERE w.user = ? AND w.role = 1",
          base.id);
    case Along::copied:
      return Fragment(
          "ticket_person w INDEXED BY ticket_person_by_user CROSS JOIN ticket t ON t.id = w.ticket"
          " WHERE w.user = ? AND w.role = 2",
          base.id);
  }
  return Fragment("ticket t WHERE 0");
}

Fragment after_position(Sorting sort, bool descending, const desk::ListPosition& after) {
  const Fragment key(key_column(sort));
  const Sql bound = descending ? Sql(" <= ?") : Sql(" >= ?");
  const Sql strict = descending ? Sql(" < ?") : Sql(" > ?");
  return Fragment(" AND ") + key + Fragment(bound, after.key) + Fragment(" AND (") + key + Fragment(strict, after.key) +
         Fragment(descending ? Sql(" OR t.id < ?)") : Sql(" OR t.id > ?)"), after.id);
}

Fragment walk(const Plan& plan, const Base& base, domain::StateCategory category, const desk::TicketListQuery& query,
              int limit) {
  Fragment sql("SELECT * FROM (SELECT t.id AS id, ");
  sql += Fragment(key_column(query.sort)) + Fragment(" AS k FROM ") + source(base, query.sort, category);
  if (query.after) sql += after_position(query.sort, query.descending, *query.after);
  sql += Fragment(" AND ") + base.where + Fragment(" AND ") + plan.filter;
  sql += Fragment(query.descending ? Sql(" ORDER BY k DESC, t.id DESC") : Sql(" ORDER BY k, t.id"));
  return sql + Fragment(" LIMIT ?)", limit);
}

/// The ids of all walks, each once, in order and cut to `limit`; nothing if no walk is left.
std::optional<Fragment> merged(const Plan& plan, const desk::TicketListQuery& query, int limit) {
  std::optional<Fragment> sql;
  for (const Base& base : plan.bases) {
    for (const auto category : plan.categories) {
      const Fragment one = walk(plan, base, category, query, limit);
      sql = sql ? *sql + Fragment(" UNION ") + one : one;
      // All of theirs are in this one.
      if (base.along == Along::person || base.along == Along::watched || base.along == Along::copied) break;
    }
  }
  if (!sql) return sql;
  return *sql +
         Fragment(query.descending ? Sql(" ORDER BY k DESC, id DESC LIMIT ?") : Sql(" ORDER BY k, id LIMIT ?"), limit);
}

}  // namespace

std::optional<Fragment> walks(Session& session, Fragment filter, const domain::Principal& principal,
                              const ConditionContext& context, const desk::TicketListQuery& query, int limit) {
  return merged(make_plan(session, query.filter, std::move(filter), principal, context), query, limit);
}

std::optional<std::optional<Fragment>> walks_of_views(const domain::Principal& principal, const ConditionContext& context,
                                                      int limit) {
  Plan plan;
  plan.bases = bases_of_views(principal, context);
  plan.categories = possible_categories({});
  if (plan.bases.size() > kMostBases) return {};
  return merged(plan, {}, limit);
}

}  // namespace docket::store
