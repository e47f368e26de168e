// SPDX-License-Identifier: Apache-2.0
#include "domain/condition/condition.hpp"
#include "domain/chinese_names.hpp"
#include "domain/condition/may_hold.hpp"

#include <limits>
#include <map>

#include "support/catch.hpp"

using namespace docket;
using namespace docket::domain;

namespace {

class Values final : public FieldSource {
 public:
  explicit Values(std::map<std::string, Value, std::less<>> values, Time now = Time{Duration{1'000'000}})
      : values_(std::move(values)), now_(now) {}
  [[nodiscard]] Value get(std::string_view field) const override {
    const auto it = values_.find(field);
    return it == values_.end() ? Value{} : it->second;
  }
  [[nodiscard]] Time now() const override { return now_; }

 private:
  std::map<std::string, Value, std::less<>> values_;
  Time now_;
};

Condition test(Operator op, Value value = {}) {
  Condition c;
  c.kind = Condition::Kind::test;
  c.field = std::string{"f"};
  c.op = op;
  c.value = std::move(value);
  return c;
}

Condition group(Condition::Kind kind, std::vector<Condition> children) {
  Condition c;
  c.kind = kind;
  c.children = std::move(children);
  return c;
}

bool test_holds(const Value& field, Operator op, Value value = {}) {
  return holds(test(op, std::move(value)), Values({{"f", field}}));
}

using List = std::vector<std::string>;
using enum Operator;

}  // namespace

TEST_CASE("a test compares a field with a value") {
  struct Row {
    Value field;
    Operator op;
    Value value;
    bool expected;
  };
  const Value none;
  const auto text = [](const char* t) { return Value{std::string(t)}; };
  const std::vector<Row> rows{
      {text("a"), is, text("a"), true},
      {text("a"), is, text("A"), false},  // names are exact
      {text("a"), is_not, text("b"), true},
      {std::int64_t{5}, is, std::int64_t{5}, true},
      {std::int64_t{5}, is, 5.0, true},
      {5.5, is, std::int64_t{5}, false},
      {std::int64_t{9007199254740993}, is, 9007199254740992.0, false},  // not equal although equal as doubles
      {std::int64_t{5}, is, text("5"), true},
      {std::int64_t{5}, is, text("5x"), false},
      {std::int64_t{5}, in, List{"4", "5"}, true},
      {text("5"), is, std::int64_t{5}, false},
      {true, is, true, true},
      {true, is, text("true"), true},
      {false, is, true, false},
      {true, is, std::int64_t{1}, false},
      {List{"a", "b"}, is, text("b"), true},
      {List{"a", "b"}, is, text("c"), false},
      {List{"a", "b"}, is_not, text("b"), false},
      {List{"3", "5"}, is, std::int64_t{5}, true},
      {text("a"), in, List{"b", "a"}, true},
      {text("a"), in, List{}, false},
      {text("a"), not_in, List{}, true},
      {text("a"), in, text("a"), true},
      {List{"a", "b"}, in, List{"c", "b"}, true},
      {text("我要退货，谢谢"), contains, List{"退款", "退货"}, true},
      {text("我要退货"), contains, List{"退款"}, false},
      {text("我要退货"), not_contains, List{"退款"}, true},
      {text("Urgent REFUND"), contains, text("refund"), true},
      {text("ＲＥＦＵＮＤ"), contains, text("refund"), true},
      {text("a"), contains, List{""}, false},  // an empty text matches nothing
      {text("a"), contains, text(""), false},
      {List{"vip", "new"}, contains, List{"x", "vip"}, true},
      {List{"vip"}, contains, List{"vi"}, false},  // of a list, whole words
      {std::int64_t{15}, contains, List{"5"}, false},
      {text("Refund please"), starts_with, text("reFUND"), true},
      {text("Refund please"), starts_with, text("please"), false},
      {text("Refund please"), starts_with, text(""), false},
      {std::int64_t{3}, less, std::int64_t{4}, true},
      {std::int64_t{3}, less, 3.5, true},
      {std::int64_t{4}, less, std::int64_t{4}, false},
      {std::int64_t{4}, at_most, std::int64_t{4}, true},
      {std::int64_t{4}, greater, std::int64_t{4}, false},
      {4.5, greater, std::int64_t{4}, true},
      {std::int64_t{4}, at_least, std::int64_t{4}, true},
      {text("3"), less, std::int64_t{4}, false},  // text has no order
      {text("a"), less, text("b"), false},
      {std::int64_t{0}, is_set, none, true},
      {false, is_set, none, true},
      {text(""), is_set, none, false},
      {List{}, is_set, none, false},
      {text(""), is_empty, none, true},
      {List{}, is_empty, none, true},
      {text("a"), is_empty, none, false},
      {text(""), is, text(""), false},
      {text(""), is_not, text(""), true},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO("row " << i);
    CHECK(test_holds(rows[i].field, rows[i].op, rows[i].value) == rows[i].expected);
  }
}

TEST_CASE("ages are measured from now and never overflow") {
  const auto at = [](std::int64_t field, Operator op, std::int64_t age) {
    return holds(test(op, age), Values({{"f", Value{field}}}, Time{Duration{1'000}}));
  };
  CHECK(at(499, older_than, 500));
  CHECK_FALSE(at(500, older_than, 500));
  CHECK(at(500, newer_than, 500));
  CHECK_FALSE(at(499, newer_than, 500));
  CHECK(at(2'000, newer_than, 0));  // still to come
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  CHECK(at(least, newer_than, most) == false);
  CHECK(at(0, newer_than, most));
  CHECK(at(0, older_than, least));
  CHECK_FALSE(test_holds(std::string("2026-02-13"), older_than, std::int64_t{5}));
}

TEST_CASE("a field without value passes the complements only") {
  for (const auto op :
       {is, in, contains, starts_with, less, at_most, greater, at_least, older_than, newer_than, is_set}) {
    CHECK_FALSE(test_holds({}, op, std::string("1")));
    CHECK_FALSE(test_holds({}, op, std::int64_t{1}));
    CHECK_FALSE(test_holds({}, op, Value{}));
  }
  for (const auto op : {is_not, not_in, not_contains, is_empty}) CHECK(test_holds({}, op, std::string("1")));
}

TEST_CASE("groups are all, any and none of their children") {
  using enum Condition::Kind;
  const Values source({{"f", Value{std::string("a")}}});
  const auto yes = ::test(is, std::string("a"));
  const auto no = ::test(is, std::string("b"));
  CHECK(holds(Condition{}, source));
  CHECK(holds(group(all, {}), source));
  CHECK_FALSE(holds(group(any, {}), source));
  CHECK(holds(group(none, {}), source));
  CHECK(holds(group(all, {yes, yes}), source));
  CHECK_FALSE(holds(group(all, {yes, no}), source));
  CHECK(holds(group(any, {no, yes}), source));
  CHECK_FALSE(holds(group(any, {no, no}), source));
  CHECK(holds(group(none, {no, no}), source));
  CHECK_FALSE(holds(group(none, {no, yes}), source));
  CHECK(holds(group(none, {group(all, {yes, no})}), source));
}

TEST_CASE("the catalogue is sorted and found by name") {
  const auto& fields = field_catalogue();
  for (std::size_t i = 1; i < fields.size(); ++i) CHECK(fields[i - 1].name < fields[i].name);
  for (const auto& field : fields) {
    CHECK(find_catalogue_field(field.name) == &field);
    CHECK(field.event_only == field.name.starts_with("event."));
    CHECK_FALSE(field.description.empty());
    CHECK(zh_field(field.name) != field.name);
  }
  CHECK(find_catalogue_field("customer.lev") == nullptr);
  CHECK(find_catalogue_field("zzz") == nullptr);
}

TEST_CASE("what may hold once empty fields are filled") {
  using Kind = Condition::Kind;
  const std::map<std::string, Value, std::less<>> fields{{"state", Value{std::string("open")}}};
  const Values values(fields);
  const std::vector<std::string> open{"f"};
  const auto on = [](std::string field, Operator op, Value value = {}) {
    auto c = test(op, std::move(value));
    c.field = std::move(field);
    return c;
  };
  const auto filled = on("field.f", Operator::is, std::string("a"));
  const auto met = on("state", Operator::is, std::string("open"));
  const auto unmet = on("state", Operator::is, std::string("closed"));
  CHECK(may_hold({}, values, open));
  CHECK(may_hold(filled, values, open));
  CHECK_FALSE(may_hold(filled, values, {}));
  CHECK_FALSE(may_hold(on("field.other", Operator::is, std::string("a")), values, open));
  CHECK_FALSE(may_hold(on("f", Operator::is, std::string("a")), values, open));  // a field of the desk
  CHECK(may_hold(on("field.f", Operator::is_set), values, open));
  CHECK_FALSE(may_hold(on("field.f", Operator::is_empty), values, open));
  CHECK(may_hold(group(Kind::all, {filled, met}), values, open));
  CHECK_FALSE(may_hold(group(Kind::all, {filled, unmet}), values, open));
  CHECK(may_hold(group(Kind::any, {filled, unmet}), values, open));
  CHECK_FALSE(may_hold(group(Kind::any, {unmet, unmet}), values, open));
  CHECK(may_hold(group(Kind::none, {filled, unmet}), values, open));
  CHECK_FALSE(may_hold(group(Kind::none, {filled, met}), values, open));
  CHECK_FALSE(may_hold(group(Kind::none, {on("field.f", Operator::is_set)}), values, open));
}
