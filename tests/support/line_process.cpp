// SPDX-License-Identifier: Apache-2.0
// Two pipes and posix_spawn; the pipes are close-on-exec, so that several children do not hold each other's ends open.
#include "support/line_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace docket::tests {

LineProcess::LineProcess(const std::vector<std::string>& arguments) {
  std::signal(SIGPIPE, SIG_IGN);  // a child that is gone shows as a failed write
  std::array<int, 2> to_child{};
  std::array<int, 2> from_child{};
  if (pipe2(to_child.data(), O_CLOEXEC) != 0 || pipe2(from_child.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipes for " + arguments.front());
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
  const int spawned = posix_spawn(&child_, argv.front(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(to_child[0]);
  close(from_child[1]);
  in_ = fdopen(to_child[1], "w");
  out_ = fdopen(from_child[0], "r");
  if (spawned != 0) {
    child_ = -1;
    std::fclose(in_);
    std::fclose(out_);
    throw std::runtime_error("cannot start " + arguments.front());
  }
}

LineProcess::~LineProcess() {
  std::fclose(in_);  // its input ends, so it leaves
  std::fclose(out_);
  waitpid(child_, nullptr, 0);
}

std::string LineProcess::ask(const std::string& line) {
  const bool written = std::fputs(line.c_str(), in_) >= 0 && std::fputc('\n', in_) != EOF && std::fflush(in_) == 0;
  char* text = nullptr;
  std::size_t capacity = 0;
  const ssize_t length = written ? getline(&text, &capacity, out_) : -1;
  std::string answer = length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string{};
  std::free(text);
  if (!answer.ends_with('\n')) throw std::runtime_error("the other program ended without an answer");
  answer.pop_back();
  return answer;
}

}  // namespace docket::tests
