// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/texts.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/json_decode.hpp"

namespace docket::cli {
namespace {

template <class T>
T read_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) throw std::runtime_error(file.string() + " can not be read.");
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto decoded = json::decode_text<T>(text);
  if (decoded) return std::move(*decoded);
  std::string what = file.string() + ": " + decoded.error().detail;
  for (const FieldError& field : decoded.error().fields) what += "\n  " + field.pointer + ": " + field.message;
  throw std::runtime_error(what);
}

void check(const std::filesystem::path& file, const DemoTexts& texts) {
  if (texts.products.empty() || texts.cities.empty() || texts.tickets.empty() || texts.urges.empty()) {
    throw std::runtime_error(file.string() + ": products, cities, tickets and urges must not be empty.");
  }
  for (const DemoTicket& ticket : texts.tickets) {
    for (const auto& line : ticket.then) {
      if (line.size() != 2 || (line[0] != "customer" && line[0] != "agent" && line[0] != "note")) {
        throw std::runtime_error(file.string() + ": \"" + ticket.subject +
                                 "\": a line reads [\"customer\" or \"agent\" or \"note\", text].");
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
    throw std::runtime_error((directory / "people.json").string() + ": agents and customers must not be empty.");
  }
  return data;
}

}  // namespace docket::cli
