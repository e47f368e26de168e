// SPDX-License-Identifier: Apache-2.0
// What the desk is told of a mail, in words that agents read.
#pragma once

#include <string>

#include "mail/incoming.hpp"
#include "mail/routing.hpp"

namespace docket::mail {

[[nodiscard]] std::string subject_of(const Incoming& mail);
[[nodiscard]] std::string body_or_blank(const std::string& text, const Incoming& mail);

/// What an agent should know of the mail and the customer need not: shown, never acted on.
[[nodiscard]] std::string about(const Routed& routed, const Incoming& mail, bool with_sender);

/// Of a mail with a bounce.
[[nodiscard]] std::string bounce_text(const Incoming& mail);

/// Why a mail became no ticket.
[[nodiscard]] std::string reason_of(Rule rule, const Incoming& mail);

}  // namespace docket::mail
