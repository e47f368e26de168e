// SPDX-License-Identifier: Apache-2.0
// By which name and password the HTTP proxy lets this machine out.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "base/said.hpp"

namespace docket::plugin {

/// `file` holds NAME:PASSWORD on its one line. The result is the value of Proxy-Authorization (RFC 7617); the error is a
/// sentence that names the file and nothing of what stands in it. A file that all users may read is refused.
[[nodiscard]] std::expected<std::string, Said> read_proxy_login(const std::filesystem::path& file);

}  // namespace docket::plugin
