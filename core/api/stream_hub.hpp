// SPDX-License-Identifier: Apache-2.0
// The live stream: tells every open client what happened to the tickets that it may see, in one order, from where it
// left off.
#pragma once

#include <atomic>
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/presence.hpp"
#include "api/route.hpp"
#include "base/json_rules.hpp"
#include "desk/ports/database.hpp"
#include "http/handler.hpp"

namespace docket::api {

/// What a client sends first, and only once: the last `seq` that it has seen; without one it begins with the present.
struct StreamStart {
  std::optional<std::int64_t> last_seq;
};
BOOST_DESCRIBE_STRUCT(StreamStart, (), (last_seq))
constexpr auto field_rules(const StreamStart*) {
  return std::array{json::FieldRule{.field = "last_seq", .range = {0, std::int64_t{1} << 62}}};
}

/// The answer to it, and again whenever the client fell too far behind. With `resync` the client must read anew what it
/// shows: what happened up to `seq` is not told. Without it everything after the `last_seq` that was sent follows.
struct StreamPosition {
  std::int64_t seq = 0;
  bool resync = false;
};
BOOST_DESCRIBE_STRUCT(StreamPosition, (), (seq, resync))

/// One event of one visible ticket.
struct StreamEvent {
  std::int64_t seq = 0;
  TicketId ticket{};
  std::string kind;
  std::int64_t version = 0;  ///< of the ticket with this event
  Time at{};
};
BOOST_DESCRIBE_STRUCT(StreamEvent, (), (seq, ticket, kind, version, at))

/// Somebody has new notices: read them. Told to that person only; what was missed is read with the next one.
struct StreamNotice {
  std::string type{"notice"};
  NoticeId id{};  ///< of the newest
};
BOOST_DESCRIBE_STRUCT(StreamNotice, (), (type, id))

/// Where the hub writes to. Thread-safe.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  /// False when the client is gone or reads too slowly.
  virtual bool send(std::shared_ptr<const std::string> text) = 0;
  virtual void close(std::uint16_t code) = 0;
};

/// All open clients. add(), feed_advanced() and what peers call: any thread, never blocking; step(): one thread that
/// may wait. Must outlive the transport.
class StreamHub {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  static constexpr std::int64_t most_replayed = 1'000;  ///< events that a returning client is told one by one
  static constexpr std::chrono::seconds check_interval{3};
  static constexpr std::chrono::seconds start_deadline{10};
  static constexpr std::uint16_t signed_out = 4401;  ///< close code: the session or token is no longer good

  /// `presence` is told of as well; it must outlive the hub.
  explicit StreamHub(desk::Database& database, Presence* presence = nullptr);
  ~StreamHub();

  /// What makes step() run soon; set before the first client.
  void on_work(std::function<void()> wake);
  /// Call after commits that gave the feed new positions.
  void feed_advanced();
  /// Call when somebody came to a ticket or left it.
  void presence_changed() { wake(); }

  /// Tells clients what is new, and closes those whose right to be told has ended: within check_interval and the
  /// caller's longest wait. Gives how long nothing will be due. For a thread of its own.
  std::chrono::milliseconds step(Instant now);

  /// A client whose credentials were good a moment ago. too_many_requests when its person has too many streams,
  /// overloaded when there are too many at all.
  [[nodiscard]] Result<std::shared_ptr<http::StreamPeer>> add(Authoriser authorise, domain::Principal principal,
                                                              Instant now);

 private:
  struct Client;
  class Peer;
  struct Round;

  void opened(const std::shared_ptr<Client>& client, std::unique_ptr<StreamSink> sink);
  void started(const std::shared_ptr<Client>& client, std::string_view message);
  void closed(const std::shared_ptr<Client>& client);
  void wake();
  [[nodiscard]] Round gather(Instant now);
  [[nodiscard]] Result<void> read(Round& round, const desk::Reading& reading) const;
  void tell(Round& round, Instant now);

  friend class StreamHubProbe;  // of the tests: clients without a transport

  desk::Database& database_;
  Presence* presence_;
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Client>> clients_;
  std::atomic<bool> advanced_{false};
  // Of step()'s thread.
  std::optional<Instant> checked_at_;
  std::optional<NoticeId> told_notice_;  // all notices up to here were told
};

}  // namespace docket::api
