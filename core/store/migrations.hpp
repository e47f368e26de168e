// SPDX-License-Identifier: Apache-2.0
// Brings a database to the schema of this program: numbered steps, known by their checksum.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/session.hpp"

namespace docket::store {

/// One step, embedded from `migrations/NNNN_name.sql` at build.
struct Migration {
  int number = 0;
  std::string_view name;
  std::string_view sql;
};

/// All steps of this program, ascending by number from 1; numbers may be left out.
[[nodiscard]] std::span<const Migration> migrations();

struct MigrationReport {
  int from = 0;
  int to = 0;
  std::optional<std::filesystem::path> snapshot{};  ///< copy of the database as it was, when it had been in use before
};

/// Runs on the writer's session before anything else does. Before it changes a database that holds data, it leaves a
/// copy beside it (`<file>.before-<number>`); copies of earlier upgrades go when this one is done. All steps are one
/// transaction: an upgrade that is cut off leaves the database as it was. Throws StoreUnavailable with a sentence for the
/// operator: a database of a newer program, of another program, or with a step whose checksum differs; nothing is changed
/// then.
MigrationReport migrate(Session& session, std::span<const Migration> steps = migrations());

/// For what only looks: throws StoreUnavailable with a sentence for the operator where `migrate` would change the database
/// (an empty one aside) or refuse it.
void require_current(Session& session, std::span<const Migration> steps = migrations());

/// The number of the last step that the database has; 0 for an empty one.
[[nodiscard]] int schema_version(Session& session);

}  // namespace docket::store
