// SPDX-License-Identifier: Apache-2.0
// Files that only the service's account may read: keys and what else is secret in the data directory.
#pragma once

#include <filesystem>
#include <string_view>

namespace docket::server {

/// Puts `bytes` under that name, whole and on disk before it returns, or not at all: what a full disk or a power cut
/// interrupts leaves the name as it was. Throws std::runtime_error with a sentence for the operator.
void write_private(const std::filesystem::path& file, std::string_view bytes);

}  // namespace docket::server
