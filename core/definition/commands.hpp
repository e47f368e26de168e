// SPDX-License-Identifier: Apache-2.0
// The commands that need nothing but files: what `docket check`, `simulate` and `schema` do.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "base/clock.hpp"
#include "definition/simulate.hpp"
#include "desk/ports/plugin_catalogue.hpp"

namespace docket::definition {

enum class OutputFormat { text, json };

/// Checks the desk below a directory and prints what is wrong. Exit status: 0 when it could be published (warnings may
/// have been printed), 1 when not. With a catalogue the settings of plugins are checked too.
[[nodiscard]] int check_command(const std::filesystem::path& directory, OutputFormat format, Time now,
                                std::ostream& out, const desk::PluginCatalogue* catalogue = nullptr,
                                Language language = Language::en);

/// Walks a ticket through the desk below a directory. Exit status: 0 when it came to an end, 1 when not or for faults.
[[nodiscard]] int simulate_command(const std::filesystem::path& directory, const SimulationRequest& request, Time now,
                                   std::ostream& out, Language language = Language::en);

enum class SchemaFormat { json_schema, manual };

/// Prints the JSON Schema for editors, or the reference manual.
[[nodiscard]] int schema_command(SchemaFormat format, std::ostream& out);

}  // namespace docket::definition
