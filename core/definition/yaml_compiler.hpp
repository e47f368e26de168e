// SPDX-License-Identifier: Apache-2.0
// The desk's compiler port, answered by this room.
#pragma once

#include "desk/ports/bundle_store.hpp"
#include "desk/ports/plugin_catalogue.hpp"

namespace docket::definition {

/// Any thread. With a catalogue the settings of plugins are held against their manifests; without one they are taken as
/// they are.
class YamlCompiler final : public desk::Compiler {
 public:
  explicit YamlCompiler(const desk::PluginCatalogue* catalogue = nullptr) : catalogue_(catalogue) {}
  /// For what was published: it compiles whatever is installed, and where this program only judges more strictly than
  /// the one that published it.
  [[nodiscard]] static YamlCompiler of_published() {
    YamlCompiler compiler;
    compiler.published_ = true;
    return compiler;
  }
  [[nodiscard]] desk::CheckedBundle compile(const desk::BundleFiles& files, Time now) const override;

 private:
  const desk::PluginCatalogue* catalogue_;
  bool published_ = false;
};

}  // namespace docket::definition
