// SPDX-License-Identifier: Apache-2.0
// Findings as a person reads them in a terminal, and as a tool does.
#include "definition/diagnostic.hpp"

#include "support/catch.hpp"

using namespace docket::definition;

TEST_CASE("carets stand under the word, whatever the width of what comes before") {
  const Diagnostic found{.file = "teams.yaml",
                         .line = 2,
                         .column = 14,
                         .end_column = 21,
                         .message = "there is no team named `servcie`",
                         .expected = "one of service",
                         .suggestion = "service",
                         .code = "unknown_name"};
  CHECK(render_text({found}, {{"teams.yaml", "x: 1\n标题: {客服: [a, servcie]}\n"}}) ==
        "teams.yaml:2:14: error: there is no team named `servcie` [unknown_name]\n"
        "   2 | 标题: {客服: [a, servcie]}\n"
        "     |                  ^^^^^^^\n"
        "     = expected: one of service\n"
        "     = did you mean `service`?\n"
        "1 error, 0 warnings\n");
  CHECK(display_width("客服a") == 5);
  CHECK(display_width("，é") == 3);
}

TEST_CASE("nothing from a file reaches the terminal as a control character") {
  const Diagnostic found{
      .file = "a\x1b[2J.yaml", .line = 1, .column = 1, .end_column = 2, .message = "bad\nword", .code = "x"};
  const auto text = render_text({found}, {{found.file, "\x1b]0;title\x07"}});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("bad word") != std::string::npos);
}

TEST_CASE("very long lines are cut around the place") {
  const std::string line = std::string(5000, 'a') + "HERE" + std::string(5000, 'b');
  const Diagnostic found{.file = "f", .line = 1, .column = 5001, .end_column = 5005, .message = "m", .code = "c"};
  const auto text = render_text({found}, {{"f", line}});
  CHECK(text.size() < 500);
  CHECK(text.find("HERE") != std::string::npos);
}

TEST_CASE("findings are sorted, said once, and at most a hundred are shown") {
  std::vector<Diagnostic> found;
  for (int i = 150; i > 0; --i)
    found.push_back({.file = "f", .line = i, .column = 1, .end_column = 2, .message = "m", .code = "c"});
  found.push_back(found.back());
  found.push_back({.severity = Severity::warning,
                   .file = "e",
                   .line = 9,
                   .column = 1,
                   .end_column = 2,
                   .message = "w",
                   .code = "c"});
  sort_diagnostics(found);
  REQUIRE(found.size() == 151);
  CHECK(found[0].file == "e");
  CHECK(found[1].line == 1);
  const auto text = render_text(found, {});
  CHECK(text.find("… and 51 more\n150 errors, 1 warning\n") != std::string::npos);
  const auto json = render_json(found);
  CHECK(json.find("\"errors\":150,\"warnings\":1,\"more\":51") != std::string::npos);
}
