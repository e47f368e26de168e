// SPDX-License-Identifier: Apache-2.0
// One mailbox at a strict server, with the desk and the host that a plugin has beside it.
#pragma once

#include <string_view>

#include "docket/test_host.hpp"
#include "plugins/mail/fake_desk.hpp"
#include "plugins/mail/strict_imap.hpp"

namespace docket::tests {

struct StrictMailbox {
  StrictImap server;
  FakeDesk desk{};
  sdk::TestHost host{};

  /// `knows_id`: whether the server has the command ID, and opens folders only for who used it.
  explicit StrictMailbox(bool knows_id = true) : server(knows_id) {
    host.secrets = {{"/keys", "0123456789abcdef0123456789abcdef\n"}, {"/password", "right"}};
    host.reachable = {{"localhost:143", server.port()}};
    host.on_command = [this](const sdk::json::object& request) { return desk.command(request); };
  }

  /// `start` as in the plugin's settings; empty: not said.
  static sdk::json::object settings(std::string_view start = {}) {
    sdk::json::object mailbox{{"address", "support@desk.test"},
                              {"host", "localhost"},
                              {"security", "none"},
                              {"user", "support"},
                              {"password", "/password"}};
    if (!start.empty()) mailbox["start"] = start;
    return {{"from", sdk::json::object{{"address", "support@desk.test"}}}, {"keys", "/keys"}, {"mailboxes", sdk::json::array{mailbox}}};
  }
};

}  // namespace docket::tests
