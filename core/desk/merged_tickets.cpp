// SPDX-License-Identifier: Apache-2.0
#include "desk/merged_tickets.hpp"

#include <algorithm>

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

std::optional<domain::Ticket> readable_by(const TicketReader& tickets, TicketId id,
                                          const domain::Principal& principal) {
  auto seen = tickets.find(id, principal);
  if (seen || !reads_sources(principal)) return seen;
  for (int hop = 0; hop < most_hops; ++hop) {
    const auto ended = tickets.find(id, domain::system_principal("merged"));
    if (!ended || !ended->merged_into) return {};
    id = ended->merged_into;
    seen = tickets.find(id, principal);
    if (seen) return seen;
  }
  return {};
}

}  // namespace docket::desk
