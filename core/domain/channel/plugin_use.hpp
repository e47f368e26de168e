// SPDX-License-Identifier: Apache-2.0
// How a desk uses its plugins: which, as whom, with what settings, and how messages go through them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "domain/workflow/workflow.hpp"

namespace docket::domain {

/// How much a vendor takes; 0 is no limit of that kind.
struct SendingLimits {
  std::int64_t per_second = 0, per_minute = 0, per_day = 0;
  std::int64_t per_recipient_per_minute = 0, per_recipient_per_hour = 0;
  bool operator==(const SendingLimits&) const = default;
};
BOOST_DESCRIBE_STRUCT(SendingLimits, (),
                      (per_second, per_minute, per_day, per_recipient_per_minute, per_recipient_per_hour))

/// Hours of the day, by the desk's zone, in which only urgent messages go out. May cross midnight.
struct QuietHours {
  int from_minute = 0, to_minute = 0;
  bool operator==(const QuietHours&) const = default;
};

/// Who wins when a record was changed on both sides.
enum class SyncConflict { source, desk };
BOOST_DESCRIBE_ENUM(SyncConflict, source, desk)

/// One resource of a connector that is pulled again and again.
struct SyncRule {
  std::string resource{};                     ///< customers, organizations, orders, products
  Duration every{};
  Duration full_every{};                      ///< how often everything is read, to find what was deleted; 0: never
  std::map<std::string, std::string> fields{};  ///< field here → path in the source's record
  SyncConflict conflict = SyncConflict::source;
  bool operator==(const SyncRule&) const = default;
};

/// A configured plugin. Its name is the destination that notifications name.
struct PluginUse {
  std::string name{};
  std::string plugin{};  ///< id in its manifest
  Title title{};
  std::string user{};            ///< login of the account that it acts as; empty: it gives no commands
  bool acts_for_people = false;  ///< it may act as the person whose address the vendor vouches for
  std::string settings = "{}";   ///< JSON with every scalar as text; typed by the manifest's schema where it is used
  std::vector<std::string> hosts{};     ///< host:port patterns that it may call, besides the manifest's
  std::vector<std::string> networks{};  ///< private networks that it may reach
  std::optional<Duration> poll_every{};
  std::optional<SendingLimits> limits{};  ///< instead of the manifest's
  std::vector<std::string> events{};      ///< kinds of ticket events that are sent to it by themselves
  std::string fallback{};                 ///< destination of what can not be sent here
  std::optional<Duration> fallback_after{};  ///< also of what has not arrived after so long
  std::optional<QuietHours> quiet{};
  Duration gather{};  ///< messages to one person within this time become one
  std::vector<SyncRule> sync{};
  bool operator==(const PluginUse&) const = default;
};

}  // namespace docket::domain
