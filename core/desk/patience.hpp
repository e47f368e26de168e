// SPDX-License-Identifier: Apache-2.0
// How long work that nobody waits for puts up with being refused: many people reading large reports at once pass, and
// cost nobody a job that is half done.
#pragma once

#include <chrono>

#include "base/error.hpp"

namespace docket::desk {

/// Of one thing that is tried, with about a second between two tries.
class Patience {
 public:
  /// Whether it is worth another try after this refusal; `took`: how long it took to be refused. What took long was cut
  /// off in the middle and would be again, so that is tried thrice; what found no reader, for ten minutes.
  [[nodiscard]] bool lasts(const Error& refusal, std::chrono::steady_clock::duration took) {
    ++refused_;
    if (took > long_try) ++cut_off_;
    return info(refusal.code).retryable && cut_off_ < most_cut_off && refused_ < most_refused;
  }
  void renew() { refused_ = cut_off_ = 0; }

 private:
  static constexpr int most_refused = 600, most_cut_off = 3;
  static constexpr auto long_try = std::chrono::seconds{30};
  int refused_ = 0, cut_off_ = 0;  // in a row
};

}  // namespace docket::desk
