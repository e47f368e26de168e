// SPDX-License-Identifier: Apache-2.0
// People in memory: users, shifts, customers, organizations, and what they sign in with.
#include <algorithm>

#include "base/text.hpp"
#include "desk/shift_plan.hpp"
#include "support/memory_rows.hpp"

namespace docket::test {
namespace {

bool open(const domain::Ticket& ticket) {
  return ticket.category != domain::StateCategory::resolved && ticket.category != domain::StateCategory::closed;
}

}  // namespace

std::optional<desk::User> MemoryDirectory::find_user(UserId id) const {
  const auto found = lookup(rows_.accounts, id);
  if (!found) return {};
  return found->user;
}

std::optional<desk::User> MemoryDirectory::find_user_by_login(const std::string& login) const {
  for (const auto& [id, account] : rows_.accounts) {
    if (fold(account.user.login) == fold(login)) return account.user;
  }
  return {};
}

std::vector<desk::User> MemoryDirectory::users(UserId after, int limit, const std::string& team) const {
  std::vector<desk::User> found;
  for (const auto& [id, account] : rows_.accounts) {
    const bool member =
        team.empty() || std::ranges::any_of(account.user.memberships, [&](const auto& m) { return m.team == team; });
    if (id > after && member && std::cmp_less(found.size(), limit)) found.push_back(account.user);
  }
  return found;
}

std::vector<desk::Shift> MemoryDirectory::shifts(UserId user, Time from, Time to) const {
  std::vector<desk::Shift> found;
  for (const auto& [id, shift] : rows_.shifts) {
    if (shift.user == user && shift.from < to && shift.to > from) found.push_back(shift);
  }
  return found;
}

std::vector<desk::Shift> MemoryDirectory::roster(Time from, Time to, const std::string& team, int limit) const {
  std::vector<desk::Shift> found;
  for (const auto& [id, shift] : rows_.shifts) {
    const auto account = rows_.accounts.find(shift.user);
    if (account == rows_.accounts.end() || shift.from >= to || shift.to <= from) continue;
    const auto& memberships = account->second.user.memberships;
    if (team.empty() || std::ranges::find(memberships, team, &desk::Membership::team) != memberships.end())
      found.push_back(shift);
  }
  std::ranges::sort(found, {}, [](const desk::Shift& shift) { return std::tuple(shift.user, shift.from, shift.id); });
  if (std::cmp_greater(found.size(), limit)) found.resize(static_cast<std::size_t>(limit));
  return found;
}

std::optional<desk::Customer> MemoryDirectory::find_customer(CustomerId id) const {
  return lookup(rows_.customers, id);
}

std::vector<desk::Customer> MemoryDirectory::customers_by_contact(const std::string& phone,
                                                                  const std::string& email) const {
  std::vector<desk::Customer> found;
  for (const auto& [id, customer] : rows_.customers) {
    if ((!phone.empty() && customer.phone == phone) || (!email.empty() && fold(customer.email) == fold(email)))
      found.push_back(customer);
  }
  return found;
}

std::vector<desk::Customer> MemoryDirectory::customers(const std::string& text, CustomerId before, int limit) const {
  return newest(rows_.customers, before, limit, [&](const desk::Customer& customer) {
    return text.empty() || fold(customer.name).find(fold(text)) != std::string::npos;
  });
}

std::optional<desk::Organization> MemoryDirectory::find_organization(OrganizationId id) const {
  return lookup(rows_.organizations, id);
}

std::vector<desk::Organization> MemoryDirectory::organizations(const std::string& text, OrganizationId before,
                                                               int limit) const {
  return newest(rows_.organizations, before, limit, [&](const desk::Organization& organization) {
    return text.empty() || fold(organization.name).find(fold(text)) != std::string::npos;
  });
}

UserId MemoryDirectory::add_user(const desk::User& user) {
  const UserId id{++rows_.last_id};
  rows_.accounts[id].user = user;
  rows_.accounts[id].user.id = id;
  return id;
}
void MemoryDirectory::save_user(const desk::User& user) {
  rows_.accounts[user.id].user = user;
}
void MemoryDirectory::set_presence(UserId user, domain::Presence presence) {
  rows_.accounts.at(user).user.presence = presence;
}

std::int64_t MemoryDirectory::add_shift(const desk::Shift& shift) {
  auto& row = rows_.shifts[++rows_.last_id];
  row = shift;
  row.id = rows_.last_id;
  return row.id;
}

bool MemoryDirectory::remove_shift(UserId user, std::int64_t shift) {
  const auto found = rows_.shifts.find(shift);
  if (found == rows_.shifts.end() || found->second.user != user) return false;
  rows_.shifts.erase(found);
  return true;
}

CustomerId MemoryDirectory::add_customer(const desk::Customer& customer) {
  const CustomerId id{++rows_.last_id};
  rows_.customers[id] = customer;
  rows_.customers[id].id = id;
  return id;
}
void MemoryDirectory::save_customer(const desk::Customer& customer) {
  rows_.customers[customer.id] = customer;
}

OrganizationId MemoryDirectory::add_organization(const desk::Organization& organization) {
  const OrganizationId id{++rows_.last_id};
  rows_.organizations[id] = organization;
  rows_.organizations[id].id = id;
  return id;
}
void MemoryDirectory::save_organization(const desk::Organization& organization) {
  rows_.organizations[organization.id] = organization;
}

std::vector<domain::Candidate> MemoryDirectory::candidates(const domain::Team& team, bool team_at_work,
                                                           Time now) const {
  std::vector<domain::Candidate> found;
  for (const auto& [id, account] : rows_.accounts) {
    const auto& user = account.user;
    const auto membership = std::ranges::find(user.memberships, team.name, &desk::Membership::team);
    if (membership == user.memberships.end()) continue;
    domain::Candidate candidate;
    candidate.user = id;
    candidate.login = user.login;
    candidate.lead = membership->lead;
    candidate.active = user.active;
    candidate.presence = user.presence;
    desk::ShiftPlan plan(now);
    for (const auto& [number, shift] : rows_.shifts) {
      if (shift.user == id) plan.add(shift);
    }
    candidate.on_shift = plan.on_shift(team_at_work);
    for (const auto& [ticket, stored] : rows_.tickets) {
      if (stored.ticket.assignee == id && open(stored.ticket)) ++candidate.load;
    }
    candidate.last_assigned_at = lookup(rows_.last_assigned, id);
    candidate.capacity = user.capacity.value_or(team.capacity);
    candidate.skills = user.skills;
    candidate.regions = user.regions;
    candidate.product_lines = user.product_lines;
    found.push_back(std::move(candidate));
  }
  return found;
}

std::optional<desk::Session> MemoryAccess::find_session(const Digest& secret) const {
  for (const auto& [id, row] : rows_.sessions) {
    if (row.second == secret) return row.first;
  }
  return {};
}

std::optional<desk::Token> MemoryAccess::find_token(const Digest& secret) const {
  for (const auto& [id, row] : rows_.tokens) {
    if (row.second == secret) return row.first;
  }
  return {};
}

std::vector<desk::Session> MemoryAccess::sessions(UserId user) const {
  std::vector<desk::Session> found;
  for (const auto& [id, row] : rows_.sessions) {
    if (row.first.user == user) found.push_back(row.first);
  }
  return found;
}

std::vector<desk::Token> MemoryAccess::tokens(std::optional<UserId> user, TokenId after, int limit) const {
  std::vector<desk::Token> found;
  for (const auto& [id, row] : rows_.tokens) {
    if (id > after && (!user || row.first.user == *user) && std::cmp_less(found.size(), limit))
      found.push_back(row.first);
  }
  return found;
}

std::optional<std::string> MemoryAccess::password_hash(UserId user) const {
  const auto found = lookup(rows_.accounts, user);
  return found ? found->password_hash : std::nullopt;
}
void MemoryAccess::set_password_hash(UserId user, const std::string& encoded) {
  rows_.accounts.at(user).password_hash = encoded;
}

SessionId MemoryAccess::add_session(const desk::Session& session, const Digest& secret) {
  const SessionId id{++rows_.last_id};
  rows_.sessions[id] = {session, secret};
  rows_.sessions[id].first.id = id;
  return id;
}
void MemoryAccess::touch_session(SessionId id, Time now) {
  if (const auto found = rows_.sessions.find(id); found != rows_.sessions.end()) found->second.first.last_used_at = now;
}
bool MemoryAccess::remove_session(UserId user, SessionId id) {
  const auto found = rows_.sessions.find(id);
  if (found == rows_.sessions.end() || found->second.first.user != user) return false;
  rows_.sessions.erase(found);
  return true;
}
void MemoryAccess::remove_sessions(UserId user) {
  std::erase_if(rows_.sessions, [&](const auto& row) { return row.second.first.user == user; });
}
int MemoryAccess::drop_expired_sessions(Time now, int) {
  return static_cast<int>(
      std::erase_if(rows_.sessions, [&](const auto& row) { return row.second.first.expires_at < now; }));
}

TokenId MemoryAccess::add_token(const desk::Token& token, const Digest& secret) {
  const TokenId id{++rows_.last_id};
  rows_.tokens[id] = {token, secret};
  rows_.tokens[id].first.id = id;
  return id;
}
bool MemoryAccess::revoke_token(TokenId id, Time now) {
  const auto found = rows_.tokens.find(id);
  if (found == rows_.tokens.end() || found->second.first.revoked_at) return false;
  found->second.first.revoked_at = now;
  return true;
}

}  // namespace docket::test
