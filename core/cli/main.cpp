// SPDX-License-Identifier: Apache-2.0
// The `docket` command: picks the subcommand and turns what escapes it into an exit status.
#include <exception>
#include <iostream>

#include "base/failure.hpp"
#include "cli/commands.hpp"
#include "cli/language.hpp"
#include "cli/terminal.hpp"
#include "cli/version.hpp"

int main(int argc, char** argv) {
  using docket::cli::spoken;
  CLI::App root{spoken({"Docket: a service desk on your own machines", "Docket：装在自己机器上的客服工单系统"})};
  docket::cli::speak(root);
  root.require_subcommand(1);
  root.set_version_flag("--version", docket::cli::version_text(), spoken({"Print the version and exit", "显示版本"}));
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
  } catch (const docket::Failure& failure) {
    std::cerr << "docket: " << spoken(failure.said()) << "\n";
    return 1;
  } catch (const std::exception& failure) {
    std::cerr << "docket: " << failure.what() << "\n";
    return 1;
  }
  return 2;
}
