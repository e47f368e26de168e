// SPDX-License-Identifier: Apache-2.0
#include "desk/merged_tickets.hpp"

#include <algorithm>
#include <utility>

namespace docket::desk {
namespace {

constexpr std::size_t most_sources = 50;
constexpr int most_hops = 50;

}  // namespace

std::vector<TicketId> sources_of(const TicketReader& tickets, TicketId id) {
  std::vector<TicketId> found;
  std::vector<TicketId> ends{id};
  for (std::size_t at = 0; at < ends.size() && found.size() < most_sources; ++at) {
    for (const auto source : tickets.merged_into(ends[at])) {
      if (found.size() == most_sources) break;
      found.push_back(source);
      ends.push_back(source);
    }
  }
  std::ranges::sort(found);
  return found;
}

bool reads_sources(const domain::Principal& principal) {
  return principal.user && !principal.only && principal.actor.kind == domain::ActorKind::user &&
         domain::sees_notes(principal);
}

std::optional<ReadableTicket> find_to_read(const TicketReader& tickets, TicketId id,
                                           const domain::Principal& principal) {
  if (auto own = tickets.find(id, principal)) return ReadableTicket{*own, *own};
  if (!reads_sources(principal)) return {};
  const auto any = domain::system_principal("merged");
  auto ticket = tickets.find(id, any);
  if (!ticket) return {};
  auto next = ticket->merged_into;
  for (int hop = 0; hop < most_hops && next; ++hop) {
    if (auto seen = tickets.find(next, principal)) return ReadableTicket{std::move(*ticket), std::move(*seen)};
    const auto between = tickets.find(next, any);
    if (!between) return {};
    next = between->merged_into;
  }
  return {};
}

}  // namespace docket::desk
