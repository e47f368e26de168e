// SPDX-License-Identifier: Apache-2.0
// The `docket` command: picks the subcommand and turns what escapes it into an exit status.
#include <exception>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/version.hpp"

int main(int argc, char** argv) {
  CLI::App root{"Docket: a service desk on your own machines"};
  root.require_subcommand(1);
  root.set_version_flag("--version", docket::cli::version_text());
  std::vector<docket::cli::Command> commands;
  docket::cli::add_serve(root, commands);
  docket::cli::add_definitions(root, commands);
  docket::cli::add_people(root, commands);
  docket::cli::add_upkeep(root, commands);
  docket::cli::add_demo(root, commands);
  docket::cli::add_plugins(root, commands);
  CLI11_PARSE(root, argc, argv);
  try {
    for (const auto& command : commands) {
      if (command.app->parsed()) return command.run();
    }
  } catch (const std::exception& failure) {
    std::cerr << "docket: " << failure.what() << "\n";
    return 1;
  }
  return 2;
}
