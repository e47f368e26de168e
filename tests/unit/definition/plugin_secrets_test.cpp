// SPDX-License-Identifier: Apache-2.0
// Whoever may publish names the files of secrets: only those that stand where secrets are kept.
#include <boost/json.hpp>

#include "definition/compile.hpp"
#include "desk/ports/plugin_catalogue.hpp"
#include "in_chinese.hpp"
#include "small_desk.hpp"
#include "support/catch.hpp"

using namespace docket;

namespace {

class OneChannel final : public desk::PluginCatalogue {
 public:
  Result<desk::PluginManifest> find(const std::string& id) const override {
    desk::PluginManifest manifest;
    manifest.id = id;
    manifest.settings = boost::json::parse(R"({"properties": {"secret": {"type": "string", "secret": true}}})").as_object();
    return manifest;
  }
  std::vector<std::string> ids() const override { return {"channel"}; }
  const std::vector<std::filesystem::path>& secret_directories() const override { return directories_; }

 private:
  std::vector<std::filesystem::path> directories_{"/etc/docket/secrets", "/run/credentials/docket.service/"};
};

definition::Compiled compiled(const std::string& file) {
  auto bundle = small_desk();
  bundle.files["plugins.yaml"] = "plugins:\n  hooks:\n    plugin: channel\n    settings: {secret: \"" + file + "\"}\n";
  const OneChannel catalogue;
  return definition::compile(bundle, in_june, &catalogue);
}

}  // namespace

TEST_CASE("a secret stands where secrets are kept") {
  CHECK(compiled("/etc/docket/secrets/hooks").definitions);
  CHECK(compiled("/etc/docket/secrets/shop/../hooks").definitions);
  CHECK(compiled("/run/credentials/docket.service/hooks").definitions);
}

TEST_CASE("a file elsewhere is found by its place, with where it could be") {
  const auto* const file = GENERATE("/etc/shadow", "/etc/docket/secrets/../../shadow", "/etc/docket/secrets", "/etc/docket/secrets2/hooks",
                                    "/run/credentials/other.service/hooks");
  const auto result = compiled(file);
  CHECK_FALSE(result.definitions);
  const auto text = definition::render_text(result.diagnostics, small_desk().files);
  CAPTURE(text);
  CHECK(text.find("plugins.yaml:4:") != std::string::npos);
  CHECK(text.find("setting `secret` names a file outside of where secrets are kept") != std::string::npos);
  CHECK(text.find("/etc/docket/secrets or /run/credentials/docket.service") != std::string::npos);
  for (const auto& found : result.diagnostics) CHECK(said_in_chinese(found));
}

TEST_CASE("settings that do not fit are said in both languages") {
  const auto* const settings = GENERATE("{secret: geheim}", "{secret: [a]}", "{other: 1}");
  auto bundle = small_desk();
  bundle.files["plugins.yaml"] =
      std::string("plugins:\n  hooks:\n    plugin: channel\n    settings: ") + settings + "\n";
  const OneChannel catalogue;
  const auto result = definition::compile(bundle, in_june, &catalogue);
  REQUIRE(result.diagnostics.size() == 1);
  CAPTURE(result.diagnostics[0].message, result.diagnostics[0].message_zh);
  CHECK(result.diagnostics[0].code == "bad_setting");
  CHECK(said_in_chinese(result.diagnostics[0]));
}
