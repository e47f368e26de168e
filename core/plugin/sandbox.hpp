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

/// Where the machine, or the service, has no memory left, the kernel ends the calling process before the server. Memory
/// behind descriptors counts towards no limit of a process. Call before enter_sandbox.
void go_first_for_memory() noexcept;

}  // namespace docket::plugin
