// SPDX-License-Identifier: Apache-2.0
#include "store/search_index.hpp"

#include "store/ticket_projection.hpp"
#include "support/catch.hpp"
#include "support/store_fixture.hpp"

using namespace docket;
using namespace docket::store;

namespace {

const Time now{std::chrono::seconds{1'770'000'000}};

/// A desk on which texts wait for the search index for as long as they may.
struct Fixture : test::StoreFixture {
  domain::Ticket say(std::int64_t id, const domain::Ticket* before, std::string subject, std::string body) {
    domain::Ticket ticket;
    if (before != nullptr) ticket = *before;
    ticket.id = TicketId{id};
    ticket.version += 1;
    ticket.subject = std::move(subject);
    ticket.team = "service";
    ticket.bundle = ticket.workflow_bundle = "bundle-1";
    std::vector<domain::NewMessage> messages(1);
    messages.front().number = ticket.version;
    messages.front().body = std::move(body);
    std::vector<std::unique_ptr<Job>> jobs;
    jobs.push_back(make_job(
        [&](Session& s) -> Result<void> {
          desk::TicketChange change;
          change.before = before;
          change.after = &ticket;
          change.messages = messages;
          Tickets(s, &memory, active, now).save(change);
          return {};
        },
        [](const Result<void>&) {}));
    CHECK(run_group(session, jobs, {.most = 1000, .patience = std::chrono::hours{1}}).front());
    return ticket;
  }

  std::vector<std::int64_t> found(const std::string& text) {
    std::vector<std::int64_t> ids;
    const auto page = tickets(now).search(text, {}, {}, 10, domain::system_principal("test"));
    for (const auto& row : page->rows)
      ids.push_back(row.id.value);
    return ids;
  }

  /// What is in memory only is gone.
  void crash() { session = Session::open(options); }

  std::size_t open_again() {
    std::size_t missed = 0;
    CHECK(commit([&](Session& s) { missed = SearchIndex(s).index_missed(); }));
    return missed;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "what a crash left out of the search index is found once the desk is opened again") {
  const auto first = say(1, nullptr, "退货", "杯子破了");
  CHECK(run_group(session, {}).empty());
  CHECK(found("杯子") == std::vector<std::int64_t>{1});

  say(1, &first, "退货", "照片在这里");
  say(2, nullptr, "发票", "抬头写错了");
  CHECK(found("照片").empty());
  CHECK(found("发票").empty());
  crash();
  CHECK(open_again() == 3);
  CHECK(found("照片") == std::vector<std::int64_t>{1});
  CHECK(found("抬头") == std::vector<std::int64_t>{2});
  CHECK(found("发票") == std::vector<std::int64_t>{2});
  CHECK(found("退货") == std::vector<std::int64_t>{1});
  CHECK(open_again() == 0);
}

TEST_CASE_METHOD(Fixture, "a changed subject does not wait, and takes along what does") {
  const auto first = say(1, nullptr, "退货", "杯子破了");
  CHECK(found("杯子").empty());
  say(1, &first, "换货", "换一个");
  CHECK(session.deferred() == 0);
  CHECK(found("换货") == std::vector<std::int64_t>{1});
  CHECK(found("杯子") == std::vector<std::int64_t>{1});
  crash();
  CHECK(open_again() == 0);
}
