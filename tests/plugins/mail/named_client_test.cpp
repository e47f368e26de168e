// SPDX-License-Identifier: Apache-2.0
// 163, 126 and others let only a client in that says its name: by ID, after the login, before the first folder.
#include <algorithm>

#include "plugins/mail/strict_mailbox.hpp"
#include "support/catch.hpp"

using namespace docket;

namespace {

struct Mailbox : tests::StrictMailbox {
  using StrictMailbox::StrictMailbox;
  /// Where a command that begins so stands among those that the server heard; -1: nowhere.
  [[nodiscard]] std::ptrdiff_t heard(std::string_view begin) const {
    const auto all = server.commands();
    const auto found = std::ranges::find_if(all, [&](const auto& one) { return one.starts_with(begin); });
    return found == all.end() ? -1 : found - all.begin();
  }
};

}  // namespace

TEST_CASE("Trap: a mailbox of 163 opens no folder for who has not said its name after the login") {
  const bool polled = GENERATE(true, false);
  Mailbox mailbox;
  sdk::TestPlugin plugin(mailbox.host, &docket_plugin_entry, Mailbox::settings());
  if (polled) {
    CHECK(sdk::text_of(plugin.poll(), "error").empty());
  } else {
    const auto health = plugin.health();
    CHECK(sdk::text_of(health, "detail").empty());
    CHECK(sdk::yes_of(health, "healthy"));
  }
  CHECK(mailbox.heard("LOGIN") >= 0);
  CHECK(mailbox.heard("LOGIN") < mailbox.heard("ID (\"name\" \"docket\""));
  CHECK(mailbox.heard("ID ") < mailbox.heard("SELECT \"INBOX\""));
}

TEST_CASE("A server that has no ID is not asked by it") {
  Mailbox mailbox(false);
  sdk::TestPlugin plugin(mailbox.host, &docket_plugin_entry, Mailbox::settings());
  CHECK(sdk::text_of(plugin.poll(), "error").empty());
  CHECK(mailbox.heard("ID") == -1);
  CHECK(mailbox.heard("SELECT") > 0);
}
