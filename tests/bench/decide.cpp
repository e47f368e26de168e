// SPDX-License-Identifier: Apache-2.0
// What deciding alone costs: a creation with form, dispatch among ten, three clocks and triggers; a step; a reply.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/desk_fixture.hpp"

namespace {

using namespace docket;
using namespace docket::domain;

/// Median and 99th percentile of single calls in microseconds.
template <class Call>
void measure(const char* what, int calls, Call call) {
  std::vector<double> times;
  times.reserve(static_cast<std::size_t>(calls));
  for (int i = 0; i < calls; ++i) {
    const auto start = std::chrono::steady_clock::now();
    call();
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::sort(times);
  fmt::print("{:32} {:6.1f} us median, {:6.1f} us p99\n", what, times[times.size() / 2],
             times[times.size() * 99 / 100]);
}

}  // namespace

int main() {
  const auto definitions = std::make_shared<const Definitions>(test::return_desk());
  test::FixedBundles bundles;
  bundles.add(definitions);
  auto roster = test::return_roster();
  for (std::int64_t id = 20; id < 27; ++id) roster.add(id, "agent" + std::to_string(id), {"support"});
  const auto principal = test::agent(2, "li", {"support", "quality"});
  Context context;
  context.now = Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} + std::chrono::hours{2};
  context.principal = &principal;
  context.active = definitions;
  context.bundles = &bundles;
  context.roster = &roster;

  const auto creation = test::a_return();
  const auto created = decide(nullptr, creation, context);
  if (!created) return EXIT_FAILURE;
  constexpr int calls = 20'000;
  bool sound = true;
  const auto run = [&](const Ticket* ticket, const TicketCommand& command) {
    sound = decide(ticket, command, context).has_value() && sound;
  };
  measure("decide create, 10 candidates", calls, [&] { run(nullptr, creation); });
  measure("decide reply", calls, [&] { run(&created->ticket, AddMessage{MessageKind::reply, "words", {}}); });
  MoveTicket inspect;
  inspect.transition = "inspect";
  measure("decide step with dispatch", calls, [&] { run(&created->ticket, inspect); });
  measure("time passes, nothing due", calls, [&] { run(&created->ticket, PassTime{}); });
  measure("replay of the creation", calls, [&] {
    Ticket ticket;
    for (const auto& event : created->events) ticket = evolve(std::move(ticket), creation.id, event);
    sound = ticket == created->ticket && sound;
  });
  return sound ? EXIT_SUCCESS : EXIT_FAILURE;
}
