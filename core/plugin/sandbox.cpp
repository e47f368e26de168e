// SPDX-License-Identifier: Apache-2.0
#include "plugin/sandbox.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <stdexcept>

namespace docket::plugin {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw std::runtime_error("the plugin's process can not be shut in: " + what);
}

void limit(__rlimit_resource what, rlim_t most) {
  const rlimit both{most, most};
  if (::setrlimit(what, &both) != 0) refuse(std::strerror(errno));
}

void set_limits(const SandboxLimits& limits) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, 128);
  limit(RLIMIT_FSIZE, rlim_t{64} << 20);
  limit(RLIMIT_MEMLOCK, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // Writable private memory, thread stacks included. A sanitizer's shadow would be over any sensible limit.
  limit(RLIMIT_DATA, static_cast<rlim_t>(limits.memory_mib) << 20);
#else
  static_cast<void>(limits);
#endif
}

void drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> none{};
  if (::syscall(SYS_capset, &header, none.data()) == 0) return;
  // A service manager may deny capset to whoever has no capabilities anyway.
  std::array<__user_cap_data_struct, 2> held{};
  if (::syscall(SYS_capget, &header, held.data()) != 0) refuse("capabilities are unknown");
  for (const auto& set : held) {
    if (set.effective != 0 || set.permitted != 0) refuse("capabilities stay");
  }
}

// What a path rule may allow; writing is in none of them.
constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;

void allow_reading(int rules, const std::string& path) {
  const int place = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (place < 0) return;  // not there, so nothing to allow
  struct stat seen {};
  landlock_path_beneath_attr rule{};
  rule.parent_fd = place;
  rule.allowed_access = kRead;
  if (::fstat(place, &seen) == 0 && !S_ISDIR(seen.st_mode)) rule.allowed_access &= ~std::uint64_t{LANDLOCK_ACCESS_FS_READ_DIR};
  const auto done = ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  ::close(place);
  if (done != 0) refuse("Landlock does not take " + path);
}

/// Abstract sockets and signals too, where the kernel knows how (the header of Debian 12 does not yet).
struct RulesetAttributes {
  std::uint64_t filesystem = 0, network = 0, scoped = 0;
};

bool shut_files(const SandboxLimits& limits) {
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  RulesetAttributes handled;
  handled.filesystem = (std::uint64_t{1} << 13) - 1;  // all rights of version 1
  if (version >= 2) handled.filesystem |= std::uint64_t{1} << 13;  // refer
  if (version >= 3) handled.filesystem |= std::uint64_t{1} << 14;  // truncate
  if (version >= 4) handled.network = 3;                           // bind and connect of TCP
  if (version >= 6) handled.scoped = 3;                            // abstract sockets, signals
  const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const auto rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, size, 0));
  if (rules < 0) refuse("Landlock makes no rules");
  for (const auto* path : {"/usr", "/lib", "/lib64", "/etc/ssl", "/etc/ld.so.cache", "/etc/localtime", "/dev/null",
                           "/dev/urandom", "/proc/self"})
    allow_reading(rules, path);
  for (const auto& path : limits.readable) allow_reading(rules, path);
  const auto done = ::syscall(SYS_landlock_restrict_self, rules, 0);
  ::close(rules);
  if (done != 0) refuse("Landlock does not begin");
  return true;
}

class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ALLOW)) {
    if (context_ == nullptr) refuse("seccomp");
  }
  ~Filter() { ::seccomp_release(context_); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  void deny(const char* name, int error = EPERM) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return;  // not of this machine
    check(::seccomp_rule_add(context_, SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error)), number, 0));
  }
  void deny(int number) { check(::seccomp_rule_add(context_, SCMP_ACT_ERRNO(EPERM), number, 0)); }
  void deny_if(const char* name, scmp_arg_cmp condition) { deny_if_all(name, {condition}); }
  void deny_if_all(const char* name, std::initializer_list<scmp_arg_cmp> conditions) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return;
    check(::seccomp_rule_add_array(context_, SCMP_ACT_ERRNO(EPERM), number, static_cast<unsigned int>(conditions.size()),
                                   conditions.begin()));
  }
  void load() {
    if (::seccomp_load(context_) != 0) refuse("seccomp does not load");
  }

 private:
  static void check(int result) {
    if (result != 0) refuse("seccomp does not take a rule");
  }
  scmp_filter_ctx context_;
};

constexpr scmp_datum_t kTypeOfSocket = 0xF;  // beside SOCK_CLOEXEC and SOCK_NONBLOCK
constexpr scmp_datum_t kAsSeen = 0xFFFF'FFFF;  // the kernel looks at the lower half of these arguments only
constexpr scmp_datum_t kSetOwnerOfSocket = 0x8901;  // FIOSETOWN
constexpr scmp_datum_t kSetGroupOfSocket = 0x8902;  // SIOCSPGRP

/// Writing, for kernels without Landlock, and what Landlock does not ask about: cutting a file off (before its version
/// 3, so in Debian 12), modes, owners, times, attributes. The account is the server's, so the files are too.
void shut_changes(Filter& filter) {
  for (const auto mode : {O_WRONLY, O_RDWR}) {
    filter.deny_if("open", SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE, static_cast<scmp_datum_t>(mode)));
    filter.deny_if("openat", SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, static_cast<scmp_datum_t>(mode)));
  }
  for (const auto flag : {O_CREAT, O_TRUNC}) {
    filter.deny_if("open", SCMP_A1(SCMP_CMP_MASKED_EQ, static_cast<scmp_datum_t>(flag), static_cast<scmp_datum_t>(flag)));
    filter.deny_if("openat", SCMP_A2(SCMP_CMP_MASKED_EQ, static_cast<scmp_datum_t>(flag), static_cast<scmp_datum_t>(flag)));
  }
  filter.deny("openat2", ENOSYS);  // its flags lie in memory
  for (const auto* name :
       {"creat",    "truncate",  "chmod",     "fchmod",      "fchmodat",     "chown",         "fchown",
        "lchown",   "fchownat",  "utime",     "utimes",      "futimesat",    "utimensat",     "setxattr",
        "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "rename",    "renameat",
        "renameat2", "unlink",   "unlinkat",  "rmdir",       "mkdir",        "mkdirat",       "mknod",
        "mknodat",  "link",      "linkat",    "symlink",     "symlinkat",    "setpriority",   "ioprio_set",
        "sched_setscheduler", "sched_setparam", "sched_setattr"})
    filter.deny(name);
  // Younger than the library that knows names: fchmodat2, setxattrat, removexattrat, open_tree_attr, file_setattr.
  for (const int number : {452, 463, 466, 467, 469}) filter.deny(number);
  // A descriptor with an owner and a signal sends that signal to the owner, whoever it is, when bytes come.
  for (const auto what : {F_SETOWN, F_SETOWN_EX, F_SETSIG})
    filter.deny_if("fcntl", SCMP_A1(SCMP_CMP_MASKED_EQ, kAsSeen, static_cast<scmp_datum_t>(what)));
  for (const auto what : {kSetOwnerOfSocket, kSetGroupOfSocket})
    filter.deny_if("ioctl", SCMP_A1(SCMP_CMP_MASKED_EQ, kAsSeen, what));
}

/// Memory that is shared is none of the process's data, so RLIMIT_DATA does not see it. Reading a file that way stays
/// (character sets are read so), and files in memory do, which carry mails and attachments: of 64 MiB at most.
void shut_shared_memory(Filter& filter) {
  const auto has = [](unsigned int argument, scmp_datum_t bits) {
    return scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, bits, bits};
  };
  filter.deny_if_all("mmap", {has(3, MAP_SHARED | MAP_ANONYMOUS)});
  filter.deny_if_all("mmap", {has(2, PROT_WRITE), has(3, MAP_SHARED)});
  filter.deny("memfd_secret", ENOSYS);
}

void shut_calls() {
  Filter filter;
  // No sockets but the ones that are handed over, and nothing that makes one of those a way elsewhere.
  for (const auto* name : {"socket", "connect", "bind", "listen", "accept", "accept4"}) filter.deny(name);
  filter.deny_if("socketpair", SCMP_A0(SCMP_CMP_NE, AF_UNIX));
  // Datagrams name whom they go to, in a structure that no filter sees: the journal, or the service manager.
  for (const auto kind : {SOCK_DGRAM, SOCK_RAW})
    filter.deny_if("socketpair", SCMP_A1(SCMP_CMP_MASKED_EQ, kTypeOfSocket, static_cast<scmp_datum_t>(kind)));
  filter.deny_if("sendto", SCMP_A4(SCMP_CMP_NE, 0));
  shut_changes(filter);
  shut_shared_memory(filter);
  // No programs and no processes; threads are made by clone with CLONE_THREAD, or by clone3, which glibc replaces.
  for (const auto* name : {"fork", "vfork", "execve", "execveat"}) filter.deny(name);
  filter.deny("clone3", ENOSYS);
  filter.deny_if("clone", SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
  const auto self = static_cast<scmp_datum_t>(::getpid());
  for (const auto* name : {"kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"})
    filter.deny_if(name, SCMP_A0(SCMP_CMP_NE, self));
  filter.deny("tkill");
  filter.deny_if("prlimit64", SCMP_A2(SCMP_CMP_NE, 0));
  for (const auto* name :
       {"setrlimit",       "ptrace",           "process_vm_readv",  "process_vm_writev", "process_madvise",
        "pidfd_open",      "pidfd_getfd",      "pidfd_send_signal", "kcmp",              "mount",
        "umount2",         "pivot_root",       "chroot",            "setns",             "unshare",
        "open_tree",       "move_mount",       "fsopen",            "fsmount",           "mount_setattr",
        "bpf",             "perf_event_open",  "userfaultfd",       "io_uring_setup",    "io_uring_enter",
        "io_uring_register", "add_key",        "request_key",       "keyctl",            "init_module",
        "finit_module",    "delete_module",    "kexec_load",        "kexec_file_load",   "reboot",
        "swapon",          "swapoff",          "sethostname",       "setdomainname",     "settimeofday",
        "clock_settime",   "adjtimex",         "clock_adjtime",     "name_to_handle_at", "open_by_handle_at",
        "acct",            "quotactl",         "syslog",            "vhangup",           "personality",
        "setuid",          "setgid",           "setreuid",          "setregid",          "setresuid",
        "setresgid",       "setgroups",        "setfsuid",          "setfsgid",          "capset",
        "sched_setaffinity", "setpriority",    "sched_setscheduler", "sched_setparam",
        "sched_setattr",   "ioperm",         "iopl",              "shmget",            "msgget",
        "semget",          "mq_open",          "fanotify_init",     "inotify_init",      "inotify_init1"})
    filter.deny(name);
  filter.load();
}

}  // namespace

void go_first_for_memory() noexcept {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  (void)!::write(file, "1000", 4);
  ::close(file);
}

Sandboxed enter_sandbox(const SandboxLimits& limits) {
  Sandboxed out;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("no_new_privs");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) refuse("it stays dumpable");
  set_limits(limits);
  out.landlock = shut_files(limits);
  drop_capabilities();
  shut_calls();
  return out;
}

}  // namespace docket::plugin
