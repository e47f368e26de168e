// SPDX-License-Identifier: Apache-2.0
#include "store/access_link_rows.hpp"

#include "store/query.hpp"

namespace docket::store {
namespace {

constexpr std::size_t most_of_ticket = 200;

template <class... Binds>
std::vector<desk::AccessLink> select_links(Session& session, Sql sql, const Binds&... binds) {
  return session
      .select<AccessLinkId, TicketId, desk::LinkPurpose, CustomerId, std::int64_t, Time, Time, std::optional<Time>,
              std::optional<Time>, std::int64_t>(sql, binds...)
      .template all<desk::AccessLink>(most_of_ticket);
}

std::optional<desk::AccessLink> only(std::vector<desk::AccessLink> found) {
  if (found.empty()) return {};
  return found.front();
}

}  // namespace

std::optional<desk::AccessLink> AccessLinkRows::find_link(const Digest& secret) const {
  return only(select_links(session_,
                           "SELECT id, ticket, purpose, customer, sequence, created_at, expires_at, revoked_at, answered_at, until_event"
                           " FROM access_link WHERE secret = ?",
                           secret));
}

std::optional<desk::AccessLink> AccessLinkRows::find_link(AccessLinkId id) const {
  return only(select_links(session_,
                           "SELECT id, ticket, purpose, customer, sequence, created_at, expires_at, revoked_at, answered_at, until_event"
                           " FROM access_link WHERE id = ?",
                           id));
}

std::vector<desk::AccessLink> AccessLinkRows::links(TicketId ticket, desk::LinkPurpose purpose) const {
  return select_links(session_,
                      "SELECT id, ticket, purpose, customer, sequence, created_at, expires_at, revoked_at, answered_at, until_event"
                      " FROM access_link WHERE ticket = ? AND purpose = ? ORDER BY id DESC LIMIT 200",
                      ticket, purpose);
}

AccessLinkId AccessLinkRows::next_link_id() const {
  return AccessLinkId{
      std::get<0>(session_.select<std::int64_t>("SELECT coalesce(max(id), 0) + 1 FROM access_link").one())};
}

void AccessLinkRows::add_link(const desk::AccessLink& link, const Digest& secret) {
  session_.run("INSERT INTO access_link(id, ticket, purpose, customer, secret, sequence, created_at, expires_at)"
               " VALUES(?,?,?,?,?,?,?,?)",
               link.id, link.ticket, link.purpose, link.customer, secret, link.sequence, link.created_at, link.expires_at);
}

void AccessLinkRows::save_link(const desk::AccessLink& link) {
  session_.run("UPDATE access_link SET expires_at = ?, revoked_at = ?, answered_at = ?, until_event = ? WHERE id = ?",
               link.expires_at, link.revoked_at, link.answered_at, link.until_event, link.id);
}

}  // namespace docket::store
