// SPDX-License-Identifier: Apache-2.0
// Mutated desks: whatever the bytes, the compiler answers, soon, and with places that exist.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>

#include "definition/compile.hpp"
#include "in_chinese.hpp"
#include "small_desk.hpp"
#include "support/catch.hpp"
#include "support/seed.hpp"

using namespace docket;
using namespace docket::definition;

namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t limit) {
  return limit == 0 ? 0 : random() % limit;
}

const char* const pieces[] = {"&a ",      "*a",    "- ",    "? ",          ": ",   "{",       "}",
                              "[",        "]",     "|\n",   ">\n",         "\"",   "'",       "#",
                              "!!str ",   "---\n", "...\n", "\t",          "\n",   "  ",      "\xFF",
                              "\xE4\xBD", "\x01",  "null",  "~",           "true", "012",     "99999999999999999999",
                              "{{",       "}}",    "@me",   "%YAML 1.2\n", "客",   "all: []", "not: ",
                              "1d"};

void mutate(std::string& text, Random& random) {
  const auto times = 1 + below(random, 4);
  for (std::size_t i = 0; i < times; ++i) {
    const auto at = below(random, text.size());
    switch (below(random, 6)) {
      case 0:
        text.erase(at, 1 + below(random, 30));
        break;
      case 1:
        text.insert(at, pieces[below(random, std::size(pieces))]);
        break;
      case 2:
        text.insert(at, text.substr(below(random, text.size()), below(random, 200)));
        break;
      case 3:
        if (at < text.size()) text[at] = static_cast<char>(random());
        break;
      case 4: {  // swap two lines' beginnings: indentation goes wrong
        const auto line = text.find('\n', at);
        if (line != std::string::npos) text.insert(line + 1, std::string(below(random, 5), ' '));
        break;
      }
      default: {  // replace a word by another of the file
        const auto from = below(random, text.size());
        text.replace(at, below(random, 12), text.substr(from, below(random, 12)));
      }
    }
  }
}

}  // namespace

TEST_CASE("five thousand mutated desks are all answered") {
  const auto seed = test::seed_or(20'260'601);
  INFO("DOCKET_SEED=" << seed);
  Random random(seed);
  const auto shipped = load_bundle(std::filesystem::path(DOCKET_SOURCE_DIR) / "config");
  REQUIRE(shipped);
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : shipped->files) paths.push_back(path);
  const auto small = small_desk();
  int whole = 0;
  auto slowest = std::chrono::steady_clock::duration::zero();
  for (int i = 0; i < 5000; ++i) {
    // Mostly the small desk; every fiftieth time a file of the shipped one.
    auto bundle = i % 50 == 0 ? *shipped : small;
    auto& file = i % 50 == 0 ? bundle.files[paths[below(random, paths.size())]] : bundle.files["desk.yaml"];
    mutate(file, random);
    const auto start = std::chrono::steady_clock::now();
    const auto compiled = compile(bundle, in_june);
    slowest = std::max(slowest, std::chrono::steady_clock::now() - start);
    whole += compiled.definitions != nullptr ? 1 : 0;
    if ((compiled.definitions == nullptr) != (count_errors(compiled.diagnostics) > 0))
      FAIL("errors and definitions disagree, case " << i);
    for (const auto& found : compiled.diagnostics) {
      if (found.line < 0 || found.column < 0 || found.message.empty() || found.code.empty())
        FAIL("bad finding, case " << i);
      if (!reads_chinese(found.message_zh)) FAIL("in English only: " << found.message << " / " << found.message_zh);
    }
    static_cast<void>(render_text(compiled.diagnostics, bundle.files));
    static_cast<void>(render_json(compiled.diagnostics));
  }
  CHECK(whole > 50);
  CHECK(whole < 4500);
  CHECK(slowest < std::chrono::seconds{120});
}
