// SPDX-License-Identifier: Apache-2.0
// Deliveries in SQL. New ones are written by the ticket store with the change that caused them.
#pragma once

#include "desk/ports/outbox.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time. `now` decides row rights that look at the time.
class OutboxRows final : public desk::Outbox {
 public:
  OutboxRows(Session& session, Time now) : session_(session), now_(now) {}

  /// How many deliveries a page looks at that passes over some: the rows lie on two hundred pages, or for a state on as
  /// many as there are of them.
  static constexpr std::int64_t looked_at = 2048;

  [[nodiscard]] desk::DeliveryPage deliveries(const desk::DeliveryFilter& filter, DeliveryId before, int limit,
                                              const domain::Principal& principal) const override;
  [[nodiscard]] std::vector<desk::DeliveryTry> tries(DeliveryId id) const override;
  [[nodiscard]] std::optional<DeliveryId> fallen_back_to(DeliveryId id) const override;
  [[nodiscard]] std::vector<desk::Delivery> due(const std::string& destination, Time now, int limit) const override;
  [[nodiscard]] std::vector<std::string> destinations_due(Time now) const override;
  [[nodiscard]] std::optional<Time> next_due(const std::string& destination, Time now) const override;
  [[nodiscard]] bool has_fresh(Time before) const override;
  void record(DeliveryId id, desk::DeliveryState state, int tries, std::optional<Time> next_try_at,
              const std::string& error, const std::string& vendor_id, Time now) override;
  int file_fresh(Time before, int limit) override;
  bool replay(DeliveryId id, Time now) override;
  [[nodiscard]] std::optional<desk::Delivery> find(DeliveryId id) const override;
  [[nodiscard]] std::optional<desk::Delivery> find_by_vendor(const std::string& destination,
                                                             const std::string& vendor_id) const override;
  [[nodiscard]] std::optional<desk::Delivery> find_by_key(const std::string& key) const override;
  [[nodiscard]] std::vector<desk::Delivery> due_together(const std::string& destination,
                                                         const domain::Recipient& recipient, int limit) const override;
  void postpone(DeliveryId id, Time until) override;
  void add_try(DeliveryId id, const desk::DeliveryTry& one) override;
  std::optional<DeliveryId> fall_back(DeliveryId id, const std::string& destination, Time now) override;
  [[nodiscard]] std::vector<DeliveryId> not_arrived(const std::string& destination, Time before, bool receipts,
                                                    int limit) const override;

 private:
  /// The last delivery that such a page looks at; none: it sees the end.
  [[nodiscard]] std::optional<DeliveryId> look_ends_at(std::optional<desk::DeliveryState> state, DeliveryId before) const;

  Session& session_;
  const Time now_;
};

}  // namespace docket::store
