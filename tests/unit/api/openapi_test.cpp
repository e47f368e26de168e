// SPDX-License-Identifier: Apache-2.0
#include "api/openapi.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace docket;
using namespace docket::api;

namespace {

enum class Mood { calm, cross };
BOOST_DESCRIBE_ENUM(Mood, calm, cross)

struct PetPath {
  CustomerId pet_id{};
};
BOOST_DESCRIBE_STRUCT(PetPath, (), (pet_id))
struct PetQuery {
  std::optional<Mood> mood;
  std::optional<std::vector<std::string>> tags;
};
BOOST_DESCRIBE_STRUCT(PetQuery, (), (mood, tags))
constexpr auto field_rules(const PetQuery*) {
  return std::array{json::FieldRule{.field = "mood", .description = "How it feels."}};
}
struct Pet {
  std::string name;
  Mood mood{};
};
BOOST_DESCRIBE_STRUCT(Pet, (), (name, mood))

Result<Answer<Page<Pet>>> list(const Call<None, PetQuery, None>&, const QueryContext&) {
  return Page<Pet>{};
}
Result<Answer<Pet>> change(const Call<PetPath, None, Pet>& call, const CommandContext&) {
  return call.body;
}
Result<Answer<Pet>> make(const Call<None, None, Pet>& call, const CommandContext&) {
  return call.body;
}

std::vector<Route> routes() {
  using enum http::Method;
  return {make_route({.name = "list_pets",
                      .verb = get,
                      .path = "/api/v1/pets",
                      .access = domain::Right::ticket_read,
                      .rate = RateClass::read,
                      .summary = "Lists pets."},
                     list),
          make_route({.name = "make_pet",
                      .verb = post,
                      .path = "/api/v1/pets",
                      .access = domain::Right::ticket_create,
                      .rate = RateClass::write,
                      .summary = "Makes a pet.",
                      .success = 201},
                     make),
          make_route({.name = "change_pet",
                      .verb = put,
                      .path = "/api/v1/pets/{pet_id}",
                      .access = domain::Right::ticket_edit,
                      .rate = RateClass::write,
                      .summary = "Changes a pet.",
                      .if_match = Match::required},
                     change)};
}

void check_references(const boost::json::value& value, const boost::json::object& document) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      if (name == "$ref") {
        INFO(std::string{member.as_string()});
        boost::json::error_code ec;
        const boost::json::value whole = document;
        CHECK(whole.find_pointer(std::string{member.as_string()}.substr(1), ec) != nullptr);
      } else {
        check_references(member, document);
      }
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) check_references(element, document);
  }
}

}  // namespace

TEST_CASE("the description says what a route takes, gives and refuses") {
  const auto text = openapi_document(routes());
  CHECK(text == openapi_document(routes()));
  const auto document = boost::json::parse(text);
  CHECK(document.at("openapi") == "3.1.0");
  check_references(document, document.as_object());

  const auto& get = document.at("paths").at("/api/v1/pets").at("get");
  CHECK(get.at("operationId") == "list_pets");
  CHECK(get.at("x-docket-right") == "ticket_read");
  CHECK(get.at("parameters") == boost::json::parse(R"([
    {"name":"mood","in":"query","required":false,"description":"How it feels.","schema":{"$ref":"#/components/schemas/Mood"}},
    {"name":"tags","in":"query","required":false,"style":"form","explode":false,
     "schema":{"type":"array","items":{"type":"string"}}}])"));
  CHECK(get.at("responses").at("200").at("content").at("application/json").at("schema").at("$ref") ==
        "#/components/schemas/PetPage");

  const auto& put = document.at("paths").at("/api/v1/pets/{pet_id}").at("put");
  CHECK(put.at("parameters").as_array().size() == 2);
  CHECK(put.at("parameters").at(0).at("in") == "path");
  CHECK(put.at("parameters").at(1).at("required") == true);
  for (const auto* status :
       {"200", "400", "401", "403", "404", "412", "413", "415", "422", "428", "429", "500", "503", "507"}) {
    INFO(status);
    CHECK(put.at("responses").as_object().contains(status));
  }
  CHECK(document.at("components").at("schemas").at("Pet").at("additionalProperties") == false);
}
