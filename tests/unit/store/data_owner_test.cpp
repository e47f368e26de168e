// SPDX-License-Identifier: Apache-2.0
// Files that root leaves behind in the data directory of the service.
#include "store/data_owner.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
namespace fs = std::filesystem;

namespace {

uid_t owner_of(const fs::path& path) {
  struct stat about {};
  REQUIRE(::lstat(path.c_str(), &about) == 0);
  return about.st_uid;
}

}  // namespace

TEST_CASE("what root makes in the service's directory is the service's, and nothing beyond it") {
  if (::geteuid() != 0) return;  // only root can give away
  constexpr uid_t service = 61'234;
  const test::TemporaryDirectory parent;
  const auto data = parent.path() / "data";
  fs::create_directories(data / "blobs" / "ab");
  const auto outside = parent.path() / "outside";
  fs::create_directory(outside);
  std::ofstream(outside / "file") << "root's";
  std::ofstream(outside / "other") << "root's under two names";
  REQUIRE(::chown(data.c_str(), service, service) == 0);
  {
    const store::LeaveToOwner leave{data};
    std::ofstream(data / "docket.db") << "restored";
    std::ofstream(data / "blobs" / "ab" / "blob") << "restored";
    fs::create_directory_symlink(outside, data / "linked");
    fs::create_hard_link(outside / "other", data / "hard");
    CHECK(owner_of(data / "docket.db") == 0);
  }
  CHECK(owner_of(data / "docket.db") == service);
  CHECK(owner_of(data / "blobs") == service);
  CHECK(owner_of(data / "blobs" / "ab" / "blob") == service);
  CHECK(owner_of(outside) == 0);
  CHECK(owner_of(outside / "file") == 0);
  CHECK(owner_of(outside / "other") == 0);

  // Root's own desk stays root's.
  REQUIRE(::chown(data.c_str(), 0, 0) == 0);
  std::ofstream(data / "later") << "x";
  store::leave_to_owner(data);
  CHECK(owner_of(data / "later") == 0);
  CHECK(owner_of(data / "docket.db") == service);
  store::leave_to_owner(parent.path() / "missing");
}
