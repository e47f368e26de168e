// SPDX-License-Identifier: Apache-2.0
// Runs scenario files against whole servers, over TLS: the program behind the check of the scenarios.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "api_door.hpp"
#include "read_scenario.hpp"
#include "run_scenario.hpp"

namespace {

using namespace docket::tests;

std::vector<std::filesystem::path> all_scenarios(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "tests" / "scenario")) {
    if (entry.path().string().ends_with(".scenario.yaml")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// The differences of one file; a desk that does not work is one, too.
std::vector<std::string> differences_of(const Scenario& scenario, const std::filesystem::path& root) {
  try {
    return run_scenario(scenario, root, *open_api_door());
  } catch (const std::exception& error) {
    return {scenario.file + ": " + error.what()};
  }
}

int run(const std::vector<std::string>& arguments) {
  const std::filesystem::path root = DOCKET_SOURCE_DIR;
  std::vector<std::filesystem::path> files(arguments.begin(), arguments.end());
  if (files.empty()) files = all_scenarios(root);
  std::size_t failed = 0;
  std::size_t steps = 0;
  for (const auto& file : files) {
    const auto scenario = read_scenario(file);
    const auto differences = differences_of(scenario, root);
    for (const auto& difference : differences) std::printf("%s\n", difference.c_str());
    std::printf("%s  %s: %s, %zu steps\n", differences.empty() ? "ok    " : "FAILED", scenario.file.c_str(),
                scenario.title.c_str(), scenario.steps.size());
    failed += differences.empty() ? 0U : 1U;
    steps += scenario.steps.size();
  }
  std::printf("%zu scenarios, %zu steps over the API, %zu failed\n", files.size(), steps, failed);
  return failed == 0 && !files.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
