// SPDX-License-Identifier: Apache-2.0
// With `--watch`: a config directory that changed is checked and published by the server itself.
#pragma once

#include <filesystem>
#include <string>

#include "runtime/loop.hpp"
#include "server/engine.hpp"

namespace docket::server {

/// Looks once a second at what the directory's bytes are; what fails its check is logged once and never replaces what
/// runs.
class Watch {
 public:
  Watch(Engine& engine, std::filesystem::path directory);
  void stop() { loop_.stop(); }

 private:
  std::chrono::milliseconds step();

  Engine& engine_;
  const std::filesystem::path directory_;
  std::string last_digest_;  ///< of the loop's thread
  runtime::Loop loop_;
};

}  // namespace docket::server
