// SPDX-License-Identifier: Apache-2.0
// The real `docket serve` as a child process: started, waited for, killed at any moment, started again.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace docket::tests {

/// How a program that ran to its end ended.
struct Finished {
  int status = 0;        ///< exit status; 128 + signal when one ended it
  std::string output{};  ///< standard output and error together
};

/// Runs a program to its end without a shell. Throws std::runtime_error when it cannot be started.
[[nodiscard]] Finished run_program(const std::vector<std::string>& command);

/// One server. The destructor kills it. Not thread-safe.
class ServerProcess {
 public:
  /// `command` is the program with its arguments; its standard error is kept in `log_file`, appended.
  ServerProcess(std::vector<std::string> command, std::filesystem::path log_file);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Starts it and waits for its log to say {"event":"serving",…,"port":N}; gives how long that took, or nothing when
  /// it ended or stayed silent beyond `patience` (then it is killed). The port may differ from start to start.
  [[nodiscard]] std::optional<std::chrono::milliseconds> start(std::chrono::milliseconds patience);

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int admin_port() const { return admin_port_; }  ///< 0: none
  [[nodiscard]] pid_t pid() const { return pid_; }

  /// kill -9, and waits until it is gone.
  void kill_hard();
  /// SIGTERM, and the exit status; 128 + signal when it did not obey within `patience`.
  int stop(std::chrono::milliseconds patience);

 private:
  void drain(int fd);
  int reap();

  const std::vector<std::string> command_;
  const std::filesystem::path log_file_;
  pid_t pid_ = -1;
  int port_ = 0;
  int admin_port_ = 0;
  std::thread reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false;  ///< guarded by mutex_
  bool ended_ = false;  ///< guarded by mutex_: its standard error is closed
};

}  // namespace docket::tests
