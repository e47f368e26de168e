// SPDX-License-Identifier: Apache-2.0
// The condition language as SQL: the second back end beside domain::holds, which a property test holds equal to it.
#pragma once

#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "domain/condition/condition.hpp"
#include "store/fragment.hpp"

namespace docket::store {

/// What a compilation knows besides the condition.
struct ConditionContext {
  Time now{};
  const std::set<std::string>* indexed_fields = nullptr;  ///< custom fields that ticket_field has for every ticket
  bool small_desk = true;                                 ///< custom fields without index may be filtered on
};

/// An expression over the table alias `t` (ticket) that is 1 or 0, never NULL. Fails with invalid_field for a field
/// that has no column, and for a custom field without index on a desk that is not small.
[[nodiscard]] Result<Fragment> condition_sql(const domain::Condition& condition, const ConditionContext& context);

/// Beyond this many tickets only indexed custom fields may be filtered on.
inline constexpr std::int64_t kSmallDesk = 10'000;

}  // namespace docket::store
