// SPDX-License-Identifier: Apache-2.0
// A delivery as a plugin gets it: the message with whom it is for, what it is about, and what hangs on it.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

struct Envelope {
  std::string json{};       ///< as docs/integrator/plugins.md says
  bool has_address = true;  ///< the recipient has an address of the kind that the plugin sends to
};

/// `address_kind` is the manifest's: email and phone are read off the person, others are kept by their name. `link` is
/// what the ticket's page begins with, empty when the desk has no public address. The first of `deliveries` leads, the
/// others are gathered with it: their texts stand below its own. not_found when the ticket is gone.
[[nodiscard]] Result<Envelope> envelope_of(const Reading& reading, const std::vector<Delivery>& deliveries,
                                           const std::string& address_kind, const std::string& link);

}  // namespace docket::desk
