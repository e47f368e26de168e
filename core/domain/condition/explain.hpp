// SPDX-License-Identifier: Apache-2.0
// A condition in words, for the person whose step it stopped.
#pragma once

#include <string>

#include "domain/condition/condition.hpp"

namespace docket::domain {

class ChineseNames;

/// One line, at most 300 characters: "state is inspecting and field.amount at_most 500".
[[nodiscard]] std::string describe(const Condition& condition);
/// The part of the condition that stops it from holding. Empty when it holds.
[[nodiscard]] std::string why_not_holding(const Condition& condition, const FieldSource& source);
/// The same in Chinese, by the titles of the desk: 要求“金额”不大于 5000.
[[nodiscard]] std::string why_not_holding_zh(const Condition& condition, const FieldSource& source,
                                             const ChineseNames& names);

}  // namespace docket::domain
