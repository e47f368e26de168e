// SPDX-License-Identifier: Apache-2.0
// Time: UTC microseconds everywhere. This is the only file of the project that reads the wall clock.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;  ///< UTC, microseconds since 1970, no leap seconds

/// A source of "now". Implementations may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
};

/// A clock that stands until it is moved; for tests and simulation.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start.time_since_epoch().count()) {}
  [[nodiscard]] Time now() const override { return Time{Duration{now_.load()}}; }
  void set(Time t) { now_.store(t.time_since_epoch().count()); }
  void advance(Duration d) { now_.fetch_add(d.count()); }

 private:
  std::atomic<Duration::rep> now_;
};

/// RFC 3339 in UTC with microseconds: "2026-02-14T09:30:00.000000Z".
[[nodiscard]] std::string to_rfc3339(Time t);
/// Parses RFC 3339 with 'Z' or an offset and up to six decimals; nothing else.
[[nodiscard]] std::optional<Time> from_rfc3339(std::string_view text);

}  // namespace docket
