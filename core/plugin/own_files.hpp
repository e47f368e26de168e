// SPDX-License-Identifier: Apache-2.0
// What is the desk's own, though it may stand where plugins' secrets are kept.
#pragma once

#include <filesystem>
#include <vector>

namespace docket::plugin {

/// Whether a file is one of `own` (files, and directories of them), by its path or by another name of the same file.
/// Reads the disk; links are followed.
[[nodiscard]] bool is_own(const std::vector<std::filesystem::path>& own, const std::filesystem::path& file);

}  // namespace docket::plugin
