// SPDX-License-Identifier: Apache-2.0
// What holds of every child process, whichever library it loads.
#include <sys/resource.h>

#include "plugin/spawner.hpp"
#include "support/catch.hpp"

using namespace docket;

TEST_CASE("A child gives way to the server from its birth on, and the server stays as it was", "[spawner]") {
  const int before = ::getpriority(PRIO_PROCESS, 0);
  plugin::Spawner spawner{DOCKET_PROGRAM};
  plugin::Child child = spawner.start("egress");
  const int niceness = ::getpriority(PRIO_PROCESS, static_cast<id_t>(child.pid));
  plugin::end_child(child);
  CHECK(niceness == 10);
  CHECK(::getpriority(PRIO_PROCESS, 0) == before);
}
