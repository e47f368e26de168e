// SPDX-License-Identifier: Apache-2.0
// Publishing definitions: what a candidate would mean for tickets in flight, the switch itself, and the way back.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

/// Tickets that stand in a state which the candidate changes or no longer has.
struct AffectedState {
  std::string workflow{}, state{};
  std::int64_t tickets = 0;
  bool removed = false;     ///< the candidate has no such state (or no such workflow)
  std::string mapped_to{};  ///< by the mapping that was given
};
BOOST_DESCRIBE_STRUCT(AffectedState, (), (workflow, state, tickets, removed, mapped_to))

/// Which states with tickets in flight differ between what they are pinned to and the candidate.
[[nodiscard]] std::vector<AffectedState> affected_states(const TicketReader& tickets,
                                                         const domain::DefinitionsSource& source,
                                                         const domain::Definitions& candidate,
                                                         const StateMapping& mapping);

/// invalid_definition, with what is wrong in the files; `words` say what was not done for it.
[[nodiscard]] std::unexpected<Error> has_faults(const CheckedBundle& bundle, Said words);

/// Makes a checked bundle the active one. Tickets whose state is mapped take the new workflow; the others keep theirs.
/// Errors: invalid_definition when it did not pass its check, invalid_field for a mapping to a state that is not there,
/// conflict when it is active already, when `expected_active` is not the active digest, or when a team or calendar that
/// open tickets need is gone. Gives the publication; the caller starts the adoption.
[[nodiscard]] Result<Publication> publish_bundle(Unit& unit, const domain::Principal& principal,
                                                 const CheckedBundle& bundle, const BundleFiles& files,
                                                 const StateMapping& mapping, const std::string& comment,
                                                 const std::string& expected_active);

/// Has the definitions of a publication compiled, if there is such a one and they are not at hand: for a reader, before
/// rollback_bundle on the writer.
void ready_for_rollback(const Reading& reading, std::int64_t publication);

/// Publishes an earlier bundle again; `mapping` as for publish.
[[nodiscard]] Result<Publication> rollback_bundle(Unit& unit, const domain::Principal& principal,
                                                  std::int64_t publication, const StateMapping& mapping,
                                                  const std::string& comment);

}  // namespace docket::desk
