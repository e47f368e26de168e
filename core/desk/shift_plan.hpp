// SPDX-License-Identifier: Apache-2.0
// Who works when, as shifts and leave say it.
#pragma once

#include "desk/people.hpp"

namespace docket::desk {

/// What the shifts and leave of one person say of one moment. A plan that has not begun, and one that was over a month
/// before, say nothing: the calendar of the team holds then. Leave always wins.
class ShiftPlan {
 public:
  static constexpr Duration counts_for = std::chrono::hours{24 * 31};

  explicit ShiftPlan(Time now) : now_(now) {}

  void add(const Shift& shift) {
    if (now_ < shift.from) return;
    const bool covers = now_ < shift.to;
    if (shift.kind == ShiftKind::leave) {
      leave_ = leave_ || covers;
    } else {
      on_ = on_ || covers;
      add_ended(shift.to);
    }
  }
  /// A shift of which only its end is known.
  void add_ended(Time end) { planned_ = planned_ || end > now_ - counts_for; }

  [[nodiscard]] bool on_shift(bool team_at_work) const { return !leave_ && (planned_ ? on_ : team_at_work); }

 private:
  Time now_;
  bool planned_ = false, on_ = false, leave_ = false;
};

}  // namespace docket::desk
