// SPDX-License-Identifier: Apache-2.0
// One value against one field of a form.
#pragma once

#include "base/error.hpp"
#include "domain/ticket/form.hpp"

namespace docket::domain {

/// The value as it is kept: instants become microseconds, whole numbers written as 5.0 become 5, a blank text or an
/// empty list becomes no value. The error's detail says what was expected. Pure but for a bounded cache of compiled
/// patterns, one a thread.
[[nodiscard]] Result<Value> check_value(const Field& field, const Value& given);

/// Nothing, an empty text or an empty list.
[[nodiscard]] bool is_empty_value(const Value& value);

}  // namespace docket::domain
