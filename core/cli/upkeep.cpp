// SPDX-License-Identifier: Apache-2.0
// status, backup, restore, verify: looking after a desk that people rely on.
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
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
  const auto answer = server::control(options.data, request);
  (answer.ok ? std::cout : std::cerr) << answer.text << "\n";
  return answer.ok ? 0 : 1;
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
    std::cerr << manifest.error().detail << "\n";
    for (const auto& field : manifest.error().fields)
      std::cerr << "  " << field.pointer << ": " << field.message << "\n";
    return 1;
  }
  std::cout << "Restored the desk as of " << to_rfc3339(manifest->created_at) << " to " << options.data
            << ". Put tls/ and keys/ back from your copy, then run `docket verify`. If they are lost, `docket init` makes new ones, which vouch for no older anchor.\n";
  return 0;
}

}  // namespace

void add_upkeep(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  auto* status = root.add_subcommand("status", "Say which definitions are active");
  status->add_option("--data", options->data, "Data directory of the desk")->required();
  commands.push_back({status, [options] { return run(*options, "status"); }});

  auto* backup = root.add_subcommand("backup", "Copy everything to an empty directory while the desk serves");
  backup->add_option("target", options->target, "Directory for the backup, empty or not there")->required();
  backup->add_option("--data", options->data, "Data directory of the desk")->required();
  commands.push_back({backup, [options] { return back_up(*options); }});

  auto* restore_app =
      root.add_subcommand("restore", "Check a backup and put it into a data directory that has no database");
  restore_app->add_option("backup", options->target, "Directory of the backup")->required();
  restore_app->add_option("--data", options->data, "Data directory to make")->required();
  commands.push_back({restore_app, [options] { return restore(*options); }});

  auto* verify = root.add_subcommand(
      "verify", "Replay and check everything that is stored: chains, clocks, messages, deliveries, anchors");
  verify->add_option("--data", options->data, "Data directory of the desk")->required();
  commands.push_back({verify, [options] { return run(*options, "verify"); }});
}

}  // namespace docket::cli
