// SPDX-License-Identifier: Apache-2.0
// status, backup, restore, verify: looking after a desk that people rely on.
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/both.hpp"
#include "cli/commands.hpp"
#include "cli/language.hpp"
#include "cli/terminal.hpp"
#include "server/control.hpp"
#include "store/backup.hpp"
#include "store/data_owner.hpp"

namespace docket::cli {
namespace {

struct Options {
  std::string data;
  std::string target;
};

int run(const Options& options, const char* command) {
  server::ControlRequest request;
  request.command = command;
  request.target = options.target;
  return tell(server::control(options.data, request));
}

int back_up(const Options& options) {
  auto absolute = options;
  absolute.target = std::filesystem::absolute(options.target).string();
  return run(absolute, "backup");
}

int restore(const Options& options) {
  const store::LeaveToOwner leave{options.data};
  const auto manifest = store::restore_backup(options.target, options.data);
  if (!manifest) {
    std::cerr << spoken(manifest.error().said()) << "\n";
    for (const auto& field : manifest.error().fields)
      std::cerr << "  " << field.pointer << ": " << spoken(field.said()) << "\n";
    return 1;
  }
  std::cout << spoken(both("Restored the desk as of {} to {}. Put tls/ and keys/ back from your copy, then run `docket verify`. If they are lost, "
                           "`docket init` makes new ones, which vouch for no older anchor.",
                           "已把 {} 时的服务台恢复到 {}。请从副本放回 tls/ 与 keys/，再运行 `docket verify`。如已丢失，`docket init` "
                           "会生成新的，但新密钥不能证明旧锚点。",
                           to_rfc3339(manifest->created_at), options.data))
            << "\n";
  return 0;
}

}  // namespace

void add_upkeep(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  auto* status = root.add_subcommand("status", spoken({"Say which definitions are active", "显示当前生效的配置"}));
  status->add_option("--data", options->data, spoken({"Data directory of the desk", "服务台的数据目录"}))->required();
  commands.push_back({status, [options] { return run(*options, "status"); }});

  auto* backup = root.add_subcommand("backup", spoken({"Copy everything to an empty directory while the desk serves", "在服务运行时把全部内容备份到一个空目录"}));
  backup->add_option("target", options->target, spoken({"Directory for the backup, empty or not there", "备份目录，须为空或不存在"}))->required();
  backup->add_option("--data", options->data, spoken({"Data directory of the desk", "服务台的数据目录"}))->required();
  commands.push_back({backup, [options] { return back_up(*options); }});

  auto* restore_app =
      root.add_subcommand("restore", spoken({"Check a backup and put it into a data directory that has no database", "检查备份，并恢复到没有数据库的数据目录"}));
  restore_app->add_option("backup", options->target, spoken({"Directory of the backup", "备份所在目录"}))->required();
  restore_app->add_option("--data", options->data, spoken({"Data directory to make", "要建立的数据目录"}))->required();
  commands.push_back({restore_app, [options] { return restore(*options); }});

  auto* verify = root.add_subcommand(
      "verify", spoken({"Replay and check everything that is stored: chains, clocks, messages, files, deliveries, anchors", "重放并核对全部存储内容：链、时限、消息、文件、投递、锚点"}));
  verify->add_option("--data", options->data, spoken({"Data directory of the desk", "服务台的数据目录"}))->required();
  commands.push_back({verify, [options] { return run(*options, "verify"); }});
}

}  // namespace docket::cli
