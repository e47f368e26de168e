// SPDX-License-Identifier: Apache-2.0
// Mails on their way out: a typed header that cannot be broken into, two kinds of text, files read while they are sent.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/header_text.hpp"
#include "mail/scratch.hpp"

namespace docket::mail {

/// Refuses what could become a second header line or a second recipient: CR, LF, NUL and other controls. The message
/// says which field it was.
class HeaderFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// local@domain of letters that an SMTP server takes without SMTPUTF8; no quotes, no blanks, no controls.
[[nodiscard]] bool is_sendable_address(std::string_view address);

/// The fields of a mail, one after another; each kind of value has a function of its own.
class Header {
 public:
  void text(std::string_view name, std::string_view utf8);      ///< RFC 2047 words where it is not plain ASCII
  void mailbox(std::string_view name, const Address& address);  ///< a name in words, an address as it is
  void token(std::string_view name, std::string_view ascii);    ///< a word of ours, such as "auto-replied"
  void id(std::string_view name, std::string_view id);          ///< without brackets
  void ids(std::string_view name, const std::vector<std::string>& ids);
  void date(std::string_view name, std::int64_t unix_seconds);  ///< in UTC
  [[nodiscard]] const std::string& lines() const { return lines_; }

 private:
  void line(std::string_view name, std::string_view value);
  std::string lines_;
};

/// A file to go along: its content is at `content`, from the start.
struct OutgoingFile {
  std::string name{}, media_type{};
  Descriptor content{};
};

struct Outgoing {
  Address from{}, to{};
  std::string reply_to{};     ///< an address, or empty
  std::string message_id{};   ///< without brackets
  std::string in_reply_to{};  ///< the customer's last mail, or empty
  std::vector<std::string> references{};
  std::string subject{};
  std::string text{};         ///< plain text; the HTML part is made from it
  std::string link{};         ///< where the customer can look, or empty
  std::string signature{};
  std::string language{"zh"};
  bool automatic = false;     ///< nobody wrote it: Auto-Submitted, and an empty sender on the envelope
  bool answer_to_mail = false;  ///< an automatic one that answers a mail: "auto-replied" rather than "auto-generated"
  bool ask_above_line = false;  ///< puts the line on top above which people answer
  std::int64_t unix_seconds = 0;
  std::vector<OutgoingFile> files{};
};

/// Writes the whole mail with CRLF lines to `fd`. Throws HeaderFault on a value that may not stand in a header.
void write_mail(const Outgoing& mail, int fd);

/// The HTML part: escaped text in paragraphs with links made of plain addresses, no styles, no remote content.
[[nodiscard]] std::string html_of(std::string_view text, std::string_view link, std::string_view language);

}  // namespace docket::mail
