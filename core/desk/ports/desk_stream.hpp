// SPDX-License-Identifier: Apache-2.0
// The desk's own stream: rosters, presence, publications and whatever is audited, chained like a ticket's history.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "domain/identity/principal.hpp"
#include "domain/value.hpp"

namespace docket::desk {

/// One audited fact: `kind` is a word such as "user_created", "presence_changed", "bundle_published", "sign_in_failed".
struct DeskEvent {
  std::string kind{};
  std::string subject{};     ///< what it is about: "user 12", "bundle 3f…"
  domain::Fields details{};  ///< never a secret
};
BOOST_DESCRIBE_STRUCT(DeskEvent, (), (kind, subject, details))

struct RecordedDeskEvent {
  std::int64_t sequence = 0;
  Time at{};
  domain::Actor actor{};
  DeskEvent event{};
};

/// The newest hash of a stream: 0 is the desk, others are tickets.
struct StreamHead {
  std::int64_t stream = 0;
  std::int64_t sequence = 0;
  Digest hash{};
};

/// A position in what outsiders read in order; each recorded event of any stream has one.
struct FeedEntry {
  std::int64_t position = 0;
  std::int64_t stream = 0;
  std::int64_t sequence = 0;
  std::string kind{};
  Time at{};
};

class DeskStreamReader {
 public:
  virtual ~DeskStreamReader() = default;
  /// Newest first, before `before` (0: from the newest).
  [[nodiscard]] virtual std::vector<RecordedDeskEvent> desk_events(std::int64_t before, int limit) const = 0;
  /// Ascending after `position`, for the live stream.
  [[nodiscard]] virtual std::vector<FeedEntry> feed(std::int64_t position, int limit) const = 0;
  [[nodiscard]] virtual std::int64_t feed_head() const = 0;
  /// Heads of all streams that changed since the last anchor, at most `limit`; `after` continues.
  [[nodiscard]] virtual std::vector<StreamHead> heads_since_anchor(std::int64_t after, int limit) const = 0;
};

class DeskStream : public DeskStreamReader {
 public:
  virtual void append(const domain::Actor& actor, const DeskEvent& event, Time at) = 0;
  /// A signed anchor over `root`, which covers the positions up to `feed_position`.
  virtual void add_anchor(std::int64_t feed_position, const Digest& root, const std::string& signature, Time at) = 0;
};

}  // namespace docket::desk
