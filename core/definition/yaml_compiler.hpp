// SPDX-License-Identifier: Apache-2.0
// The desk's compiler port, answered by this room.
#pragma once

#include "desk/ports/bundle_store.hpp"
#include "desk/ports/plugin_catalogue.hpp"

namespace docket::definition {

/// Any thread. With a catalogue the settings of plugins are held against their manifests; without one they are taken as
/// they are, so that what was published compiles whatever is installed.
class YamlCompiler final : public desk::Compiler {
 public:
  explicit YamlCompiler(const desk::PluginCatalogue* catalogue = nullptr) : catalogue_(catalogue) {}
  [[nodiscard]] desk::CheckedBundle compile(const desk::BundleFiles& files, Time now) const override;

 private:
  const desk::PluginCatalogue* catalogue_;
};

}  // namespace docket::definition
