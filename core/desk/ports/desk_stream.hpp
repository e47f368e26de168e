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

/// A signed statement of what all histories were at one moment.
struct Anchor {
  std::int64_t feed_position = 0;
  Digest root{};            ///< over the heads that changed since the anchor before
  std::string signature{};  ///< over anchor_text()
  Time at{};
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
  /// Positions of that kind with `from` <= position < `before`, newest first.
  [[nodiscard]] virtual std::vector<FeedEntry> feed_of_kind(const std::string& kind, std::int64_t from,
                                                            std::int64_t before, int limit) const = 0;
  /// Of each stream with positions after `from` up to `to`, its last event in them; ascending by stream after
  /// `after_stream`
  /// (-1 begins), at most `limit`.
  [[nodiscard]] virtual std::vector<StreamHead> changed_heads(std::int64_t from, std::int64_t to,
                                                              std::int64_t after_stream, int limit) const = 0;
  /// Recomputes the chain of a stream: nothing when it is sound, else what is wrong and where.
  [[nodiscard]] virtual std::optional<Said> check_chain(std::int64_t stream) const = 0;
  /// Ascending by position after `after_position`.
  [[nodiscard]] virtual std::vector<Anchor> anchors(std::int64_t after_position, int limit) const = 0;
  /// Position of the newest anchor, 0 for none.
  [[nodiscard]] virtual std::int64_t anchored_up_to() const = 0;
};

class DeskStream : public DeskStreamReader {
 public:
  virtual void append(const domain::Actor& actor, const DeskEvent& event, Time at) = 0;
  virtual void add_anchor(const Anchor& anchor) = 0;
};

}  // namespace docket::desk
