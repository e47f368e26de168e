// SPDX-License-Identifier: Apache-2.0
// The only two names by which a mail finds its ticket: a reply address and a Message-ID, both with a MAC. A number in a
// subject proves nothing, and neither does a sender.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::mail {

/// What a name stands for. The numbers are part of what is signed and never change.
enum class Purpose : std::uint8_t {
  customer = 1,  ///< a message to the ticket's customer; who answers may be heard as the customer
  notice = 2,    ///< told to somebody of the house; an answer to it is an internal note and nothing else
};

struct SignedName {
  Purpose purpose = Purpose::customer;
  std::int64_t ticket = 0;
  std::int64_t recipient = 0;  ///< the customer's or user's id, 0 when unknown
  std::int64_t day = 0;        ///< of issue, days since 1970
  bool operator==(const SignedName&) const = default;
};

/// Signs with the first key, knows names of all: a new key is put in front and the old one kept as long as its
/// names shall live. HMAC-SHA-256 cut to 128 bits, over a label of its own for each kind of name.
class Signer {
 public:
  /// Each key at least 32 bytes; throws std::invalid_argument with a sentence for the admin.
  explicit Signer(std::vector<std::string> keys);
  /// One key a line, hexadecimal or any text; blank lines and lines with '#' are skipped.
  [[nodiscard]] static Signer from_file_text(std::string_view text);

  /// For the local part after '+': small letters and digits 2 to 7.
  [[nodiscard]] std::string address_token(const SignedName& name) const;
  [[nodiscard]] std::optional<SignedName> read_address_token(std::string_view token) const;

  /// The left side of a Message-ID, "t." in front. `unique` tells messages of one ticket apart: the delivery's key.
  [[nodiscard]] std::string message_token(const SignedName& name, std::string_view unique) const;
  [[nodiscard]] std::optional<SignedName> read_message_token(std::string_view left) const;

 private:
  [[nodiscard]] std::string sign(const std::string& key, std::string_view label, std::string_view payload) const;
  [[nodiscard]] std::string token(std::string_view label, std::string payload) const;
  [[nodiscard]] std::optional<std::string> payload_of(std::string_view label, std::string_view token) const;
  std::vector<std::string> keys_;
};

/// "tk+<token>@example.com" for the mailbox "tk@example.com"; a '+' part of the mailbox itself is kept in front.
[[nodiscard]] std::string reply_address(const std::string& mailbox, const std::string& token);
/// The token of such an address, or empty: whatever stands after the last '+'.
[[nodiscard]] std::string_view token_of_address(std::string_view address);

}  // namespace docket::mail
