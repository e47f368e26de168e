// SPDX-License-Identifier: Apache-2.0
// The ticket store on SQLite: projection, history, messages, index, timers and counts of a change, saved as one.
#pragma once

#include <memory>
#include <set>

#include "desk/ports/ticket_store.hpp"
#include "store/session.hpp"
#include "store/writer_memory.hpp"

namespace docket::store {

/// Lives as long as a job. `memory` is the writer's; null on a reader, where nothing may be saved.
class Tickets final : public desk::TicketStore {
 public:
  Tickets(Session& session, WriterMemory* memory, std::shared_ptr<const domain::Definitions> active, Time now);

  [[nodiscard]] std::optional<domain::Ticket> find(TicketId id, const domain::Principal& principal) const override;
  [[nodiscard]] Result<desk::TicketPage> list(const desk::TicketListQuery& query,
                                              const domain::Principal& principal) const override;
  [[nodiscard]] Result<desk::TicketPage> search(const std::string& text, const domain::Condition& filter,
                                                TicketId after, int limit,
                                                const domain::Principal& principal) const override;
  [[nodiscard]] Result<int> count(const domain::Condition& filter, int cap,
                                  const domain::Principal& principal) const override;
  [[nodiscard]] std::vector<desk::TicketCount> counts(const domain::Principal& principal) const override;
  [[nodiscard]] std::vector<desk::StoredMessage> messages(TicketId id, std::int64_t after, int limit,
                                                          bool internal) const override;
  [[nodiscard]] std::vector<domain::RecordedEvent> events(TicketId id, std::int64_t after, int limit) const override;
  [[nodiscard]] std::vector<TicketId> merged_into(TicketId id) const override;
  [[nodiscard]] std::vector<InFlight> in_flight() const override;
  [[nodiscard]] std::optional<Said> check_rows(const domain::Ticket& ticket) const override;
  [[nodiscard]] std::vector<Said> check_sums() const override;

  [[nodiscard]] TicketId next_id() override;
  [[nodiscard]] std::optional<domain::Ticket> load(TicketId id) const override;
  void save(const desk::TicketChange& change) override;
  [[nodiscard]] std::vector<TicketId> due(Time now, int limit) const override;
  void rearm(TicketId id, Time at) override;
  [[nodiscard]] std::optional<Time> next_due() const override;
  [[nodiscard]] std::vector<TicketId> waiting(const std::string& team, int limit) const override;
  [[nodiscard]] std::vector<std::string> teams_waiting() const override;
  [[nodiscard]] std::vector<TicketId> not_adopted(const std::string& bundle, TicketId after, int limit) const override;

 private:
  void add_copied(const domain::Principal& principal, const std::set<std::string>& teams,
                  std::vector<desk::TicketCount>& counts) const;
  void save_rows(const desk::TicketChange& change);
  void save_people(const desk::TicketChange& change);
  void save_fields(const desk::TicketChange& change);
  void save_counts(const desk::TicketChange& change);
  void save_history(const desk::TicketChange& change);
  void save_deliveries(const desk::TicketChange& change);

  Session& session_;
  WriterMemory* memory_;
  std::shared_ptr<const domain::Definitions> active_;
  Time now_;
};

}  // namespace docket::store
