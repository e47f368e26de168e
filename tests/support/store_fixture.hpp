// SPDX-License-Identifier: Apache-2.0
// A real database file with the schema and one bundle, on which jobs run as the writer runs them.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "store/bundle_rows.hpp"
#include "store/group_commit.hpp"
#include "store/migrations.hpp"
#include "store/session.hpp"
#include "store/tickets.hpp"
#include "support/temporary_directory.hpp"

namespace docket::test {

class StoreFixture {
 public:
  explicit StoreFixture(domain::Definitions definitions = {}) {
    if (definitions.digest.empty()) definitions.digest = "bundle-1";
    active = std::make_shared<const domain::Definitions>(std::move(definitions));
    store::migrate(session);
    commit([&](store::Session& s) { store::BundleRows(s).publish(*active, {{"desk.yaml", "x"}}, {}, {}); });
  }

  /// Runs `work` as one job of one group. False if it was undone.
  template <class Work>
  bool commit(Work work) {
    std::vector<std::unique_ptr<store::Job>> jobs;
    jobs.push_back(store::make_job(
        [&](store::Session& s) -> Result<void> {
          work(s);
          return {};
        },
        [](const Result<void>&) {}));
    return store::run_group(session, jobs).front().has_value();
  }

  [[nodiscard]] store::Tickets tickets(Time now) { return {session, &memory, active, now}; }

  void save(const domain::Ticket* before, const domain::Ticket& after, Time now,
            std::vector<domain::RecordedEvent> events = {}, std::vector<domain::NewMessage> messages = {},
            std::vector<desk::NewDelivery> deliveries = {}, std::optional<Time> timer = {}) {
    const bool done = commit([&](store::Session& s) {
      desk::TicketChange change;
      change.before = before;
      change.after = &after;
      change.events = events;
      change.messages = messages;
      change.deliveries = deliveries;
      change.next_timer = timer;
      store::Tickets(s, &memory, active, now).save(change);
    });
    if (!done) throw std::runtime_error("the change was not saved");
  }

  TemporaryDirectory directory;
  store::SessionOptions options{.file = directory.path() / "docket.db", .access = store::Access::write};
  store::Session session = store::Session::open(options);
  store::WriterMemory memory;
  std::shared_ptr<const domain::Definitions> active;
};

}  // namespace docket::test
