// SPDX-License-Identifier: Apache-2.0
// A ticket as the row that lists and filters read: what `docket verify` recomputes and compares.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "domain/ticket/ticket.hpp"

namespace docket::store {

/// Behind every `priority_rank` that a dispatch rule can have.
inline constexpr int kLastInQueue = 1001;

/// Members are named after the columns of the table `ticket`.
struct TicketProjection {
  TicketId id{};
  std::int64_t version = 0;
  std::string type{}, subject{}, state{};
  domain::StateCategory category{};
  bool closed = false;
  domain::Priority priority{};
  std::string team{};
  UserId assignee{};
  bool waiting = false;
  CustomerId customer{};
  OrganizationId organization{};
  std::string customer_level{}, channel{}, region{}, product_line{};
  domain::Awaiting awaiting{};
  bool on_hold = false;
  int escalation = 0, urges = 0, reopens = 0;
  std::optional<int> rating{};
  TicketId merged_into{};
  bool breached = false, overdue = false;
  std::optional<Time> due_at{};
  Time due_key{};
  Time entered_at{}, created_at{}, updated_at{};
  std::optional<Time> first_replied_at{}, resolved_at{}, closed_at{};
  std::string workflow{};
  std::optional<Time> timer_at{};
  int queue_rank = kLastInQueue;  ///< of interest while it waits
  bool operator==(const TicketProjection&) const = default;
};
BOOST_DESCRIBE_STRUCT(TicketProjection, (),
                      (id, version, type, subject, state, category, closed, priority, team, assignee, waiting, customer,
                       organization, customer_level, channel, region, product_line, awaiting, on_hold, escalation,
                       urges, reopens, rating, merged_into, breached, overdue, due_at, due_key, entered_at, created_at,
                       updated_at, first_replied_at, resolved_at, closed_at, workflow, timer_at, queue_rank))

[[nodiscard]] TicketProjection project(const domain::Ticket& ticket, std::optional<Time> next_timer);

/// Whether whoever has the ticket has work with it; what an agent's load counts.
[[nodiscard]] constexpr bool holds_work(domain::StateCategory category) {
  return category != domain::StateCategory::resolved && category != domain::StateCategory::closed;
}

/// The text that is searched for under the ticket itself: number, subject, tags and custom fields.
[[nodiscard]] std::string head_text(const domain::Ticket& ticket);

}  // namespace docket::store
