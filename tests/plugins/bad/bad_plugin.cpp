// SPDX-License-Identifier: Apache-2.0
// One bad library for each way to be bad; compiled once a kind, with BAD_<KIND> defined.
#include <docket/plugin.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

const docket_host* host = nullptr;
int instance_place = 0;

[[maybe_unused]] void say(docket_sink to, const std::string& text) {
  to.write(to.context, text.data(), text.size());
}
[[maybe_unused]] void log(const std::string& text) {
  host->log(host->context, DOCKET_LOG_INFO, {text.data(), text.size()});
}
[[maybe_unused]] void outcome(docket_sink to, const std::string& wrong) {
  say(to, wrong.empty() ? R"({"outcome":"delivered"})" : R"({"outcome":"failed","error":")" + wrong + "\"}");
}

int32_t create(const docket_host*, docket_text, void** instance, [[maybe_unused]] docket_sink error) {
#if defined(BAD_REFUSES_SETTINGS)
  say(error, "these settings are not to my liking");
  return DOCKET_FAILED;
#elif defined(BAD_CREATE_FAILS)
  *instance = nullptr;
  return DOCKET_OK;
#elif defined(BAD_CRASHES_IN_CREATE)
  std::abort();
#endif
  *instance = &instance_place;
  return DOCKET_OK;
}
void destroy(void*) {}

#if defined(BAD_FORKS)
void* idle(void*) {
  ::pause();
  return nullptr;
}
std::string escape() {
  if (::fork() >= 0) return "it forked";
  if (::syscall(SYS_vfork) >= 0) return "it forked by number";
  if (::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr) >= 0) return "it cloned";
  pid_t child = 0;
  char program[] = "/bin/true";
  char* arguments[] = {program, nullptr};
  if (::posix_spawn(&child, program, nullptr, nullptr, arguments, nullptr) == 0) return "it spawned";
  ::execv(program, arguments);
  if (::kill(::getppid(), 0) == 0) return "it may signal the server";
  int threads = 0;
  pthread_t thread{};
  while (threads < 2000 && ::pthread_create(&thread, nullptr, &idle, nullptr) == 0) ++threads;
  if (threads < 2 || threads >= 2000) return "threads: " + std::to_string(threads);
  return {};
}
#elif defined(BAD_LEAKS_SHARED)
std::string escape() {
  constexpr std::size_t size = std::size_t{1} << 20;
  const auto is_given = [](int protection, int flags, int file) { return ::mmap(nullptr, size, protection, flags, file, 0) != MAP_FAILED; };
  if (is_given(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1)) return "it shares memory";
  if (is_given(PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1)) return "it shares memory that it may write to next";
  const int file = ::memfd_create("content", MFD_CLOEXEC);
  if (file < 0 || ::ftruncate(file, static_cast<off_t>(size)) != 0) return "it has no file in memory";
  if (is_given(PROT_READ | PROT_WRITE, MAP_SHARED, file)) return "it shares a file in memory";
  if (is_given(PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE, file)) return "it shares a file in memory, validated";
  if (!is_given(PROT_READ, MAP_SHARED, file) || !is_given(PROT_READ | PROT_WRITE, MAP_PRIVATE, file)) return "it can not read a file";
  return {};
}
#elif defined(BAD_OPENS)
std::string escape() {
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK}) {
    if (::socket(family, SOCK_STREAM, 0) >= 0 || ::socket(family, SOCK_DGRAM, 0) >= 0) return "it has a socket";
  }
  for (const char* file : {"/etc/passwd", "/etc/shadow", "/proc/1/environ", "/root", "/tmp", "/etc"}) {
    if (::open(file, O_RDONLY) >= 0) return std::string("it reads ") + file;
  }
  for (const char* file : {"/tmp/of-a-plugin", "/dev/shm/of-a-plugin", "of-a-plugin"}) {
    if (::open(file, O_WRONLY | O_CREAT, 0600) >= 0) return std::string("it writes ") + file;
  }
  if (std::getenv("HOME") != nullptr || std::getenv("DOCKET_TEST_SECRET") != nullptr) return "it has the environment";
  for (int number = 4; number < 64; ++number) {
    char link[64], target[256];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", number);
    const auto n = ::readlink(link, target, sizeof target - 1);
    if (n <= 0) continue;
    target[n] = 0;
    if (std::strstr(target, "opens") == nullptr) return std::string("it holds ") + target;
  }
  std::string why;
  const docket_sink sink{&why, [](void* to, const char* data, uint64_t size) { static_cast<std::string*>(to)->append(data, size); }};
  const std::string name = "not-allowed.example";
  if (host->connect(host->context, {name.data(), name.size()}, 80, 100, sink) != DOCKET_REFUSED) return "it was connected";
  return {};
}
#endif

int32_t deliver(void*, docket_text, docket_sink answer) {
#if defined(BAD_CRASHES)
  volatile int* nowhere = nullptr;
  *nowhere = 1;
#elif defined(BAD_EXITS)
  ::_exit(0);
#elif defined(BAD_HANGS)
  while (true) ::sched_yield();
#elif defined(BAD_LEAKS)
  std::size_t taken = 0;
  while (taken < (std::size_t{4} << 30)) {
    auto* piece = static_cast<char*>(std::malloc(std::size_t{1} << 20));
    if (piece == nullptr) break;
    std::memset(piece, 1, std::size_t{1} << 20);
    taken += std::size_t{1} << 20;
  }
  outcome(answer, taken >= (std::size_t{1} << 30) ? "it has a gibibyte" : "");
  return DOCKET_OK;
#elif defined(BAD_FLOODS)
  for (int i = 0; i < 20'000; ++i) {
    log(std::string(1500, 'x'));
    std::fputs("and this goes to standard error, again and again and again\n", stderr);
  }
  const std::string piece(std::size_t{1} << 20, 'y');
  for (int i = 0; i < 64; ++i) say(answer, piece);
  return DOCKET_OK;
#elif defined(BAD_GARBAGE)
  static int turn = 0;
  switch (turn++ % 4) {
    case 0: say(answer, std::string("\xff\xfe\0{{{", 6)); return DOCKET_OK;
    case 1: say(answer, R"({"outcome":"splendid"})"); return DOCKET_OK;
    case 2: return 12345;
    default: (void)!::write(3, "this is no frame at all, whatever it is", 39); outcome(answer, ""); return DOCKET_OK;
  }
#elif defined(BAD_FORKS) || defined(BAD_OPENS) || defined(BAD_LEAKS_SHARED)
  outcome(answer, escape());
  return DOCKET_OK;
#endif
  outcome(answer, "");
  return DOCKET_OK;
}

}  // namespace

#if !defined(BAD_NO_ENTRY)
extern "C" __attribute__((visibility("default"))) int32_t docket_plugin_entry(const docket_host* given, docket_plugin* plugin) {
  host = given;
  plugin->abi_major = DOCKET_ABI_MAJOR;
  plugin->abi_minor = DOCKET_ABI_MINOR;
  plugin->create = &create;
  plugin->destroy = &destroy;
  plugin->deliver = &deliver;
  plugin->size = offsetof(docket_plugin, poll);
#if defined(BAD_WRONG_ABI)
  plugin->abi_major = 99;
#elif defined(BAD_SHORT_STRUCT)
  plugin->size = 8;
#elif defined(BAD_LONG_STRUCT)
  plugin->size = 100'000;
#endif
  return DOCKET_OK;
}
#endif
