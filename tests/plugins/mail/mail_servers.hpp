// SPDX-License-Identifier: Apache-2.0
// Debian's Dovecot and an SMTP server as ordinary processes in a directory of the test, on ports of their own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace docket::tests {

/// Both servers keep mails in Maildirs below `directory`/mail: what SMTP takes for support@… IMAP shows to support.
/// The destructor ends them by their process ids. Throws std::runtime_error when one does not start.
class MailServers {
 public:
  explicit MailServers(std::filesystem::path directory, bool smtp_login = false);
  ~MailServers();
  MailServers(const MailServers&) = delete;
  MailServers& operator=(const MailServers&) = delete;

  [[nodiscard]] std::uint16_t imap_port() const { return imap_port_; }   ///< STARTTLS or none
  [[nodiscard]] std::uint16_t imaps_port() const { return imaps_port_; }
  [[nodiscard]] std::uint16_t smtp_port() const { return smtp_port_; }
  [[nodiscard]] const std::string& password() const { return password_; }
  [[nodiscard]] std::filesystem::path authority() const { return directory_ / "ca.pem"; }
  /// The Maildir of a user; made when it is not there.
  [[nodiscard]] std::filesystem::path box(const std::string& user) const;
  /// Puts a mail into a Maildir as a delivery would; lines end as given.
  void put(const std::string& user, const std::string& mail);
  /// All mails of a user's folder ("" or ".Name"), in no order.
  [[nodiscard]] std::vector<std::string> mails(const std::string& user, const std::string& folder = "") const;
  /// Of the inbox: how many have this flag letter in their file's name (S seen, F flagged).
  [[nodiscard]] int flagged(const std::string& user, char letter) const;
  /// Empties Dovecot's index, as a move to another server does: UIDVALIDITY changes.
  void forget_uids(const std::string& user) const;

 private:
  void start_imap();
  void start_smtp(bool login);
  std::filesystem::path directory_;
  std::string password_ = "right password 密码";
  std::uint16_t imap_port_ = 0, imaps_port_ = 0, smtp_port_ = 0;
  pid_t imap_ = -1, smtp_ = -1;
  int smtp_input_ = -1;
  int put_ = 0;
};

}  // namespace docket::tests
