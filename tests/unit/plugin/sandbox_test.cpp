// SPDX-License-Identifier: Apache-2.0
// What a shut-in process can not do to the files and processes of its own account, whatever the kernel's Landlock knows.
#include "plugin/sandbox.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "support/catch.hpp"
#include "plugin/descriptor.hpp"

namespace docket::plugin {
namespace {

/// Runs `act` in a process of its own that is shut in. 0 when it may, else the error that it met.
int error_of(const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      (void)enter_sandbox({});
    } catch (const std::exception&) {
      ::_exit(255);
    }
    errno = 0;
    ::_exit(act() < 0 ? errno : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 254;
}

/// A file of the account that holds something.
class OwnFile {
 public:
  OwnFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "docket-sandbox-XXXXXX").string();
    file_ = Descriptor(::mkstemp(pattern.data()));
    path_ = pattern;
    std::ofstream(path_) << "what the desk knows";
  }
  ~OwnFile() { ::unlink(path_.c_str()); }
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;
  [[nodiscard]] const char* path() const { return path_.c_str(); }
  [[nodiscard]] int descriptor() const { return file_.get(); }

 private:
  std::string path_;
  Descriptor file_;
};

}  // namespace

TEST_CASE("A shut-in process changes no file, though its account could", "[sandbox]") {
  const OwnFile file;
  CHECK(error_of([&] { return ::truncate(file.path(), 0); }) == EPERM);
  CHECK(error_of([&] { return ::chmod(file.path(), 0777); }) == EPERM);
  CHECK(error_of([&] { return ::fchmod(file.descriptor(), 0); }) == EPERM);
  CHECK(error_of([&] { return ::fchmodat(AT_FDCWD, file.path(), 0777, 0); }) == EPERM);
  CHECK(error_of([&] { return ::fchown(file.descriptor(), ::getuid(), ::getgid()); }) == EPERM);
  CHECK(error_of([&] { return ::utimensat(AT_FDCWD, file.path(), nullptr, 0); }) == EPERM);
  CHECK(error_of([&] { return ::unlink(file.path()); }) == EPERM);
  CHECK(error_of([&] { return ::open(file.path(), O_WRONLY); }) == EPERM);
  CHECK(error_of([&] { return ::open(file.path(), O_RDWR); }) == EPERM);
  CHECK(error_of([&] { return ::open(file.path(), O_RDONLY | O_TRUNC); }) == EPERM);
  CHECK(error_of([&] { return ::open("/tmp/docket-sandbox-new", O_RDONLY | O_CREAT, 0600); }) == EPERM);
  CHECK(error_of([] { return ::open("/dev/null", O_RDONLY); }) == 0);
  CHECK(std::filesystem::file_size(file.path()) == 19);
}

TEST_CASE("A shut-in process has no memory that no limit counts", "[sandbox]") {
  const auto map = [](int protection, int flags, bool of_file) {
    const int file = of_file ? ::memfd_create("content", MFD_CLOEXEC) : -1;
    if (of_file && (file < 0 || ::ftruncate(file, 4096) != 0)) return 0;
    errno = 0;
    return ::mmap(nullptr, 4096, protection, flags, file, 0) == MAP_FAILED ? -1 : 0;
  };
  CHECK(error_of([&] { return map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, false); }) == EPERM);
  CHECK(error_of([&] { return map(PROT_READ, MAP_SHARED | MAP_ANONYMOUS, false); }) == EPERM);  // mprotect would follow
  CHECK(error_of([&] { return map(PROT_READ | PROT_WRITE, MAP_SHARED, true); }) == EPERM);
  CHECK(error_of([&] { return map(PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE, true); }) == EPERM);
  CHECK(error_of([&] { return map(PROT_READ, MAP_SHARED, true); }) == 0);
  CHECK(error_of([&] { return map(PROT_READ | PROT_WRITE, MAP_PRIVATE, true); }) == 0);
  CHECK(error_of([&] { return map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, false); }) == 0);
}

TEST_CASE("A shut-in process has no way to signal, slow or write to its neighbours", "[sandbox]") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  const Descriptor one(ends[0]), other(ends[1]);
  CHECK(error_of([&] { return ::fcntl(one.get(), F_SETOWN, ::getppid()); }) == EPERM);
  CHECK(error_of([&] { return ::fcntl(one.get(), F_SETSIG, SIGKILL); }) == EPERM);
  // Bits that the kernel drops are no way around.
  constexpr long above = 1L << 40;
  CHECK(error_of([&] { return static_cast<int>(::syscall(SYS_fcntl, one.get(), above | F_SETOWN, ::getppid())); }) == EPERM);
  CHECK(error_of([] { return ::setpriority(PRIO_PROCESS, static_cast<id_t>(::getppid()), 19); }) == EPERM);
  const auto pair_of = [](int kind) {
    std::array<int, 2> made{};
    return ::socketpair(AF_UNIX, kind, 0, made.data());
  };
  CHECK(error_of([&] { return pair_of(SOCK_DGRAM | SOCK_CLOEXEC); }) == EPERM);
  CHECK(error_of([&] { return pair_of(SOCK_RAW); }) == EPERM);
  CHECK(error_of([&] { return pair_of(SOCK_STREAM | SOCK_CLOEXEC); }) == 0);
}

}  // namespace docket::plugin
