// SPDX-License-Identifier: Apache-2.0
// A ticket's messages one after the other: a message may have 256 KiB and its formatted tree as much again, so nobody
// holds all of them to choose some.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "desk/ports/message_page.hpp"
#include "desk/ports/ticket_store.hpp"

namespace docket::desk {

inline constexpr int messages_a_page = wholly_formatted_page;

/// Hands the messages after number `after` to `visit`, ascending, at most `most`; as rvalues, to be kept or dropped.
template <class Visit>
void each_message(const TicketReader& tickets, TicketId id, std::int64_t after, std::int64_t most, bool internal,
                  Visit&& visit) {
  while (most > 0) {
    const auto wanted = static_cast<int>(std::min<std::int64_t>(most, messages_a_page));
    auto page = tickets.messages(id, after, wanted, internal);
    for (auto& message : page) {
      after = message.number;
      visit(std::move(message));
    }
    if (std::cmp_less(page.size(), wanted)) return;
    most -= wanted;
  }
}

}  // namespace docket::desk
