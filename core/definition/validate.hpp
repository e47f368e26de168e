// SPDX-License-Identifier: Apache-2.0
// Holds a tree against the schema: unknown and missing keys, types, ranges, and names that nobody declared.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "definition/section.hpp"

namespace docket::definition {

/// The names that the desk declares, by what they name.
using DeclaredNames = std::map<Refers, std::vector<std::string>>;

/// Reports every fault of the section and of what is below it.
void validate(const Section& section, const DeclaredNames& names, Report& report);

/// The nearest of the words, or empty.
[[nodiscard]] std::string nearest_of(std::string_view word, const std::vector<std::string>& words);
/// "one of a, b"; empty when there is none. At most so many are named.
[[nodiscard]] Said one_of(const std::vector<std::string>& words, std::size_t most = 500);

}  // namespace docket::definition
