// SPDX-License-Identifier: Apache-2.0
// With `--watch`: a config directory that changed is checked and published by the server itself.
#pragma once

#include <filesystem>
#include <string>

#include "runtime/loop.hpp"
#include "server/engine.hpp"

namespace docket::server {

/// Looks once a second at what the directory's bytes are; what fails its check or can not be read is logged once and
/// never replaces what runs. What was published before is published again only when the directory changed under a running server: a start
/// does not undo a rollback, nor what was published elsewhere.
class Watch {
 public:
  Watch(Engine& engine, std::filesystem::path directory);
  void stop() { loop_.stop(); }

 private:
  std::chrono::milliseconds step();
  [[nodiscard]] bool was_published(const std::string& digest) const;

  Engine& engine_;
  const std::filesystem::path directory_;
  std::string last_digest_{};  ///< of the loop's thread; what needs no further look
  std::string last_fault_{};   ///< why the last look could not read it
  int looks_at_fault_ = 0;     ///< in a row
  runtime::Loop loop_;
};

}  // namespace docket::server
