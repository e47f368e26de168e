// SPDX-License-Identifier: Apache-2.0
// What a plugin's process can not do: open sockets, start programs, read files of the desk, take all memory.
#pragma once

#include <string>
#include <vector>

namespace docket::plugin {

struct SandboxLimits {
  int memory_mib = 256;
  std::vector<std::string> readable{};  ///< files and directories besides the system's libraries and certificates
};

/// Shuts the calling process in, for good. Call while it has one thread. Throws std::runtime_error when a wall can not
/// be put up; a kernel without Landlock leaves out that one, which `landlock` of the result says.
struct Sandboxed {
  bool landlock = false;
};
Sandboxed enter_sandbox(const SandboxLimits& limits);

}  // namespace docket::plugin
