// SPDX-License-Identifier: Apache-2.0
// The desks that ship compile without a fault or a warning.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "definition/compile.hpp"
#include "definition/schema.hpp"
#include "small_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::definition;

namespace {

const std::filesystem::path config = std::filesystem::path(DOCKET_SOURCE_DIR) / "config";

std::string file(const std::filesystem::path& path) {
  std::ifstream stream(std::filesystem::path(DOCKET_SOURCE_DIR) / path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void check_desk(const std::filesystem::path& directory) {
  const auto bundle = load_bundle(directory);
  REQUIRE(bundle);
  const auto compiled = compile(*bundle, in_june);
  INFO(directory << "\n" << render_text(compiled.diagnostics, bundle->files));
  REQUIRE(compiled.definitions);
  CHECK(compiled.diagnostics.empty());
  for (const auto& [name, form] : compiled.definitions->forms) CHECK_FALSE(form.title.zh.empty());
}

}  // namespace

TEST_CASE("the shipped desk has neither fault nor warning") {
  const auto bundle = load_bundle(config);
  REQUIRE(bundle);
  const auto compiled = compile(*bundle, in_june);
  INFO(render_text(compiled.diagnostics, bundle->files));
  REQUIRE(compiled.definitions);
  CHECK(compiled.diagnostics.empty());
  CHECK(compiled.definitions->digest == bundle->digest());
  CHECK(compiled.definitions->forms.size() == 10);
  CHECK(compiled.definitions->macros.size() == 6);
  CHECK(compiled.definitions->answers.size() == 11);
  CHECK(compiled.definitions->templates.at("quality_return").fields.at("return_reason") ==
        domain::Value{std::string("quality")});
  CHECK_FALSE(bundle->files.contains("samples"));
}

TEST_CASE("every sample desk has neither fault nor warning") {
  int samples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(config / "samples")) {
    if (!entry.is_directory()) continue;
    check_desk(entry.path());
    ++samples;
  }
  CHECK(samples == 13);
}

TEST_CASE("people read the shipped desk in two languages") {
  const auto compiled = compile(*load_bundle(config), in_june);
  REQUIRE(compiled.definitions);
  const auto both = [](const domain::Title& title) { return !title.zh.empty() && !title.en.empty(); };
  for (const auto& [name, form] : compiled.definitions->forms) {
    CHECK(both(form.title));
    for (const auto& field : form.fields) CHECK(both(field.title));
  }
  for (const auto& [name, workflow] : compiled.definitions->workflows) {
    CHECK(both(workflow.title));
    for (const auto& state : workflow.states) CHECK(both(state.title));
    for (const auto& transition : workflow.transitions) CHECK(both(transition.title));
  }
  for (const auto& [name, text] : compiled.definitions->texts) CHECK_FALSE(text.subject_en.empty());
  for (const auto& [name, team] : compiled.definitions->teams) CHECK(both(team.title));
  for (const auto& [name, role] : compiled.definitions->roles) CHECK(both(role.title));
  for (const auto& [name, view] : compiled.definitions->views) CHECK(both(view.title));
}

TEST_CASE("who sees what is due soon in the shipped desk finds it when it is overdue as well") {
  const auto compiled = compile(*load_bundle(config), in_june);
  REQUIRE(compiled.definitions);
  const auto& overdue = compiled.definitions->views.at("breached");
  for (const auto* role : {"agent", "accountant", "lead", "auditor", "admin"})
    CHECK_THAT(overdue.roles, Catch::VectorContains(std::string(role)));
}

// To renew both: docket schema --manual > docs/reference/configuration.md, docket schema >
// docs/reference/desk.schema.json
TEST_CASE("the reference manual and the JSON Schema are those of the schema") {
  const bool renew = std::getenv("DOCKET_RENEW") != nullptr;
  if (renew) {
    std::ofstream(std::filesystem::path(DOCKET_SOURCE_DIR) / "docs/reference/configuration.md")
        << configuration_manual();
    std::ofstream(std::filesystem::path(DOCKET_SOURCE_DIR) / "docs/reference/desk.schema.json") << json_schema();
  }
  CHECK(file("docs/reference/configuration.md") == configuration_manual());
  CHECK(file("docs/reference/desk.schema.json") == json_schema());
}
