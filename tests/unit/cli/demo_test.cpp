// SPDX-License-Identifier: Apache-2.0
// The demo desk: what ships in config/demo fits the desk that ships, and its stories are full of life and repeatable.
#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/demo/people.hpp"
#include "cli/demo/story.hpp"
#include "definition/compile.hpp"
#include "desk/command_ticket.hpp"
#include "support/catch.hpp"
#include "support/memory_desk.hpp"

using namespace docket;
using namespace docket::cli;

namespace {

const std::filesystem::path config = std::filesystem::path(DOCKET_SOURCE_DIR) / "config";
const Time now = *from_rfc3339("2026-06-25T08:30:00Z");

domain::Definitions shipped() {
  const auto bundle = definition::load_bundle(config);
  REQUIRE(bundle);
  const auto compiled = definition::compile(*bundle, now);
  REQUIRE(compiled.definitions);
  return *compiled.definitions;
}

/// A desk after its demo was told.
struct Told {
  test::MemoryDesk desk{shipped()};
  DemoData data = read_demo_data(config / "demo");
  DemoStaff staff{};
  StoryReport report{};

  explicit Told(const StoryOptions& options) {
    desk.now = now;
    auto people = add_demo_people(desk, data.people, "hash", options.from);
    REQUIRE(people);
    staff = *people;
    Story story{desk, data.texts, staff, options};
    const auto told = story.tell();
    REQUIRE(told);
    report = *told;
  }

  [[nodiscard]] std::vector<domain::Ticket> tickets() const {
    std::vector<domain::Ticket> all;
    for (const auto& [id, stored] : desk.rows.tickets) all.push_back(stored.ticket);
    return all;
  }
};

StoryOptions three_weeks() {
  StoryOptions options;
  options.until = now;
  options.from = now - std::chrono::days{21};
  return options;
}

}  // namespace

TEST_CASE("every person and every text of the demo fits the shipped desk") {
  const domain::Definitions desk = shipped();
  const DemoData data = read_demo_data(config / "demo");
  for (const DemoAgent& agent : data.people.agents) {
    INFO(agent.login);
    for (const auto& membership : agent.memberships) CHECK(desk.teams.contains(membership.team));
    for (const auto& role : agent.roles) CHECK(desk.roles.contains(role));
    CHECK_FALSE(agent.memberships.empty());
  }
  for (const DemoTicket& ticket : data.texts.tickets) CHECK(desk.forms.contains(ticket.type));
  for (const auto& [name, form] : desk.forms) {
    INFO(name);
    CHECK(std::any_of(data.texts.tickets.begin(), data.texts.tickets.end(),
                      [&](const DemoTicket& t) { return t.type == name; }));
  }
}

TEST_CASE("a told desk has tickets in every stage, with people, words and broken promises") {
  Told told{three_weeks()};
  CHECK(told.report.tickets == 320);
  CHECK(told.report.messages > 200);
  INFO(told.report.first_refusal);
  CHECK(told.report.refused == 0);  // a first user should read of no step that was left out

  std::map<domain::StateCategory, int> by_category;
  std::set<std::string> types;
  std::set<UserId> assignees;
  int breached = 0, urged = 0;
  for (const domain::Ticket& ticket : told.tickets()) {
    ++by_category[ticket.category];
    types.insert(ticket.type);
    if (ticket.assignee) assignees.insert(ticket.assignee);
    breached += std::any_of(ticket.clocks.begin(), ticket.clocks.end(),
                            [](const auto& run) { return run.breached_at.has_value(); });
    urged += ticket.urges > 0;
    CHECK(ticket.subject.find('{') == std::string::npos);
    CHECK(ticket.updated_at <= now);
    CHECK(ticket.created_at >= now - std::chrono::days{21});
  }
  CHECK(types.size() == 10);
  CHECK(assignees.size() > 15);
  CHECK(by_category[domain::StateCategory::closed] > 100);
  CHECK(by_category[domain::StateCategory::open] > 30);
  CHECK(breached > 10);
  CHECK(urged > 3);
}

TEST_CASE("what an invented past had to say goes out to nobody later") {
  Told told{three_weeks()};
  const auto& deliveries = told.desk.rows.deliveries;
  const auto before = deliveries.size();
  const auto passed = desk::write_and_wait(told.desk, [](desk::Unit& unit) -> Result<int> {
    unit.now = now;
    return desk::pass_time(unit, 1000);
  });
  REQUIRE(passed);
  CHECK(*passed == 0);
  CHECK(deliveries.size() == before);
  CHECK(deliveries.size() > 1000);
  for (const auto& [id, delivery] : deliveries) {
    INFO(delivery.key << " at " << to_rfc3339(delivery.created_at));
    CHECK(delivery.state == desk::DeliveryState::delivered);
    CHECK(delivery.tries == 1);
    CHECK(delivery.done_at == delivery.created_at);
  }
}

TEST_CASE("the same seed tells the same desk, another one another") {
  StoryOptions options = three_weeks();
  options.tickets = 40;
  Told first{options};
  Told again{options};
  CHECK(first.tickets() == again.tickets());
  options.seed = 2;
  Told other{options};
  CHECK_FALSE(first.tickets() == other.tickets());
}

TEST_CASE("without messages tickets go the short way to their end, and somebody hears how far it is") {
  StoryOptions options = three_weeks();
  options.tickets = 200;
  options.messages = false;
  options.stall_share = 0;
  std::vector<std::size_t> told_of;
  options.progress = [&](std::size_t tickets) { told_of.push_back(tickets); };
  Told told{options};
  CHECK(told.report.tickets == 200);
  CHECK(told.report.messages == 0);
  CHECK(told.report.moves < 200 * 5);
  const auto all = told.tickets();
  CHECK(std::ranges::count_if(all, [](const auto& t) { return t.category == domain::StateCategory::closed; }) > 100);
  CHECK(std::ranges::is_sorted(told_of));
  CHECK(told_of.back() == 200);
}

TEST_CASE("a desk that has an admin is left alone") {
  Told told{[] {
    StoryOptions options = three_weeks();
    options.tickets = 1;
    return options;
  }()};
  const auto again = add_demo_people(told.desk, told.data.people, "hash", now);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::conflict);
  // Nor is one where somebody else set up an admin of another name, and tickets came in.
  told.desk.rows.accounts.clear();
  const auto other = add_demo_people(told.desk, told.data.people, "hash", now);
  REQUIRE_FALSE(other);
  CHECK(other.error().detail == "The desk has tickets already.");
}
