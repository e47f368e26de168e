// SPDX-License-Identifier: Apache-2.0
// The subcommands of `docket`: each adds its options to the parser and is run if it was named.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <vector>

namespace docket::cli {

/// A subcommand with what to do when it was named; gives the exit status.
struct Command {
  CLI::App* app = nullptr;
  std::function<int()> run;
};

void add_serve(CLI::App& root, std::vector<Command>& commands);        ///< serve, init
void add_definitions(CLI::App& root, std::vector<Command>& commands);  ///< check, schema, simulate, plan, publish, rollback
void add_people(CLI::App& root, std::vector<Command>& commands);       ///< user add, user password
void add_upkeep(CLI::App& root, std::vector<Command>& commands);       ///< status, backup, restore, verify

void add_plugins(CLI::App& root, std::vector<Command>& commands);       ///< plugin list, info, test, install, remove
/// Where packages put plugins.
inline constexpr const char* standard_plugin_directory = "/usr/lib/docket/plugins";
inline constexpr const char* standard_secret_directory = "/etc/docket/secrets";
/// Those, and where the service manager keeps credentials of this unit (LoadCredential), if it does.
[[nodiscard]] std::vector<std::filesystem::path> secret_directories(std::vector<std::filesystem::path> named);
void add_demo(CLI::App& root, std::vector<Command>& commands);         ///< demo

}  // namespace docket::cli
