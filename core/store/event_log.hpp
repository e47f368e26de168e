// SPDX-License-Identifier: Apache-2.0
// The streams of events: appended with a hash chain each, read back, and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "domain/identity/principal.hpp"
#include "store/session.hpp"

namespace docket::store {

/// One event as it is stored. The chain: digest = SHA-256(salt, payload), hash = SHA-256(hash before, header, digest),
/// so a payload with its salt can be erased and the chain still holds.
struct StoredEvent {
  std::int64_t stream = 0;
  std::int64_t sequence = 0;
  Time at{};
  domain::Actor actor{};
  std::string kind{};
  std::string payload{};  ///< JSON
};

/// Writes and reads one session's events; lives as long as a job.
class EventLog {
 public:
  explicit EventLog(Session& session) : session_(session) {}

  /// Sequence of the newest event of the stream, 0 for none.
  [[nodiscard]] std::int64_t head(std::int64_t stream) const;
  /// All of one stream, with sequences that follow its head. Throws ConstraintViolation if a sequence is taken.
  void append(const std::vector<StoredEvent>& events);

  [[nodiscard]] std::vector<StoredEvent> read(std::int64_t stream, std::int64_t after, int limit) const;
  [[nodiscard]] std::vector<StoredEvent> read_backwards(std::int64_t stream, std::int64_t before, int limit) const;

  /// Recomputes the chain of a stream. Empty if it is sound, else what is wrong and where.
  [[nodiscard]] std::optional<Said> check(std::int64_t stream) const;
  /// Removes the payload of one event for good. False if it is not there or erased already.
  bool erase(std::int64_t stream, std::int64_t sequence);

 private:
  Session& session_;
};

}  // namespace docket::store
