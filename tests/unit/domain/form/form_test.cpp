// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/form.hpp"

#include <limits>

#include "support/both_languages.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::domain;

namespace {

Value say(std::string t) {
  return t;
}

Field field(FieldKind kind) {
  Field f;
  f.name = "f";
  f.kind = kind;
  f.choices = {{"red", {}}, {"blue", {}}};
  return f;
}

Form form_of(Field f) {
  Form form;
  form.name = "return";
  form.fields = {std::move(f)};
  return form;
}

/// What an update of the one field gives: the kept value, or nothing when refused.
std::optional<Value> kept(const Field& f, const Value& given) {
  const auto checked = check_fields(form_of(f), {{f.name, given}}, false, "/fields/");
  if (!checked) CHECK(test::english_only(checked.error()) == "");
  return checked ? std::optional<Value>(checked->at(f.name)) : std::nullopt;
}

}  // namespace

TEST_CASE("each kind of field takes its values and refuses others") {
  using enum FieldKind;
  struct Row {
    FieldKind kind;
    Value given;
    std::optional<Value> kept;
  };
  const std::nullopt_t no = std::nullopt;
  const Value none;
  const std::vector<Row> rows{
      {FieldKind::text, say("订单 1"), say("订单 1")},
      {FieldKind::text, say("two\nlines"), no},
      {FieldKind::text, say("\x01"), no},
      {FieldKind::text, say("\xFF"), no},
      {FieldKind::text, std::int64_t{5}, no},
      {FieldKind::text, say(" \u3000"), none},
      {FieldKind::text, none, none},
      {long_text, say("two\nlines"), say("two\nlines")},
      {long_text, say(std::string("a\0b", 3)), no},
      {integer, std::int64_t{-5}, std::int64_t{-5}},
      {integer, 5.0, std::int64_t{5}},
      {integer, 5.5, no},
      {integer, 1e300, no},
      {integer, say("5"), no},
      {number, 5.5, 5.5},
      {number, std::int64_t{5}, std::int64_t{5}},
      {number, std::numeric_limits<double>::infinity(), no},
      {number, true, no},
      {boolean, true, true},
      {boolean, say("true"), no},
      {choice, say("red"), say("red")},
      {choice, say("green"), no},
      {choice, std::vector<std::string>{"red"}, no},
      {choices, std::vector<std::string>{"blue", "red"}, std::vector<std::string>{"blue", "red"}},
      {choices, std::vector<std::string>{"blue", "blue"}, no},
      {choices, std::vector<std::string>{"green"}, no},
      {choices, std::vector<std::string>{}, none},
      {choices, say("red"), no},
      {date, say("2028-02-29"), say("2028-02-29")},
      {date, say("2026-02-29"), no},
      {date, say("2026-2-9"), no},
      {date, say("2026-13-01"), no},
      {date, say("2026-00-10"), no},
      {date, say("0000-01-10"), no},
      {date, say("2026-01-1x"), no},
      {date, std::int64_t{20260101}, no},
      {instant, say("2026-02-14T09:30:00+08:00"), std::int64_t{1771032600000000}},
      {instant, std::int64_t{1771032600000000}, std::int64_t{1771032600000000}},
      {instant, say("2026-02-14"), no},
      {instant, std::numeric_limits<std::int64_t>::max(), no},
      {phone, say("+86 (021) 1234-5678"), say("+86 (021) 1234-5678")},
      {phone, say("13812345678"), say("13812345678")},
      {phone, say("12"), no},
      {phone, say("call me"), no},
      {phone, say("1++2345"), no},
      {email, say("li.wei+x@example.com"), say("li.wei+x@example.com")},
      {email, say("用户@例子.公司"), say("用户@例子.公司")},
      {email, say("li@@example.com"), no},
      {email, say("li@example.com, b@c"), no},
      {email, say("@example.com"), no},
      {email, say("li@"), no},
      {email, say("li@.com"), no},
      {email, say(".li@example.com"), no},
      {email, say("li@a..b"), no},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO("row " << i);
    CHECK(kept(field(rows[i].kind), rows[i].given) == rows[i].kept);
  }
}

TEST_CASE("lengths count characters, patterns match the whole value, bounds are included") {
  auto f = field(FieldKind::text);
  f.max_length = 3;
  CHECK(kept(f, say("退货单")));
  CHECK_FALSE(kept(f, say("退货单a")));
  f = field(FieldKind::text);
  f.pattern = "[A-Z]-[0-9]+";
  CHECK(kept(f, say("A-17")));
  CHECK_FALSE(kept(f, say("xA-17")));
  CHECK_FALSE(kept(f, say("A-17x")));
  f.pattern = "(";
  CHECK_FALSE(kept(f, say("(")));
  f = field(FieldKind::number);
  f.minimum = 0.5;
  f.maximum = 10;
  CHECK(kept(f, 0.5));
  CHECK(kept(f, std::int64_t{10}));
  CHECK_FALSE(kept(f, 0.4));
  CHECK_FALSE(kept(f, 10.1));
}

TEST_CASE("an evil pattern costs nothing") {
  auto f = field(FieldKind::long_text);
  f.max_length = 100'000;
  f.pattern = "(a|aa)+b";
  CHECK_FALSE(kept(f, say(std::string(65'536, 'a'))));
}

TEST_CASE("creation wants what is required and fills in what is not given") {
  Form form;
  form.name = "return";
  form.fields = {Field{.name = "order", .required = true},
                 Field{.name = "colour", .kind = FieldKind::choice, .choices = {{"red", {}}}, .initial = say("red")},
                 Field{.name = "amount", .kind = FieldKind::number, .initial = 99.0}, Field{.name = "note"}};
  const auto missing = check_fields(form, {}, true, "/fields/");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::invalid_field);
  CHECK(test::english_of(missing.error().fields) == std::vector<FieldError>{{"/fields/order", "This field must have a value."}});

  const auto created = check_fields(form, {{"order", say("A")}, {"note", Value{}}}, true, "/fields/");
  REQUIRE(created);
  CHECK(*created == Fields{{"order", say("A")}, {"colour", say("red")}, {"amount", std::int64_t{99}}});

  const auto updated = check_fields(form, {{"note", Value{}}}, false, "/fields/");
  REQUIRE(updated);
  CHECK(*updated == Fields{{"note", Value{}}});
  CHECK_FALSE(check_fields(form, {{"order", say(" ")}}, false, "/fields/"));
}

TEST_CASE("every fault is told, with its pointer and what was perhaps meant") {
  Form form;
  form.name = "return";
  form.fields = {Field{.name = "order_number"}, field(FieldKind::choice), field(FieldKind::integer)};
  form.fields[1].name = "colour";
  form.fields[2].name = "a/b~c";
  const auto checked =
      check_fields(form, {{"order_numbr", say("A")}, {"colour", say("redd")}, {"a/b~c", say("x")}}, false, "/fields/");
  REQUIRE_FALSE(checked);
  const auto& faults = checked.error().fields;
  REQUIRE(faults.size() == 3);
  CHECK(faults[0].pointer == "/fields/colour");
  CHECK(faults[0].message == "One of these is expected: red, blue. Did you mean 'red'?");
  CHECK(faults[1].pointer == "/fields/a~1b~0c");
  CHECK(faults[2].pointer == "/fields/order_numbr");
  CHECK(faults[2].message == "Tickets of type 'return' have no such field. Did you mean 'order_number'?");
}
