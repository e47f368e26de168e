// SPDX-License-Identifier: Apache-2.0
// The tree has every value with its place, and nothing that a few bytes can blow up.
#include "definition/yaml_tree.hpp"

#include <chrono>
#include <cstdlib>

#include "support/catch.hpp"

using namespace docket::definition;

namespace {

std::string only_code(const YamlFile& file) {
  return file.diagnostics.size() == 1 ? file.diagnostics[0].code
                                      : std::to_string(file.diagnostics.size()) + " findings";
}

/// Nine levels of nine references: 442 bytes that stand for 9^9 values.
std::string alias_bomb() {
  std::string out = "a: &a [\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\"]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string before = std::string("*") + static_cast<char>(c - 1);
    out += std::string(1, c) + ": &" + c + " [" + before;
    for (int i = 0; i < 8; ++i) out += "," + before;
    out += "]\n";
  }
  return out;
}

}  // namespace

TEST_CASE("values keep their text, their quotes and their places") {
  const auto file = read_yaml(
      "a.yaml", "客服: no\nb: [012, \"1\", '二 ''x''']\nc:\n  - {d: 2026-01-01}\ne: |\n  多行\n  text\nf: ~\n");
  REQUIRE(file.diagnostics.empty());
  REQUIRE(file.root);
  const auto& root = *file.root;
  REQUIRE(root.entries.size() == 5);
  CHECK(root.entries[0].key == "客服");
  CHECK(root.entries[0].span == Span{1, 1, 3});
  CHECK(root.entries[0].value.text == "no");
  CHECK_FALSE(root.entries[0].value.quoted);
  CHECK(root.entries[0].value.span == Span{1, 5, 7});
  const auto& list = root.entries[1].value;
  REQUIRE(list.items.size() == 3);
  CHECK(list.items[0].text == "012");
  CHECK(list.items[1].quoted);
  CHECK(list.items[1].span == Span{2, 10, 13});
  CHECK(list.items[2].text == "二 'x'");
  CHECK(list.items[2].span == Span{2, 15, 24});
  CHECK(root.entries[2].value.items[0].entries[0].value.span == Span{4, 9, 19});
  CHECK(root.entries[3].value.text == "多行\ntext\n");
  CHECK(root.entries[3].value.span == Span{5, 4, 5});
  CHECK(root.entries[4].value.kind == YamlNode::Kind::nothing);
}

TEST_CASE("windows line ends and a byte order mark change nothing") {
  const auto file = read_yaml("a.yaml",
                              "\xEF\xBB\xBF"
                              "a: 1\r\nb: §\r\n");
  REQUIRE(file.root);
  CHECK(file.root->entries[0].span == Span{1, 1, 2});
  CHECK(file.root->entries[1].value.text == "§");
  CHECK(file.root->entries[1].value.span == Span{2, 4, 5});
}

TEST_CASE("budgets end the reading") {
  CHECK(only_code(read_yaml("a", std::string(1'100'000, 'x'))) == "yaml_too_large");
  std::string many = "a: [";
  for (int i = 0; i < 20'100; ++i) many += "1,";
  CHECK(only_code(read_yaml("a", many + "1]")) == "yaml_too_large");
  CHECK(only_code(read_yaml("a", std::string(33, '[') + std::string(33, ']'))) == "yaml_too_deep");
  CHECK_FALSE(read_yaml("a", std::string(200'000, '[')).root);
  CHECK(only_code(read_yaml("a", std::string(32, '[') + std::string(32, ']'))) == "0 findings");
  std::string dashes;
  for (int i = 0; i < 5000; ++i) dashes += "- ";
  CHECK(only_code(read_yaml("a", dashes + "x")) == "yaml_too_deep");
}

TEST_CASE("anchors and aliases are refused before they expand") {
  CHECK(only_code(read_yaml("a", alias_bomb())) == "yaml_alias");
  CHECK(only_code(read_yaml("a", "&a [*a]")) == "yaml_alias");
  CHECK(only_code(read_yaml("a", "a: {<<: *b}")) == "yaml_alias");
}

TEST_CASE("a JSON file is read as what it is") {
  const auto file = read_yaml("a.json", "{\"year\": 2026, \"days\": [{\"working\": false}]}");
  REQUIRE(file.root);
  CHECK(file.root->find("year")->value.text == "2026");
  CHECK_FALSE(file.root->find("year")->value.quoted);
}

TEST_CASE("an empty file is nothing, not a fault") {
  CHECK(only_code(read_yaml("a", "")) == "0 findings");
  CHECK(only_code(read_yaml("a", "# only a comment\n")) == "0 findings");
}

TEST_CASE("a megabyte of anything ends soon") {
  for (const std::string piece :
       {"a",   "a ",    " ",   "\n", "#",     "\"", "'",   "[",   "{",   "- ", "? ",      ": ",
        "a: ", "a:\n ", "|\n", "%",  "---\n", "客", "!a ", "&a ", "[a,", "\\", "\"\\x41", "a\n"}) {
    std::string text;
    while (text.size() < 1'000'000) text += piece;
    const auto start = std::chrono::steady_clock::now();
    const auto file = read_yaml("a", text);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
    CAPTURE(piece, took);
    if (std::getenv("DOCKET_TIMES")) WARN(piece << " " << took);
    CHECK(took < 120'000);  // that it ends, not how fast: a reader that begins anew for each piece takes far longer
  }
}
