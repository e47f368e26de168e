// SPDX-License-Identifier: Apache-2.0
// What the house itself names, in the words that its pages use: for texts, reports and exports. A name that is not
// known stays as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/definitions.hpp"

namespace docket::desk {

[[nodiscard]] std::string spoken_priority(std::string_view name, bool english);
[[nodiscard]] std::string spoken_clock(std::string_view name, bool english);
[[nodiscard]] std::string spoken_category(std::string_view name, bool english);
/// How a ticket came: one of the house's channels, or a plugin by its title.
[[nodiscard]] std::string spoken_channel(const domain::Definitions& active, const std::string& name, bool english);
/// The channels by which tickets may come: the house's, then the plugins that give commands.
[[nodiscard]] std::vector<std::string> channel_names(const domain::Definitions& active);
/// Where a message goes: a plugin by its title, or the log.
[[nodiscard]] std::string spoken_destination(const domain::Definitions& active, const std::string& name, bool english);
[[nodiscard]] std::string spoken_level(std::string_view name, bool english);  ///< of a customer
[[nodiscard]] std::string spoken_delivery(std::string_view state, bool english);
[[nodiscard]] std::string spoken_export(std::string_view kind, bool english);

// --- the audit trail -----------------------------------------------------------------------------------------------

[[nodiscard]] std::string spoken_actor(std::string_view kind, bool english);
[[nodiscard]] std::string spoken_act(std::string_view kind, bool english);        ///< "signed_in"
[[nodiscard]] std::string spoken_subject(std::string_view subject, bool english);  ///< "user 12"
[[nodiscard]] std::string spoken_detail(std::string_view name, bool english);
/// The value of a detail that is a word of the house.
[[nodiscard]] std::string spoken_detail_value(std::string_view name, std::string_view value, bool english);

}  // namespace docket::desk
