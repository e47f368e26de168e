// SPDX-License-Identifier: Apache-2.0
#include "store/plugin_rows.hpp"

#include <algorithm>

#include "store/fragment.hpp"

namespace docket::store {
namespace {

constexpr std::size_t kMostRows = 1000;
constexpr std::int64_t kMostKeys = 10'000;  // of one plugin's state

int bounded(int limit) {
  return std::clamp(limit, 0, static_cast<int>(kMostRows));
}

std::vector<desk::Intake> select_intake(Session& session, const Fragment& rest) {
  const Fragment sql = Fragment("SELECT id, plugin, key, outcome, ticket, message, reason, answer, at FROM intake") + rest;
  std::vector<desk::Intake> out;
  session
      .select<std::int64_t, std::string, std::string, desk::IntakeOutcome, TicketId, std::int64_t, std::string,
              std::string, Time>(sql.sql, sql.values)
      .each(kMostRows, [&](std::int64_t id, std::string plugin, std::string key, desk::IntakeOutcome outcome,
                           TicketId ticket, std::int64_t message, std::string reason, std::string answer, Time at) {
        desk::Intake row;
        row.id = id;
        row.plugin = std::move(plugin);
        row.key = std::move(key);
        row.outcome = outcome;
        row.ticket = ticket;
        row.message = message;
        row.reason = std::move(reason);
        row.answer = std::move(answer);
        row.at = at;
        out.push_back(std::move(row));
      });
  return out;
}

std::vector<desk::SourceRecord> select_records(Session& session, const Fragment& rest) {
  const Fragment sql =
      Fragment("SELECT plugin, resource, id, local, owner, data, digest, deleted, fetched_at FROM source_record") + rest;
  std::vector<desk::SourceRecord> out;
  session
      .select<std::string, std::string, std::string, std::int64_t, std::string, std::string, std::string, bool, Time>(
          sql.sql, sql.values)
      .each(kMostRows, [&](std::string plugin, std::string resource, std::string id, std::int64_t local,
                           std::string owner, std::string data, std::string digest, bool deleted, Time fetched_at) {
        desk::SourceRecord row;
        row.plugin = std::move(plugin);
        row.resource = std::move(resource);
        row.id = std::move(id);
        row.local = local;
        row.owner = std::move(owner);
        row.data = std::move(data);
        row.digest = std::move(digest);
        row.deleted = deleted;
        row.fetched_at = fetched_at;
        out.push_back(std::move(row));
      });
  return out;
}

template <class T>
std::optional<T> first_of(std::vector<T> rows) {
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

}  // namespace

std::optional<std::string> PluginRows::state(const std::string& plugin, const std::string& key) const {
  const auto row =
      session_.select<std::string>("SELECT value FROM plugin_state WHERE plugin = ? AND key = ?", plugin, key).maybe();
  if (!row) return std::nullopt;
  return std::get<0>(*row);
}

bool PluginRows::put_state(const std::string& plugin, const std::string& key, const std::string& value) {
  if (value.empty()) {
    session_.run("DELETE FROM plugin_state WHERE plugin = ? AND key = ?", plugin, key);
    return true;
  }
  if (session_.run("UPDATE plugin_state SET value = ? WHERE plugin = ? AND key = ?", value, plugin, key) == 1) return true;
  const auto keys =
      std::get<0>(session_.select<std::int64_t>("SELECT count(*) FROM plugin_state WHERE plugin = ?", plugin).one());
  if (keys >= kMostKeys) return false;
  session_.run("INSERT INTO plugin_state(plugin, key, value) VALUES(?,?,?)", plugin, key, value);
  return true;
}

std::optional<desk::Intake> PluginRows::find_intake(const std::string& plugin, const std::string& key) const {
  return first_of(select_intake(session_, Fragment(" WHERE plugin = ? AND key = ?", plugin, key)));
}

std::vector<desk::Intake> PluginRows::intake(const std::string& plugin, std::optional<desk::IntakeOutcome> outcome,
                                             std::int64_t before, int limit) const {
  Fragment rest(" WHERE plugin = ?", plugin);
  if (outcome) rest += Fragment(" AND outcome = ?", *outcome);
  if (before > 0) rest += Fragment(" AND id < ?", before);
  rest += Fragment(" ORDER BY id DESC LIMIT ?", bounded(limit));
  return select_intake(session_, rest);
}

void PluginRows::add_intake(const desk::Intake& row) {
  session_.run(
      "INSERT INTO intake(plugin, key, outcome, ticket, message, reason, answer, at) VALUES(?,?,?,?,?,?,?,?)"
      " ON CONFLICT(plugin, key) DO UPDATE SET outcome = excluded.outcome, ticket = excluded.ticket,"
      " message = excluded.message, reason = excluded.reason, answer = excluded.answer, at = excluded.at",
      row.plugin, row.key, row.outcome, row.ticket, row.message, row.reason, row.answer, row.at);
}

std::optional<desk::Address> PluginRows::find_address(const std::string& kind, const std::string& value) const {
  const auto row = session_
                       .select<domain::ActorKind, std::int64_t>(
                           "SELECT owner_kind, owner FROM address WHERE kind = ? AND value = ?", kind, value)
                       .maybe();
  if (!row) return std::nullopt;
  return desk::Address{kind, value, std::get<0>(*row), std::get<1>(*row)};
}

std::vector<desk::Address> PluginRows::addresses(domain::ActorKind owner_kind, std::int64_t owner) const {
  std::vector<desk::Address> out;
  session_
      .select<std::string, std::string>(
          "SELECT kind, value FROM address WHERE owner_kind = ? AND owner = ? ORDER BY kind LIMIT 50", owner_kind, owner)
      .each(kMostRows, [&](std::string kind, std::string value) {
        desk::Address address;
        address.kind = std::move(kind);
        address.value = std::move(value);
        address.owner_kind = owner_kind;
        address.owner = owner;
        out.push_back(std::move(address));
      });
  return out;
}

void PluginRows::set_address(const desk::Address& address) {
  session_.run("DELETE FROM address WHERE (owner_kind = ? AND owner = ? AND kind = ?) OR (kind = ? AND value = ?)",
               address.owner_kind, address.owner, address.kind, address.kind, address.value);
  if (address.value.empty()) return;
  session_.run("INSERT INTO address(kind, owner_kind, owner, value) VALUES(?,?,?,?)", address.kind, address.owner_kind,
               address.owner, address.value);
}

std::optional<desk::SourceRecord> PluginRows::find_record(const std::string& plugin, const std::string& resource,
                                                          const std::string& id) const {
  return first_of(
      select_records(session_, Fragment(" WHERE plugin = ? AND resource = ? AND id = ?", plugin, resource, id)));
}

std::vector<desk::SourceRecord> PluginRows::records_of(const std::string& resource, std::int64_t local) const {
  return select_records(session_, Fragment(" WHERE resource = ? AND local = ? AND local <> 0 ORDER BY plugin, id LIMIT 20",
                                           resource, local));
}

std::vector<desk::SourceRecord> PluginRows::records_owned(const std::string& plugin, const std::string& resource,
                                                          const std::string& owner, int limit) const {
  return select_records(session_, Fragment(" WHERE plugin = ? AND resource = ? AND owner = ? AND owner <> ''"
                                           " AND deleted = 0 ORDER BY fetched_at DESC, id DESC LIMIT ?",
                                           plugin, resource, owner, bounded(limit)));
}

void PluginRows::save_record(const desk::SourceRecord& record) {
  session_.run(
      "INSERT INTO source_record(plugin, resource, id, local, owner, data, digest, deleted, fetched_at)"
      " VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(plugin, resource, id) DO UPDATE SET local = excluded.local,"
      " owner = excluded.owner, data = excluded.data, digest = excluded.digest, deleted = excluded.deleted,"
      " fetched_at = excluded.fetched_at",
      record.plugin, record.resource, record.id, record.local, record.owner, record.data, record.digest, record.deleted,
      record.fetched_at);
}

std::vector<desk::SourceRecord> PluginRows::records_unseen(const std::string& plugin, const std::string& resource,
                                                           Time since, int limit) const {
  return select_records(session_, Fragment(" WHERE plugin = ? AND resource = ? AND fetched_at < ? AND deleted = 0"
                                           " ORDER BY fetched_at LIMIT ?",
                                           plugin, resource, since, bounded(limit)));
}

std::vector<desk::RefusedRecord> PluginRows::refused_records(const std::string& plugin, int limit) const {
  std::vector<desk::RefusedRecord> out;
  session_
      .select<std::string, std::string, std::string, Time>(
          "SELECT resource, id, reason, at FROM refused_record WHERE plugin = ? ORDER BY at DESC LIMIT ?", plugin,
          bounded(limit))
      .each(kMostRows, [&](std::string resource, std::string id, std::string reason, Time at) {
        desk::RefusedRecord row;
        row.resource = std::move(resource);
        row.id = std::move(id);
        row.reason = std::move(reason);
        row.at = at;
        out.push_back(std::move(row));
      });
  return out;
}

void PluginRows::set_refused(const std::string& plugin, const desk::RefusedRecord& refused) {
  session_.run(
      "INSERT INTO refused_record(plugin, resource, id, reason, at) VALUES(?,?,?,?,?)"
      " ON CONFLICT(plugin, resource, id) DO UPDATE SET reason = excluded.reason, at = excluded.at",
      plugin, refused.resource, refused.id, refused.reason, refused.at);
}

void PluginRows::clear_refused(const std::string& plugin, const std::string& resource, const std::string& id) {
  session_.run("DELETE FROM refused_record WHERE plugin = ? AND resource = ? AND id = ?", plugin, resource, id);
}

}  // namespace docket::store
