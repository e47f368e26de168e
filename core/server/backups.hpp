// SPDX-License-Identifier: Apache-2.0
// Backups of this node: those that are there, and the thread that makes one when a job asks for it.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "desk/ports/job_store.hpp"
#include "desk/ports/system.hpp"
#include "runtime/loop.hpp"
#include "server/engine.hpp"

namespace docket::server {

/// A backup that was under way when the process ended is begun anew at the next start; one that has its manifest is done,
/// and only a person removes it. One at a time.
class Backups {
 public:
  /// `directory` is made when the first backup is. `engine` outlives this.
  Backups(Engine& engine, std::filesystem::path directory);
  void wake() { loop_.wake(); }
  void stop();

  /// Any thread; read files.
  [[nodiscard]] std::vector<desk::Backup> list() const;
  bool remove(const std::string& name);

 private:
  std::chrono::milliseconds step();
  void make(desk::Job job);
  /// False: the job was cancelled, or the server stops.
  bool note(const desk::Job& job);

  Engine& engine_;
  const std::filesystem::path directory_;
  std::atomic<bool> stopping_{false};
  runtime::Loop loop_;
};

}  // namespace docket::server
