// SPDX-License-Identifier: Apache-2.0
#include "store/notice_rows.hpp"

#include <limits>

#include "store/condition_scope.hpp"
#include "store/query.hpp"
#include "store/visible_tickets.hpp"

namespace docket::store {
namespace {

constexpr std::size_t most_rows = 1'000;

template <class Selection>
std::vector<desk::Notice> take_notices(Selection selection) {
  return std::move(selection).template all<desk::Notice>(most_rows);
}

}  // namespace

std::vector<desk::Notice> NoticeRows::notices(const domain::Principal& principal, bool unread_only, NoticeId before,
                                              int limit) const {
  const ConditionScope scope(session_, now_, nullptr, principal);
  Fragment sql(
      "SELECT n.id, n.user, n.ticket, n.sequence, n.kind, n.subject, n.text, n.at, n.read_at IS NOT NULL"
      " FROM notice n JOIN ticket t ON t.id = n.ticket WHERE n.user = ? AND n.id < ?",
      principal.user, before ? before.value : std::numeric_limits<std::int64_t>::max());
  if (unread_only) sql += Fragment(" AND n.read_at IS NULL");
  sql += Fragment(" AND ") + visible_tickets(principal, scope.context()) + Fragment(" ORDER BY n.id DESC LIMIT ?", limit);
  return take_notices(session_.select<NoticeId, UserId, TicketId, std::int64_t, std::string, std::string, std::string,
                                      Time, bool>(sql.sql, sql.values));
}

int NoticeRows::unread_notices(const domain::Principal& principal, int cap) const {
  const ConditionScope scope(session_, now_, nullptr, principal);
  // CROSS JOIN: from the few notices that are not read to their tickets, never the other way.
  Fragment sql(
      "SELECT count(*) FROM (SELECT 1 FROM notice n CROSS JOIN ticket t ON t.id = n.ticket"
      " WHERE n.user = ? AND n.read_at IS NULL AND ",
      principal.user);
  sql += visible_tickets(principal, scope.context()) + Fragment(" LIMIT ?)", cap);
  return std::get<0>(session_.select<int>(sql.sql, sql.values).one());
}

std::vector<desk::Notice> NoticeRows::notices_since(NoticeId after, int limit) const {
  return take_notices(
      session_.select<NoticeId, UserId, TicketId, std::int64_t, std::string, std::string, std::string, Time, bool>(
          "SELECT id, user, ticket, sequence, kind, subject, text, at, read_at IS NOT NULL FROM notice WHERE id > ?"
          " ORDER BY id LIMIT ?",
          after, limit));
}

NoticeId NoticeRows::last_notice() const {
  return NoticeId{std::get<0>(session_.select<std::int64_t>("SELECT coalesce(max(id), 0) FROM notice").one())};
}

void NoticeRows::add_notice(const desk::Notice& notice) {
  session_.run("INSERT INTO notice(user, ticket, sequence, kind, subject, text, at) VALUES(?,?,?,?,?,?,?)", notice.user,
               notice.ticket, notice.sequence, notice.kind, notice.subject, notice.text, notice.at);
}

void NoticeRows::read_notices_up_to(UserId user, NoticeId up_to, Time now) {
  session_.run("UPDATE notice SET read_at = ? WHERE user = ? AND id <= ? AND read_at IS NULL", now, user, up_to);
}

void NoticeRows::read_notices(UserId user, const std::vector<NoticeId>& ids, Time now) {
  for (const auto id : ids)
    session_.run("UPDATE notice SET read_at = ? WHERE user = ? AND id = ? AND read_at IS NULL", now, user, id);
}

int NoticeRows::drop_notices(Time before, int limit) {
  return static_cast<int>(session_.run(
      "DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE at < ? ORDER BY at LIMIT ?)", before, limit));
}

}  // namespace docket::store
