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

namespace {

DeliveryTry as_try(const TryOutcome& outcome, int number, Time now) {
  DeliveryTry one;
  one.number = number;
  one.at = now - outcome.took;
  one.took = outcome.took;
  one.outcome = enum_name(outcome.kind);
  one.error = outcome.error;
  one.vendor_id = outcome.vendor_id;
  return one;
}

void note(Unit& unit, DeliveryId id, int number, std::string_view what, std::string error) {
  DeliveryTry one;
  one.number = number;
  one.at = unit.now;
  one.outcome = what;
  one.error = std::move(error);
  unit.outbox.add_try(id, one);
}

/// Neither delivered nor dead, whatever the caller's copy says.
bool is_open(const Unit& unit, DeliveryId id) {
  const auto now = unit.outbox.find(id);
  return now && (now->state == DeliveryState::waiting || now->state == DeliveryState::accepted);
}

void go_by(Unit& unit, const Delivery& delivery, const std::string& fallback) {
  if (fallback.empty() || fallback == delivery.destination) return;
  const auto made = unit.outbox.fall_back(delivery.id, fallback, unit.now);
  if (!made) return;
  note(unit, delivery.id, delivery.tries, "fallen_back", "sent by " + fallback + " instead, as delivery " + std::to_string(made->value));
  unit.wakes.destinations.insert(fallback);
}

}  // namespace

void hide_words(Delivery& delivery, const Reading& reading, const domain::Principal& principal) {
  if (!principal.restricted_fields) return;
  const auto& recipient = delivery.recipient;
  if (recipient.kind == domain::ActorKind::user && UserId{recipient.id} == principal.user) return;
  const auto ticket = reading.tickets.find(delivery.ticket, principal);
  const auto hidden = [&](const auto& group) {
    return principal.access(group.first, ticket->team) == domain::FieldAccess::hidden;
  };
  if (ticket && std::ranges::none_of(principal.field_groups, hidden)) return;
  delivery.subject.clear();
  delivery.body.clear();
}

void record_try(Unit& unit, const Delivery& delivery, const TryOutcome& outcome, double jitter, const LaneRules& rules) {
  using enum TryOutcome::Kind;
  const int tries = delivery.tries + 1;
  if (rules.keeps_story || tries > 1 || outcome.kind != delivered) unit.outbox.add_try(delivery.id, as_try(outcome, tries, unit.now));
  const auto die = [&] {
    if (!is_open(unit, delivery.id)) return;
    unit.outbox.record(delivery.id, DeliveryState::dead, tries, {}, outcome.error, {}, unit.now);
    go_by(unit, delivery, rules.fallback);
  };
  switch (outcome.kind) {
    case accepted:
      unit.outbox.record(delivery.id, DeliveryState::accepted, tries, {}, {}, outcome.vendor_id, unit.now);
      return;
    case delivered:
      unit.outbox.record(delivery.id, DeliveryState::delivered, tries, {}, {}, outcome.vendor_id, unit.now);
      return;
    case rejected:
      die();
      return;
    case retry_later:
    case failed: {
      if (unit.now - delivery.created_at >= delivery_lifetime) return die();
      const auto wait = std::max(outcome.retry_after, back_off(delivery.tries, jitter));
      unit.outbox.record(delivery.id, DeliveryState::waiting, tries, unit.now + wait, outcome.error, {}, unit.now);
      return;
    }
  }
}

void record_receipt(Unit& unit, const Delivery& delivery, bool arrived, const std::string& error,
                    const std::string& fallback) {
  const auto state = arrived ? DeliveryState::delivered : DeliveryState::dead;
  // A receipt may overtake the note of its own try: then the delivery still waits, and the note finds it done. One that
  // comes twice, or for what was replayed and arrived, changes nothing.
  if (!is_open(unit, delivery.id)) return;
  unit.outbox.record(delivery.id, state, delivery.tries, {}, error, delivery.vendor_id, unit.now);
  note(unit, delivery.id, delivery.tries, arrived ? "receipt" : "receipt_failed", error);
  if (!arrived) go_by(unit, delivery, fallback);
}

std::optional<Time> quiet_until(const domain::QuietHours& quiet, Time now, Duration offset) {
  const auto local = now + offset;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto minute = std::chrono::floor<std::chrono::minutes>(local - day).count();
  const bool over_midnight = quiet.from_minute > quiet.to_minute;
  const bool inside = over_midnight ? minute >= quiet.from_minute || minute < quiet.to_minute
                                    : minute >= quiet.from_minute && minute < quiet.to_minute;
  if (!inside) return std::nullopt;
  auto end = day + std::chrono::minutes{quiet.to_minute};
  if (end <= local) end += std::chrono::days{1};
  return Time{end - offset};
}

Result<void> replay_delivery(Unit& unit, const domain::Principal& principal, DeliveryId id) {
  const auto found = unit.outbox.deliveries({.id = id}, {}, 1, principal).rows;
  if (found.empty()) return fail(ErrorCode::not_found, {"There is no such delivery.", "没有这条投递。"});
  const auto ticket = unit.tickets.load(found.front().ticket);
  if (!ticket || !principal.may(domain::Right::delivery_manage, ticket->team)) {
    return fail(ErrorCode::not_found, {"There is no such delivery.", "没有这条投递。"});
  }
  if (!unit.outbox.replay(id, unit.now))
    return fail(ErrorCode::already_done, {"Only a dead delivery can be tried again.", "只有失败的投递才能重新投递。"});
  note(unit, id, 0, "replayed", {});
  unit.wakes.destinations.insert(found.front().destination);
  audit(unit, principal.actor, "delivery_replayed", "delivery " + std::to_string(id.value));
  return {};
}

}  // namespace docket::desk
