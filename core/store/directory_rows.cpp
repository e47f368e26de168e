// SPDX-License-Identifier: Apache-2.0
#include "store/directory_rows.hpp"

#include <algorithm>
#include <map>

#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "base/search_text.hpp"
#include "base/text.hpp"
#include "desk/shift_plan.hpp"
#include "store/query.hpp"

namespace docket::store {
namespace {

constexpr std::size_t most_members = 2000;
constexpr std::size_t page_cap = 1000;
constexpr std::size_t most_shifts = 20'000;

std::size_t page(int limit) {
  return static_cast<std::size_t>(std::clamp<int>(limit, 0, static_cast<int>(page_cap)));
}

desk::User to_user(const std::string& document, int presence) {
  auto user = json::decode_stored<desk::User>(document);
  user.presence = static_cast<domain::Presence>(presence);
  return user;
}

/// What an index row stands for: customers and organizations share one search index.
std::int64_t search_row(CustomerId id) {
  return id.value * 2;
}
std::int64_t search_row(OrganizationId id) {
  return id.value * 2 + 1;
}

/// The MATCH expression: every term as the beginning of a word. Terms hold only token characters.
std::string match_of(const std::string& text) {
  std::string match;
  for (const auto& term : search_terms(text, 8)) {
    if (!match.empty()) match += " AND ";
    match += "\"" + term.token + "\"*";
  }
  return match;
}

struct CustomerRow {
  CustomerId id;
  std::int64_t version;
  std::string name, phone, email, level, region, notes;
  OrganizationId organization;
  Time created_at;
};

desk::Customer to_customer(CustomerRow row) {
  desk::Customer customer;
  customer.id = row.id;
  customer.version = row.version;
  customer.name = std::move(row.name);
  customer.phone = std::move(row.phone);
  customer.email = std::move(row.email);
  customer.level = std::move(row.level);
  customer.region = std::move(row.region);
  customer.notes = std::move(row.notes);
  customer.organization = row.organization;
  customer.created_at = row.created_at;
  return customer;
}

template <class Selection>
std::vector<desk::Customer> take_customers(Selection selection, std::size_t limit) {
  std::vector<desk::Customer> out;
  selection.each(limit, [&](CustomerId id, std::int64_t version, std::string name, std::string phone, std::string email,
                            std::string level, std::string region, std::string notes, OrganizationId organization,
                            Time created_at) {
    out.push_back(to_customer({id, version, std::move(name), std::move(phone), std::move(email), std::move(level),
                               std::move(region), std::move(notes), organization, created_at}));
  });
  return out;
}

template <class Selection>
std::vector<desk::Organization> take_organizations(Selection selection, std::size_t limit) {
  std::vector<desk::Organization> out;
  selection.each(limit, [&](OrganizationId id, std::int64_t version, std::string name, std::string level,
                            std::string region, std::string notes, Time created_at) {
    desk::Organization organization;
    organization.id = id;
    organization.version = version;
    organization.name = std::move(name);
    organization.level = std::move(level);
    organization.region = std::move(region);
    organization.notes = std::move(notes);
    organization.created_at = created_at;
    out.push_back(std::move(organization));
  });
  return out;
}

std::string searchable(const desk::Customer& c) {
  return c.name + " " + c.phone + " " + c.email;
}

/// Digits of a phone number, without the country code of mainland China, so that spellings of one number are equal.
std::string phone_key(const std::string& phone) {
  std::string digits;
  for (const char c : phone) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  if (digits.size() == 13 && digits.starts_with("86")) digits.erase(0, 2);
  return digits;
}

}  // namespace

std::optional<desk::User> DirectoryRows::find_user(UserId id) const {
  if (roster_ != nullptr) {
    // On the writer the same people act all day.
    const auto row =
        session_
            .select<std::int64_t, int>(
                "SELECT u.version, s.presence FROM user u JOIN user_state s ON s.user = u.id WHERE u.id = ?", id)
            .maybe();
    if (!row) return {};
    auto user = cached(id, std::get<0>(*row));
    user.presence = static_cast<domain::Presence>(std::get<1>(*row));
    return user;
  }
  const auto row =
      session_
          .select<std::string, int>(
              "SELECT u.document, s.presence FROM user u JOIN user_state s ON s.user = u.id WHERE u.id = ?", id)
          .maybe();
  if (!row) return {};
  return to_user(std::get<0>(*row), std::get<1>(*row));
}

std::optional<desk::User> DirectoryRows::find_user_by_login(const std::string& login) const {
  const auto row =
      session_
          .select<std::string, int>(
              "SELECT u.document, s.presence FROM user u JOIN user_state s ON s.user = u.id WHERE u.login = ?", login)
          .maybe();
  if (!row) return {};
  return to_user(std::get<0>(*row), std::get<1>(*row));
}

std::vector<desk::User> DirectoryRows::users(UserId after, int limit, const std::string& team) const {
  std::vector<desk::User> out;
  const auto take = [&](const std::string& document, int presence) { out.push_back(to_user(document, presence)); };
  if (team.empty()) {
    session_
        .select<std::string, int>(
            "SELECT u.document, s.presence FROM user u JOIN user_state s ON s.user = u.id WHERE u.id > ? ORDER BY u.id "
            "LIMIT ?",
            after, page(limit))
        .each(page_cap, take);
  } else {
    session_
        .select<std::string, int>(
            "SELECT u.document, s.presence FROM membership m JOIN user u ON u.id = m.user JOIN user_state s ON s.user "
            "= u.id "
            "WHERE m.team = ? AND m.user > ? ORDER BY m.user LIMIT ?",
            team, after, page(limit))
        .each(page_cap, take);
  }
  return out;
}

std::vector<desk::Shift> DirectoryRows::shifts(UserId user, Time from, Time to) const {
  std::vector<desk::Shift> out;
  session_
      .select<std::int64_t, int, Time, Time>(
          "SELECT id, kind, from_at, to_at FROM shift WHERE user = ? AND to_at > ? AND from_at < ? ORDER BY to_at, id "
          "LIMIT 1000",
          user, from, to)
      .each(page_cap, [&](std::int64_t id, int kind, Time begins, Time ends) {
        desk::Shift shift;
        shift.id = id;
        shift.user = user;
        shift.kind = static_cast<desk::ShiftKind>(kind);
        shift.from = begins;
        shift.to = ends;
        out.push_back(shift);
      });
  return out;
}

std::vector<desk::Shift> DirectoryRows::roster(Time from, Time to, const std::string& team, int limit) const {
  std::vector<desk::Shift> out;
  session_
      .select<std::int64_t, UserId, int, Time, Time>(
          "SELECT id, user, kind, from_at, to_at FROM shift WHERE to_at > ? AND from_at < ? AND (? = '' OR user IN "
          "(SELECT user FROM membership WHERE team = ?)) ORDER BY user, from_at, id LIMIT ?",
          from, to, team, team, std::clamp(limit, 0, static_cast<int>(most_shifts)))
      .each(most_shifts, [&](std::int64_t id, UserId user, int kind, Time begins, Time ends) {
        desk::Shift shift;
        shift.id = id;
        shift.user = user;
        shift.kind = static_cast<desk::ShiftKind>(kind);
        shift.from = begins;
        shift.to = ends;
        out.push_back(shift);
      });
  return out;
}

std::optional<desk::Customer> DirectoryRows::find_customer(CustomerId id) const {
  auto found = take_customers(
      session_.select<CustomerId, std::int64_t, std::string, std::string, std::string, std::string, std::string,
                      std::string, OrganizationId, Time>("SELECT id, version, name, phone, email, level, region, "
                                                         "notes, organization, created_at FROM customer WHERE id = ?",
                                                         id),
      1);
  if (found.empty()) return {};
  return std::move(found.front());
}

std::vector<desk::Customer> DirectoryRows::customers_by_contact(const std::string& phone,
                                                                const std::string& email) const {
  const auto phone_digits = phone_key(phone);
  const auto folded_email = fold(email);
  return take_customers(
      session_.select<CustomerId, std::int64_t, std::string, std::string, std::string, std::string, std::string,
                      std::string, OrganizationId, Time>(
          "SELECT id, version, name, phone, email, level, region, notes, organization, created_at FROM customer "
          "WHERE id IN (SELECT id FROM customer WHERE phone_key = ? AND phone_key <> '' "
          "UNION SELECT id FROM customer WHERE email_key = ? AND email_key <> '') ORDER BY id LIMIT 20",
          phone_digits, folded_email),
      20);
}

std::vector<desk::Customer> DirectoryRows::customers(const std::string& text, CustomerId before, int limit) const {
  const auto below = before ? before.value : std::numeric_limits<std::int64_t>::max() / 4;
  if (text.empty()) {
    return take_customers(
        session_.select<CustomerId, std::int64_t, std::string, std::string, std::string, std::string, std::string,
                        std::string, OrganizationId, Time>(
            "SELECT id, version, name, phone, email, level, region, notes, organization, created_at FROM customer "
            "WHERE id < ? ORDER BY id DESC LIMIT ?",
            below, page(limit)),
        page_cap);
  }
  const auto match = match_of(text);
  if (match.empty()) return {};
  return take_customers(
      session_.select<CustomerId, std::int64_t, std::string, std::string, std::string, std::string, std::string,
                      std::string, OrganizationId, Time>(
          "SELECT c.id, c.version, c.name, c.phone, c.email, c.level, c.region, c.notes, c.organization, c.created_at "
          "FROM people_search p JOIN customer c ON c.id = p.rowid / 2 "
          "WHERE people_search MATCH ? AND p.rowid < ? AND p.rowid % 2 = 0 ORDER BY p.rowid DESC LIMIT ?",
          match, below * 2, page(limit)),
      page_cap);
}

std::optional<desk::Organization> DirectoryRows::find_organization(OrganizationId id) const {
  auto found = take_organizations(
      session_.select<OrganizationId, std::int64_t, std::string, std::string, std::string, std::string, Time>(
          "SELECT id, version, name, level, region, notes, created_at FROM organization WHERE id = ?", id),
      1);
  if (found.empty()) return {};
  return std::move(found.front());
}

std::vector<desk::Organization> DirectoryRows::organizations(const std::string& text, OrganizationId before,
                                                             int limit) const {
  const auto below = before ? before.value : std::numeric_limits<std::int64_t>::max() / 4;
  if (text.empty()) {
    return take_organizations(
        session_.select<OrganizationId, std::int64_t, std::string, std::string, std::string, std::string, Time>(
            "SELECT id, version, name, level, region, notes, created_at FROM organization WHERE id < ? ORDER BY id "
            "DESC LIMIT ?",
            below, page(limit)),
        page_cap);
  }
  const auto match = match_of(text);
  if (match.empty()) return {};
  return take_organizations(
      session_.select<OrganizationId, std::int64_t, std::string, std::string, std::string, std::string, Time>(
          "SELECT o.id, o.version, o.name, o.level, o.region, o.notes, o.created_at "
          "FROM people_search p JOIN organization o ON o.id = p.rowid / 2 "
          "WHERE people_search MATCH ? AND p.rowid < ? AND p.rowid % 2 = 1 ORDER BY p.rowid DESC LIMIT ?",
          match, below * 2, page(limit)),
      page_cap);
}

UserId DirectoryRows::add_user(const desk::User& user) {
  people_changed();
  session_.run("INSERT INTO user(version, login, name, active, document, created_at) VALUES(?,?,?,?,?,?)", user.version,
               user.login, user.name, user.active, std::string_view("{}"), user.created_at);
  auto stored = user;
  stored.id = UserId{session_.last_insert_id()};
  cache_.erase(stored.id);  // somebody whose making was undone may have had this id
  session_.run("INSERT INTO user_state(user, presence) VALUES(?,?)", stored.id, static_cast<int>(user.presence));
  session_.run("UPDATE user SET document = ? WHERE id = ?", json::encode(stored), stored.id);
  write_memberships(stored);
  return stored.id;
}

void DirectoryRows::save_user(const desk::User& user) {
  cache_.erase(user.id);
  people_changed();
  session_.run("UPDATE user SET version = ?, name = ?, active = ?, document = ? WHERE id = ?", user.version, user.name,
               user.active, json::encode(user), user.id);
  session_.run("DELETE FROM membership WHERE user = ?", user.id);
  write_memberships(user);
}

void DirectoryRows::write_memberships(const desk::User& user) {
  for (const auto& membership : user.memberships) {
    session_.run("INSERT INTO membership(team, user, lead) VALUES(?,?,?)", membership.team, user.id, membership.lead);
  }
}

void DirectoryRows::set_presence(UserId user, domain::Presence presence) {
  people_changed();
  session_.run("UPDATE user_state SET presence = ? WHERE user = ?", static_cast<int>(presence), user);
}

std::int64_t DirectoryRows::add_shift(const desk::Shift& shift) {
  people_changed();
  session_.run("INSERT INTO shift(user, kind, from_at, to_at) VALUES(?,?,?,?)", shift.user,
               static_cast<int>(shift.kind), shift.from, shift.to);
  return session_.last_insert_id();
}

bool DirectoryRows::remove_shift(UserId user, std::int64_t shift) {
  people_changed();
  return session_.run("DELETE FROM shift WHERE id = ? AND user = ?", shift, user) == 1;
}

CustomerId DirectoryRows::add_customer(const desk::Customer& c) {
  session_.run(
      "INSERT INTO customer(version, name, phone, email, phone_key, email_key, level, region, notes, organization, "
      "created_at) "
      "VALUES(?,?,?,?,?,?,?,?,?,?,?)",
      c.version, c.name, c.phone, c.email, phone_key(c.phone), fold(c.email), c.level, c.region, c.notes,
      c.organization, c.created_at);
  const CustomerId id{session_.last_insert_id()};
  index_person(search_row(id), searchable(c));
  return id;
}

void DirectoryRows::save_customer(const desk::Customer& c) {
  session_.run(
      "UPDATE customer SET version = ?, name = ?, phone = ?, email = ?, phone_key = ?, email_key = ?, level = ?, "
      "region = ?, notes = ?, "
      "organization = ? WHERE id = ?",
      c.version, c.name, c.phone, c.email, phone_key(c.phone), fold(c.email), c.level, c.region, c.notes,
      c.organization, c.id);
  index_person(search_row(c.id), searchable(c));
}

OrganizationId DirectoryRows::add_organization(const desk::Organization& o) {
  session_.run("INSERT INTO organization(version, name, level, region, notes, created_at) VALUES(?,?,?,?,?,?)",
               o.version, o.name, o.level, o.region, o.notes, o.created_at);
  const OrganizationId id{session_.last_insert_id()};
  index_person(search_row(id), o.name);
  return id;
}

void DirectoryRows::save_organization(const desk::Organization& o) {
  session_.run("UPDATE organization SET version = ?, name = ?, level = ?, region = ?, notes = ? WHERE id = ?",
               o.version, o.name, o.level, o.region, o.notes, o.id);
  index_person(search_row(o.id), o.name);
}

void DirectoryRows::index_person(std::int64_t row, const std::string& text) {
  session_.run("DELETE FROM people_search WHERE rowid = ?", row);
  session_.run("INSERT INTO people_search(rowid, tokens) VALUES(?,?)", row, search_tokens(text));
}

const desk::User& DirectoryRows::cached(UserId id, std::int64_t version) const {
  const auto known = cache_.find(id);
  if (known != cache_.end() && known->second.version == version) return known->second;
  const auto [document] = session_.select<std::string>("SELECT document FROM user WHERE id = ?", id).one();
  return cache_.insert_or_assign(id, json::decode_stored<desk::User>(document)).first->second;
}

RosterMemory::Team DirectoryRows::read_team(const std::string& team, Time from,
                                            std::unordered_map<UserId, RosterMemory::Standing>& standing) const {
  RosterMemory::Team read;
  read.from = from;
  read.until = from + std::chrono::hours{24};
  session_
      .select<UserId, int, Time, Time>(
          "SELECT s.user, s.kind, s.from_at, s.to_at FROM membership m JOIN shift s ON s.user = m.user WHERE m.team = "
          "? AND s.to_at > ? AND s.from_at < ? ORDER BY s.from_at LIMIT ?",
          team, from, read.until, static_cast<int>(most_shifts))
      .each(most_shifts, [&](UserId user, int kind, Time begin, Time end) {
        desk::Shift shift;
        shift.user = user;
        shift.kind = static_cast<desk::ShiftKind>(kind);
        shift.from = begin;
        shift.to = end;
        read.shifts.push_back(shift);
      });
  // Of more than that, only what begins before the last one is known whole.
  if (read.shifts.size() == most_shifts) read.until = std::max(read.shifts.back().from, from + std::chrono::minutes{1});
  session_
      .select<UserId, std::optional<Time>>(
          "SELECT m.user, (SELECT s.to_at FROM shift s WHERE s.user = m.user AND s.kind = ? AND s.to_at > ? AND s.to_at <= ? "
          "ORDER BY s.to_at DESC LIMIT 1) FROM membership m WHERE m.team = ? LIMIT 2000",
          static_cast<int>(desk::ShiftKind::shift), from - desk::ShiftPlan::counts_for, from, team)
      .each(most_members, [&](UserId user, std::optional<Time> end) {
        if (end) read.last_ended.emplace(user, *end);
      });

  struct MemberRow {
    UserId user;
    bool lead;
    std::int64_t version;
    bool active;
    int presence;
    int load;
    std::optional<Time> last_assigned_at;
  };
  const auto rows =
      session_
          .select<UserId, bool, std::int64_t, bool, int, int, std::optional<Time>>(
              "SELECT m.user, m.lead, u.version, u.active, s.presence, s.load, s.last_assigned_at FROM membership m "
              "JOIN user u ON u.id = m.user JOIN user_state s ON s.user = m.user WHERE m.team = ? ORDER BY m.user "
              "LIMIT 2000",
              team)
          .all<MemberRow>(most_members);
  read.members.reserve(rows.size());
  for (const auto& row : rows) {
    const auto& user = cached(row.user, row.version);
    RosterMemory::Member member;
    member.facts.user = row.user;
    member.facts.login = user.login;
    member.facts.lead = row.lead;
    member.facts.active = row.active;
    member.facts.presence = static_cast<domain::Presence>(row.presence);
    member.facts.skills = user.skills;
    member.facts.regions = user.regions;
    member.facts.product_lines = user.product_lines;
    member.capacity = user.capacity;
    read.members.push_back(std::move(member));
    standing.insert_or_assign(row.user, RosterMemory::Standing{row.load, row.last_assigned_at});
  }
  return read;
}

std::vector<domain::Candidate> DirectoryRows::candidates(const domain::Team& team, bool team_at_work, Time now) const {
  RosterMemory once;
  RosterMemory& memory = roster_ != nullptr ? *roster_ : once;
  auto known = memory.teams.find(team.name);
  if (known == memory.teams.end() || now < known->second.from || now >= known->second.until)
    known = memory.teams.insert_or_assign(team.name, read_team(team.name, now, memory.standing)).first;

  std::map<UserId, desk::ShiftPlan> plans;
  const auto plan_of = [&](UserId user) -> desk::ShiftPlan& { return plans.try_emplace(user, now).first->second; };
  for (const auto& [user, end] : known->second.last_ended) plan_of(user).add_ended(end);
  for (const auto& shift : known->second.shifts) plan_of(shift.user).add(shift);

  std::vector<domain::Candidate> out;
  out.reserve(known->second.members.size());
  for (const auto& member : known->second.members) {
    auto& candidate = out.emplace_back(member.facts);
    const auto& standing = memory.standing.at(candidate.user);
    candidate.on_shift = plan_of(candidate.user).on_shift(team_at_work);
    candidate.load = standing.load;
    candidate.last_assigned_at = standing.last_assigned_at;
    candidate.capacity = member.capacity.value_or(team.capacity);
  }
  return out;
}

void DirectoryRows::people_changed() {
  if (roster_ != nullptr) roster_->clear();
}

}  // namespace docket::store
