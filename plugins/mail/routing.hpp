// SPDX-License-Identifier: Apache-2.0
// What becomes of a mail, decided from the mail, the keys and the time alone. Mail proves nobody's identity, gives nobody
// access, and obeys no header: the most that it can reach is a customer's message on the ticket that its signed name says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/incoming.hpp"
#include "mail/signed_name.hpp"

namespace docket::mail {

/// The names of all rules by which a mail is not an ordinary one; they stand in the ledger.
enum class Rule {
  none,
  own_address,   ///< sent by one of our mailboxes: a loop
  own_message,   ///< bears a Message-ID that we signed: our own mail came back
  bounce,        ///< a report about a mail of ours
  read_receipt,
  auto_replied,  ///< Auto-Submitted: auto-replied and its older cousins
  automatic,     ///< made by a machine: notices, alarms
  bulk,          ///< mailing lists and mass mail
  no_sender,     ///< nobody who could be answered
};
[[nodiscard]] std::string_view name(Rule rule);

/// How far the sender's domain vouches for the mail, by our own MTA's Authentication-Results only.
enum class Trust { none, domain, pass };
[[nodiscard]] std::string_view name(Trust trust);

enum class Intake {
  ignore,    ///< kept in the ledger with the rule
  create,    ///< a new ticket
  customer,  ///< a message on the ticket, if the sender is its customer; else an internal note
  note,      ///< an internal note on the ticket
};
[[nodiscard]] std::string_view name(Intake intake);

struct Routed {
  Intake intake = Intake::create;
  Rule rule = Rule::none;
  Trust trust = Trust::none;
  Address sender{};        ///< whose message it is said to be
  std::int64_t ticket = 0;
  std::int64_t recipient = 0;  ///< whom the signed name was given to
  bool answerable = true;      ///< false: nothing automatic is ever sent because of it
  std::vector<std::string> remarks{};
};

struct RoutingRules {
  std::vector<std::string> own_addresses{};  ///< in small letters, without '+' parts
  std::string trusted_mta{};                 ///< authserv-id of Authentication-Results; empty: none is believed
  std::int64_t today = 0;                    ///< days since 1970
  std::int64_t reply_days = 0;               ///< how long a signed name may be answered; 0: for ever
};

[[nodiscard]] Routed route(const Incoming& mail, const Signer& signer, const RoutingRules& rules);

/// local@domain in small letters without its '+' part.
[[nodiscard]] std::string plain_address(std::string_view address);

}  // namespace docket::mail
