// SPDX-License-Identifier: Apache-2.0
// Everything that serves, built once, in order, one sentence each.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "api/gateway.hpp"
#include "api/table_files.hpp"
#include "desk/live_board.hpp"
#include "http/server.hpp"
#include "plugin/plugins.hpp"
#include "runtime/control_socket.hpp"
#include "runtime/deliveries.hpp"
#include "runtime/exports.hpp"
#include "runtime/jobs.hpp"
#include "runtime/loop.hpp"
#include "runtime/password_threads.hpp"
#include "runtime/side_threads.hpp"
#include "runtime/timers.hpp"
#include "server/admin_handler.hpp"
#include "server/anchor_key.hpp"
#include "server/backups.hpp"
#include "server/certificate_renewal.hpp"
#include "server/engine.hpp"
#include "server/housekeeping.hpp"
#include "server/machine.hpp"
#include "server/node_settings.hpp"
#include "server/report_facts.hpp"
#include "server/watch.hpp"

namespace docket::server {

/// Serves from construction to stop(). Members end in the opposite order, so that nothing is used after it is gone.
class Application {
 public:
  /// Throws std::exception with a sentence for the operator: port in use, data directory locked, no definitions.
  Application(const NodeSettings& settings, const Clock& clock);
  ~Application();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::uint16_t admin_port() const { return admin_ ? admin_->port() : 0; }
  [[nodiscard]] Engine& engine() { return engine_; }
  /// What the front door hands requests to.
  [[nodiscard]] api::Gateway& gateway() { return *gateway_; }

  /// Reads certificate and key again; connections from then on use them.
  void reload_certificate();
  /// Does all that time has made due, on the calling thread; for tests with a clock that is moved by hand.
  void catch_up();
  /// Stops accepting, finishes what is under way for at most `grace`, then ends timers and deliveries. Idempotent.
  void stop(std::chrono::milliseconds grace);

 private:
  void start();
  std::chrono::milliseconds fill_field_index();
  void after_commit(const desk::Wakes& wakes);

  const NodeSettings settings_;
  const Clock& clock_;
  Engine engine_;                            ///< The desk: data directory, database, definitions.
  Machine machine_;                          ///< This node, for its admin to see.
  std::unique_ptr<api::Gateway> gateway_;    ///< Requests find their routes; outlives all that answers through it.
  std::unique_ptr<runtime::Loop> stream_;    ///< Open clients are told what happens.
  runtime::PasswordThreads passwords_;       ///< Passwords are hashed apart from everything else.
  api::TableFiles files_;                    ///< Exports wait there to be fetched.
  desk::LiveBoard board_;                    ///< What burns now, counted once for everybody.
  runtime::SideThreads side_;                ///< Definitions are compiled and files are moved aside.
  std::unique_ptr<plugin::Plugins> plugins_;  ///< Channels and connectors, each in a process of its own.
  runtime::LogDestination log_destination_;  ///< Where notifications go without a plugin.
  std::unique_ptr<runtime::Timers> timers_;  ///< Time acts on tickets.
  std::unique_ptr<runtime::Deliveries> deliveries_;  ///< The outbox leaves the house.
  std::unique_ptr<runtime::Jobs> jobs_;              ///< Long work goes on in slices.
  std::unique_ptr<runtime::Exports> exports_;        ///< Whole lists are written into files.
  std::unique_ptr<Backups> backups_;                 ///< Copies of the data are made when asked for.
  std::unique_ptr<runtime::Loop> field_index_;       ///< Fields that were newly marked indexed are filled in.
  std::unique_ptr<ReportFacts> facts_;               ///< What reports count is kept compact and at hand.
  std::unique_ptr<AnchorKey> anchor_key_;            ///< Signs the heads of all histories.
  std::unique_ptr<Housekeeping> housekeeping_;       ///< What is no longer needed goes; heads are anchored.
  std::unique_ptr<Watch> watch_;                     ///< A changed config directory is published, if asked to.
  std::unique_ptr<runtime::ControlSocket> control_;  ///< Commands of the machine's admin come in.
  std::unique_ptr<AdminHandler> admin_handler_;      ///< Health and metrics, also when all else is stuck.
  std::unique_ptr<http::Server> admin_;
  std::unique_ptr<http::Server> server_;  ///< Last but one: the front door opens.
  SystemClock wall_clock_;                ///< By which clients judge certificates, whatever time the desk lives in.
  std::optional<CertificateRenewal> renewal_;   ///< Where Docket made the certificate itself.
  std::unique_ptr<runtime::Loop> certificate_;  ///< It is renewed before it ends.
  std::atomic<bool> fields_to_fill_{true};
  std::atomic<bool> stopped_{false};
};

}  // namespace docket::server
