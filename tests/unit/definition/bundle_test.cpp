// SPDX-License-Identifier: Apache-2.0
// What is read from a directory, and what never is.
#include "definition/bundle.hpp"

#include <filesystem>
#include <fstream>

#include "definition/commands.hpp"
#include "small_desk.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <sstream>

using namespace docket;
using namespace docket::definition;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a bundle is the YAML files and holiday data below a directory") {
  const test::TemporaryDirectory directory;
  write(directory.path() / "desk.yaml", "a: 1\n");
  write(directory.path() / "forms/return.yaml", "b: 1\n");
  write(directory.path() / "holidays/cn-2026.json", "{}");
  write(directory.path() / "README.md", "no");
  write(directory.path() / "demo/people.json", "no");
  write(directory.path() / ".git/config.yaml", "no");
  write(directory.path() / "samples/other/desk.yaml", "no");
  const auto bundle = load_bundle(directory.path());
  REQUIRE(bundle);
  CHECK(bundle->files == std::map<std::string, std::string>{{"desk.yaml", "a: 1\n"},
                                                            {"forms/return.yaml", "b: 1\n"},
                                                            {"holidays/cn-2026.json", "{}"}});
}

TEST_CASE("a file that would be left out for its other ending is refused") {
  const test::TemporaryDirectory directory;
  write(directory.path() / "desk.yaml", "a: 1\n");
  write(directory.path() / "samples/other/desk.yml", "no");
  write(directory.path() / ".github/check.yml", "no");
  CHECK(load_bundle(directory.path()));
  write(directory.path() / "rules/triggers.yml", "b: 1\n");
  CHECK(load_bundle(directory.path()).error().detail.starts_with("rules/triggers.yml is not read"));
}

TEST_CASE("the digest names paths and bytes") {
  const Bundle one{{{"a", "bc"}}}, two{{{"ab", "c"}}}, three{{{"a", "b"}, {"c", ""}}};
  CHECK(one.digest().size() == 64);
  CHECK(one.digest() == Bundle{{{"a", "bc"}}}.digest());
  CHECK(one.digest() != two.digest());
  CHECK(one.digest() != three.digest());
}

TEST_CASE("links are followed inside the directory and refused when they lead out") {
  const test::TemporaryDirectory directory, outside;
  write(directory.path() / "data/desk.yaml", "a: 1\n");
  fs::create_symlink("data/desk.yaml", directory.path() / "desk.yaml");
  auto bundle = load_bundle(directory.path());
  REQUIRE(bundle);
  CHECK(bundle->files.size() == 2);
  write(outside.path() / "secret.yaml", "password: x\n");
  fs::create_symlink(outside.path() / "secret.yaml", directory.path() / "teams.yaml");
  bundle = load_bundle(directory.path());
  REQUIRE_FALSE(bundle);
  CHECK(bundle.error().detail.find("teams.yaml leads out") == 0);
  fs::remove(directory.path() / "teams.yaml");
  fs::create_directory_symlink(outside.path(), directory.path() / "more");
  CHECK_FALSE(load_bundle(directory.path()));
}

TEST_CASE("sizes and kinds of files are bounded") {
  const test::TemporaryDirectory directory;
  CHECK_FALSE(load_bundle(directory.path() / "nowhere"));
  write(directory.path() / "big.yaml", std::string(max_bundle_file_bytes + 1, '#'));
  CHECK_FALSE(load_bundle(directory.path()));
  fs::remove(directory.path() / "big.yaml");
  fs::create_directory_symlink(".", directory.path() / "loop");
  CHECK_FALSE(load_bundle(directory.path()));
}

TEST_CASE("check prints what is wrong and says so by its exit status") {
  const test::TemporaryDirectory directory;
  write(directory.path() / "desk.yaml", small_desk().files.at("desk.yaml"));
  std::ostringstream good;
  CHECK(check_command(directory.path(), OutputFormat::text, in_june, good) == 0);
  CHECK(good.str().starts_with("ok: 1 files, digest "));
  write(directory.path() / "more.yaml", "views: {a: {titel: 甲}}\n");
  std::ostringstream bad, tool;
  CHECK(check_command(directory.path(), OutputFormat::text, in_june, bad) == 1);
  CHECK(bad.str().find("more.yaml:1:13: error") != std::string::npos);
  CHECK(check_command(directory.path(), OutputFormat::json, in_june, tool) == 1);
  CHECK(tool.str().starts_with("{\"errors\":2,"));
  std::ostringstream none;
  CHECK(check_command(directory.path() / "none", OutputFormat::text, in_june, none) == 1);
}
