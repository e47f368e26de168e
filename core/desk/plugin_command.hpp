// SPDX-License-Identifier: Apache-2.0
// What a plugin asks of the desk: a JSON command, done once for its key, as the identity that the admin bound to it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "desk/ports/plugin_catalogue.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

/// Who a plugin acts as: the bound account's rights under the plugin's name. forbidden when none is bound, or the account
/// is switched off.
[[nodiscard]] Result<domain::Principal> plugin_principal(const DirectoryReader& directory,
                                                         const domain::Definitions& definitions,
                                                         const domain::PluginUse& use);

/// Runs one command and gives its answer as JSON. With a key that was used before, the first answer again. Errors:
/// forbidden (not in the manifest, not bound, no right), invalid_field, and those of the command.
[[nodiscard]] Result<std::string> run_plugin_command(Unit& unit, const domain::PluginUse& use,
                                                     const PluginManifest& manifest, std::string_view request);

}  // namespace docket::desk
