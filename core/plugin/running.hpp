// SPDX-License-Identifier: Apache-2.0
// One configured plugin while it runs: its processes, its services, its log, its loop for what comes in.
#pragma once

#include <deque>

#include "domain/definitions.hpp"
#include "plugin/log_file.hpp"
#include "plugin/plugins.hpp"
#include "plugin/process.hpp"

namespace docket::plugin {

/// A destination for deliveries and a source of what comes in. Any thread; shared with the lane that sends by it, so a
/// replaced one ends after its last call.
class Running final : public desk::Destination, public HostServices, public std::enable_shared_from_this<Running> {
 public:
  Running(Plugins& plugins, domain::PluginUse use, desk::PluginManifest manifest, desk::TypedSettings settings);
  ~Running() override;

  /// Begins polling and pulling. Once.
  void start();
  /// No more calls; waits for the one of the loop.
  void stop();
  /// Ends the calls that are under way. Any thread.
  void cut_off();

  [[nodiscard]] const domain::PluginUse& use() const { return use_; }
  [[nodiscard]] const desk::PluginManifest& manifest() const { return manifest_; }
  [[nodiscard]] desk::LaneRules lane_rules() const;
  [[nodiscard]] desk::PluginStatus status() const;
  [[nodiscard]] std::vector<desk::PluginLogLine> log() const;
  void look_after();

  [[nodiscard]] desk::TryOutcome attempt(const desk::Delivery& delivery) override;
  [[nodiscard]] desk::TryOutcome attempt_together(const std::vector<desk::Delivery>& deliveries) override;
  [[nodiscard]] desk::PluginTest test();
  [[nodiscard]] Result<desk::HookAnswer> receive_http(const desk::HookRequest& request);
  /// Answer of look_up as JSON.
  [[nodiscard]] Result<std::string> look_up(const std::string& request);
  [[nodiscard]] CallAnswer pull(const std::string& request);

  [[nodiscard]] Frame answer(const boost::json::object& question, std::string body, Descriptor descriptor,
                             std::chrono::steady_clock::time_point deadline) override;
  void say(int level, std::string line) override;

 private:
  /// A call, with the time that the manifest gives it.
  [[nodiscard]] CallAnswer ask(Process& process, std::string_view call, std::string_view body, boost::json::object head = {});
  [[nodiscard]] Frame connect(const boost::json::object& question, std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] Frame read_secret(const std::string& reference) const;
  [[nodiscard]] Frame command(const std::string& request);
  [[nodiscard]] Frame open_content(const std::string& id);
  [[nodiscard]] Frame keep_content(const std::string& facts, Descriptor file);
  void sync_loop();
  /// One page of one resource; how long until the next.
  [[nodiscard]] std::chrono::milliseconds sync_once(const domain::SyncRule& rule, desk::SyncState& state);
  [[nodiscard]] Result<std::int64_t> end_full_pass(const domain::SyncRule& rule, Time since, const std::string& cursor);
  void poll_loop();
  [[nodiscard]] std::chrono::milliseconds poll_once();

  Plugins& plugins_;
  const domain::PluginUse use_;
  const desk::PluginManifest manifest_;
  const desk::TypedSettings settings_;
  Process front_;  ///< deliver, push, look_up, receive_http, health
  Process back_;   ///< poll, pull

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<desk::PluginLogLine> log_;
  LogFile log_file_;
  bool healthy_ = true, poll_halted_ = false, stopping_ = false;
  std::string detail_, poll_error_;
  std::optional<Time> checked_at_, polled_at_;
  int poll_failures_ = 0;
  std::vector<desk::SyncState> sync_states_;  // one a rule of use_
  std::thread loop_, sync_loop_;
};

}  // namespace docket::plugin
