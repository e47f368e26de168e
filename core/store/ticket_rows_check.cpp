// SPDX-License-Identifier: Apache-2.0
// For `docket verify`: the rows beside a ticket's document, which lists, searches and rights read, against the ticket.
#include <boost/mp11/algorithm.hpp>
#include <set>
#include <tuple>
#include <type_traits>

#include "base/both.hpp"
#include "store/field_index.hpp"
#include "store/fragment.hpp"
#include "store/ticket_projection.hpp"
#include "store/tickets.hpp"

namespace docket::store {
namespace {

using domain::Ticket;
using Members = boost::describe::describe_members<TicketProjection, boost::describe::mod_public>;

template <class D>
using MemberType = std::remove_cvref_t<decltype(std::declval<TicketProjection>().*D::pointer)>;

SqlText select_text() {
  SqlText text("SELECT ");
  bool first = true;
  boost::mp11::mp_for_each<Members>([&](auto member) {
    if (!first) text += ", ";
    first = false;
    constexpr Sql column(decltype(member)::name);
    text += column;
  });
  text += " FROM ticket WHERE id = ?";
  return text;
}

template <class... D>
std::optional<TicketProjection> stored_row(Session& session, TicketId id, boost::mp11::mp_list<D...>) {
  static const SqlText sql = select_text();
  auto row = session.select<MemberType<D>...>(sql, id).maybe();
  if (!row) return {};
  return std::make_from_tuple<TicketProjection>(std::move(*row));
}

std::optional<Said> check_row(Session& session, const Ticket& ticket) {
  const auto row = stored_row(session, ticket.id, boost::mp11::mp_rename<Members, boost::mp11::mp_list>{});
  if (!row) return Said{"lists do not know it", "列表里没有它"};
  auto wanted = project(ticket, row->timer_at);  // a timer may have been put off
  wanted.queue_rank = row->queue_rank;           // and rules changed since
  std::optional<Said> fault;
  boost::mp11::mp_for_each<Members>([&](auto member) {
    if (fault || wanted.*decltype(member)::pointer == (*row).*decltype(member)::pointer) return;
    fault = both("lists read another {} of it than its history gives", "列表里它的 {} 与历史不符", std::string_view(decltype(member)::name));
  });
  return fault;
}

std::optional<Said> check_sight(Session& session, const Ticket& ticket) {
  const auto team = session.select<std::string>("SELECT team FROM ticket_sight WHERE id = ?", ticket.id).maybe();
  if (!team) return Said{"searches do not know its team", "搜索不知道它的班组"};
  if (std::get<0>(*team) == ticket.team) return {};
  return both("searches look for it in another team, {}", "搜索把它当作另一班组 {} 的", std::get<0>(*team));
}

std::optional<Said> check_tags(Session& session, const Ticket& ticket) {
  std::set<std::string> tags;
  session.select<std::string>("SELECT tag FROM ticket_tag WHERE ticket = ? LIMIT ?", ticket.id, ticket.tags.size() + 1)
      .each(ticket.tags.size() + 1, [&](std::string tag) { tags.insert(std::move(tag)); });
  if (tags == std::set<std::string>(ticket.tags.begin(), ticket.tags.end())) return {};
  return Said{"lists read other tags of it than its history gives", "列表里它的标签与历史不符"};
}

std::optional<Said> check_people(Session& session, const Ticket& ticket) {
  using Person = std::pair<std::int64_t, UserId>;
  std::set<Person> wanted;
  if (ticket.created_by.kind == domain::ActorKind::user && ticket.created_by.id != 0)
    wanted.emplace(0, UserId{ticket.created_by.id});
  for (const auto user : ticket.watchers) wanted.emplace(1, user);
  for (const auto user : ticket.copied) wanted.emplace(2, user);
  std::set<Person> people;
  session.select<std::int64_t, UserId>("SELECT role, user FROM ticket_person WHERE ticket = ? LIMIT ?", ticket.id,
                                       wanted.size() + 1)
      .each(wanted.size() + 1, [&](std::int64_t role, UserId user) { people.emplace(role, user); });
  if (people == wanted) return {};
  return Said{"rights read other people of it than its history gives", "权限所依据的人员与历史不符"};
}

/// Fields that are indexed and filled for every ticket; one that is only just marked, or no longer, may have any rows.
std::optional<Said> check_fields(Session& session, const Ticket& ticket, const domain::Definitions& active) {
  constexpr std::size_t most = 10'000;
  for (const auto& [name] : session.select<std::string>("SELECT field FROM indexed_field WHERE next IS NULL").all(most)) {
    if (!is_indexed(active, name)) continue;
    std::int64_t found = 0, missing = 0;
    std::set<std::string> elements;
    const auto value = ticket.fields.find(name);
    if (value != ticket.fields.end()) {
      each_indexed_value(value->second, [&](FieldKind kind, const auto& bound) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(bound)>, std::string>) {
          if (!elements.insert(bound).second) return;
        }
        const Fragment sql("SELECT 1 FROM ticket_field WHERE ticket = ? AND field = ? AND kind = ? AND value = ?", ticket.id,
                           name, static_cast<std::int64_t>(kind), bound);
        ++(session.select<int>(sql.sql, sql.values).maybe() ? found : missing);
      });
    }
    const auto rows = std::get<0>(
        session.select<std::int64_t>("SELECT count(*) FROM ticket_field WHERE ticket = ? AND field = ?", ticket.id, name).one());
    if (missing > 0 || rows != found) return both("filters read another {} of it than its history gives", "筛选里它的 {} 与历史不符", name);
  }
  return {};
}

}  // namespace

std::optional<Said> Tickets::check_rows(const Ticket& ticket) const {
  for (const auto check : {check_row, check_sight, check_tags, check_people}) {
    if (auto fault = check(session_, ticket)) return fault;
  }
  return active_ ? check_fields(session_, ticket, *active_) : std::nullopt;
}

std::vector<Said> Tickets::check_sums() const {
  constexpr std::size_t most = 100;
  std::vector<Said> faults;
  session_
      .select<std::string, std::string, domain::StateCategory, UserId, std::int64_t, std::int64_t>(
          "SELECT team, state, category, assignee, sum(kept), sum(counted) FROM"
          " (SELECT team, state, category, assignee, tickets AS kept, 0 AS counted FROM ticket_count UNION ALL"
          " SELECT team, state, category, assignee, 0, count(*) FROM ticket GROUP BY team, state, category, assignee)"
          " GROUP BY team, state, category, assignee HAVING sum(kept) <> sum(counted) LIMIT ?",
          most)
      .each(most, [&](const std::string& team, const std::string& state, domain::StateCategory, UserId assignee,
                      std::int64_t kept, std::int64_t counted) {
        faults.push_back(both("counts: {} tickets of team {} in state {} of user {} are kept, {} are there",
                              "计数：班组 {1} 节点 {2} 用户 {3} 记为 {0} 张，实有 {4} 张", kept, team.empty() ? "-" : team, state,
                              assignee.value, counted));
      });
  const auto room = most - faults.size();
  const Fragment loads(
      "SELECT user, sum(kept), sum(held) FROM (SELECT user, load AS kept, 0 AS held FROM user_state UNION ALL"
      " SELECT assignee, 0, sum(tickets) FROM ticket_count WHERE assignee <> 0 AND category NOT IN (?, ?) GROUP BY assignee)"
      " GROUP BY user HAVING sum(kept) <> sum(held) LIMIT ?",
      domain::StateCategory::resolved, domain::StateCategory::closed, room);
  session_.select<UserId, std::int64_t, std::int64_t>(loads.sql, loads.values)
      .each(most, [&](UserId user, std::int64_t kept, std::int64_t held) {
        faults.push_back(both("load: user {} is said to hold {} tickets and holds {}", "负载：用户 {} 记为持有 {} 张，实为 {} 张",
                              user.value, kept, held));
      });
  return faults;
}

}  // namespace docket::store
