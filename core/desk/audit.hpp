// SPDX-License-Identifier: Apache-2.0
// One line to audit an act in the job that does it.
#pragma once

#include <string>
#include <utility>

#include "desk/ports/unit.hpp"

namespace docket::desk {

inline void audit(Unit& unit, const domain::Actor& actor, std::string kind, std::string subject,
                  domain::Fields details = {}) {
  DeskEvent event;
  event.kind = std::move(kind);
  event.subject = std::move(subject);
  event.details = std::move(details);
  unit.stream.append(actor, event, unit.now);
  unit.wakes.feed = true;
}

}  // namespace docket::desk
