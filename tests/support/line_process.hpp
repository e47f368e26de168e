// SPDX-License-Identifier: Apache-2.0
// Another program that answers each line of text with a line of text, such as an oracle in Python.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace docket::tests {

/// A running child; ends it when destroyed. One thread at a time. Everything throws std::runtime_error when the child
/// is gone.
class LineProcess {
 public:
  /// `arguments[0]` is the program's path.
  explicit LineProcess(const std::vector<std::string>& arguments);
  ~LineProcess();
  LineProcess(const LineProcess&) = delete;
  LineProcess& operator=(const LineProcess&) = delete;

  /// Writes the line and waits for the answer, without its newline.
  [[nodiscard]] std::string ask(const std::string& line);

 private:
  pid_t child_ = -1;
  std::FILE* in_ = nullptr;   ///< what the child reads
  std::FILE* out_ = nullptr;  ///< what the child writes
};

}  // namespace docket::tests
