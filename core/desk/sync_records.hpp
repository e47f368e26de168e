// SPDX-License-Identifier: Apache-2.0
// Records of a source become customers and organizations here, or are kept to be shown; what can not be taken is named.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"
#include "domain/channel/plugin_use.hpp"

namespace docket::desk {

struct SyncedPage {
  std::int64_t seen = 0, made = 0, changed = 0, deleted = 0, refused = 0;
  std::string cursor{};
  bool more = false;
  std::optional<std::int64_t> total{};
};

/// Takes one answer of `pull`. A record that was seen before and says the same changes nothing, so a plugin's own writes
/// do not come back as news. What was changed here meanwhile stays or is overwritten as the rule says. A full pass says
/// since when it goes on: its records are not older than that, wherever the clock was set meanwhile. invalid_field when
/// the answer is no page; faults of single records are kept with them and stop nothing.
[[nodiscard]] Result<SyncedPage> take_page(Unit& unit, const domain::PluginUse& use, const domain::SyncRule& rule,
                                           const domain::Principal& principal, std::string_view answer,
                                           std::optional<Time> full_since = {});

/// After a full pass that began at `since`: records that it did not see are deleted at the source. Gives how many; call
/// again until none.
[[nodiscard]] std::int64_t mark_unseen(Unit& unit, const domain::PluginUse& use, const domain::SyncRule& rule, Time since);

/// Keeps what a source found of a customer, by id, phone or e-mail, to be shown when it does not answer. `owner` is the
/// record of "customers" that the others belong to. The customer gets that record when it is the only one and nobody's:
/// a number that somebody gave proves nothing.
void keep_found(Unit& unit, CustomerId customer, const std::string& owner, std::vector<SourceRecord> found);

}  // namespace docket::desk
