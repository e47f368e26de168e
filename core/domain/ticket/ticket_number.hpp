// SPDX-License-Identifier: Apache-2.0
// A ticket's number as people say it: "T128", and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/definitions.hpp"

namespace docket::domain {

[[nodiscard]] std::string ticket_number(const Definitions& definitions, TicketId id);
/// With the desk's prefix or without, and a dash between.
[[nodiscard]] std::optional<TicketId> ticket_of_number(const Definitions& definitions, std::string_view number);

}  // namespace docket::domain
