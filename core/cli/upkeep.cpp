// SPDX-License-Identifier: Apache-2.0
// status, backup, restore, verify: looking after a desk that people rely on.
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "server/control.hpp"

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

}  // namespace

void add_upkeep(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  auto* status = root.add_subcommand("status", "Say which definitions are active");
  status->add_option("--data", options->data, "Data directory of the desk")->required();
  commands.push_back({status, [options] { return run(*options, "status"); }});

  auto* verify = root.add_subcommand(
      "verify", "Replay and check everything that is stored: chains, clocks, messages, deliveries, anchors");
  verify->add_option("--data", options->data, "Data directory of the desk")->required();
  commands.push_back({verify, [options] { return run(*options, "verify"); }});
}

}  // namespace docket::cli
