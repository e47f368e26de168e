// SPDX-License-Identifier: Apache-2.0
// Scenario files: YAML in, checked values out.
#pragma once

#include <filesystem>

#include "scenario.hpp"

namespace docket::tests {

/// Throws std::runtime_error "file:line: what is wrong" for anything that the format does not know.
[[nodiscard]] Scenario read_scenario(const std::filesystem::path& file);

/// "2026-02-13 17:30" or "2026-02-13 17:30:15" in Shanghai, which has one offset all year.
[[nodiscard]] std::optional<Time> local_time(std::string text);
[[nodiscard]] std::string local_text(Time at);

}  // namespace docket::tests
