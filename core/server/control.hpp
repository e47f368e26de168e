// SPDX-License-Identifier: Apache-2.0
// The commands of `docket` on a desk: the same answers through the control socket of a live one and on a closed one.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/json_rules.hpp"
#include "desk/ports/bundle_store.hpp"
#include "desk/publish_bundle.hpp"
#include "server/engine.hpp"

namespace docket::desk {
class PluginDoor;
}

namespace docket::server {

/// What the command line asks; only what the command needs is filled in.
struct ControlRequest {
  std::string
      command{};  ///< "status" "plan" "backtest" "publish" "rollback" "backup" "verify" "user_add" "user_password" "plugins" "plugin_test"
  std::string by{};                              ///< who typed it, for the audit
  std::map<std::string, std::string> files{};    ///< plan, backtest, publish: base64url of each file
  std::map<std::string, std::string> mapping{};  ///< "workflow/state" → state
  std::string comment{};
  std::string expected_active{};
  std::int64_t publication = 0;                             ///< rollback; 0 = the one before the active
  std::string target{};                                     ///< backup: directory
  std::string login{}, name{}, password{}, role{}, team{};  ///< user commands
  std::optional<std::int64_t> days{};                       ///< backtest: how far back; a server of before knows no such field
};
BOOST_DESCRIBE_STRUCT(ControlRequest, (),
                      (command, by, files, mapping, comment, expected_active, publication, target, login, name,
                       password, role, team, days))

struct ControlAnswer {
  bool ok = false;
  bool passing = false;  ///< refused for now: the same may go later
  std::string text{}, text_zh{};  ///< for people; text_zh is empty where a server of an earlier version says English only
  std::string digest{};  ///< status, plan, publish
  std::int64_t publication = 0;
  std::vector<desk::AffectedState> affected{};
  std::vector<desk::CheckFinding> findings{};

  [[nodiscard]] Said said() const { return {text, text_zh}; }
};
BOOST_DESCRIBE_STRUCT(ControlAnswer, (), (ok, passing, text, text_zh, digest, publication, affected, findings))
/// A server that is still of the version before an upgrade does not say them.
constexpr auto field_rules(const ControlAnswer*) {
  return std::array{json::FieldRule{.field = "passing", .optional = true},
                    json::FieldRule{.field = "text_zh", .optional = true}};
}

/// Runs one command on the engine. Never throws for what a person may have done wrong: that is in the answer. Long ones
/// end early once `stop` is asked for.
[[nodiscard]] ControlAnswer run_control(Engine& engine, const ControlRequest& request, const std::stop_token& stop = {});

/// The same from text to text, for the socket.
/// `plugins`: of the running server; none when only the data directory is open.
[[nodiscard]] std::string answer_control(Engine& engine, const std::string& request, const std::stop_token& stop,
                                         desk::PluginDoor* plugins = nullptr);

/// Asks the server that holds the data directory, or does it here when none does, with the plugins and secrets that
/// `here` names; a server has its own. Throws as Engine does.
[[nodiscard]] ControlAnswer control(const std::filesystem::path& data, const ControlRequest& request,
                                    Engine::Options here = {});

}  // namespace docket::server
