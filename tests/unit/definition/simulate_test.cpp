// SPDX-License-Identifier: Apache-2.0
// A simulated ticket goes the way that the engine makes it go, on the calendars of the desk.
#include "definition/simulate.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "definition/commands.hpp"
#include "definition/compile.hpp"
#include "small_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::definition;

namespace {

const std::filesystem::path config = std::filesystem::path(DOCKET_SOURCE_DIR) / "config";

std::shared_ptr<const domain::Definitions> shipped(const std::filesystem::path& directory) {
  const auto bundle = load_bundle(directory);
  REQUIRE(bundle);
  return compile(*bundle, in_june).definitions;
}

std::string simulated(const std::shared_ptr<const domain::Definitions>& desk, const SimulationRequest& request) {
  const auto simulation = simulate(desk, request);
  REQUIRE(simulation);
  return render_simulation(*simulation);
}

}  // namespace

TEST_CASE("a return over the Spring Festival: four steps, each with its owner and due time") {
  const auto desk = shipped(config / "samples/ecommerce_return");
  REQUIRE(desk);
  // Friday the 13th is the last working day but for the make-up Saturday; the holiday ends on the 23rd.
  const auto text = simulated(desk, {.type = "return", .start = *from_rfc3339("2026-02-13T09:00:00Z"), .pace = 50});
  CAPTURE(text);
  CHECK_THAT(
      text,
      Catch::StartsWith(
          "Times are those of Asia/Shanghai.\n2026-02-13 Fri 17:00:00  created as return in state applied (退货申请)"));
  CHECK_THAT(text, Catch::Contains("owner: service.one of team service"));
  CHECK_THAT(text, Catch::Contains(
                       "clock step: 4h by office, due 2026-02-14 Sat 12:00:00, first warning 2026-02-14 Sat 11:00:00"));
  CHECK_THAT(text, Catch::Contains("2026-02-14 Sat 10:00:00  step accept: applied → inspecting (质检)"));
  CHECK_THAT(text, Catch::Contains("owner: quality.one of team quality"));
  CHECK_THAT(text, Catch::Contains("clock step: 8h by office, due 2026-02-24 Tue 10:00:00"));
  CHECK_THAT(text, Catch::Contains("owner: finance.one of team finance"));
  CHECK_THAT(text, Catch::Contains("→ follow_up (回访)"));
  CHECK_THAT(text, Catch::Contains("clock resolution ended after 18h, kept"));
  CHECK_THAT(text, Catch::EndsWith("The ticket came to an end.\n"));
  const auto simulation =
      simulate(desk, {.type = "return", .start = *from_rfc3339("2026-02-13T09:00:00Z"), .pace = 50});
  REQUIRE(simulation);
  const auto zh = render_simulation(*simulation, Language::zh);
  CAPTURE(zh);
  CHECK_THAT(zh, Catch::StartsWith(
                     "时间按 Asia/Shanghai 时区。\n2026-02-13 周五 17:00:00  新建 return，节点 applied（退货申请）"));
  CHECK_THAT(zh, Catch::Contains("负责人：service.one（班组 service）"));
  CHECK_THAT(zh,
             Catch::Contains(
                 "计时 step：4h，按工作日历 office，到期 2026-02-14 周六 12:00:00，首次预警 2026-02-14 周六 11:00:00"));
  CHECK_THAT(zh, Catch::Contains("2026-02-14 周六 10:00:00  流转 accept：applied → inspecting（质检）"));
  CHECK_THAT(zh, Catch::Contains("计时 resolution 结束，共 18h，达标"));
  CHECK_THAT(zh, Catch::EndsWith("工单已办结。\n"));
  CHECK(std::ranges::count(zh, '\n') == std::ranges::count(text, '\n'));
}

TEST_CASE("who is slow sees warnings and goals missed") {
  const auto desk = shipped(config / "samples/quality_complaint");
  REQUIRE(desk);
  const auto text = simulated(desk, {.start = *from_rfc3339("2026-06-01T01:00:00Z"), .pace = 400});
  CAPTURE(text);
  CHECK_THAT(text, Catch::Contains("2026-06-01 Mon 14:30:00  warning level_one of clock step"));
  CHECK_THAT(text, Catch::Contains("escalated to level 1"));
  CHECK_THAT(text, Catch::Contains("owner: service.lead of team service"));
  CHECK_THAT(text, Catch::Contains("warning level_two of clock step"));
  CHECK_THAT(text, Catch::Contains("of team quality"));
  CHECK_THAT(text, Catch::Contains("escalated to level 3"));
  CHECK_THAT(text, Catch::Contains("clock step is past its goal"));
}

TEST_CASE("a ticket visits the warehouse and comes back to whoever had it") {
  const auto desk = shipped(config / "samples/stock_check");
  REQUIRE(desk);
  const auto text = simulated(desk, {.start = *from_rfc3339("2026-06-01T02:00:00Z")});
  CAPTURE(text);
  CHECK_THAT(text, Catch::Contains("owner: warehouse.one of team warehouse, on a visit"));
  CHECK_THAT(text, Catch::Contains("owner: service.one of team service, back from a visit"));
}

TEST_CASE("every form of every shipped desk can be walked to an end") {
  std::vector<std::filesystem::path> desks{config};
  for (const auto& entry : std::filesystem::directory_iterator(config / "samples")) {
    if (entry.is_directory()) desks.push_back(entry.path());
  }
  for (const auto& directory : desks) {
    const auto desk = shipped(directory);
    REQUIRE(desk);
    for (const auto& [name, form] : desk->forms) {
      const auto simulation = simulate(
          desk, {.type = name, .start = in_june, .region = desk->desk.regions.empty() ? "" : desk->desk.regions[0]});
      REQUIRE(simulation);
      INFO(directory << " " << name << "\n" << render_simulation(*simulation));
      CHECK(simulation->ended);
    }
  }
}

TEST_CASE("what is not there is said, and a refused step ends the walk with its reason") {
  const auto desk = shipped(config);
  REQUIRE(desk);
  const auto wrong_type = simulate(desk, {.type = "retrun"});
  REQUIRE_FALSE(wrong_type);
  CHECK_THAT(wrong_type.error().detail, Catch::Contains("did you mean `return`?"));
  CHECK_FALSE(simulate(desk, {.type = "return", .steps = {"acept"}}));
  CHECK_FALSE(simulate(desk, {.type = "return", .fields = {{"orderno", "1"}}}));
  CHECK_FALSE(simulate(desk, {.type = "return", .pace = 0}));
  const auto text = simulated(desk, {.type = "return", .start = in_june, .steps = {"refund"}});
  CHECK_THAT(text, Catch::Contains("can not make the step refund: "));
  CHECK_THAT(text, Catch::EndsWith("The ticket did not come to an end.\n"));
  const auto given = simulated(desk, {.type = "return",
                                      .start = in_june,
                                      .steps = {"accept", "pass", "refund"},
                                      .fields = {{"refund_amount", "5000"}}});
  CHECK_THAT(given, Catch::Contains("can not make the step refund: "));
}

TEST_CASE("the commands print and tell by their exit status") {
  std::ostringstream out, schema;
  CHECK(simulate_command(config / "samples/invoice", {.start = in_june}, in_june, out) == 0);
  CHECK_THAT(out.str(), Catch::EndsWith("The ticket came to an end.\n"));
  CHECK(schema_command(SchemaFormat::json_schema, schema) == 0);
}
