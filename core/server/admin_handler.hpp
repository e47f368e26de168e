// SPDX-License-Identifier: Apache-2.0
// Health and metrics on loopback, answered without the database's threads so that they answer when those are stuck.
#pragma once

#include "http/handler.hpp"
#include "http/server.hpp"
#include "server/engine.hpp"

namespace docket::desk {
class PluginDoor;
}

namespace docket::server {

/// GET /healthz (the process lives), /readyz (it can write), /metrics (Prometheus text format 0.0.4).
class AdminHandler final : public http::Handler {
 public:
  AdminHandler(Engine& engine, const desk::PluginDoor& plugins) : engine_(engine), plugins_(plugins) {}
  /// The public server, once it is up; it outlives the admin listener's requests.
  void watch(const http::Server& server) { server_.store(&server); }
  void stopping() { stopping_.store(true); }

  [[nodiscard]] Result<http::BodyPlan> plan(const http::Head& head, const std::string& remote_address) override;
  void handle(http::Request request, http::Respond respond) override;

 private:
  [[nodiscard]] std::string metrics() const;

  Engine& engine_;
  const desk::PluginDoor& plugins_;
  std::atomic<const http::Server*> server_{nullptr};
  std::atomic<bool> stopping_{false};
};

}  // namespace docket::server
