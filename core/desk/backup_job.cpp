// SPDX-License-Identifier: Apache-2.0
#include "desk/backup_job.hpp"

#include <algorithm>

#include "desk/audit.hpp"

namespace docket::desk {
namespace {

/// "2026-03-02T020000Z": sorts by time and is a plain name on every file system.
std::string backup_name(Time now) {
  auto name = to_rfc3339(now).substr(0, 19) + "Z";
  std::erase(name, ':');
  return name;
}

}  // namespace

Result<Job> start_backup_job(Unit& unit, const domain::Principal& principal) {
  const auto running = unit.jobs.running();
  if (std::ranges::any_of(running, [](const Job& job) { return job.kind == backup_job_kind; })) {
    return fail(ErrorCode::conflict, {"A backup is being made already; wait for it, or cancel it.", "正在备份，请等它完成，或先取消。"});
  }
  Job job;
  job.kind = backup_job_kind;
  job.by = principal.user;
  job.created_at = unit.now;
  job.input = backup_name(unit.now);
  job.id = unit.jobs.add_job(job);
  audit(unit, principal.actor, "backup_started", "backup " + job.input);
  unit.wakes.jobs = true;
  return job;
}

bool note_backup_progress(Unit& unit, const Job& job) {
  const auto stored = unit.jobs.find_job(job.id);
  if (!stored || stored->state != JobState::running) return false;
  auto next = job;
  if (next.state != JobState::running) {
    next.ended_at = unit.now;
    audit(unit, domain::system_principal("backup").actor,
          next.state == JobState::done ? "backup_made" : "backup_failed", "backup " + job.input);
  }
  unit.jobs.save_job(next);
  return true;
}

void note_backup_removed(Unit& unit, const domain::Principal& principal, const std::string& name) {
  audit(unit, principal.actor, "backup_removed", "backup " + name);
}

}  // namespace docket::desk
