// SPDX-License-Identifier: Apache-2.0
// An IMAP server as strict as 163 and 126: who has not said its name by ID after the login may open no folder.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "docket/plugin.hpp"

namespace docket::tests {

/// A mail of the inbox, and what the server does when it is fetched.
struct StrictMail {
  enum class Fetch { gives, refuses, hangs_up };
  std::string raw{};
  Fetch fetch = Fetch::gives;
  std::set<std::string> flags{};
};

/// On loopback from construction to destruction, one connection at a time, an inbox behind the password "right".
class StrictImap {
 public:
  /// `knows_id` false: a server from before RFC 2971, which has no such command and wants none.
  explicit StrictImap(bool knows_id = true);
  ~StrictImap();
  StrictImap(const StrictImap&) = delete;
  StrictImap& operator=(const StrictImap&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// The commands so far, without tags; of a login only its first word.
  [[nodiscard]] std::vector<std::string> commands() const;
  /// The mail with this UID, made when it is not there; the server is busy with nothing meanwhile.
  void put(std::uint32_t uid, StrictMail mail);
  [[nodiscard]] StrictMail mail(std::uint32_t uid) const;

 private:
  void listen();
  void serve(int client);
  [[nodiscard]] bool ready(int socket) const;
  /// One line without its end; false when the other is gone or this is stopping.
  [[nodiscard]] bool read_line(int client, std::string& buffer, std::string& line) const;
  /// Empty: it hangs up.
  [[nodiscard]] std::string answer(const std::string& command, bool& logged_in, bool& named);
  [[nodiscard]] std::string search(const std::string& criteria) const;
  [[nodiscard]] std::string fetch(std::uint32_t uid) const;

  const bool knows_id_;
  mutable std::mutex mutex_;
  std::vector<std::string> commands_;
  std::map<std::uint32_t, StrictMail> mails_;
  sdk::Descriptor listener_, stop_;
  std::uint16_t port_ = 0;
  std::jthread door_;
};

}  // namespace docket::tests
