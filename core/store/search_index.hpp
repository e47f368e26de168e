// SPDX-License-Identifier: Apache-2.0
// The full-text index of tickets: one entry for the ticket itself, one for each message with the subject beside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "store/session.hpp"

namespace docket::store {

/// Entry numbers: ticket * 8192 + message number * 2 + (1 if internal), so that newest first is a walk backwards.
inline constexpr std::int64_t kEntriesPerTicket = 8192;
inline constexpr std::int64_t kIndexedMessages =
    kEntriesPerTicket / 2 - 1;  ///< later messages of a ticket are not found
[[nodiscard]] constexpr std::int64_t search_entry(TicketId ticket, std::int64_t number, bool internal) {
  return ticket.value * kEntriesPerTicket + number * 2 + (internal ? 1 : 0);
}

/// Writes entries at the end of a group, and under load of several groups: the index writes a segment each time, and
/// merges segments again and again.
class SearchIndex {
 public:
  explicit SearchIndex(Session& session) : session_(session) {}
  /// The ticket's own text is new or has changed.
  void set_head(TicketId ticket, std::string_view text, bool is_new);
  void add_message(TicketId ticket, std::int64_t number, bool internal, std::string_view subject,
                   std::string_view body);
  /// Defers what a process that ended left undone: new tickets and messages wait for each other under load. Returns how
  /// many entries these are.
  std::size_t index_missed();

 private:
  void add(std::int64_t entry, std::string tokens);

  Session& session_;
};

/// The MATCH expression for a query, or none if there is nothing to search for.
[[nodiscard]] std::optional<std::string> match_expression(std::string_view query);
/// Likewise with every term as the beginning of a word, for people who type a name.
[[nodiscard]] std::optional<std::string> prefix_expression(std::string_view query);

}  // namespace docket::store
