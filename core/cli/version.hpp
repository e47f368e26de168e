// SPDX-License-Identifier: Apache-2.0
// What `docket --version` says.
#pragma once

#include <string>

namespace docket::cli {

/// "docket 0.1.0", with the libraries that matter for support.
[[nodiscard]] std::string version_text();

}  // namespace docket::cli
