// SPDX-License-Identifier: Apache-2.0
// The settings of a mail channel, read once from the JSON that the manifest's schema has passed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mail/routing.hpp"
#include "mail/server.hpp"

namespace docket::mail {

enum class AfterStored { seen, move, leave };
enum class Start { fresh, unseen, all };

struct Mailbox {
  std::string address{};
  Server server{};
  std::string folder{"INBOX"};
  AfterStored after = AfterStored::seen;
  std::string move_to{};
  Start start = Start::fresh;
  std::string type{};  ///< of tickets made from its mails; empty: the channel's
};

struct Settings {
  Address from{};
  std::vector<Mailbox> mailboxes{};
  Server smtp{};
  bool has_smtp = false;
  bool empty_sender = false;  ///< of automatic mails; many providers refuse it
  std::string greeting_name{"localhost"};
  std::string keys{};          ///< the secret's reference
  bool plus_addresses = false;
  std::vector<std::string> own_addresses{};
  std::string trusted_mta{};
  Trust least_trust = Trust::none;  ///< below it a mail on a ticket is an internal note
  std::int64_t reply_days = 0;
  std::string type{}, signature{};
  std::vector<std::string> auto_reply_texts{};
  std::int64_t most_bytes = 0;
  int most_per_sender_hour = 60;
  bool keep_original = false;
};

/// Throws std::invalid_argument with a sentence for the admin: what fits the schema and still can not work.
[[nodiscard]] Settings read_settings(const sdk::json::object& settings);

}  // namespace docket::mail
