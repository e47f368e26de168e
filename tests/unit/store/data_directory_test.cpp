// SPDX-License-Identifier: Apache-2.0
#include "store/data_directory.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "store/errors.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using namespace docket::store;

TEST_CASE("a data directory has one holder, who is named to the second") {
  const test::TemporaryDirectory parent;
  const auto path = parent.path() / "deep" / "data";
  std::optional<DataDirectory> first = DataDirectory::open(path);
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::others_all) ==
        std::filesystem::perms::none);
  std::string told;
  try {
    (void)DataDirectory::open(path);
  } catch (const StoreUnavailable& error) {
    told = error.what();
  }
  CHECK(told.find("process " + std::to_string(::getpid())) != std::string::npos);
  first.reset();
  CHECK_NOTHROW(DataDirectory::open(path));
}

TEST_CASE("the lock goes with the process that held it") {
  const test::TemporaryDirectory parent;
  const auto path = parent.path() / "data";
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      auto held = DataDirectory::open(path);
      code = 0;
      ::_exit(code);  // without letting go
    } catch (const StoreError&) {
    }
    ::_exit(code);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WEXITSTATUS(status) == 0);
  CHECK_NOTHROW(DataDirectory::open(path));
}

TEST_CASE("network file systems are refused by their magic") {
  CHECK(std::string(network_file_system(0x6969)) == "NFS");
  CHECK(std::string(network_file_system(static_cast<long>(0xff534d42))) == "CIFS");
  CHECK(std::string(network_file_system(static_cast<int>(0xff534d42))) == "CIFS");  // f_type is signed on some systems
  CHECK(std::string(network_file_system(0xef53)).empty());                          // ext4
}

TEST_CASE("what is in the way of a data directory is said") {
  const test::TemporaryDirectory parent;
  CHECK_THROWS_AS(DataDirectory::open("/proc/docket"), StoreUnavailable);
  CHECK(free_bytes(parent.path()) > 0);
  CHECK_THROWS_AS(free_bytes(parent.path() / "missing"), StoreUnavailable);
  CHECK_NOTHROW(sync_directory(parent.path()));
}
