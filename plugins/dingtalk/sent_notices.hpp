// SPDX-License-Identifier: Apache-2.0
// Work notices whose result is still to be asked for: DingTalk answers "ok" and drops silently above its limits, and tells
// for 24 hours what became of each.
#pragma once

#include "docket/plugin.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace docket::dingtalk {

namespace json = boost::json;

/// Two queues in the plugin's state, numbered. Of the first the process that sends owns the head and the one that polls
/// the tail, so that neither overwrites what the other knows; the second, of those whose result is late, is the poller's.
class SentNotices {
 public:
  explicit SentNotices(sdk::Host host) : host_(host) {}

  struct Notice {
    std::string task_id, member;
    std::int64_t sent_s = 0;
  };
  /// Called by the sender, whose only write it is but for every 32nd.
  void add(const Notice& notice);

  /// Called by the poller: hands over at most `most` notices from the oldest on. Those that are not `done` come again
  /// with a later call, behind all others, until nobody can ask any more. True when more wait already.
  bool settle(std::int64_t now_s, int most, const std::function<bool(const Notice&)>& done);

 private:
  [[nodiscard]] std::int64_t number(const char* key) const;
  [[nodiscard]] std::optional<Notice> at(const std::string& key) const;
  void put(const std::string& key, const Notice& notice) const;
  [[nodiscard]] std::int64_t find_next() const;
  void settle_late(std::int64_t now_s, int most, std::int64_t last, const std::function<bool(const Notice&)>& done);

  sdk::Host host_;
  std::int64_t next_ = -1;  ///< of the sender: number of the next notice; not known yet
  std::int64_t tail_seen_ = 0;
};

/// After this nobody can ask any more.
inline constexpr std::int64_t result_lasts_s = 24 * 3600;
/// A result that is asked for earlier is not there yet.
inline constexpr std::int64_t result_after_s = 20;

}  // namespace docket::dingtalk
