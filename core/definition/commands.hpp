// SPDX-License-Identifier: Apache-2.0
// The commands that need nothing but files: what `docket check` and `docket schema` do.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "base/clock.hpp"

namespace docket::definition {

enum class OutputFormat { text, json };

/// Checks the desk below a directory and prints what is wrong. Exit status: 0 when it could be published (warnings may
/// have been printed), 1 when not.
[[nodiscard]] int check_command(const std::filesystem::path& directory, OutputFormat format, Time now,
                                std::ostream& out);

enum class SchemaFormat { json_schema, manual };

/// Prints the JSON Schema for editors, or the reference manual.
[[nodiscard]] int schema_command(SchemaFormat format, std::ostream& out);

}  // namespace docket::definition
