// SPDX-License-Identifier: Apache-2.0
// The desks that ship compile without a fault or a warning.
#include <filesystem>

#include "definition/compile.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::definition;

namespace {

const std::filesystem::path config = std::filesystem::path(DOCKET_SOURCE_DIR) / "config";
const Time in_june = *from_rfc3339("2026-06-01T00:00:00Z");

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
  CHECK_FALSE(bundle->files.contains("samples"));
}
