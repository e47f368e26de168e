// SPDX-License-Identifier: Apache-2.0
// One mail to one recipient over SMTP.
#pragma once

#include <memory>
#include <string>

#include "docket/http.hpp"
#include "mail/server.hpp"

namespace docket::mail {

/// Keeps its connection between mails. One thread, inside calls of the host.
class Smtp {
 public:
  Smtp(sdk::Host host, Server server, std::string greeting_name);
  ~Smtp();
  Smtp(const Smtp&) = delete;
  Smtp& operator=(const Smtp&) = delete;

  /// The mail in `fd` from its start; `sender` empty: nobody gets what bounces. Gives the server's last line. Throws
  /// MailFault: temporary and permanent are the server's words on this mail or recipient.
  std::string send(const std::string& sender, const std::string& recipient, int fd);
  /// Connects and logs in, and sends nothing.
  void check();

 private:
  std::string perform(bool upload);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace docket::mail
