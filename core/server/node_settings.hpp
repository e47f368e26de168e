// SPDX-License-Identifier: Apache-2.0
// What belongs to one machine and not to the desk: addresses, paths, limits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace docket::server {

/// Each is an option of `docket serve`.
struct NodeSettings {
  std::filesystem::path data;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8443;
  std::optional<std::uint16_t>
      admin_port{};  ///< health and metrics on loopback; 0 = any free one; none = no such listener
  std::vector<std::string> server_names{};  ///< besides localhost, 127.0.0.1 and ::1
  std::string public_url{};  ///< what links in messages begin with; empty = https, the first server name and the port
  std::vector<std::string> trusted_proxies{};
  std::filesystem::path certificate{};  ///< PEM; empty = the one that Docket made
  std::filesystem::path key{};
  std::filesystem::path backups{};    ///< where backups are kept; empty = `backups` in the data directory
  std::filesystem::path config{};     ///< directory to publish from with `watch`
  bool watch = false;                 ///< publish a changed `config` by itself
  std::filesystem::path web_root{};   ///< built web pages; empty = where they are installed or built
  std::filesystem::path port_file{};  ///< written with the port once the server is ready
  std::vector<std::filesystem::path> plugin_directories{};  ///< a folder a plugin; after plugins/ in the data directory
  std::vector<std::filesystem::path> secret_directories{};  ///< where files stand that plugins' settings may name as secrets
  std::filesystem::path trust{};           ///< PEM with the authorities that plugins trust; empty = the system's
  std::string proxy{};                     ///< host:port of an HTTP proxy for plugins; empty = none
  std::filesystem::path proxy_login{};     ///< file with NAME:PASSWORD for the proxy; empty = it asks for none
  std::vector<std::string> no_proxy{};     ///< host:port patterns that plugins reach directly
  std::string program = "/proc/self/exe";  ///< what is run for plugin hosts; another one only in tests
  unsigned io_threads = 0;            ///< 0 = one a core
  unsigned reader_threads = 2;
  int session_idle_minutes = 30;
  int session_hours = 12;
};

}  // namespace docket::server
