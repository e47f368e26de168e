// SPDX-License-Identifier: Apache-2.0
// What the database knows about custom fields, asked only when a condition names one.
#pragma once

#include <set>
#include <string>

#include "domain/identity/principal.hpp"
#include "store/condition_sql.hpp"
#include "store/session.hpp"

namespace docket::store {

/// Lives for one query.
class ConditionScope {
 public:
  /// `filter` may be null; the row rights of the principal are looked at as well.
  ConditionScope(Session& session, Time now, const domain::Condition* filter, const domain::Principal& principal);
  ConditionScope(const ConditionScope&) = delete;
  ConditionScope& operator=(const ConditionScope&) = delete;
  [[nodiscard]] const ConditionContext& context() const { return context_; }

 private:
  std::set<std::string> fields_;
  ConditionContext context_;
};

}  // namespace docket::store
