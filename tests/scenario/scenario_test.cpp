// SPDX-License-Identifier: Apache-2.0
// Runs every scenario file of this directory, and checks that the runner itself notices what is wrong.
#include <filesystem>
#include <fstream>
#include <set>

#include "api_door.hpp"
#include "desk_door.hpp"
#include "read_scenario.hpp"
#include "run_scenario.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using namespace docket::tests;

namespace {

const std::filesystem::path root = DOCKET_SOURCE_DIR;

std::set<std::filesystem::path> scenario_files(const std::filesystem::path& directory) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().string().ends_with(".scenario.yaml")) files.insert(entry.path());
  }
  return files;
}

void check_all(const std::set<std::filesystem::path>& files) {
  for (const auto& file : files) {
    const auto scenario = read_scenario(file);
    INFO(scenario.file << ": " << scenario.title);
    for (const auto& difference : run_scenario(scenario, root, *open_desk_door())) FAIL_CHECK(difference);
  }
}

}  // namespace

TEST_CASE("what the scenarios say is so") {
  const auto files = scenario_files(root / "tests" / "scenario");
  CHECK(files.size() >= 10);
  check_all(files);
}

TEST_CASE("every sample desk has its scenario, and does what that says") {
  const auto directory = root / "tests" / "scenario" / "samples";
  for (const auto& sample : std::filesystem::directory_iterator(root / "config" / "samples")) {
    if (!sample.is_directory()) continue;
    const auto name = sample.path().filename().string();
    INFO(name);
    const auto file = directory / (name + ".scenario.yaml");
    REQUIRE(std::filesystem::exists(file));
    CHECK(read_scenario(file).desk == "config/samples/" + name);
  }
  check_all(scenario_files(directory));
}

namespace {

Scenario shipped(const std::string& name) {
  return read_scenario(root / "tests" / "scenario" / (name + ".scenario.yaml"));
}

std::size_t differences_of(const Scenario& scenario) {
  return run_scenario(scenario, root, *open_desk_door()).size();
}

/// The step at that line of the story: the first whose expectation holds what is asked for.
template <class Wanted>
Expectation& expectation(Scenario& scenario, Wanted wanted) {
  for (auto& step : scenario.steps) {
    if (step.expect && wanted(*step.expect)) return *step.expect;
  }
  throw std::runtime_error("no such expectation");
}

/// What reading a scenario with these lines complains about.
std::string complaint_about(const std::string& steps) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "bad.scenario.yaml";
  std::ofstream(file) << "scenario: bad\ndesk: config\nstarts: 2026-02-13 09:00\npeople: {}\nsteps:\n" << steps;
  try {
    (void)read_scenario(file);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("a scenario that says what is not so fails") {
  const auto sound = shipped("return");
  REQUIRE(differences_of(sound) == 0);
  auto wrong = sound;
  *expectation(wrong, [](const auto& e) { return e.clocks.contains("resolution"); }).clocks["resolution"].due +=
      std::chrono::seconds{1};
  CHECK(differences_of(wrong) == 1);
  wrong = sound;
  expectation(wrong, [](const auto& e) { return e.state.has_value(); }).state = "closed";
  CHECK(differences_of(wrong) == 1);
  wrong = sound;
  expectation(wrong, [](const auto& e) { return e.refused.has_value(); }).refused.reset();
  CHECK(differences_of(wrong) == 1);
  wrong = sound;
  expectation(wrong, [](const auto& e) { return e.state.has_value(); }).refused = "forbidden";
  CHECK(differences_of(wrong) == 1);
  wrong = sound;
  expectation(wrong, [](const auto& e) { return !e.pointers.empty(); }).pointers.emplace_back("/fields/order_no");
  CHECK(differences_of(wrong) == 1);
  wrong = sound;
  expectation(wrong, [](const auto& e) { return !e.notified.empty(); }).notified.emplace_back("breached to zhou");
  CHECK(differences_of(wrong) == 1);
  wrong = sound;
  expectation(wrong, [](const auto& e) { return !e.passed_over.empty(); }).passed_over["feng"] = "skill";
  CHECK(differences_of(wrong) == 1);
  wrong = sound;
  expectation(wrong,
              [](const auto& e) { return e.clocks.contains("first_response") && e.clocks.at("first_response").kept; })
      .clocks["first_response"]
      .kept = false;
  CHECK(differences_of(wrong) == 1);
  // A person who is not there: the ticket waits longer than the story says.
  wrong = sound;
  for (auto& person : wrong.people) {
    if (person.login == "feng") person.presence = "off";
  }
  CHECK(differences_of(wrong) > 0);
}

TEST_CASE("a scenario file is read strictly, and its faults have a line") {
  CHECK(complaint_about("  - {at: 2026-02-13 10:00, who: li, does: dance}\n") ==
        "bad.scenario.yaml:6: 'dance' is nothing that can be done");
  CHECK(complaint_about("  - {at: 2026-02-13 10:00}\n  - {at: 2026-02-13 09:59}\n") ==
        "bad.scenario.yaml:7: time does not run backwards");
  CHECK(complaint_about("  - {at: 13 February}\n") ==
        "bad.scenario.yaml:6: a time such as 2026-02-13 17:30 is expected");
  CHECK(complaint_about("  - {at: 2026-02-13 10:00, expects: {}}\n") ==
        "bad.scenario.yaml:6: 'expects' is not known here");
  CHECK(complaint_about("  - {at: 2026-02-13 10:00, expect: {clocks: {step: {dew: 1}}}}\n") ==
        "bad.scenario.yaml:6: 'dew' is not known here");
  CHECK(complaint_about("  - {at: 2026-02-13 10:00, who: li, does: take, with: {text: a}}\n") ==
        "bad.scenario.yaml:6: 'take' does not take 'text'");
  CHECK(complaint_about("  - {at: 2026-02-13 10:00, who: li}\n") ==
        "bad.scenario.yaml:6: 'who' and 'does' belong together");
  CHECK(complaint_about("  - {at: 2026-02-13 10:00, expect: {allowed: [a]}}\n") ==
        "bad.scenario.yaml:6: 'allowed' and 'pointers' belong to 'refused'");
  CHECK(complaint_about("  - [\n").starts_with("bad.scenario.yaml:"));
  CHECK(complaint_about("  - {at: 2026-02-13 10:00}\n") == "nothing");
}

TEST_CASE("the same is so over the API of a whole server") {
  for (const auto* name : {"return", "stock_check", "samples/bulk_return", "samples/invoice"}) {
    const auto scenario = shipped(name);
    INFO(scenario.file << ": " << scenario.title);
    for (const auto& difference : run_scenario(scenario, root, *open_api_door())) FAIL_CHECK(difference);
  }
}
