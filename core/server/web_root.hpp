// SPDX-License-Identifier: Apache-2.0
// Where the built web pages are.
#pragma once

#include <filesystem>

namespace docket::server {

/// `named` if it is given; else share/docket/web beside the program's own bin/; else core/console/dist of the checkout
/// that the program was built in (build/PRESET/bin). Empty when there are no pages: then the server is API only.
/// Throws std::runtime_error when `named` has none.
[[nodiscard]] std::filesystem::path find_web_root(const std::filesystem::path& named);

}  // namespace docket::server
