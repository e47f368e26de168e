// SPDX-License-Identifier: Apache-2.0
#include "support/server_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace docket::tests {
namespace {

/// Starts a program with standard input from /dev/null and the given descriptors as standard output and error.
pid_t spawn(const std::vector<std::string>& command, int output, int error) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, error, 2);
  pid_t child = -1;
  const int fault = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), ::environ);
  posix_spawn_file_actions_destroy(&actions);
  if (fault != 0) throw std::runtime_error(command[0] + ": " + std::strerror(fault));
  return child;
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::string{"pipe: "} + std::strerror(errno));
  return ends;
}

int exit_status(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

Finished run_program(const std::vector<std::string>& command) {
  const std::array<int, 2> ends = make_pipe();
  const pid_t child = spawn(command, ends[1], ends[1]);
  ::close(ends[1]);
  Finished finished;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = ::read(ends[0], buffer.data(), buffer.size());
    if (count <= 0 && errno == EINTR && count < 0) continue;
    if (count <= 0) break;
    finished.output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  finished.status = exit_status(status);
  return finished;
}

ServerProcess::ServerProcess(std::vector<std::string> command, std::filesystem::path log_file)
    : command_(std::move(command)), log_file_(std::move(log_file)) {}

ServerProcess::~ServerProcess() {
  kill_hard();
}

std::optional<std::chrono::milliseconds> ServerProcess::start(std::chrono::milliseconds patience) {
  kill_hard();
  const auto begin = std::chrono::steady_clock::now();
  const std::array<int, 2> ends = make_pipe();
  {
    const std::lock_guard lock{mutex_};
    ready_ = ended_ = false;
  }
  pid_ = spawn(command_, ends[1], ends[1]);
  ::close(ends[1]);
  reader_ = std::thread{[this, fd = ends[0]] { drain(fd); }};
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience, [this] { return ready_ || ended_; });
  const bool ready = ready_;
  lock.unlock();
  if (!ready) {
    kill_hard();
    return std::nullopt;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

void ServerProcess::drain(int fd) {
  std::ofstream log{log_file_, std::ios::app};
  std::string line;
  std::array<char, 4096> buffer;
  for (ssize_t count = 0; (count = ::read(fd, buffer.data(), buffer.size())) != 0;) {
    if (count < 0) {
      if (errno == EINTR) continue;
      break;
    }
    for (const char c : std::string_view{buffer.data(), static_cast<std::size_t>(count)}) {
      if (c != '\n') {
        line.push_back(c);
        continue;
      }
      log << line << '\n' << std::flush;
      boost::system::error_code fault;
      const boost::json::value value = boost::json::parse(line, fault);
      line.clear();
      if (fault || !value.is_object()) continue;
      const boost::json::object& fields = value.as_object();
      const auto* event = fields.if_contains("event");
      const auto* port = fields.if_contains("port");
      if (!event || *event != "serving" || !port) continue;
      const std::lock_guard lock{mutex_};
      port_ = port->to_number<int>();
      const auto* admin_port = fields.if_contains("admin_port");
      admin_port_ = admin_port ? admin_port->to_number<int>() : 0;
      ready_ = true;
      changed_.notify_all();
    }
  }
  log << line << std::flush;
  ::close(fd);
  const std::lock_guard lock{mutex_};
  ended_ = true;
  changed_.notify_all();
}

int ServerProcess::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  reader_.join();
  return exit_status(status);
}

void ServerProcess::kill_hard() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  reap();
}

int ServerProcess::stop(std::chrono::milliseconds patience) {
  if (pid_ < 0) return 0;
  ::kill(pid_, SIGTERM);
  {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, patience, [this] { return ended_; })) ::kill(pid_, SIGKILL);
  }
  return reap();
}

}  // namespace docket::tests
