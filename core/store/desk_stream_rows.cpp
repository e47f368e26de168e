// SPDX-License-Identifier: Apache-2.0
#include "store/desk_stream_rows.hpp"

#include <algorithm>
#include <limits>

#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "store/event_log.hpp"

namespace docket::store {
namespace {

constexpr std::size_t kMostRows = 10'000;
constexpr std::int64_t kMostOfFew = 100'000;  // events that are read one after another for each page of streams

int bounded(int limit) {
  return std::clamp(limit, 0, static_cast<int>(kMostRows));
}

}  // namespace

std::vector<desk::RecordedDeskEvent> DeskStreamRows::desk_events(std::int64_t before, int limit) const {
  std::vector<desk::RecordedDeskEvent> out;
  const std::int64_t below = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
  for (auto& stored : EventLog(session_).read_backwards(kDeskStream, below, bounded(limit))) {
    out.push_back(
        {stored.sequence, stored.at, std::move(stored.actor), json::decode_stored<desk::DeskEvent>(stored.payload)});
  }
  return out;
}

std::vector<desk::FeedEntry> DeskStreamRows::feed(std::int64_t position, int limit) const {
  return session_
      .select<std::int64_t, std::int64_t, std::int64_t, std::string, Time>(
          "SELECT position, stream, sequence, kind, at FROM event WHERE position > ? ORDER BY position LIMIT ?",
          position, bounded(limit))
      .all<desk::FeedEntry>(kMostRows);
}

std::int64_t DeskStreamRows::feed_head() const {
  return std::get<0>(session_.select<std::int64_t>("SELECT coalesce(max(position), 0) FROM event").one());
}

std::vector<desk::FeedEntry> DeskStreamRows::feed_of_kind(const std::string& kind, std::int64_t from,
                                                          std::int64_t before, int limit) const {
  return session_
      .select<std::int64_t, std::int64_t, std::int64_t, std::string, Time>(
          "SELECT position, stream, sequence, kind, at FROM event WHERE position >= ? AND position < ? AND kind = ?"
          " ORDER BY position DESC LIMIT ?",
          from, before, kind, bounded(limit))
      .all<desk::FeedEntry>(kMostRows);
}

void DeskStreamRows::append(const domain::Actor& actor, const desk::DeskEvent& event, Time at) {
  EventLog log(session_);
  log.append({StoredEvent{kDeskStream, log.head(kDeskStream) + 1, at, actor, event.kind, json::encode(event)}});
}

std::vector<desk::StreamHead> DeskStreamRows::changed_heads(std::int64_t from, std::int64_t to,
                                                            std::int64_t after_stream, int limit) const {
  // Positions and sequences grow together, so the last event of a stream up to `to` is the one with the highest
  // sequence. The index of streams has the events in no order of time: of the last few it would be read from end to end,
  // a second for a million tickets.
  const bool few = to - from <= std::min(to / 32, kMostOfFew);
  return session_
      .select<std::int64_t, std::int64_t, Digest>(
          few ? Sql("SELECT e.stream, e.sequence, e.hash FROM"
                    " (SELECT stream, max(sequence) AS sequence FROM event NOT INDEXED"
                    " WHERE position > ? AND position <= ? AND stream > ? GROUP BY stream ORDER BY stream LIMIT ?) h"
                    " JOIN event e ON e.stream = h.stream AND e.sequence = h.sequence ORDER BY e.stream")
              : Sql("SELECT e.stream, e.sequence, e.hash FROM"
                    " (SELECT stream, max(sequence) AS sequence FROM event INDEXED BY event_by_stream"
                    " WHERE position > ? AND position <= ? AND stream > ? GROUP BY stream ORDER BY stream LIMIT ?) h"
                    " JOIN event e ON e.stream = h.stream AND e.sequence = h.sequence ORDER BY e.stream"),
          from, to, after_stream, bounded(limit))
      .all<desk::StreamHead>(kMostRows);
}

std::optional<Said> DeskStreamRows::check_chain(std::int64_t stream) const {
  return EventLog(session_).check(stream);
}

std::vector<desk::Anchor> DeskStreamRows::anchors(std::int64_t after_position, int limit) const {
  return session_
      .select<std::int64_t, Digest, std::string, Time>(
          "SELECT feed_position, root, signature, at FROM anchor WHERE feed_position > ? ORDER BY feed_position LIMIT "
          "?",
          after_position, bounded(limit))
      .all<desk::Anchor>(kMostRows);
}

std::int64_t DeskStreamRows::anchored_up_to() const {
  return std::get<0>(session_.select<std::int64_t>("SELECT coalesce(max(feed_position), 0) FROM anchor").one());
}

void DeskStreamRows::add_anchor(const desk::Anchor& anchor) {
  session_.run("INSERT INTO anchor(feed_position, root, signature, at) VALUES(?,?,?,?)", anchor.feed_position,
               anchor.root, anchor.signature, anchor.at);
}

}  // namespace docket::store
