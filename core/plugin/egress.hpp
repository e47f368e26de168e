// SPDX-License-Identifier: Apache-2.0
// Asks the egress process for connections.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "plugin/descriptor.hpp"
#include "plugin/spawner.hpp"

namespace docket::plugin {

struct EgressSettings {
  std::string proxy{};                ///< host:port of an HTTP proxy; empty: none
  std::vector<std::string> direct{};  ///< host:port patterns that do not go through it
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

 private:
  void hand_over(const EgressRequest& request, Descriptor theirs);

  Spawner& spawner_;
  const EgressSettings settings_;
  std::mutex mutex_;
  Child child_;
};

}  // namespace docket::plugin
