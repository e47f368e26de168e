// SPDX-License-Identifier: Apache-2.0
// What the two processes of the channel must know of each other and keep over a restart: small, and of a fixed number of
// slots, so that no flood of senders fills the plugin's state. A slot that is taken over forgets the older entry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docket/plugin.hpp"

namespace docket::mail {

class Memory {
 public:
  explicit Memory(sdk::Host host) : host_(host) {}

  /// Where a mailbox's folder stands.
  struct Cursor {
    std::uint32_t validity = 0;
    std::uint32_t first = 1;   ///< mails below it were there before the channel was
    std::uint32_t last = 0;    ///< every UID up to it has its row in the ledger, but for those that are not wanted
    std::uint32_t sift_to = 0;  ///< up to it only what `sift` finds is wanted: the rest was there before the channel was
    std::string sift{};         ///< what to look for, in words of IMAP's SEARCH
    std::int64_t begun_s = 0;   ///< when the channel began here and left what was there before; 0: it leaves nothing
    std::uint32_t trying = 0;  ///< being taken in
    int tries = 0;             ///< of it, with this one; those that broke off with words are taken back, so others are crashes
    int faults = 0;            ///< how often taking it in broke off by what may be its own fault
    std::string why{};         ///< the last of them
    std::int64_t reconciled_s = 0;
  };
  [[nodiscard]] std::optional<Cursor> cursor(const std::string& mailbox) const;
  void put_cursor(const std::string& mailbox, const Cursor& cursor) const;

  /// The customer's last mail on a ticket, for In-Reply-To, and the mailbox that it came to.
  struct LastMail {
    std::string message_id{}, mailbox{};
  };
  [[nodiscard]] LastMail last_mail(std::int64_t ticket) const;
  void put_last_mail(std::int64_t ticket, const LastMail& mail) const;

  /// A machine wrote from this address: nothing automatic goes there for an hour.
  void hush(std::string_view address, std::int64_t now_s) const;
  [[nodiscard]] bool hushed(std::string_view address, std::int64_t now_s) const;

  /// Whether an automatic answer may go to the address: one an hour. The same key is the same answer tried again.
  [[nodiscard]] bool may_answer(std::string_view address, std::string_view key, std::int64_t now_s) const;
  void answered(std::string_view address, std::string_view key, std::int64_t now_s) const;

  /// The day on which a delivery was tried first, so that its Message-ID stays the same.
  [[nodiscard]] std::optional<std::int64_t> first_day(std::string_view key) const;
  void put_first_day(std::string_view key, std::int64_t day) const;

 private:
  [[nodiscard]] std::optional<sdk::json::object> slot(std::string_view kind, std::string_view name) const;
  void put_slot(std::string_view kind, std::string_view name, sdk::json::object value) const;
  sdk::Host host_;
};

}  // namespace docket::mail
