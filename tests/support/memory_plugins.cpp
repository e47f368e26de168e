// SPDX-License-Identifier: Apache-2.0
// The ports of plugins and of a delivery's story over plain maps.
#include <algorithm>

#include "support/memory_desk.hpp"

namespace docket::test {

std::vector<desk::DeliveryTry> MemoryOutbox::tries(DeliveryId id) const {
  const auto found = rows_.tries.find(id);
  return found == rows_.tries.end() ? std::vector<desk::DeliveryTry>{} : found->second;
}
std::optional<DeliveryId> MemoryOutbox::fallen_back_to(DeliveryId id) const {
  const auto found = rows_.fallen_back.find(id);
  if (found == rows_.fallen_back.end()) return std::nullopt;
  return found->second;
}
std::optional<desk::Delivery> MemoryOutbox::find(DeliveryId id) const {
  const auto found = rows_.deliveries.find(id);
  if (found == rows_.deliveries.end()) return std::nullopt;
  return found->second;
}
std::optional<desk::Delivery> MemoryOutbox::find_by_vendor(const std::string& destination,
                                                           const std::string& vendor_id) const {
  for (const auto& [id, row] : rows_.deliveries) {
    if (row.destination == destination && row.vendor_id == vendor_id && !vendor_id.empty() &&
        row.state == desk::DeliveryState::accepted)
      return row;
  }
  return std::nullopt;
}
std::optional<desk::Delivery> MemoryOutbox::find_by_key(const std::string& key) const {
  for (const auto& [id, row] : rows_.deliveries) {
    if (row.key == key) return row;
  }
  return std::nullopt;
}
std::vector<desk::Delivery> MemoryOutbox::due_together(const std::string& destination,
                                                       const domain::Recipient& recipient, int limit) const {
  std::vector<desk::Delivery> out;
  for (const auto& [id, row] : rows_.deliveries) {
    if (row.destination != destination || row.state != desk::DeliveryState::waiting || !(row.recipient == recipient)) continue;
    const bool behind = std::ranges::any_of(rows_.deliveries, [&](const auto& other) {
      return other.second.ticket == row.ticket && other.second.destination == destination &&
             other.second.state == desk::DeliveryState::waiting && other.first < id &&
             !(other.second.recipient == recipient);
    });
    if (!behind && std::cmp_less(out.size(), limit)) out.push_back(row);
  }
  return out;
}
void MemoryOutbox::postpone(DeliveryId id, Time until) {
  rows_.deliveries.at(id).next_try_at = until;
}
void MemoryOutbox::add_try(DeliveryId id, const desk::DeliveryTry& one) {
  rows_.tries[id].push_back(one);
}
std::optional<DeliveryId> MemoryOutbox::fall_back(DeliveryId id, const std::string& destination, Time now) {
  if (rows_.fallen_back.contains(id) || rows_.deliveries.at(id).state == desk::DeliveryState::delivered) return std::nullopt;
  auto row = rows_.deliveries.at(id);
  row.id = DeliveryId{++rows_.last_id};
  row.key += "-" + destination;
  row.destination = destination;
  row.state = desk::DeliveryState::waiting;
  row.tries = 0;
  row.created_at = now;
  row.next_try_at = now;
  row.done_at.reset();
  row.last_error.clear();
  row.vendor_id.clear();
  rows_.deliveries[row.id] = row;
  rows_.fallen_back[id] = row.id;
  return row.id;
}
std::vector<DeliveryId> MemoryOutbox::not_arrived(const std::string& destination, Time before, bool receipts,
                                                  int limit) const {
  std::vector<DeliveryId> out;
  for (const auto& [id, row] : rows_.deliveries) {
    const bool open = row.state != desk::DeliveryState::delivered && (row.state != desk::DeliveryState::accepted || receipts);
    auto since = row.tries == 0 ? row.next_try_at.value_or(row.created_at) : row.created_at;
    for (const auto& one : tries(id)) {
      if (row.tries == 0 || one.number == 0 || one.at < row.created_at) continue;
      since = one.at;
      break;
    }
    if (row.destination == destination && open && row.created_at < before && since < before &&
        !rows_.fallen_back.contains(id) && std::cmp_less(out.size(), limit))
      out.push_back(id);
  }
  return out;
}

std::optional<std::string> MemoryPlugins::state(const std::string& plugin, const std::string& key) const {
  const auto found = rows_.plugin_state.find({plugin, key});
  if (found == rows_.plugin_state.end()) return std::nullopt;
  return found->second;
}
std::optional<desk::Intake> MemoryPlugins::find_intake(const std::string& plugin, const std::string& key) const {
  const auto found = rows_.intake.find({plugin, key});
  if (found == rows_.intake.end()) return std::nullopt;
  return found->second;
}
std::vector<desk::Intake> MemoryPlugins::intake(const std::string& plugin, std::optional<desk::IntakeOutcome> outcome,
                                                std::int64_t before, int limit) const {
  std::vector<desk::Intake> out;
  for (const auto& [key, row] : rows_.intake) {
    if (row.plugin == plugin && (!outcome || row.outcome == *outcome) && (before == 0 || row.id < before))
      out.push_back(row);
  }
  std::ranges::sort(out, std::greater{}, &desk::Intake::id);
  if (std::cmp_greater(out.size(), limit)) out.resize(static_cast<std::size_t>(limit));
  return out;
}
std::optional<desk::Address> MemoryPlugins::find_address(const std::string& kind, const std::string& value) const {
  for (const auto& one : rows_.addresses) {
    if (one.kind == kind && one.value == value) return one;
  }
  return std::nullopt;
}
std::vector<desk::Address> MemoryPlugins::addresses(domain::ActorKind owner_kind, std::int64_t owner) const {
  std::vector<desk::Address> out;
  for (const auto& one : rows_.addresses) {
    if (one.owner_kind == owner_kind && one.owner == owner) out.push_back(one);
  }
  return out;
}
std::optional<desk::SourceRecord> MemoryPlugins::find_record(const std::string& plugin, const std::string& resource,
                                                             const std::string& id) const {
  const auto found = rows_.source_records.find({plugin, resource, id});
  if (found == rows_.source_records.end()) return std::nullopt;
  return found->second;
}
std::vector<desk::SourceRecord> MemoryPlugins::records_of(const std::string& resource, std::int64_t local) const {
  std::vector<desk::SourceRecord> out;
  for (const auto& [key, row] : rows_.source_records) {
    if (row.resource == resource && row.local == local && local != 0) out.push_back(row);
  }
  return out;
}
std::vector<desk::SourceRecord> MemoryPlugins::records_owned(const std::string& plugin, const std::string& resource,
                                                             const std::string& owner, int limit) const {
  std::vector<desk::SourceRecord> out;
  for (const auto& [key, row] : rows_.source_records) {
    if (row.plugin == plugin && row.resource == resource && row.owner == owner && !row.deleted &&
        std::cmp_less(out.size(), limit))
      out.push_back(row);
  }
  return out;
}
std::vector<desk::RefusedRecord> MemoryPlugins::refused_records(const std::string& plugin, int limit) const {
  std::vector<desk::RefusedRecord> out;
  for (const auto& [key, row] : rows_.refused_records) {
    if (key[0] == plugin && std::cmp_less(out.size(), limit)) out.push_back(row);
  }
  return out;
}
bool MemoryPlugins::put_state(const std::string& plugin, const std::string& key, const std::string& value) {
  if (value.empty()) {
    rows_.plugin_state.erase({plugin, key});
  } else {
    rows_.plugin_state[{plugin, key}] = value;
  }
  return true;
}
void MemoryPlugins::add_intake(const desk::Intake& row) {
  auto& kept = rows_.intake[{row.plugin, row.key}];
  const auto id = kept.id != 0 ? kept.id : ++rows_.last_id;
  kept = row;
  kept.id = id;
}
void MemoryPlugins::set_address(const desk::Address& address) {
  std::erase_if(rows_.addresses, [&](const auto& one) {
    return one.kind == address.kind &&
           (one.value == address.value || (one.owner_kind == address.owner_kind && one.owner == address.owner));
  });
  if (!address.value.empty()) rows_.addresses.push_back(address);
}
void MemoryPlugins::save_record(const desk::SourceRecord& record) {
  rows_.source_records[{record.plugin, record.resource, record.id}] = record;
}
std::vector<desk::SourceRecord> MemoryPlugins::records_unseen(const std::string& plugin, const std::string& resource,
                                                              Time since, int limit) const {
  std::vector<desk::SourceRecord> out;
  for (const auto& [key, row] : rows_.source_records) {
    if (row.plugin == plugin && row.resource == resource && row.fetched_at < since && !row.deleted &&
        std::cmp_less(out.size(), limit))
      out.push_back(row);
  }
  return out;
}
void MemoryPlugins::set_refused(const std::string& plugin, const desk::RefusedRecord& refused) {
  rows_.refused_records[{plugin, refused.resource, refused.id}] = refused;
}
void MemoryPlugins::clear_refused(const std::string& plugin, const std::string& resource, const std::string& id) {
  rows_.refused_records.erase({plugin, resource, id});
}

}  // namespace docket::test
