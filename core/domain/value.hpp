// SPDX-License-Identifier: Apache-2.0
// The values that fields, conditions and actions speak in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace docket::domain {

/// Nothing, yes/no, whole number, number, text, or a list of texts. Dates are text (YYYY-MM-DD), instants are whole
/// numbers of UTC microseconds, ids are whole numbers.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// Custom fields of a ticket by field name. A field without value has no entry.
using Fields = std::map<std::string, Value>;

}  // namespace docket::domain
