// SPDX-License-Identifier: Apache-2.0
#include "store/ticket_list.hpp"

#include <algorithm>

#include "store/session.hpp"
#include "store/ticket_walks.hpp"

namespace docket::store {
namespace {

std::int64_t key_of(const desk::TicketRow& row, domain::Sorting sort) {
  const auto count = [](Time t) { return t.time_since_epoch().count(); };
  switch (sort) {
    case domain::Sorting::updated:
      return count(row.updated_at);
    case domain::Sorting::created:
      return count(row.created_at);
    case domain::Sorting::due:
      return count(row.due_at.value_or(Time::max()));
    case domain::Sorting::priority:
      return static_cast<std::int64_t>(row.priority);
  }
  return 0;
}

}  // namespace

int TicketLists::on_a_page(int limit) {
  constexpr int most = 200;
  return std::clamp(limit, 1, most);
}

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
  const int limit = on_a_page(query.limit);
  const auto picked = walks(session_, *std::move(filter), principal, context_, query, limit + 1);
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

Result<int> TicketLists::count(const domain::Condition& condition, int cap, const domain::Principal& principal) const {
  auto filter = condition_sql(condition, context_);
  if (!filter) return std::unexpected(std::move(filter.error()));
  desk::TicketListQuery query;
  query.filter = condition;
  const auto picked = walks(session_, *std::move(filter), principal, context_, query, cap);
  if (!picked) return 0;
  const Fragment sql = Fragment("SELECT count(*) FROM (") + *picked + Fragment(")");
  return std::get<0>(session_.select<int>(sql.sql, sql.values).one());
}

}  // namespace docket::store
