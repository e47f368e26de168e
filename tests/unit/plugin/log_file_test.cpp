// SPDX-License-Identifier: Apache-2.0
#include "plugin/log_file.hpp"

#include <iterator>
#include <string>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace docket::plugin {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("What a plugin says is written at the end of its file, and the file is changed when it is large", "[plugin-log]") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "logs" / "mail.log";
  {
    LogFile log(file, 20);
    log.write("one");
    log.write("two");
  }
  LogFile log(file, 20);
  log.write("three and more");
  CHECK(content(file).empty());
  CHECK(content(file.string() + ".1") == "one\ntwo\nthree and more\n");
  log.write("four");
  CHECK(content(file) == "four\n");
}

TEST_CASE("A file that could not be written once is written again", "[plugin-log]") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "mail.log";
  fs::create_symlink("/dev/full", file);  // no space left on device
  LogFile log(file, 1000);
  log.write("lost");
  fs::remove(file);
  log.write("kept");
  CHECK(content(file) == "kept\n");
  // Lost lines do not count towards its size.
  fs::remove(file);
  fs::create_symlink("/dev/full", file);
  LogFile full(file, 30);
  for (int i = 0; i < 20; ++i) full.write("lost");
  CHECK(fs::is_symlink(file));
}

TEST_CASE("Without a file nothing is kept", "[plugin-log]") {
  LogFile none;
  none.write("lost");
}

}  // namespace docket::plugin
