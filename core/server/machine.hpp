// SPDX-License-Identifier: Apache-2.0
// This node as its admin sees it: the port `desk::System` over the engine, the front door and the disk.
#pragma once

#include <filesystem>
#include <shared_mutex>
#include <string>

#include "desk/ports/system.hpp"
#include "http/server.hpp"
#include "server/backups.hpp"
#include "server/engine.hpp"

namespace docket::server {

/// References outlive it. Any thread.
class Machine final : public desk::System {
 public:
  Machine(Engine& engine, std::filesystem::path certificate);

  /// What counts connections and answers, and what keeps backups; none before they are there. `forget` waits for whoever
  /// looks at them, and is called before they go.
  void watch(const http::Server& server);
  void keeps(Backups& backups);
  void forget();

  [[nodiscard]] desk::SystemState state() const override;
  [[nodiscard]] std::vector<desk::Backup> backups() const override;
  bool remove_backup(const std::string& name) override;

 private:
  Engine& engine_;
  const std::filesystem::path certificate_;
  const Time started_at_;
  mutable std::shared_mutex mutex_;  ///< shared: somebody looks at what the two point to
  const http::Server* server_ = nullptr;
  Backups* backups_ = nullptr;
};

}  // namespace docket::server
