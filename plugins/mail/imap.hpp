// SPDX-License-Identifier: Apache-2.0
// IMAP as far as taking mails needs it. libcurl connects, speaks TLS and logs in; the few commands after that are spoken
// here, because libcurl can fetch a mail only by marking it as read (BODY[] instead of BODY.PEEK[]), before it is stored.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "docket/http.hpp"
#include "mail/server.hpp"

namespace docket::mail {

struct SelectedFolder {
  std::uint32_t uid_validity = 0;
  std::uint32_t uid_next = 0;  ///< 0: the server did not say
  std::uint32_t exists = 0;
  bool read_only = false;
};

enum class Fetched { whole, too_large, gone };

/// One logged-in connection, which has said whose it is. Throws MailFault. One thread, inside one call of the host.
class Imap {
 public:
  Imap(sdk::Host host, const Server& server);
  ~Imap();
  Imap(const Imap&) = delete;
  Imap& operator=(const Imap&) = delete;

  /// `folder` in UTF-8.
  [[nodiscard]] SelectedFolder select(const std::string& folder);
  /// Ascending UIDs of what matches; `criteria` is ours, never a mail's.
  [[nodiscard]] std::vector<std::uint32_t> search(const std::string& criteria);
  /// Writes the raw mail to `fd`, at most `most` bytes, without marking it.
  [[nodiscard]] Fetched fetch(std::uint32_t uid, int fd, std::int64_t most);
  void add_flag(std::uint32_t uid, std::string_view flag);
  /// MOVE, or COPY and deleting where the server has no MOVE. Makes the folder when it is not there.
  void move(std::uint32_t uid, const std::string& folder);
  void log_out() noexcept;

 private:
  /// RFC 2971: 163, 126, QQ and others answer "Unsafe Login" to SELECT without it. Servers without ID are not asked.
  void identify();

  struct State;
  std::unique_ptr<State> state_;
};

/// A folder's name on the wire: modified UTF-7 in quotes (RFC 3501 §5.1.3). Throws MailFault on control characters.
[[nodiscard]] std::string wire_folder(std::string_view utf8);

}  // namespace docket::mail
