// SPDX-License-Identifier: Apache-2.0
// A backup as a job: asked for by a person, made beside the serving, with progress and cancel.
#pragma once

#include <string>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

inline constexpr std::string_view backup_job_kind = "backup";

/// Starts one; the runtime makes it. Its `input` is the name of the backup. Errors: conflict while another is made.
[[nodiscard]] Result<Job> start_backup_job(Unit& unit, const domain::Principal& principal);

/// What is left of a job that ended well, badly or not at all: done, total, state and error are taken over, unless it was
/// cancelled meanwhile. False: it was.
[[nodiscard]] bool note_backup_progress(Unit& unit, const Job& job);

/// Audits that a backup was removed.
void note_backup_removed(Unit& unit, const domain::Principal& principal, const std::string& name);

}  // namespace docket::desk
