// SPDX-License-Identifier: Apache-2.0
// Work notices whose result is still to be asked for: DingTalk answers "ok" and drops silently above its limits, and tells
// for 24 hours what became of each.
#pragma once

#include "docket/plugin.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace docket::dingtalk {

namespace json = boost::json;


/// A queue in the plugin's state, numbered: the process that sends owns the head, the one that polls owns the tail, so
/// that neither overwrites what the other knows.
class SentNotices {
 public:
  explicit SentNotices(sdk::Host host) : host_(host) {}

  struct Notice {
    std::string task_id, member;
    std::int64_t sent_s = 0;
  };
  /// Called by the sender.
  void add(const Notice& notice);

  /// Called by the poller: hands over notices from the oldest on, at most `most`, while `done` says that one is finished
  /// or that it may wait (finished: true). A notice that waits stops the walk, since later ones are younger.
  void settle(std::int64_t now_s, int most, const std::function<bool(const Notice&)>& done);

  /// Notices that wait.
  [[nodiscard]] std::int64_t waiting() const;

 private:
  [[nodiscard]] std::int64_t number(const char* key) const;
  sdk::Host host_;
};

/// After this nobody can ask any more.
inline constexpr std::int64_t result_lasts_s = 24 * 3600;
/// A result that is asked for earlier is not there yet.
inline constexpr std::int64_t result_after_s = 20;

}  // namespace docket::dingtalk
