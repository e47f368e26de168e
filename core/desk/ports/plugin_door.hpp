// SPDX-License-Identifier: Apache-2.0
// The running plugins as the API and the command line see them.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/id.hpp"

namespace docket::desk {

/// How the pulling of one resource stands.
struct SyncState {
  std::string resource{};
  std::string state = "waiting";  ///< waiting, running, failed
  bool full = false;
  std::int64_t seen = 0, made = 0, changed = 0, deleted = 0, refused = 0;  ///< of this pass, or the last one
  std::optional<std::int64_t> total{};
  std::optional<Time> done_at{};
  std::string error{};
};
BOOST_DESCRIBE_STRUCT(SyncState, (), (resource, state, full, seen, made, changed, deleted, refused, total, done_at, error))

struct PluginStatus {
  std::string name{}, plugin{}, title{}, version{}, kind{};
  std::string state{};   ///< running, starting, waiting (to be restarted), not_installed, wrong_settings
  bool healthy = false;
  std::string detail{};  ///< what the last look at its health said
  std::string lane{};    ///< of its deliveries: open, waiting, halted
  std::int64_t restarts = 0, calls = 0, broken_calls = 0, sent = 0, failed = 0;
  std::string last_error{};
  std::optional<Time> last_poll_at{};
  std::optional<Time> checked_at{};
  std::vector<SyncState> sync{};
};
BOOST_DESCRIBE_STRUCT(PluginStatus, (),
                      (name, plugin, title, version, kind, state, healthy, detail, lane, restarts, calls, broken_calls, sent,
                       failed, last_error, last_poll_at, checked_at, sync))

struct PluginLogLine {
  Time at{};
  std::string level{}, line{};
};
BOOST_DESCRIBE_STRUCT(PluginLogLine, (), (at, level, line))

struct HookRequest {
  std::string method{}, path{}, query{}, address{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};
struct HookAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

struct PluginTest {
  bool healthy = false;
  std::string detail{};
};
BOOST_DESCRIBE_STRUCT(PluginTest, (), (healthy, detail))

/// A customer's records at one source.
struct SourceData {
  std::string source{}, resource{}, id{};
  std::string data{};  ///< JSON
  Time fetched_at{};
  bool stale = false;  ///< the source did not answer in time; this is what it said then
};

/// Thread-safe. `done` is called exactly once, on a thread of the plugins.
class PluginDoor {
 public:
  template <class T>
  using Done = std::move_only_function<void(Result<T>)>;

  virtual ~PluginDoor() = default;
  [[nodiscard]] virtual std::vector<PluginStatus> statuses() const = 0;
  /// Newest last; none when there is no such plugin.
  [[nodiscard]] virtual std::optional<std::vector<PluginLogLine>> log_of(const std::string& name) const = 0;
  /// Asks for its health now, and lets a halted lane send again when that is good.
  virtual void test(const std::string& name, Done<PluginTest> done) = 0;
  virtual void receive_http(const std::string& name, HookRequest request, Done<HookAnswer> done) = 0;
  /// Asks every connector that knows, each with a short deadline; what does not answer gives what is kept.
  virtual void look_up(CustomerId customer, Done<std::vector<SourceData>> done) = 0;
};

}  // namespace docket::desk
