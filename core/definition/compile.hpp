// SPDX-License-Identifier: Apache-2.0
// From a bundle's bytes to checked definitions, or to everything that is wrong with them.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "definition/bundle.hpp"
#include "definition/diagnostic.hpp"
#include "domain/definitions.hpp"

namespace docket::desk {
class PluginCatalogue;
}

namespace docket::definition {

struct Compiled {
  std::shared_ptr<const domain::Definitions> definitions{};  ///< null when there is an error
  std::vector<Diagnostic> diagnostics{};                     ///< sorted
};

/// A candidate is refused for what could only ever fail. Of what was published, maybe by an earlier program with fewer
/// rules, that is but a warning: tickets stand under it.
enum class Judged { candidate, published };

/// Reads, checks and proves. Total: any bytes give an answer in bounded time. `now` decides which years must have
/// holiday data; with a catalogue, settings of plugins are checked too. Pure but for the zone database; any thread.
[[nodiscard]] Compiled compile(const Bundle& bundle, Time now, const desk::PluginCatalogue* catalogue = nullptr,
                               Judged judged = Judged::candidate);

}  // namespace docket::definition
