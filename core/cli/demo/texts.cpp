// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/texts.hpp"

#include <fstream>
#include <iterator>

#include "base/both.hpp"
#include "base/failure.hpp"
#include "base/json_decode.hpp"

namespace docket::cli {
namespace {

template <class T>
T read_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) throw Failure(both("{} can not be read.", "{} 无法读取。", file.string()));
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto decoded = json::decode_text<T>(text);
  if (decoded) return std::move(*decoded);
  const auto why = decoded.error().said();
  Said what{file.string() + ": " + why.en, file.string() + "：" + why.in(Language::zh)};
  for (const FieldError& field : decoded.error().fields) {
    what.en += "\n  " + field.pointer + ": " + field.message;
    what.zh += "\n  " + field.pointer + "：" + field.said().in(Language::zh);
  }
  throw Failure(std::move(what));
}

void check(const std::filesystem::path& file, const DemoTexts& texts) {
  if (texts.products.empty() || texts.cities.empty() || texts.tickets.empty() || texts.urges.empty()) {
    throw Failure(both("{}: products, cities, tickets and urges must not be empty.", "{}：products、cities、tickets 与 urges 不能为空。", file.string()));
  }
  for (const DemoTicket& ticket : texts.tickets) {
    for (const auto& line : ticket.then) {
      if (line.size() != 2 || (line[0] != "customer" && line[0] != "agent" && line[0] != "note")) {
        throw Failure(both("{}: \"{}\": a line reads [\"customer\" or \"agent\" or \"note\", text].",
                           "{}：“{}”的每一行写作 [\"customer\"、\"agent\" 或 \"note\", 文字]。", file.string(), ticket.subject));
      }
    }
  }
}

}  // namespace

DemoData read_demo_data(const std::filesystem::path& directory) {
  DemoData data;
  data.people = read_file<DemoPeople>(directory / "people.json");
  data.texts = read_file<DemoTexts>(directory / "tickets.json");
  check(directory / "tickets.json", data.texts);
  if (data.people.agents.empty() || data.people.customers.empty()) {
    throw Failure(both("{}: agents and customers must not be empty.", "{}：agents 与 customers 不能为空。", (directory / "people.json").string()));
  }
  return data;
}

}  // namespace docket::cli
