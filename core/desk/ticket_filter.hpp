// SPDX-License-Identifier: Apache-2.0
// Whether a filter can be asked at all, told to whoever starts long work with it.
#pragma once

#include "base/error.hpp"
#include "desk/ports/ticket_store.hpp"

namespace docket::desk {

/// Errors: what a list under this filter would answer. Looks at no ticket, however many the filter means.
[[nodiscard]] Result<void> check_filter(const TicketReader& tickets, const domain::Condition& filter,
                                        const domain::Principal& principal);

}  // namespace docket::desk
