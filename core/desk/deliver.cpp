// SPDX-License-Identifier: Apache-2.0
#include "desk/deliver.hpp"

#include <algorithm>

#include "desk/audit.hpp"

namespace docket::desk {

Duration back_off(int tries, double jitter) {
  constexpr Duration first = std::chrono::seconds{1};
  constexpr Duration most = std::chrono::hours{1};
  const auto whole = tries >= 12 ? most : std::min(most, first * (1 << std::max(tries, 0)));
  return whole / 2 + Duration{static_cast<Duration::rep>(static_cast<double>((whole / 2).count()) * jitter)};
}

void record_try(Unit& unit, const Delivery& delivery, const TryOutcome& outcome, double jitter) {
  const int tries = delivery.tries + 1;
  switch (outcome.kind) {
    case TryOutcome::Kind::accepted:
      unit.outbox.record(delivery.id, DeliveryState::accepted, tries, {}, {}, outcome.vendor_id, unit.now);
      return;
    case TryOutcome::Kind::delivered:
      unit.outbox.record(delivery.id, DeliveryState::delivered, tries, {}, {}, outcome.vendor_id, unit.now);
      return;
    case TryOutcome::Kind::rejected:
      unit.outbox.record(delivery.id, DeliveryState::dead, tries, {}, outcome.error, {}, unit.now);
      return;
    case TryOutcome::Kind::retry_later:
    case TryOutcome::Kind::failed: {
      if (unit.now - delivery.created_at >= delivery_lifetime) {
        unit.outbox.record(delivery.id, DeliveryState::dead, tries, {}, outcome.error, {}, unit.now);
        return;
      }
      const auto wait = std::max(outcome.retry_after, back_off(delivery.tries, jitter));
      unit.outbox.record(delivery.id, DeliveryState::waiting, tries, unit.now + wait, outcome.error, {}, unit.now);
      return;
    }
  }
}

Result<void> replay_delivery(Unit& unit, const domain::Principal& principal, DeliveryId id) {
  const auto found = unit.outbox.deliveries({}, {}, DeliveryId{id.value + 1}, 1, principal);
  if (found.empty() || found.front().id != id) return fail(ErrorCode::not_found, "There is no such delivery.");
  const auto ticket = unit.tickets.load(found.front().ticket);
  if (!ticket || !principal.may(domain::Right::delivery_manage, ticket->team)) {
    return fail(ErrorCode::not_found, "There is no such delivery.");
  }
  if (!unit.outbox.replay(id, unit.now))
    return fail(ErrorCode::already_done, "Only a dead delivery can be tried again.");
  unit.wakes.deliveries = true;
  audit(unit, principal.actor, "delivery_replayed", "delivery " + std::to_string(id.value));
  return {};
}

}  // namespace docket::desk
