// SPDX-License-Identifier: Apache-2.0
// Mails from the folder onto tickets: stored and committed first, then marked. Each mail leaves one row in the intake
// ledger, whatever becomes of it, and none holds up the others.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "mail/imap.hpp"
#include "mail/incoming.hpp"
#include "mail/memory.hpp"
#include "mail/settings.hpp"
#include "mail/signed_name.hpp"

namespace docket::mail {

/// Lives as long as the plugin's instance; used inside poll only.
class TakeIn {
 public:
  TakeIn(sdk::Host host, const Settings& settings) : host_(host), settings_(settings), memory_(host) {}

  /// Goes through all mailboxes as far as the call's time allows.
  [[nodiscard]] sdk::PollAnswer poll();

  /// For tests: called by name of each step before it is done; may throw, as a crash at this point would.
  std::function<void(const char* step)> before_step{};

 private:
  struct Folder;
  void step(const char* name) const;
  bool go_through(const Mailbox& mailbox, const Signer& signer);
  void begin(Imap& imap, const Mailbox& mailbox, const std::string& name, Memory::Cursor& cursor) const;
  void begin_again(Imap& imap, const Mailbox& mailbox, const std::string& name, Memory::Cursor& cursor) const;
  bool reconcile(Folder& folder);
  void take(Folder& folder, std::uint32_t uid);
  void take_in(Folder& folder, std::uint32_t uid);
  void break_off(Folder& folder, const std::string& why) const;
  void put_aside(Folder& folder, std::uint32_t uid);
  void done_with(Folder& folder, std::uint32_t uid) const;
  void mark(Folder& folder, std::uint32_t uid, bool taken) const;
  [[nodiscard]] Incoming read(Folder& folder, std::uint32_t uid, int raw, bool too_large) const;
  enum class Handed { known, taken, aside };
  Handed hand_over(Folder& folder, Incoming& mail);
  Handed decide(Folder& folder, Incoming& mail, const std::string& key);
  /// What the desk took of a mail's files.
  struct Kept {
    sdk::json::array ids{};
    std::map<std::string, std::int64_t> pictures{};  ///< by Content-ID
  };
  [[nodiscard]] sdk::Host::Answer command(sdk::json::object request) const;
  [[nodiscard]] sdk::Host::Answer say(sdk::json::object request, sdk::json::array formatted) const;
  void record(const std::string& key, std::string_view outcome, const std::string& reason) const;
  [[nodiscard]] Descriptor make_file() const;
  void report_bounce(const BounceReport& report) const;
  [[nodiscard]] Kept keep_enclosures(Incoming& mail) const;
  bool join(const Mailbox& mailbox, const Routed& routed, Incoming& mail, const std::string& key);
  void create(const Mailbox& mailbox, const Routed& routed, Incoming& mail, const std::string& key);
  bool within_rate(const std::string& address);

  sdk::Host host_;
  const Settings& settings_;
  Memory memory_;
  struct Refusal {
    std::int64_t until_s = 0;
    std::string why{};
  };
  std::map<std::string, Refusal> refused_{};  ///< by the mailbox's address
  std::int64_t rate_hour_ = 0;
  std::map<std::string, int> rate_{};  ///< new tickets of this hour by sender
};

}  // namespace docket::mail
