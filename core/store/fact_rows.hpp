// SPDX-License-Identifier: Apache-2.0
// The facts of reports in SQL: a line a change in the log, folded into blocks of neighbouring tickets.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "desk/ports/report_store.hpp"
#include "desk/ports/ticket_store.hpp"
#include "store/session.hpp"

namespace docket::store {

inline constexpr std::int64_t tickets_a_fact_block = 1024;

/// A block decoded as a whole; what folding changes and verification looks at.
struct FactBlock {
  std::vector<domain::FactHead> heads{};  ///< ascending
  /// Of each kind, ascending by ticket.
  std::array<std::vector<std::pair<TicketId, domain::Fact>>, domain::fact_kind_count> facts{};
};
/// The rows of a block without the lines of the log; empty when there are none.
[[nodiscard]] FactBlock load_fact_block(Session& session, std::int64_t block);

/// On one session, so one thread at a time.
class FactRows final : public desk::ReportReader {
 public:
  FactRows(Session& session, Time now);
  ~FactRows() override;

  /// The writer's: one narrow row, and none for a change that no report would see.
  void add(const desk::TicketChange& change);

  [[nodiscard]] Result<void> scan(const domain::FactQuery& query, domain::NameBook& names,
                                  const domain::Principal& principal, const domain::VisitTicket& visit) const override;
  [[nodiscard]] std::optional<Kept> kept(TicketId id) const override;
  [[nodiscard]] bool gathered() const override;
  [[nodiscard]] std::vector<desk::TeamNow> teams_now(Time now, Time soon) const override;

 private:
  struct Decoded;
  Session& session_;
  Time now_;
  mutable std::unique_ptr<Decoded> decoded_;  // the block that kept() saw last
};

/// As many lines are read beside the blocks in a few milliseconds; more are folded.
inline constexpr std::int64_t fact_lines_kept = 4096;
/// Folds the log's lines of one block, the fullest of those that a slice looks at, when there are more than `keep` lines;
/// false when there are not. For a slice.
bool fold_facts(Session& session, std::int64_t keep = fact_lines_kept);
/// Gathers the facts of `limit` tickets from before there were facts; false when none is left. For a slice.
bool build_facts(Session& session, int limit);

/// The blocks by their spans, from an index alone: block rows as fact_block has them.
inline constexpr Sql fact_spans_sql =
    "SELECT id, from_at, to_at, open FROM fact_block INDEXED BY fact_block_span";

/// Reads all rows of the blocks once, in slices, so that the machine has them in memory. On a session of its own, so that no
/// report waits for it nor it for a report; one thread. Functions throw StoreError.
class FactReading {
 public:
  /// Of a database that is open already.
  explicit FactReading(const std::filesystem::path& database);
  /// For about `longest`, at least one row; false when all are read.
  bool read(std::chrono::milliseconds longest);
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }  ///< of facts that were read

 private:
  Session session_;
  std::int64_t next_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace docket::store
