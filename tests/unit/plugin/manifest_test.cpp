// SPDX-License-Identifier: Apache-2.0
#include "plugin/manifest.hpp"

#include <boost/json/parse.hpp>
#include <fstream>

#include "base/hash.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using namespace docket::plugin;
using namespace std::chrono_literals;

namespace {

const std::string good = R"({"id":"sample","version":"1.0.0","abi":{"major":1,"minor":0},"kind":"channel","calls":["deliver"],
  "address":"wecom","hosts":["*.example.com:443"],"commands":["create_ticket"],"library":"sample.so",
  "sha256":"0000000000000000000000000000000000000000000000000000000000000000","seconds":{"deliver":20}})";

std::string with(std::string_view from, std::string_view to) {
  auto text = good;
  text.replace(text.find(from), from.size(), to);
  return text;
}

boost::json::object object(std::string_view text) {
  return boost::json::parse(boost::json::string_view(text.data(), text.size())).as_object();
}

const auto schema = object(R"({"type":"object","required":["url","token"],"additionalProperties":false,"properties":{
  "url":{"type":"string","format":"uri"},"token":{"type":"string","secret":true},"port":{"type":"integer","minimum":1,"maximum":65535,"default":25},
  "mode":{"type":"string","enum":["fast","slow"]},"tls":{"type":"boolean","default":true},
  "boxes":{"type":"array","maxItems":2,"items":{"type":"object","required":["password"],"properties":{"password":{"type":"string","secret":true}}}}}})");

}  // namespace

TEST_CASE("A manifest is read, and what is wrong in it is named", "[manifest]") {
  const auto manifest = parse_manifest(good);
  REQUIRE(manifest);
  CHECK(manifest->id == "sample");
  CHECK(manifest->has("deliver"));
  CHECK_FALSE(manifest->has("poll"));
  CHECK(manifest->seconds.at("deliver") == 20);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"sample.so", "../sample.so"},
                                                                                 {"\"id\":\"sample\"", "\"id\":\"Sample\""},
                                                                                 {"\"major\":1", "\"major\":2"},
                                                                                 {"channel", "canal"},
                                                                                 {"\"deliver\"]", "\"delivery\"]"},
                                                                                 {"0000\",\"sec", "\",\"sec"},
                                                                                 {"{\"deliver\":20}", "{\"delivery\":20}"},
                                                                                 {"{\"deliver\":20}", "{\"deliver\":\"20\"}"}}) {
    INFO(to);
    CHECK_FALSE(parse_manifest(with(from, to)));
  }
}

TEST_CASE("A plugin without the command has no receipts, and one that hears of what comes back only says so", "[manifest]") {
  CHECK_FALSE(parse_manifest(good)->receipts);
  CHECK(parse_manifest(with("\"create_ticket\"", "\"receipt\""))->receipts);
  CHECK_FALSE(parse_manifest(with("[\"create_ticket\"]", "[\"receipt\"],\"receipts\":false"))->receipts);
  CHECK_FALSE(parse_manifest(with("[\"create_ticket\"]", "[\"receipt\"],\"receipts\":1")));
  CHECK_FALSE(parse_manifest(with("[\"create_ticket\"]", "[\"create_ticket\"],\"receipts\":true")));
}

TEST_CASE("What was installed into the data directory comes before what came with the program", "[manifest]") {
  const test::TemporaryDirectory desk;
  const test::TemporaryDirectory program;
  const auto put = [](const std::filesystem::path& folder, std::string_view version) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "sample.so") << version;
    auto text = with("1.0.0", version);
    const std::string digest(64, '0');
    text.replace(text.find(digest), digest.size(), to_hex(sha256(version)));
    std::ofstream(folder / "manifest.json") << text;
  };
  const Catalogue catalogue(plugin_directories(desk.path(), {program.path()}));
  put(program.path() / "sample", "1.0.0");
  CHECK(catalogue.find("sample").value().version == "1.0.0");
  put(desk.path() / "plugins" / "sample", "1.1.0");
  CHECK(catalogue.find("sample").value().version == "1.1.0");
  CHECK(catalogue.ids() == std::vector<std::string>{"sample"});
  CHECK(Catalogue(plugin_directories({}, {program.path()})).find("sample").value().version == "1.0.0");
}

TEST_CASE("Each call has its own time", "[manifest]") {
  auto manifest = *parse_manifest(with("{\"deliver\":20}", "{\"push\":60,\"poll\":9999}"));
  CHECK(time_of(manifest, "push") == 60s);
  CHECK(time_of(manifest, "poll") == 600s);
  CHECK(time_of(manifest, "deliver") == 30s);
  CHECK(time_of(manifest, "look_up") == 3s);
}

TEST_CASE("Settings are typed by their schema, secrets become references", "[manifest]") {
  const auto typed = desk::typed_settings(
      schema, object(R"({"url":"https://a","token":"/etc/t","mode":"slow","boxes":[{"password":"/etc/p0"},{"password":"/etc/p1"}]})"));
  REQUIRE(typed);
  CHECK(typed->values.at("port") == 25);
  CHECK(typed->values.at("tls") == true);
  CHECK(typed->values.at("token") == "/token");
  CHECK(typed->secrets.at("/token") == "/etc/t");
  CHECK(typed->secrets.at("/boxes/1/password") == "/etc/p1");
}

TEST_CASE("Every wrong setting is reported with its place", "[manifest]") {
  const auto typed = desk::typed_settings(
      schema, object(R"({"url":"ftp://a","token":"hunter2","mode":"medium","port":"70000","tls":"yes","more":"x","boxes":[{}]})"));
  REQUIRE_FALSE(typed);
  std::vector<std::string> places;
  for (const auto& fault : typed.error().fields) places.push_back(fault.pointer);
  CHECK_THAT(places, Catch::UnorderedEquals(std::vector<std::string>{"/url", "/token", "/mode", "/port", "/tls", "/more", "/boxes/0/password"}));
}
