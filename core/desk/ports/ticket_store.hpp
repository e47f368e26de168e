// SPDX-License-Identifier: Apache-2.0
// Tickets, their histories and what hangs on them. Readers see only what the principal may see.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "desk/ports/notice_store.hpp"
#include "desk/ports/outbox.hpp"
#include "domain/definitions.hpp"
#include "domain/ticket/decide.hpp"

namespace docket::desk {

/// One line of a list.
struct TicketRow {
  TicketId id{};
  std::int64_t version = 0;
  std::string type, subject, state;
  domain::StateCategory category{};
  domain::Priority priority{};
  std::string team;
  UserId assignee{};
  std::string assignee_name;  ///< display name, empty when nobody
  CustomerId customer{};
  std::string customer_name;
  std::string channel, region, product_line;
  bool waiting = false;
  bool on_hold = false;
  domain::Awaiting awaiting{};
  int escalation = 0;
  int urges = 0;
  bool breached = false;         ///< a running clock is past its goal
  std::optional<Time> due_at{};  ///< earliest goal of the running clocks
  Time created_at{}, updated_at{};
};
BOOST_DESCRIBE_STRUCT(TicketRow, (),
                      (id, version, type, subject, state, category, priority, team, assignee, assignee_name, customer,
                       customer_name, channel, region, product_line, waiting, on_hold, awaiting, escalation, urges,
                       breached, due_at, created_at, updated_at))

/// Where the next page begins: the sort key of the last row and its id.
struct ListPosition {
  std::int64_t key = 0;
  TicketId id{};
  bool operator==(const ListPosition&) const = default;
};

struct TicketListQuery {
  domain::Condition filter{};  ///< values "@me" are already replaced
  domain::Sorting sort = domain::Sorting::updated;
  bool descending = true;
  std::optional<ListPosition> after{};
  int limit = 50;  ///< 1 to 200
};

struct TicketPage {
  std::vector<TicketRow> rows;
  std::optional<ListPosition> next;  ///< none: this was the last page
};

struct StoredMessage {
  std::int64_t number = 0;
  domain::MessageKind kind{};
  domain::Actor author{};
  std::string author_name{};
  std::string body{};
  std::vector<std::int64_t> attachments{};
  Time at{};
  domain::Formatted formatted{};  ///< as it came formatted; empty: plain text only
};
BOOST_DESCRIBE_STRUCT(StoredMessage, (), (number, kind, author, author_name, body, attachments, at, formatted))

/// Exact counts kept incrementally.
struct TicketCount {
  std::string team, state;
  domain::StateCategory category{};
  UserId assignee{};
  std::int64_t tickets = 0;
};

/// Every method that takes a principal answers as if invisible tickets did not exist. Errors of the environment throw.
class TicketReader {
 public:
  virtual ~TicketReader() = default;

  [[nodiscard]] virtual std::optional<domain::Ticket> find(TicketId id, const domain::Principal& principal) const = 0;
  /// invalid_field when the filter names a custom field that is not indexed and the desk is too large for it.
  [[nodiscard]] virtual Result<TicketPage> list(const TicketListQuery& query,
                                                const domain::Principal& principal) const = 0;
  /// Newest first; `text` is cut by the same function that cut the index; `after` is the last id of the page before.
  [[nodiscard]] virtual Result<TicketPage> search(const std::string& text, const domain::Condition& filter,
                                                  TicketId after, int limit,
                                                  const domain::Principal& principal) const = 0;
  /// Exact up to `cap`, then `cap`.
  [[nodiscard]] virtual Result<int> count(const domain::Condition& filter, int cap,
                                          const domain::Principal& principal) const = 0;
  [[nodiscard]] virtual std::vector<TicketCount> counts(const domain::Principal& principal) const = 0;

  /// Ascending from after `after`; internal notes only when `internal`.
  [[nodiscard]] virtual std::vector<StoredMessage> messages(TicketId id, std::int64_t after, int limit,
                                                            bool internal) const = 0;
  [[nodiscard]] virtual std::vector<domain::RecordedEvent> events(TicketId id, std::int64_t after, int limit) const = 0;
  /// Tickets merged into this one, oldest first.
  [[nodiscard]] virtual std::vector<TicketId> merged_into(TicketId id) const = 0;

  /// Number of tickets by (workflow, workflow bundle, state) that are not closed, for `plan`.
  struct InFlight {
    std::string workflow, bundle, state;
    std::int64_t tickets = 0;
  };
  [[nodiscard]] virtual std::vector<InFlight> in_flight() const = 0;

  /// Whether what lists, searches and rights read of a ticket is what the ticket gives; the first that is not, in words.
  [[nodiscard]] virtual std::optional<Said> check_rows(const domain::Ticket& ticket) const = 0;
  /// The sums that are kept as tickets change, of counts by state and of people's load, counted again: each that differs,
  /// in words, the first 100. Reads one entry of an index for each ticket.
  [[nodiscard]] virtual std::vector<Said> check_sums() const = 0;
};

/// What one command changed, saved as one.
struct TicketChange {
  const domain::Ticket* before = nullptr;  ///< null for a new ticket
  const domain::Ticket* after = nullptr;   ///< never null
  std::span<const domain::RecordedEvent> events{};
  std::span<const domain::NewMessage> messages{};
  std::span<const NewDelivery> deliveries{};
  std::span<const Notice> notices{};       ///< their ids are given by the store
  std::optional<Time> next_timer{};  ///< when time next does something to it
};

/// The writer's side. Valid only inside one job of the writer; everything is saved or rolled back with the job.
class TicketStore : public TicketReader {
 public:
  /// The next number; never given twice, even when the job rolls back later ones may leave gaps.
  [[nodiscard]] virtual TicketId next_id() = 0;
  /// Without regard to rights: the use case checks them.
  [[nodiscard]] virtual std::optional<domain::Ticket> load(TicketId id) const = 0;
  /// Projection, history with its hash chain, messages, index, timer, counts, deliveries and notices.
  virtual void save(const TicketChange& change) = 0;

  /// Tickets whose timer is due at or before now, earliest first.
  [[nodiscard]] virtual std::vector<TicketId> due(Time now, int limit) const = 0;
  /// Puts an armed timer off to `at` without an event, for a ticket that could not act on it; a later one, or none, stays.
  virtual void rearm(TicketId id, Time at) = 0;
  /// The earliest armed timer of all tickets.
  [[nodiscard]] virtual std::optional<Time> next_due() const = 0;
  /// Tickets that wait in the team: urgent first, then oldest.
  [[nodiscard]] virtual std::vector<TicketId> waiting(const std::string& team, int limit) const = 0;
  /// Teams that have waiting tickets.
  [[nodiscard]] virtual std::vector<std::string> teams_waiting() const = 0;
  /// Tickets that are not closed and have not adopted that bundle, ascending after `after`.
  [[nodiscard]] virtual std::vector<TicketId> not_adopted(const std::string& bundle, TicketId after,
                                                          int limit) const = 0;
};

}  // namespace docket::desk
