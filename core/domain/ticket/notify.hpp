// SPDX-License-Identifier: Apache-2.0
// Whom a notification goes to. Only the files that implement decide() include this.
#pragma once

#include <string>
#include <vector>

#include "domain/ticket/deciding.hpp"

namespace docket::domain {

/// The people behind words such as "assignee", "lead", "team:refund", each once, in the order of the words. Nobody is
/// told of what they did themselves, nor people whose account is disabled. While a rule looks at people being copied in
/// or beginning to watch, "copied" and "watchers" are those people only.
[[nodiscard]] std::vector<Recipient> recipients_of(const Deciding& deciding, const std::vector<std::string>& whom);

}  // namespace docket::domain
