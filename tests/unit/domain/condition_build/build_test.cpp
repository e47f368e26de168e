// SPDX-License-Identifier: Apache-2.0
// Conditions as written become checked ones, or every fault is named with its place.
#include "domain/condition/build.hpp"

#include <algorithm>

#include "base/duration.hpp"
#include "support/both_languages.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::domain;

namespace {

class TestFields final : public ConditionFields {
 public:
  std::optional<ConditionField> find(std::string_view name) const override {
    if (name == "subject") return ConditionField{.type = FieldType::text};
    if (name == "priority")
      return ConditionField{.type = FieldType::choice, .values = {"low", "normal", "high", "urgent"}};
    if (name == "urges") return ConditionField{.type = FieldType::number};
    if (name == "waiting") return ConditionField{.type = FieldType::boolean};
    if (name == "created_at") return ConditionField{.type = FieldType::instant};
    if (name == "tags") return ConditionField{.type = FieldType::list};
    if (name == "assignee") return ConditionField{.type = FieldType::id};
    if (name == "event.kind") return ConditionField{.type = FieldType::choice, .event_only = true};
    if (name == "last_text") return ConditionField{.type = FieldType::text, .in_lists = false};
    return std::nullopt;
  }
  std::vector<std::string> names() const override {
    return {"subject", "priority", "urges", "waiting", "created_at", "tags", "assignee", "event.kind", "last_text"};
  }
};

RawCondition a_test(std::string field, std::string op, std::optional<Value> value = {}, bool plain = false) {
  return {.kind = RawCondition::Kind::test,
          .field = std::move(field),
          .op = std::move(op),
          .value = std::move(value),
          .plain = plain};
}
RawCondition group(RawCondition::Kind kind, std::vector<RawCondition> children) {
  return {.kind = kind, .children = std::move(children)};
}
using List = std::vector<std::string>;

std::vector<ConditionFault> faults(const RawCondition& raw, ConditionUse use = {}) {
  auto checked = check_condition(raw, TestFields{}, use);
  if (checked) return {};
  for (const auto& fault : checked.error()) {
    CHECK(test::has_chinese(fault.message.zh));
    CHECK((fault.expected.empty() || test::has_chinese(fault.expected.zh)));
  }
  return checked.error();
}

std::string only_fault(const RawCondition& raw, ConditionUse use = {}) {
  const auto all = faults(raw, use);
  if (all.size() != 1) return std::to_string(all.size()) + " faults";
  return all[0].pointer + ": " + all[0].message.en + (all[0].suggestion.empty() ? "" : " [" + all[0].suggestion + "]");
}

Value value_of(const RawCondition& raw, ConditionUse use = {}) {
  const auto checked = check_condition(raw, TestFields{}, use);
  REQUIRE(checked);
  return checked->value;
}

}  // namespace

TEST_CASE("values take the type of their field") {
  CHECK(value_of(a_test("priority", "in", List{"high", "urgent"})) == Value{List{"high", "urgent"}});
  CHECK(value_of(a_test("urges", "at_least", Value{"3"}, true)) == Value{std::int64_t{3}});
  CHECK(value_of(a_test("urges", "at_least", Value{2.5})) == Value{2.5});
  CHECK(value_of(a_test("waiting", "is", Value{"true"}, true)) == Value{true});
  CHECK(value_of(a_test("created_at", "older_than", Value{"2d"})) == Value{std::int64_t{172'800'000'000}});
  CHECK(value_of(a_test("created_at", "less", Value{"1970-01-02"})) == Value{std::int64_t{86'400'000'000}});
  CHECK(value_of(a_test("created_at", "less", Value{"1970-01-02T08:00:00+08:00"})) ==
        Value{std::int64_t{86'400'000'000}});
  CHECK(value_of(a_test("assignee", "is", Value{std::int64_t{7}})) == Value{std::int64_t{7}});
  CHECK(value_of(a_test("assignee", "is", Value{"@me"}), {.persons = true}) == Value{"@me"});
  CHECK(value_of(a_test("subject", "is", Value{"012"}, true)) == Value{"012"});
}

TEST_CASE("groups nest, and not is none of its child") {
  const auto raw = group(
      RawCondition::Kind::not_,
      {group(RawCondition::Kind::any, {a_test("urges", "less", Value{std::int64_t{1}}), a_test("tags", "is_empty")})});
  const auto checked = check_condition(raw, TestFields{}, {});
  REQUIRE(checked);
  CHECK(checked->kind == Condition::Kind::none);
  REQUIRE(checked->children.size() == 1);
  CHECK(checked->children[0].kind == Condition::Kind::any);
  CHECK(checked->children[0].children[1].op == Operator::is_empty);
}

TEST_CASE("each fault has its place") {
  CHECK(only_fault(a_test("prioriti", "is", Value{"high"})) == "/field: there is no field `prioriti` [priority]");
  CHECK(only_fault(a_test("priority", "si", Value{"high"})) == "/operator: there is no operator `si` [is]");
  CHECK(only_fault(a_test("priority", "", Value{"high"})) == "/operator: a test needs an operator");
  CHECK(only_fault(a_test("priority", "is", Value{"hihg"})) == "/value: `hihg` is not a value of this field [high]");
  CHECK(only_fault(a_test("priority", "in", List{"high", "hgih"})) ==
        "/value/1: `hgih` is not a value of this field [high]");
  CHECK(only_fault(a_test("priority", "in", Value{"high"})) == "/value: `in` takes a list");
  CHECK(only_fault(a_test("priority", "is", List{"high"})) == "/value: `is` takes one value, not a list");
  CHECK(only_fault(a_test("priority", "less", Value{"high"})) ==
        "/operator: `less` does not go with `priority`, which holds one word of a set");
  CHECK(only_fault(a_test("urges", "less", Value{"3"})) == "/value: this value does not go with `urges`");
  CHECK(only_fault(a_test("urges", "less", Value{"012"}, true)) == "/value: this value does not go with `urges`");
  CHECK(only_fault(a_test("waiting", "is", Value{"yes"}, true)) == "/value: this value does not go with `waiting`");
  CHECK(only_fault(a_test("created_at", "older_than", Value{"soon"})) == "/value: this is not a length of time");
  CHECK(only_fault(a_test("created_at", "less", Value{"2026-02-30"})) ==
        "/value: this value does not go with `created_at`");
  CHECK(only_fault(a_test("tags", "is_set", Value{"x"})) == "/value: `is_set` takes no value");
  CHECK(only_fault(a_test("subject", "contains")) == "/value: `contains` needs a value");
  CHECK(only_fault(a_test("subject", "contains", List{})) == "/value: the list is empty, so the test means nothing");
  CHECK(only_fault(a_test("assignee", "is", Value{"@me"})) ==
        "/value: `@me` has a meaning only in views and list filters");
  CHECK(only_fault(a_test("event.kind", "is", Value{"created"})).starts_with("/field: `event.kind` is known only while"));
  CHECK(only_fault(a_test("last_text", "contains", List{"a"}), {.lists = true}) ==
        "/field: `last_text` can not be used in lists");
  CHECK(only_fault(group(RawCondition::Kind::all, {})) == "/all: `all` without conditions");
}

TEST_CASE("all faults come at once and the API gets its pointers") {
  const auto raw = group(RawCondition::Kind::all, {a_test("prioriti", "is", Value{"x"}),
                                                   group(RawCondition::Kind::not_, {a_test("urges", "is", Value{"x"})})});
  const auto built = build_condition(raw, TestFields{}, {}, "/filter");
  REQUIRE_FALSE(built);
  CHECK(built.error().code == ErrorCode::invalid_field);
  REQUIRE(built.error().fields.size() == 2);
  CHECK(built.error().fields[0].pointer == "/filter/all/0/field");
  CHECK(built.error().fields[0].message.ends_with("did you mean `priority`?"));
  CHECK(built.error().fields[1].pointer == "/filter/all/1/not/value");
}

TEST_CASE("size is bounded") {
  RawCondition deep = a_test("tags", "is_set");
  for (int i = 0; i < 40; ++i) deep = group(RawCondition::Kind::not_, {deep});
  CHECK(only_fault(deep).find("more than 32 levels") != std::string::npos);
  const RawCondition wide = group(RawCondition::Kind::any, std::vector<RawCondition>(500, a_test("tags", "is_set")));
  CHECK(only_fault(wide).find("more than 200 tests") != std::string::npos);
  CHECK(only_fault(a_test("subject", "in", List(201, "x"))).find("more than 200 values") != std::string::npos);
}

TEST_CASE("durations are read strictly and written in hours") {
  CHECK(parse_duration("1h30m")->value == std::chrono::minutes{90});
  CHECK(parse_duration("2d")->days);
  CHECK_FALSE(parse_duration("90m")->days);
  for (const auto* wrong :
       {"", "h", "30", "1m1h", "1h1h", "-1h", "1.5h", " 1h", "1h ", "1w", "99999999999999999999h", "3661d"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
  CHECK(format_duration(std::chrono::hours{26} + std::chrono::minutes{30}) == "26h30m");
  CHECK(format_duration(Duration{0}) == "0s");
  CHECK(format_duration(-std::chrono::seconds{61}) == "-1m1s");
}
