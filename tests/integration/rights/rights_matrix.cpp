// SPDX-License-Identifier: Apache-2.0
// The rights matrix: route × role × relation, made from the route table, against a whole desk in this process.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>

#include "matrix.hpp"

namespace {

int run(bool small) {
  using namespace docket;
  const auto monday_morning = *from_rfc3339("2026-03-02T01:30:00Z");
  test::DeskServer server{std::string{DOCKET_SOURCE_DIR} + "/config", monday_morning};
  rights::House house{server, small};
  rights::Matrix matrix{house};
  matrix.run();
  for (const auto& fault : matrix.faults()) std::printf("FAULT %s\n", fault.c_str());
  std::printf("rights-matrix: %zu of %zu routes, %zu callers, %lld cells, %zu faults\n", matrix.routes(),
              house.routes().size(), house.actors().size(), static_cast<long long>(matrix.cells()), matrix.faults().size());
  return matrix.faults().empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  bool small = false;
  CLI::App app{"Calls every route as every role on every relation to a ticket"};
  app.add_flag("--small", small, "Fewer roles");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(small);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "docket_rights_matrix: %s\n", fault.what());
    return 2;
  }
}
