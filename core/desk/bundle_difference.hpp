// SPDX-License-Identifier: Apache-2.0
// What changed between two bundles, file by file and line by line, as people read it.
#pragma once

#include <string>

#include "desk/ports/bundle_store.hpp"

namespace docket::desk {

/// In the manner of a unified diff with two lines of context; empty when nothing differs. At most about 200 KB: what
/// goes beyond is counted at the end. Pure; may take some ten milliseconds for large bundles.
[[nodiscard]] std::string bundle_difference(const BundleFiles& before, const BundleFiles& after);

}  // namespace docket::desk
