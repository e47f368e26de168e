// SPDX-License-Identifier: Apache-2.0
// The lanes on which deliveries leave, as whoever configures destinations sees them.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "desk/deliver.hpp"

namespace docket::desk {

struct LaneSpec {
  std::shared_ptr<Destination> destination{};
  LaneRules rules{};
};

struct LaneState {
  std::string state = "open";  ///< open, waiting (the breaker), halted
  std::string error{};         ///< why it waits or is halted
  std::optional<Time> until{};
  std::int64_t sent = 0, failed = 0;
};
BOOST_DESCRIBE_STRUCT(LaneState, (), (state, error, until, sent, failed))

class Lanes {
 public:
  virtual ~Lanes() = default;
  /// A lane that is not named any more begins no further try. It does not wait for the one that is under way, which may
  /// take minutes: whoever takes a lane away ends that by stopping its destination.
  virtual void set_lanes(const std::map<std::string, LaneSpec>& lanes) = 0;
  [[nodiscard]] virtual std::map<std::string, LaneState> lane_states() const = 0;
  /// An admin has looked: a halted lane sends again.
  virtual void release(const std::string& name) = 0;
};

}  // namespace docket::desk
