// SPDX-License-Identifier: Apache-2.0
#include "base/json_schema.hpp"

#include "base/json_decode.hpp"
#include "support/catch.hpp"

#include <boost/describe.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace docket;

namespace {

enum class Shade { dark, bright };
BOOST_DESCRIBE_ENUM(Shade, dark, bright)

struct Circle {
  static constexpr std::string_view kind = "circle";
  double radius = 0;
};
BOOST_DESCRIBE_STRUCT(Circle, (), (radius))
struct Group;
struct Square {
  static constexpr std::string_view kind = "square";
  std::vector<Group> inside;
};
BOOST_DESCRIBE_STRUCT(Square, (), (inside))
struct Group {
  std::variant<Circle, Square> shape;
  std::optional<Shade> shade;
  Patch<std::string> label;
  int count = 1;
  TicketId ticket{};
};
BOOST_DESCRIBE_STRUCT(Group, (), (shape, shade, label, count, ticket))
constexpr auto field_rules(const Group*) {
  return std::array{
      json::FieldRule{.field = "label", .description = "What people read.", .length = {1, 9}, .example = "\"x\""},
      json::FieldRule{.field = "count", .optional = true, .range = {1, 5}}};
}

template <class T>
struct Box {
  T held;
  BOOST_DESCRIBE_CLASS(Box, (), (held), (), ())
};

namespace other {
struct Circle {
  int x = 0;
};
BOOST_DESCRIBE_STRUCT(Circle, (), (x))
}  // namespace other

using Direction = json::SchemaBook::Direction;

}  // namespace

TEST_CASE("a schema says what the decoder enforces") {
  json::SchemaBook book{"#/"};
  CHECK(book.schema<Group>(Direction::in) == boost::json::parse(R"({"$ref":"#/Group"})"));
  const auto expected = boost::json::parse(R"({
    "Group": {"type":"object","properties":{
        "shape":{"oneOf":[{"$ref":"#/TaggedCircle"},{"$ref":"#/TaggedSquare"}],
                 "discriminator":{"propertyName":"kind","mapping":{"circle":"#/TaggedCircle","square":"#/TaggedSquare"}}},
        "shade":{"$ref":"#/Shade"},
        "label":{"anyOf":[{"type":"string","minLength":1,"maxLength":9},{"type":"null"}],
                 "description":"What people read.","examples":["x"]},
        "count":{"type":"integer","minimum":1,"maximum":5},
        "ticket":{"type":"integer","minimum":1,"format":"int64"}},
      "required":["shape","ticket"],"additionalProperties":false},
    "Shade": {"type":"string","enum":["dark","bright"]},
    "TaggedCircle": {"type":"object","properties":{"kind":{"const":"circle"},"radius":{"type":"number"}},
      "required":["kind","radius"],"additionalProperties":false},
    "TaggedSquare": {"type":"object","properties":{"kind":{"const":"square"},
      "inside":{"type":"array","items":{"$ref":"#/Group"}}},"required":["kind","inside"],"additionalProperties":false}})");
  CHECK(boost::json::serialize(book.components()) == boost::json::serialize(expected));
}

TEST_CASE("what is only written may grow; what is read as well is strict") {
  json::SchemaBook book;
  (void)book.schema<Box<Group>>(Direction::out);
  CHECK_FALSE(book.components().at("Group").as_object().contains("additionalProperties"));
  CHECK(book.components().at("Group").at("required").as_array().size() == 2);
  (void)book.schema<Group>(Direction::in);
  CHECK(book.components().at("Group").at("additionalProperties") == false);
  CHECK_FALSE(book.components().at("GroupBox").as_object().contains("additionalProperties"));
}

TEST_CASE("two types may not share a schema name") {
  json::SchemaBook book;
  (void)book.schema<Circle>(Direction::out);
  CHECK_THROWS_AS(book.schema<other::Circle>(Direction::out), std::logic_error);
}
