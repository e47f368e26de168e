// SPDX-License-Identifier: Apache-2.0
// What proving that conditions can never hold may cost, where many of them are proved one after the other.
#pragma once

#include <cstdint>

#include "domain/condition/condition.hpp"

namespace docket::domain {

/// What is left for proofs, in comparisons of two values (some nanoseconds each). What there is no effort left for is in
/// doubt. One thread.
class ProofEffort {
 public:
  explicit ProofEffort(std::int64_t comparisons) : left_(comparisons) {}
  /// False when nothing is left after it.
  [[nodiscard]] bool spend(std::int64_t comparisons) {
    left_ = comparisons > left_ ? 0 : left_ - comparisons;
    return left_ > 0;
  }
  [[nodiscard]] std::int64_t left() const { return left_; }

 private:
  std::int64_t left_;
};

/// For one proof alone: more than any condition asks that a person wrote.
inline constexpr std::int64_t one_proof = 2'000'000;
/// For all the proofs of one desk together: below a second.
inline constexpr std::int64_t all_proofs = 30'000'000;

/// As in condition.hpp, at the expense of `effort`; one proof takes no more than `one_proof` of it.
[[nodiscard]] bool contradict(const Condition& a, const Condition& b, const CustomFieldTypes& types, ProofEffort& effort);
[[nodiscard]] bool impossible(const Condition& condition, const CustomFieldTypes& types, ProofEffort& effort);

}  // namespace docket::domain
