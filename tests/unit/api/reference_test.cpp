// SPDX-License-Identifier: Apache-2.0
// The whole route table: it holds together, is described, and its manual pages are current.
#include "api/reference.hpp"

#include "api/openapi.hpp"
#include "api/router.hpp"
#include "api/routes.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

using namespace docket;
using namespace docket::api;

namespace {

std::string page(const std::string& name) {
  return std::string{DOCKET_SOURCE_DIR} + "/docs/reference/" + name;
}

std::string content(const std::string& name) {
  std::ifstream file{page(name)};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void check_references(const boost::json::value& value, const boost::json::value& document) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      if (name == "$ref") {
        INFO(std::string{member.as_string()});
        boost::json::error_code ec;
        CHECK(document.find_pointer(std::string{member.as_string()}.substr(1), ec) != nullptr);
      } else if (name != "examples") {
        check_references(member, document);
      }
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) check_references(element, document);
  }
}

void indent(std::string& out, const boost::json::value& value, std::size_t depth) {
  const auto line = [&out](std::size_t by) { (out += '\n').append(by * 2, ' '); };
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (const auto& member : *object) {
      if (&member != object->begin()) out += ',';
      line(depth + 1);
      out += boost::json::serialize(member.key()) + ": ";
      indent(out, member.value(), depth + 1);
    }
    line(depth);
    out += '}';
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    for (const auto& element : *array) {
      if (&element != array->begin()) out += ',';
      line(depth + 1);
      indent(out, element, depth + 1);
    }
    line(depth);
    out += ']';
  } else {
    out += boost::json::serialize(value);
  }
}

// One member a line, so that a change can be read; the pages' types are made from it.
std::string openapi_file() {
  std::string text;
  indent(text, boost::json::parse(openapi_document(routes())), 0);
  return text + '\n';
}

}  // namespace

TEST_CASE("the route table holds together and every route is described") {
  const auto all = routes();
  const Router router{all};
  const auto document = boost::json::parse(openapi_document(all));
  check_references(document, document);
  std::size_t operations = 0;
  for (const auto& [path, item] : document.at("paths").as_object()) operations += item.as_object().size();
  CHECK(operations == all.size());
}

TEST_CASE("nothing but signing in, setting up and the description is open to strangers") {
  std::set<std::string> open;
  for (const auto& route : routes()) {
    if (!route.spec().access.needs_credentials()) open.insert(std::string{route.spec().name});
  }
  CHECK(open == std::set<std::string>{"read_openapi", "read_portal_desk", "read_set_up", "set_up", "sign_in", "submit_portal_ticket",
                                        "upload_portal_file"});
}

TEST_CASE("the manual pages of routes and errors, and the description of the API, are current") {
  // To renew them: DOCKET_RENEW=1 with this test.
  if (std::getenv("DOCKET_RENEW") != nullptr) {
    std::ofstream{page("api.md")} << routes_page(routes());
    std::ofstream{page("errors.md")} << errors_page();
    std::ofstream{page("openapi.json")} << openapi_file();
  }
  CHECK((content("api.md") == routes_page(routes())));
  CHECK((content("errors.md") == errors_page()));
  CHECK((content("openapi.json") == openapi_file()));
}
