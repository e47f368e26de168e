// SPDX-License-Identifier: Apache-2.0
// user add, user password: accounts from the command line, for the first hour and for the locked-out admin.
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/language.hpp"
#include "cli/terminal.hpp"
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
    std::cerr << spoken({"Password (12 characters or more): ", "密码（至少 12 个字符）："});
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
  return tell(server::control(options.data, request));
}

}  // namespace

void add_people(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  auto* user = root.add_subcommand("user", spoken({"Accounts of people", "人员账号"}));
  user->require_subcommand(1);

  auto* add = user->add_subcommand("add", spoken({"Make an account; the password is read from standard input", "建立账号；密码从标准输入读取"}));
  add->add_option("login", options->login, spoken({"Login name", "登录名"}))->required();
  add->add_option("--data", options->data, spoken({"Data directory of the desk", "服务台的数据目录"}))->required();
  add->add_option("--name", options->name, spoken({"Name as people see it", "显示给大家的姓名"}));
  add->add_option("--role", options->role, spoken({"Role of the definitions", "配置里的角色"}))->capture_default_str();
  add->add_option("--team", options->team, spoken({"Team of the definitions", "配置里的班组"}));
  commands.push_back({add, [options] { return run(*options, "user_add"); }});

  auto* password = user->add_subcommand("password", spoken({"Set a password, read from standard input; open sessions end", "设置密码（从标准输入读取），现有会话随之结束"}));
  password->add_option("login", options->login, spoken({"Login name", "登录名"}))->required();
  password->add_option("--data", options->data, spoken({"Data directory of the desk", "服务台的数据目录"}))->required();
  commands.push_back({password, [options] { return run(*options, "user_password"); }});
}

}  // namespace docket::cli
