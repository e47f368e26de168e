// SPDX-License-Identifier: Apache-2.0
#include "store/ticket_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <set>

#include "store/search_index.hpp"

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

std::int64_t key_of(const desk::TicketRow& row, Sorting sort) {
  const auto count = [](Time t) { return t.time_since_epoch().count(); };
  switch (sort) {
    case Sorting::updated:
      return count(row.updated_at);
    case Sorting::created:
      return count(row.created_at);
    case Sorting::due:
      return count(row.due_at.value_or(Time::max()));
    case Sorting::priority:
      return static_cast<std::int64_t>(row.priority);
  }
  return 0;
}

constexpr int kMostRows = 200;
int bounded(int limit) {
  return std::clamp(limit, 1, kMostRows);
}

}  // namespace

std::vector<desk::TicketRow> TicketLists::rows(const Fragment& picked, Sql order, std::size_t limit) const {
  Fragment sql(
      "SELECT t.id, t.version, t.type, t.subject, t.state, t.category, t.priority, t.team, t.assignee,"
      " coalesce(u.name, ''), t.customer, coalesce(c.name, ''), t.channel, t.region, t.product_line, t.waiting, "
      "t.on_hold,"
      " t.awaiting, t.escalation, t.urges, t.overdue, t.due_at, t.created_at, t.updated_at FROM (");
  sql += picked;
  sql += Fragment(
      ") p CROSS JOIN ticket t ON t.id = p.id LEFT JOIN user u ON u.id = t.assignee"
      " LEFT JOIN customer c ON c.id = t.customer");
  sql += Fragment(order);
  return session_
      .select<TicketId, std::int64_t, std::string, std::string, std::string, domain::StateCategory, domain::Priority,
              std::string, UserId, std::string, CustomerId, std::string, std::string, std::string, std::string, bool,
              bool, domain::Awaiting, int, int, bool, std::optional<Time>, Time, Time>(sql.sql, sql.values)
      .template all<desk::TicketRow>(limit);
}

Result<desk::TicketPage> TicketLists::list(const desk::TicketListQuery& query,
                                           const domain::Principal& principal) const {
  auto filter = condition_sql(query.filter, context_);
  if (!filter) return std::unexpected(std::move(filter.error()));
  const int limit = bounded(query.limit);
  const auto picked = merged(make_plan(session_, query.filter, *std::move(filter), principal, context_), query, limit + 1);
  desk::TicketPage page;
  if (!picked) return page;
  page.rows = rows(*picked, query.descending ? Sql(" ORDER BY p.k DESC, p.id DESC") : Sql(" ORDER BY p.k, p.id"),
                   static_cast<std::size_t>(limit) + 1);
  if (page.rows.size() > static_cast<std::size_t>(limit)) {
    page.rows.pop_back();
    page.next = desk::ListPosition{key_of(page.rows.back(), query.sort), page.rows.back().id};
  }
  return page;
}

Result<int> TicketLists::count(const Condition& condition, int cap, const domain::Principal& principal) const {
  auto filter = condition_sql(condition, context_);
  if (!filter) return std::unexpected(std::move(filter.error()));
  desk::TicketListQuery query;
  const auto picked = merged(make_plan(session_, condition, *std::move(filter), principal, context_), query, cap);
  if (!picked) return 0;
  const Fragment sql = Fragment("SELECT count(*) FROM (") + *picked + Fragment(")");
  return std::get<0>(session_.select<int>(sql.sql, sql.values).one());
}

// --- search --------------------------------------------------------------------------------------------------------

namespace {
constexpr int kFewTickets = 500;  // so many are looked up in the index one by one, in some milliseconds

// Hits are looked at in windows, since of a common word the first few are enough, and at most so many for one page:
// where a common word is not in what somebody sees, going through all hits would take seconds.
constexpr std::int64_t kFirstWindow = 256;
constexpr std::int64_t kLargestWindow = 4096;
constexpr std::int64_t kMostHits = 16'384;
constexpr std::int64_t kMostHitsOfSome = 2048;  // for who sees some tickets: each hit is asked for
constexpr std::int64_t kMostHitsInVain = 1024;  // of these, with nothing to show: so many more would fill no page

/// How many more hits may fill the rest of a page, going by those so far, with a quarter to spare.
std::int64_t hits_to_fill(std::size_t wanted, std::size_t found, std::int64_t looked_at) {
  if (found == 0) return looked_at * 4;
  const auto rest = static_cast<std::int64_t>(wanted - std::min(wanted, found));
  return looked_at * rest * 5 / (static_cast<std::int64_t>(found) * 4);
}

/// The numbers of a group_concat().
template <class Visit>
void each_number(std::string_view list, Visit visit) {
  const char* const end = list.data() + list.size();
  for (const char* at = list.data(); at < end; ++at) {
    std::int64_t number = 0;
    at = std::from_chars(at, end, number).ptr;
    visit(number);
  }
}

/// Of a principal who sees whole teams: of which hits, as Asked::in_sight says.
Fragment in_sight(const domain::Principal& principal) {
  std::set<std::string> teams;
  for (const auto& view : principal.views) {
    if (view.scope == domain::TicketScope::team) teams.insert(view.teams.begin(), view.teams.end());
  }
  Fragment sql("(s.team IN (");
  for (bool first = true; const auto& team : teams) {
    sql += first ? Fragment("?", team) : Fragment(", ?", team);
    first = false;
  }
  sql += Fragment(")");
  if (sees_copied(principal)) {
    sql += Fragment(
        " OR h.rowid / 8192 IN (SELECT o.ticket FROM ticket_person o INDEXED BY ticket_person_by_user"
        " WHERE o.user = ? AND o.role = 2)",
        principal.user);
  }
  return sql + Fragment(")");
}

std::string ids_in_json(const std::vector<TicketId>& ids) {
  std::string json = "[";
  for (const TicketId id : ids) json.append(json.size() > 1 ? "," : "").append(std::to_string(id.value));
  return json + "]";
}
}  // namespace

/// What one search wants of a hit.
struct TicketLists::Asked {
  std::string match{};
  TicketId after{};
  std::size_t limit = 0;
  bool internal = false;  ///< what a customer may not read, a customer may not find by either
  bool heads = false;     ///< the head entry holds all custom fields: not for whom a group of them is hidden
  bool any = false;       ///< every ticket passes
  Fragment passes{"1"};   ///< may be seen, and meets the filter
  std::int64_t most_hits = kMostHits;
  std::int64_t most_in_vain = kMostHits;
  /// Where whole teams are all that may be seen: whether the hit `h`, whose ticket stands in the row `s` of
  /// ticket_sight, is in sight.
  std::optional<Fragment> in_sight{};

  [[nodiscard]] bool readable(std::int64_t entry) const {
    return (internal || entry % 2 == 0) && (heads || entry % kEntriesPerTicket != 0);
  }
  [[nodiscard]] std::int64_t end() const {
    return after ? after.value * kEntriesPerTicket : std::numeric_limits<std::int64_t>::max();
  }
};

/// The newest hits before an entry.
struct TicketLists::Window {
  std::int64_t hits = 0, oldest = 0, newest = 0;
  std::vector<TicketId> tickets{};  ///< that pass, newest first, each once; no more than fill the page
};

/// A whole team with many tickets: one short walk tells.
bool TicketLists::sees_large_team(const domain::Principal& principal) const {
  for (const auto& view : principal.views) {
    if (view.scope != domain::TicketScope::team || view.where.kind != Condition::Kind::always) continue;
    for (const auto& team : view.teams) {
      const auto [tickets] =
          session_
              .select<int>("SELECT count(*) FROM (SELECT 1 FROM ticket INDEXED BY ticket_by_team_updated"
                           " WHERE team = ? LIMIT ?)",
                           team, kFewTickets + 1)
              .one();
      if (tickets > kFewTickets) return true;
    }
  }
  return false;
}

/// All tickets that the principal sees, newest first, if they are few.
std::optional<std::vector<TicketId>> TicketLists::few_visible(const domain::Principal& principal) const {
  if (sees_all(principal) || sees_large_team(principal)) return std::nullopt;
  Plan plan;
  plan.bases = bases_of_views(principal, context_);
  plan.categories = possible_categories({});
  if (plan.bases.size() > kMostBases) return std::nullopt;
  const auto picked = merged(plan, {}, kFewTickets + 1);
  std::vector<TicketId> ids;
  if (!picked) return ids;
  const Fragment sql = Fragment("SELECT id FROM (") + *picked + Fragment(")");
  session_.select<TicketId>(sql.sql, sql.values).each(kFewTickets + 1, [&](TicketId id) { ids.push_back(id); });
  if (ids.size() > kFewTickets) return std::nullopt;
  std::ranges::sort(ids, std::greater<>{});
  return ids;
}

/// A common word and few tickets to see: the index is asked about each of them, instead of walking along all hits.
std::vector<TicketId> TicketLists::hits_among(const std::vector<TicketId>& few, const Asked& asked) const {
  std::vector<TicketId> found;
  for (const TicketId id : few) {
    if (found.size() > asked.limit) break;
    if (asked.after && id >= asked.after) continue;
    const bool hit =
        session_
            .select<int>(
                "SELECT 1 FROM search s WHERE search MATCH ? AND s.rowid >= ? AND s.rowid < ?"
                " AND (? OR s.rowid & 1 = 0) AND (? OR s.rowid & 8191 <> 0) LIMIT 1",
                asked.match, id.value * kEntriesPerTicket, (id.value + 1) * kEntriesPerTicket, asked.internal,
                asked.heads)
            .maybe()
            .has_value();
    if (!hit) continue;
    const Fragment passes = Fragment("SELECT 1 FROM ticket t WHERE t.id = ? AND ", id) + asked.passes;
    if (session_.select<int>(passes.sql, passes.values).maybe()) found.push_back(id);
  }
  return found;
}


/// Those that pass, as many as the page may want.
std::vector<TicketId> TicketLists::passing(const Asked& asked, std::vector<TicketId> tickets) const {
  const std::size_t wanted = asked.limit + 1;
  if (asked.any || asked.in_sight) {
    if (tickets.size() > wanted) tickets.resize(wanted);
    return tickets;
  }
  std::vector<TicketId> pass;
  const Fragment sql =
      Fragment("SELECT t.id FROM json_each(?) p CROSS JOIN ticket t ON t.id = p.value WHERE ", ids_in_json(tickets)) +
      asked.passes + Fragment(" LIMIT ?", static_cast<std::int64_t>(wanted));
  session_.select<TicketId>(sql.sql, sql.values).each(wanted, [&](TicketId id) { pass.push_back(id); });
  std::ranges::sort(pass, std::greater<>{});
  return pass;
}

/// One walk along the hits, of which those in sight of whole teams are told apart on the way: whose team a ticket is in
/// stands in a narrow table, and the hits of a ticket lie together, so that SQLite finds its row again where it stands.
/// Thousands of hits that are not in sight are one row then, for a row costs more than such a look.
/// A ticket is asked for once else, however many hits it has.
TicketLists::Window TicketLists::look_at(const Asked& asked, std::int64_t before, std::int64_t most) const {
  Window window;
  const auto take = [&](std::int64_t entry) {
    if (asked.readable(entry)) window.tickets.push_back(TicketId{entry / kEntriesPerTicket});
  };
  const Fragment hits("SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
                      asked.match, before, most);
  if (asked.in_sight) {
    const Fragment sql = Fragment("SELECT count(*), min(h.rowid), max(h.rowid), group_concat(CASE WHEN ") +
                         *asked.in_sight + Fragment(" THEN h.rowid END) FROM (") + hits +
                         Fragment(") h LEFT JOIN ticket_sight s ON s.id = h.rowid / 8192");
    const auto [count, oldest, newest, seen] =
        session_
            .select<std::int64_t, std::optional<std::int64_t>, std::optional<std::int64_t>, std::optional<std::string>>(
                sql.sql, sql.values)
            .one();
    window.hits = count;
    window.oldest = oldest.value_or(before);
    window.newest = newest.value_or(before);
    each_number(seen.value_or(""), take);
  } else {
    window.oldest = window.newest = before;
    session_.select<std::int64_t>(hits.sql, hits.values).each(static_cast<std::size_t>(most), [&](std::int64_t entry) {
      if (++window.hits == 1) window.newest = entry;
      window.oldest = entry;
      take(entry);
    });
  }
  std::ranges::sort(window.tickets, std::greater<>{});
  const auto doubles = std::ranges::unique(window.tickets);
  window.tickets.erase(doubles.begin(), doubles.end());
  window.tickets = passing(asked, std::move(window.tickets));
  return window;
}

/// Newest hits first, until the page is full: a rare word has few hits, and of a common one soon enough can be seen.
std::vector<TicketId> TicketLists::newest_hits(const Asked& asked, std::optional<TicketId>& next) const {
  std::vector<TicketId> found;
  std::int64_t before = asked.end();
  std::int64_t looked_at = 0;
  TicketId first{};
  for (std::int64_t most = kFirstWindow; found.size() <= asked.limit;) {
    const Window window = look_at(asked, before, most);
    if (!first) first = TicketId{window.newest / kEntriesPerTicket};
    for (const TicketId id : window.tickets) {
      if (found.empty() || found.back() != id) found.push_back(id);
    }
    if (window.hits < most) break;
    // The oldest ticket of this window may have older hits: they are the next window's.
    before = window.oldest;
    looked_at += window.hits;
    const TicketId last{before / kEntriesPerTicket};
    const std::int64_t enough = found.empty() ? asked.most_in_vain : asked.most_hits;
    // A page ends where it would not begin again: behind the first ticket with hits.
    if (looked_at >= enough && found.size() <= asked.limit && last != first) {
      // That ticket's other entries belong to the next page, unless it stands on this one.
      next = !found.empty() && found.back() == last ? last : TicketId{last.value + 1};
      break;
    }
    const std::int64_t left = looked_at < enough ? enough - looked_at : enough;
    most = std::clamp(hits_to_fill(asked.limit + 1, found.size(), looked_at), kFirstWindow,
                      std::max(std::min(left, kLargestWindow), kFirstWindow));
  }
  return found;
}

Result<desk::TicketPage> TicketLists::search(const std::string& text, const Condition& condition, TicketId after,
                                             int wanted, const domain::Principal& principal) const {
  auto filter = condition_sql(condition, context_);
  if (!filter) return std::unexpected(std::move(filter.error()));
  desk::TicketPage page;
  const auto match = match_expression(text);
  if (!match) return page;
  const bool filtered = condition.kind != Condition::Kind::always;
  const bool narrow = !sees_all(principal);
  const auto few = few_visible(principal);
  Asked asked;
  asked.match = *match;
  asked.after = after;
  asked.limit = static_cast<std::size_t>(bounded(wanted));
  asked.internal = principal.actor.kind != domain::ActorKind::customer && principal.actor.kind != domain::ActorKind::guest;
  // Messages bear the subject as well.
  asked.heads = std::ranges::none_of(principal.field_groups,
                                     [](const auto& group) { return group.second == domain::FieldAccess::hidden; });
  asked.passes = Fragment("(") +
                 (narrow ? visible_tickets(principal, context_, few ? Among::few : Among::many) : Fragment("1")) +
                 Fragment(" AND ") + *filter + Fragment(")");
  asked.any = !filtered && !narrow;
  if (!filtered && narrow && !principal.only && sees_by_team(principal) && !few) asked.in_sight = in_sight(principal);
  if (narrow) {
    asked.most_hits = kMostHitsOfSome;
    asked.most_in_vain = kMostHitsInVain;
  }

  std::optional<TicketId> next;
  auto found = few ? hits_among(*few, asked) : newest_hits(asked, next);
  if (found.size() > asked.limit) {
    found.resize(asked.limit);
    next = found.back();
  }
  if (next) page.next = desk::ListPosition{0, *next};
  if (found.empty()) return page;
  page.rows = rows(Fragment("SELECT value AS id FROM json_each(?)", ids_in_json(found)), " ORDER BY t.id DESC", asked.limit);
  return page;
}

static_assert(kEntriesPerTicket == 1 << 13);

}  // namespace docket::store
