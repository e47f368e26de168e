// SPDX-License-Identifier: Apache-2.0
// A sample desk, served as it is installed, with its plugins in their real hosts and real mail servers to talk to.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/mail/mail_servers.hpp"
#include "support/live_desk.hpp"
#include "support/temporary_directory.hpp"

namespace docket::tests {

/// Everything throws std::runtime_error with what went wrong. One thread.
class ChannelDesk {
 public:
  using Changes = std::vector<std::pair<std::string, std::string>>;

  /// Makes the desk config/samples/`sample`, with its mailbox at the test's own servers and each of `changes` made in its
  /// YAML (a text that must be there → another one), but does not serve it yet.
  ChannelDesk(const std::string& program, const std::string& plugin_directory, const std::string& sample, const Changes& changes);

  /// Keeps a secret in a file, before or while the desk is served; gives the file's path.
  std::string keep_secret(const std::string& name, const std::string& content);
  void serve();
  /// An account with one role; `team` may be empty. Its token.
  std::string add_person(const std::string& login, const std::string& role, const std::string& team = {});
  /// A file of the person's with this token, ready to be named by a message.
  std::int64_t upload(const std::string& token, const std::string& name, const std::string& media_type, const std::string& bytes);
  [[nodiscard]] std::string file(std::int64_t attachment) const;
  [[nodiscard]] boost::json::array items(const std::string& path) const;
  [[nodiscard]] boost::json::object status_of(const std::string& plugin) const;
  /// Lines of a plugin's log of at least warning.
  [[nodiscard]] std::string complaints_of(const std::string& plugin) const;
  /// The most memory that any plugin host of the desk has had at once, and what one holds now for itself, in KiB.
  struct HostMemory {
    std::int64_t peak = 0, own = 0;
  };
  [[nodiscard]] HostMemory host_memory();
  /// Until the plugin has looked into its mailboxes once: what comes from then on is new.
  void wait_for_first_poll();
  /// Asks again and again until it holds. When it does not in time: throws with `what` and what the plugins say.
  void wait_for(const std::string& what, const std::function<bool()>& holds) const;

  [[nodiscard]] LiveDesk& desk() { return desk_; }
  [[nodiscard]] MailServers& mail() { return mail_; }

 private:
  std::filesystem::path configured(const std::string& sample, const Changes& changes);

  test::TemporaryDirectory directory_;
  MailServers mail_;
  LiveDesk desk_;
};

/// A first mail of 张三 to support@example.com, 屏幕碎了, with a picture 照片.png, in the charset of older Chinese mailers.
[[nodiscard]] std::string mail_with_picture(const std::string& from, const std::string& id);
/// A mail in both kinds, with a picture by Content-ID crack@x.
[[nodiscard]] std::string mail_as_html(const std::string& from, const std::string& id, const std::string& text,
                                       const std::string& html);
/// A mail with one file in it.
[[nodiscard]] std::string mail_with_file(const std::string& from, const std::string& id, const std::string& bytes);
/// The picture in it.
[[nodiscard]] std::string small_picture();

}  // namespace docket::tests
