// SPDX-License-Identifier: Apache-2.0
// What must reach the outside: rows written with the change that caused them, taken and answered for later.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "domain/identity/principal.hpp"
#include "domain/ticket/event.hpp"

namespace docket::desk {

enum class DeliveryState { waiting, accepted, delivered, dead };
BOOST_DESCRIBE_ENUM(DeliveryState, waiting, accepted, delivered, dead)

/// One message on its way. Its key is stable over all tries: "<ticket>-<event sequence>-<index>".
struct NewDelivery {
  TicketId ticket{};
  std::int64_t sequence = 0;  ///< of the event that demanded it
  int index = 0;              ///< among the deliveries of that event
  std::string destination{};
  domain::Recipient recipient{};
  std::string text{};  ///< name of the notification text, or "call"
  std::string subject{};
  std::string body{};
  Time at{};
};

struct Delivery {
  DeliveryId id{};
  TicketId ticket{};
  std::int64_t sequence = 0;
  std::string key{};
  std::string destination{};
  domain::Recipient recipient{};
  std::string text{};
  std::string subject{};
  std::string body{};
  DeliveryState state = DeliveryState::waiting;
  int tries = 0;
  Time created_at{};
  std::optional<Time> next_try_at{};
  std::optional<Time> done_at{};
  std::string last_error{};
  std::string vendor_id{};
};
BOOST_DESCRIBE_STRUCT(Delivery, (),
                      (id, ticket, sequence, key, destination, recipient, text, subject, body, state, tries, created_at,
                       next_try_at, done_at, last_error, vendor_id))

/// One try of a delivery, as it went.
struct DeliveryTry {
  int number = 0;
  Time at{};
  Duration took{};
  std::string outcome{};  ///< accepted, delivered, retry_later, rejected, failed, receipt, replayed, fallen_back
  std::string error{};
  std::string vendor_id{};
};
BOOST_DESCRIBE_STRUCT(DeliveryTry, (), (number, at, took, outcome, error, vendor_id))

/// Which deliveries a list is of.
struct DeliveryFilter {
  std::optional<DeliveryId> id{};
  std::optional<TicketId> ticket{};
  std::optional<DeliveryState> state{};
  std::string destination{};  ///< empty: any
  bool demanded = false;      ///< only those that an event demanded, not what took the place of one that could not be sent
};

struct DeliveryPage {
  std::vector<Delivery> rows{};
  std::optional<DeliveryId> next{};  ///< the next page begins before this one; none: this is the last
};

class OutboxReader {
 public:
  virtual ~OutboxReader() = default;
  /// Newest first, only of visible tickets; `before` 0 begins at the newest. Looks at so many deliveries only: of a rare
  /// destination, or for somebody who sees few tickets, a page may be short or empty and still have a next one.
  [[nodiscard]] virtual DeliveryPage deliveries(const DeliveryFilter& filter, DeliveryId before, int limit,
                                                const domain::Principal& principal) const = 0;
  /// Oldest first, the last 200.
  [[nodiscard]] virtual std::vector<DeliveryTry> tries(DeliveryId id) const = 0;
  /// The delivery that fell back from this one.
  [[nodiscard]] virtual std::optional<DeliveryId> fallen_back_to(DeliveryId id) const = 0;

  // For the lanes, without regard to rights:
  /// Due deliveries, oldest first, behind none of their ticket that waits (a person's: to that person, and not put off).
  [[nodiscard]] virtual std::vector<Delivery> due(const std::string& destination, Time now, int limit) const = 0;
  [[nodiscard]] virtual std::vector<std::string> destinations_due(Time now) const = 0;
  /// When the next of those comes that are not due yet.
  [[nodiscard]] virtual std::optional<Time> next_due(const std::string& destination, Time now) const = 0;
  /// Whether file_fresh() has something to do.
  [[nodiscard]] virtual bool has_fresh(Time before) const = 0;
  /// Deliveries by `destination` that could have left before `before`, did not arrive and did not fall back. One counts
  /// from its first try, before that from when it was due: what was put off (quiet hours, a vendor's limits) is not late.
  /// Without `receipts` nobody will say more of what was accepted, and it has arrived. Looks at all of them.
  [[nodiscard]] virtual std::vector<DeliveryId> not_arrived(const std::string& destination, Time before, bool receipts,
                                                            int limit) const = 0;
  /// Waiting deliveries to one recipient that may go together: none of them stands behind another recipient's on its
  /// ticket. Oldest first.
  [[nodiscard]] virtual std::vector<Delivery> due_together(const std::string& destination,
                                                           const domain::Recipient& recipient, int limit) const = 0;
};

class Outbox : public OutboxReader {
 public:
  /// Records the outcome of one try.
  virtual void record(DeliveryId id, DeliveryState state, int tries, std::optional<Time> next_try_at,
                      const std::string& error, const std::string& vendor_id, Time now) = 0;
  /// Files deliveries from before `before` that nobody took at once by the time of their next try, at most `limit`, and
  /// says how many. Nothing that can be seen changes: new ones are kept where writing them is cheap, and only few.
  virtual int file_fresh(Time before, int limit) = 0;
  /// A dead delivery is tried again from the start. False when it is not dead or not there.
  virtual bool replay(DeliveryId id, Time now) = 0;

  /// Without regard to rights.
  [[nodiscard]] virtual std::optional<Delivery> find(DeliveryId id) const = 0;
  [[nodiscard]] virtual std::optional<Delivery> find_by_vendor(const std::string& destination,
                                                               const std::string& vendor_id) const = 0;
  [[nodiscard]] virtual std::optional<Delivery> find_by_key(const std::string& key) const = 0;
  /// Puts a waiting delivery off without counting a try.
  virtual void postpone(DeliveryId id, Time until) = 0;
  virtual void add_try(DeliveryId id, const DeliveryTry& one) = 0;
  /// The same message once more, by another destination. Once for each delivery; none when it was done before, or when it
  /// has arrived meanwhile.
  virtual std::optional<DeliveryId> fall_back(DeliveryId id, const std::string& destination, Time now) = 0;
};

}  // namespace docket::desk
