// SPDX-License-Identifier: Apache-2.0
#include "plugin/spawner.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "base/processor.hpp"
#include "plugin/frame.hpp"

namespace docket::plugin {
namespace {

constexpr int kNice = 10;

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

struct Actions {
  posix_spawn_file_actions_t value{};
  Actions() { check(::posix_spawn_file_actions_init(&value), "file actions"); }
  ~Actions() { ::posix_spawn_file_actions_destroy(&value); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
};
struct Attributes {
  posix_spawnattr_t value{};
  Attributes() { check(::posix_spawnattr_init(&value), "attributes"); }
  ~Attributes() { ::posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
};

}  // namespace

Spawner::Spawner(std::string executable) : executable_(std::move(executable)), thread_([this] { run(); }) {}

Spawner::~Spawner() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Spawner::run() {
  // On Linux a thread has a niceness of its own, and what it starts inherits it: a library that spins, or one that is
  // loaded again and again, does not take the processor from the server, which goes first.
  (void)::setpriority(PRIO_PROCESS, 0, kNice);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (stopping_ && tasks_.empty()) return;
    auto tasks = std::move(tasks_);
    tasks_.clear();
    lock.unlock();
    for (auto& task : tasks) task();
    lock.lock();
  }
}

Child Spawner::start(const std::string& subcommand) {
  std::packaged_task<Child()> task([this, subcommand] { return spawn(subcommand); });
  auto made = task.get_future();
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) throw std::system_error(ESHUTDOWN, std::generic_category(), "the server is stopping");
    tasks_.push_back(std::move(task));
  }
  changed_.notify_all();
  return made.get();
}

Child Spawner::spawn(const std::string& subcommand) const {
  auto pair = make_socket_pair();
  std::array<int, 2> errors{};
  if (::pipe2(errors.data(), O_CLOEXEC) != 0) check(errno, "a pipe");
  Descriptor read_end(errors[0]), write_end(errors[1]);
  ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK);

  Actions actions;
  check(::posix_spawn_file_actions_addopen(&actions.value, 0, "/dev/null", O_RDONLY, 0), "standard input");
  check(::posix_spawn_file_actions_addopen(&actions.value, 1, "/dev/null", O_WRONLY, 0), "standard output");
  check(::posix_spawn_file_actions_adddup2(&actions.value, write_end.get(), 2), "standard error");
  check(::posix_spawn_file_actions_adddup2(&actions.value, pair.theirs.get(), 3), "the channel");

  Attributes attributes;
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  check(::posix_spawnattr_setsigmask(&attributes.value, &none), "the signal mask");
  check(::posix_spawnattr_setsigdefault(&attributes.value, &all), "signal handlers");
  // A session of its own: what the terminal sends to the server is not for it.
  check(::posix_spawnattr_setflags(&attributes.value, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID),
        "attributes");

  std::string program = "docket", command = subcommand;
  std::string path = "PATH=/usr/bin:/bin", language = "LANG=C.UTF-8", zone = "TZ=UTC";
  std::array<char*, 3> arguments{program.data(), command.data(), nullptr};
  std::array<char*, 4> environment{path.data(), language.data(), zone.data(), nullptr};
  Child child;
  check(::posix_spawn(&child.pid, executable_.c_str(), &actions.value, &attributes.value, arguments.data(),
                      environment.data()),
        executable_.c_str());
  child.channel = std::move(pair.ours);
  child.errors = std::move(read_end);
  return child;
}

void end_child(Child& child) {
  if (child.pid <= 0) return;
  ::kill(child.pid, SIGKILL);
  while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  child = {};
}

bool has_ended(Child& child, int& status) {
  if (child.pid <= 0) return true;
  if (::waitpid(child.pid, &status, WNOHANG) != child.pid) return false;
  child = {};
  return true;
}

std::chrono::nanoseconds processor_of(const Child& child) {
  clockid_t clock{};
  timespec used{};
  if (child.pid <= 0 || ::clock_getcpuclockid(child.pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return {};
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

bool go_last(const Child& child, bool last) {
  if (child.pid <= 0) return false;
  // A thread's policy is its own, and what it starts later inherits it. The first is where calls are made; the others can
  // not be seen where the service's /proc is its own.
  const bool told = put_last(child.pid, last);
  std::error_code hidden;
  std::filesystem::directory_iterator threads("/proc/" + std::to_string(child.pid) + "/task", hidden);
  for (; !hidden && threads != std::filesystem::directory_iterator{}; threads.increment(hidden)) {
    const auto name = threads->path().filename().string();
    pid_t id = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), id).ec == std::errc{} && id != child.pid) (void)put_last(id, last);
  }
  return told;
}

}  // namespace docket::plugin
