// SPDX-License-Identifier: Apache-2.0
// Deliveries in memory, and their tries.
#include <algorithm>

#include "support/memory_rows.hpp"

namespace docket::test {

desk::DeliveryPage MemoryOutbox::deliveries(const desk::DeliveryFilter& filter, DeliveryId before, int limit,
                                            const domain::Principal& principal) const {
  desk::DeliveryPage page;
  page.rows = newest(rows_.deliveries, before, limit + 1, [&](const desk::Delivery& delivery) {
    const auto stored = rows_.tickets.find(delivery.ticket);
    return (!filter.id || delivery.id == *filter.id) && (!filter.ticket || delivery.ticket == *filter.ticket) && (!filter.state || delivery.state == *filter.state) &&
           (filter.destination.empty() || delivery.destination == filter.destination) &&
           stored != rows_.tickets.end() && domain::visible(principal, stored->second.ticket, now_);
  });
  if (std::cmp_greater(page.rows.size(), limit)) {
    page.rows.pop_back();
    page.next = page.rows.back().id;
  }
  return page;
}

std::vector<desk::Delivery> MemoryOutbox::due(const std::string& destination, Time now, int limit) const {
  std::vector<desk::Delivery> found;
  const auto waits = [&](const desk::Delivery& one) {
    return one.state == desk::DeliveryState::waiting && one.destination == destination;
  };
  const auto stands_before = [&](const desk::Delivery& other, const desk::Delivery& one) {
    if (!waits(other) || other.ticket != one.ticket || other.id >= one.id) return false;
    if (other.recipient.id == 0) return true;
    if (one.recipient.id != 0 && !(other.recipient == one.recipient)) return false;
    return other.tries > 0 || other.next_try_at <= now;
  };
  for (const auto& [id, delivery] : rows_.deliveries) {
    if (!waits(delivery) || delivery.next_try_at > now) continue;
    const bool behind = std::ranges::any_of(
        rows_.deliveries, [&](const auto& other) { return stands_before(other.second, delivery); });
    if (!behind && std::cmp_less(found.size(), limit)) found.push_back(delivery);
  }
  return found;
}

std::vector<std::string> MemoryOutbox::destinations_due(Time now) const {
  std::set<std::string> found;
  for (const auto& [id, d] : rows_.deliveries) {
    if (d.state == desk::DeliveryState::waiting && d.next_try_at <= now) found.insert(d.destination);
  }
  return {found.begin(), found.end()};
}

std::optional<Time> MemoryOutbox::next_due(const std::string& destination, Time now) const {
  std::optional<Time> earliest;
  for (const auto& [id, d] : rows_.deliveries) {
    const bool waits = d.state == desk::DeliveryState::waiting && d.destination == destination && d.next_try_at > now;
    if (waits && (!earliest || d.next_try_at < earliest)) earliest = d.next_try_at;
  }
  return earliest;
}

void MemoryOutbox::record(DeliveryId id, desk::DeliveryState state, int tries, std::optional<Time> next_try_at,
                          const std::string& error, const std::string& vendor_id, Time now) {
  auto& delivery = rows_.deliveries.at(id);
  if (delivery.state != desk::DeliveryState::waiting && delivery.state != desk::DeliveryState::accepted) return;
  delivery.state = state;
  delivery.tries = tries;
  delivery.next_try_at = next_try_at;
  delivery.last_error = error;
  delivery.vendor_id = vendor_id;
  if (state != desk::DeliveryState::waiting) delivery.done_at = now;
}

bool MemoryOutbox::replay(DeliveryId id, Time now) {
  const auto found = rows_.deliveries.find(id);
  if (found == rows_.deliveries.end() || found->second.state != desk::DeliveryState::dead) return false;
  found->second.state = desk::DeliveryState::waiting;
  found->second.tries = 0;
  found->second.next_try_at = found->second.created_at = now;
  return true;
}

}  // namespace docket::test
