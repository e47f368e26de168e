// SPDX-License-Identifier: Apache-2.0
// Lives many simulated months of the desk and checks every step; or plants faults and sees each of them found.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>

#include "base/enum.hpp"
#include "fault/simulation/life.hpp"

namespace {

using namespace docket;
using namespace docket::simulation;

struct Options {
  std::uint64_t seeds = 100;
  std::uint64_t first = 1;
  int days = 30;
  std::uint64_t twice = 10;  ///< each so many-th seed is lived twice and must be the same
  bool faults = false;
};

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

int sound_lives(const Options& options) {
  LifeReport sum;
  std::uint64_t together = 0;
  for (std::uint64_t seed = options.first; seed < options.first + options.seeds; ++seed) {
    const auto report = live(seed, options.days);
    if (!report.violation.empty()) {
      fmt::print("seed {}: {}\nrepeat with: --first {} --seeds 1 --days {}\n", seed, report.violation, seed,
                 options.days);
      return 1;
    }
    if (seed % options.twice == 0 && live(seed, options.days).trace != report.trace) {
      fmt::print("seed {}: two runs differ\n", seed);
      return 1;
    }
    together = together * 31 + report.trace;
    sum.steps += report.steps;
    sum.commits += report.commits;
    sum.events += report.events;
    sum.tickets += report.tickets;
    sum.crashes += report.crashes;
    sum.publications += report.publications;
  }
  const double years = static_cast<double>(options.seeds) * options.days / 365.25;
  fmt::print("{} steps, {} commits, {} events, {} tickets, {} crashes, {} publications; trace {:016x}\n", sum.steps,
             sum.commits, sum.events, sum.tickets, sum.crashes, sum.publications, together);
  fmt::print(
      "simulation: {} seeds from {} of {} days ({:.1f} years) hold I1 to I12 after every step; {:.1f} simulated years "
      "per CPU minute\n",
      options.seeds, options.first, options.days, years, years / (cpu_seconds() / 60));
  return 0;
}

/// A fault is found when a run ends in a violation, or when two runs of a seed differ.
bool found(Fault fault, std::uint64_t seed, int days, std::string& how) {
  const auto report = live(seed, days, fault);
  how = report.violation;
  if (how.empty() && report.struck > 0 && live(seed, days, fault).trace != report.trace) how = "two runs differ";
  return !how.empty();
}

int planted_faults(const Options& options) {
  int missed = 0;
  std::uint64_t slowest = 0;
  for (const auto name : enum_names<Fault>()) {
    std::string how;
    std::uint64_t tries = 0;
    bool caught = false;
    while (!caught && tries < options.seeds)
      caught = found(*enum_from_name<Fault>(name), options.first + tries++, options.days, how);
    slowest = std::max(slowest, tries);
    if (!caught) ++missed;
    fmt::print("{:22} {:>4} {}\n", name, caught ? std::to_string(tries) : "-", caught ? how : "NOT FOUND");
  }
  const auto count = enum_names<Fault>().size();
  fmt::print("simulation: {} of {} planted faults found, each within {} seeds\n",
             count - static_cast<std::size_t>(missed), count, slowest);
  return missed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Simulates a desk from seeds and checks what must always hold."};
  app.add_option("--seeds", options.seeds, "How many seeds")->check(CLI::PositiveNumber);
  app.add_option("--first", options.first, "The first seed");
  app.add_option("--days", options.days, "Simulated days a seed")->check(CLI::PositiveNumber);
  app.add_option("--twice", options.twice, "Each so many-th seed is run twice and compared")
      ->check(CLI::PositiveNumber);
  app.add_flag("--faults", options.faults, "Plant each fault and see it found within --seeds");
  CLI11_PARSE(app, argc, argv);
  return options.faults ? planted_faults(options) : sound_lives(options);
}
