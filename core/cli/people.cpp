// SPDX-License-Identifier: Apache-2.0
// user add, user password: accounts from the command line, for the first hour and for the locked-out admin.
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "server/control.hpp"

namespace docket::cli {
namespace {

struct Options {
  std::string data, login, name, role = "agent", team;
};

/// Read from standard input, without echo on a terminal. Never an argument: arguments are visible to everybody on the
/// machine.
std::string read_password() {
  const bool terminal = ::isatty(STDIN_FILENO) != 0;
  termios before{};
  if (terminal) {
    std::cerr << "Password (12 characters or more): ";
    ::tcgetattr(STDIN_FILENO, &before);
    auto quiet = before;
    quiet.c_lflag &= static_cast<tcflag_t>(~ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  std::string password;
  std::getline(std::cin, password);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << "\n";
  }
  return password;
}

int run(const Options& options, const char* command) {
  server::ControlRequest request;
  request.command = command;
  request.login = options.login;
  request.name = options.name;
  request.role = options.role;
  request.team = options.team;
  request.password = read_password();
  const auto answer = server::control(options.data, request);
  (answer.ok ? std::cout : std::cerr) << answer.text << "\n";
  return answer.ok ? 0 : 1;
}

}  // namespace

void add_people(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  auto* user = root.add_subcommand("user", "Accounts of people");
  user->require_subcommand(1);

  auto* add = user->add_subcommand("add", "Make an account; the password is read from standard input");
  add->add_option("login", options->login, "Login name")->required();
  add->add_option("--data", options->data, "Data directory of the desk")->required();
  add->add_option("--name", options->name, "Name as people see it");
  add->add_option("--role", options->role, "Role of the definitions")->capture_default_str();
  add->add_option("--team", options->team, "Team of the definitions");
  commands.push_back({add, [options] { return run(*options, "user_add"); }});

  auto* password = user->add_subcommand("password", "Set a password, read from standard input; open sessions end");
  password->add_option("login", options->login, "Login name")->required();
  password->add_option("--data", options->data, "Data directory of the desk")->required();
  commands.push_back({password, [options] { return run(*options, "user_password"); }});
}

}  // namespace docket::cli
