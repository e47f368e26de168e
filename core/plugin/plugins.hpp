// SPDX-License-Identifier: Apache-2.0
// All configured plugins: started, followed through publications and upgrades, called, looked after.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "desk/ports/database.hpp"
#include "desk/ports/lanes.hpp"
#include "desk/ports/plugin_catalogue.hpp"
#include "desk/ports/plugin_door.hpp"
#include "plugin/egress.hpp"
#include "plugin/spawner.hpp"

namespace docket::plugin {

class Running;

struct PluginsOptions {
  std::string executable = "/proc/self/exe";
  std::filesystem::path log_directory{};  ///< a file a plugin; empty: none
  std::filesystem::path scratch{};        ///< where content is written before it is kept
  std::string trust_file{};               ///< PEM; empty: the system's
  std::string public_address{};           ///< https://desk.example, what links to tickets begin with
  EgressSettings egress{};
  std::vector<std::filesystem::path> own_secrets{};  ///< files, and directories of them, that are no setting: the desk's keys
};

/// Built with nothing running; follow() starts what the definitions name. Ends all of them with it.
class Plugins final : public desk::PluginDoor {
 public:
  Plugins(desk::Database& database, desk::BlobStore& blobs, const Clock& clock, const desk::PluginCatalogue& catalogue,
          PluginsOptions options);
  ~Plugins() override;

  /// Where lanes are set; before the first follow().
  void use_lanes(desk::Lanes& lanes) { lanes_.store(&lanes); }
  /// The definitions in force changed, or may have: asks for them soon, on a thread of its own. Any thread, quick.
  void follow();
  void stop();
  /// Ends every call that is under way and every connection that is being made, for whoever is stopping and can wait no
  /// longer. Any thread.
  void cut_off();

  [[nodiscard]] std::vector<desk::PluginStatus> statuses() const override;
  [[nodiscard]] std::optional<std::vector<desk::PluginLogLine>> log_of(const std::string& name) const override;
  void test(const std::string& name, Done<desk::PluginTest> done) override;
  void receive_http(const std::string& name, desk::HookRequest request, Done<desk::HookAnswer> done) override;
  void look_up(CustomerId customer, Done<std::vector<desk::SourceData>> done) override;

 private:
  friend class Running;
  void watch();
  void renew();
  void add_lost(const std::map<std::string, std::shared_ptr<Running>>& running, std::map<std::string, desk::PluginStatus>& absent);
  struct Task {
    std::string of;  ///< the plugin that it is for, or `look_ups`
    std::move_only_function<void()> run;
  };
  void work();
  bool enqueue(std::string of, std::move_only_function<void()> run);
  [[nodiscard]] std::deque<Task>::iterator next_task();
  [[nodiscard]] std::shared_ptr<Running> find(const std::string& name) const;

  desk::Database& database_;
  desk::BlobStore& blobs_;
  const Clock& clock_;
  const desk::PluginCatalogue& catalogue_;
  const PluginsOptions options_;
  std::atomic<desk::Lanes*> lanes_ = nullptr;
  Spawner spawner_;
  Egress egress_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<Running>> running_;
  std::vector<std::shared_ptr<Running>> ending_;           // taken away or replaced, until they have stopped
  std::map<std::string, desk::PluginStatus> not_running_;  // with the reason
  bool follow_ = false, stopping_ = false;
  std::set<std::string> lost_;  // of the watcher's thread: destinations that were warned of

  std::mutex tasks_mutex_;
  std::condition_variable tasks_changed_;
  std::deque<Task> tasks_;
  std::map<std::string, std::size_t> under_way_;  // tasks by whom they are for
  std::vector<std::thread> workers_;
  std::thread watcher_;
};

}  // namespace docket::plugin
