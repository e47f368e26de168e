// SPDX-License-Identifier: Apache-2.0
// Asks the egress process for connections.
#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "plugin/descriptor.hpp"
#include "plugin/spawner.hpp"

namespace docket::plugin {

struct EgressSettings {
  std::string proxy{};                ///< host:port of an HTTP proxy; empty: none
  std::vector<std::string> direct{};  ///< host:port patterns that do not go through it
  std::filesystem::path login{};      ///< NAME:PASSWORD for the proxy, read for each connection; empty: it asks for none
};

struct EgressRequest {
  std::string host{};
  std::uint16_t port = 0;
  std::vector<std::string> manifest{}, hosts{}, networks{};
  std::chrono::milliseconds timeout{};
};

struct EgressAnswer {
  std::int32_t status = 0;  ///< as in docket/plugin.h
  Descriptor socket{};
  std::string why{};
};

/// Keeps one egress process, made when first needed and again when it ended. Any thread.
class Egress {
 public:
  Egress(Spawner& spawner, EgressSettings settings) : spawner_(spawner), settings_(std::move(settings)) {}
  ~Egress();
  Egress(const Egress&) = delete;
  Egress& operator=(const Egress&) = delete;
  [[nodiscard]] EgressAnswer connect(const EgressRequest& request);
  /// Ends every connection that is being made, for whoever is stopping and can wait no longer; none is made after it.
  void cut_off();

 private:
  void hand_over(const EgressRequest& request, const std::string& login, Descriptor theirs);
  [[nodiscard]] bool by_proxy(const EgressRequest& request) const;
  /// What the proxy is told, or nothing for one that is told nothing, or why it is not asked.
  [[nodiscard]] std::expected<std::string, std::string> login_for(const EgressRequest& request);
  void refused(const std::string& login);

  Spawner& spawner_;
  const EgressSettings settings_;
  std::mutex mutex_;
  Child child_;
  bool cut_off_ = false;
  std::string refused_login_;  ///< by the proxy; directories lock accounts that come again and again with a wrong password
  std::chrono::steady_clock::time_point refused_until_{};
};

}  // namespace docket::plugin
