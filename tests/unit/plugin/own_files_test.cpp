// SPDX-License-Identifier: Apache-2.0
#include "plugin/own_files.hpp"

#include <fstream>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using docket::plugin::is_own;
namespace fs = std::filesystem;

TEST_CASE("The desk's own files are known by their path and by any other name", "[secrets]") {
  const docket::test::TemporaryDirectory temporary;
  const auto& root = temporary.path();
  for (const auto* directory : {"keys", "keys/old", "secrets"}) fs::create_directory(root / directory);
  for (const auto* file : {"keys/anchor.pem", "keys/old/anchor.pem", "secrets/tls.key", "secrets/mail"}) std::ofstream(root / file) << file;
  fs::create_symlink(root / "secrets/tls.key", root / "secrets/link");
  fs::create_hard_link(root / "secrets/tls.key", root / "secrets/second");
  fs::create_hard_link(root / "keys/anchor.pem", root / "secrets/third");
  const std::vector<fs::path> own{root / "keys", root / "secrets/../secrets/tls.key", root / "not there", {}};
  for (const auto* name : {"keys/anchor.pem", "keys/old/anchor.pem", "secrets/tls.key", "secrets/link", "secrets/second", "secrets/third"}) {
    INFO(name);
    CHECK(is_own(own, root / name));
  }
  CHECK_FALSE(is_own(own, root / "secrets/mail"));
  CHECK_FALSE(is_own(own, root / "secrets/nothing"));
}
