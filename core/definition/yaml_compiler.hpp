// SPDX-License-Identifier: Apache-2.0
// The desk's compiler port, answered by this room.
#pragma once

#include "desk/ports/bundle_store.hpp"

namespace docket::definition {

/// Stateless; any thread.
class YamlCompiler final : public desk::Compiler {
 public:
  [[nodiscard]] desk::CheckedBundle compile(const desk::BundleFiles& files, Time now) const override;
};

}  // namespace docket::definition
