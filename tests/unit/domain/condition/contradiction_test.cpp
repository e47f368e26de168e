// SPDX-License-Identifier: Apache-2.0
#include "domain/condition/contradiction.hpp"

#include "domain/ticket/ticket_source.hpp"
#include "support/catch.hpp"
#include "support/random_condition.hpp"

using namespace docket;
using namespace docket::domain;
using namespace docket::tests;
using Kind = Condition::Kind;
using enum Operator;

namespace {

Condition test(std::string field, Operator op, Value value = {}) {
  Condition c;
  c.kind = Kind::test;
  c.field = std::move(field);
  c.op = op;
  c.value = std::move(value);
  return c;
}
Condition group(Kind kind, std::vector<Condition> children) {
  Condition c;
  c.kind = kind;
  c.children = std::move(children);
  return c;
}
Value text(const char* t) {
  return std::string(t);
}
using List = std::vector<std::string>;

std::optional<FieldType> custom_type(std::string_view field) {
  if (field == "field.colour") return FieldType::choice;
  if (field == "field.amount") return FieldType::number;
  return std::nullopt;
}

std::string printed(const Condition& c) {
  if (c.kind == Kind::test) {
    std::string out = c.field + " " + std::to_string(static_cast<int>(c.op)) + " ";
    if (const auto* t = std::get_if<std::string>(&c.value)) out += *t;
    if (const auto* n = std::get_if<std::int64_t>(&c.value)) out += std::to_string(*n);
    if (const auto* d = std::get_if<double>(&c.value)) out += std::to_string(*d);
    if (const auto* l = std::get_if<List>(&c.value)) {
      for (const auto& one : *l) out += one + "|";
    }
    return out;
  }
  std::string out = std::to_string(static_cast<int>(c.kind)) + "(";
  for (const auto& child : c.children) out += printed(child) + ", ";
  return out + ")";
}

}  // namespace

TEST_CASE("conditions that can never hold are found") {
  const std::vector<Condition> never{
      group(Kind::any, {}),
      group(Kind::none, {Condition{}}),
      group(Kind::all, {test("state", is, text("a")), test("state", is, text("b"))}),
      group(Kind::all, {test("state", is, text("a")), test("state", is_not, text("a"))}),
      group(Kind::all, {test("state", is, text("a")), test("state", not_in, List{"b", "a"})}),
      group(Kind::all, {test("state", in, List{"a", "b"}), test("state", in, List{"c"})}),
      group(Kind::all,
            {test("state", in, List{"a", "b"}), test("state", is_not, text("a")), test("state", is_not, text("b"))}),
      group(Kind::all, {test("state", is, text("a")), test("state", is_empty)}),
      group(Kind::all, {test("tags", is, text("a")), test("tags", is_not, text("a"))}),
      group(Kind::all, {test("tags", contains, List{"a", "b"}), test("tags", is_not, text("a")),
                        test("tags", not_contains, List{"b"})}),
      group(Kind::all, {test("urges", greater, std::int64_t{3}), test("urges", less, 3.0)}),
      group(Kind::all, {test("urges", greater, std::int64_t{3}), test("urges", at_most, std::int64_t{3})}),
      group(Kind::all, {test("urges", is, std::int64_t{2}), test("urges", greater, std::int64_t{3})}),
      group(Kind::all,
            {test("created_at", older_than, std::int64_t{100}), test("created_at", newer_than, std::int64_t{100})}),
      group(Kind::all, {test("subject", is, text("退款")), test("subject", contains, List{"退货"})}),
      group(Kind::all, {test("subject", contains, List{"退货"}), test("subject", not_contains, List{"退款", "退货"})}),
      group(Kind::all, {test("on_hold", is, true), test("on_hold", is, false)}),
      group(Kind::all, {group(Kind::any, {test("state", is, text("a")), test("state", is, text("b"))}),
                        group(Kind::none, {test("state", in, List{"a", "b"})})}),
      group(Kind::all, {test("field.colour", is, text("red")), test("field.colour", is, text("blue"))}),
      group(Kind::all, {test("field.amount", is, std::int64_t{1}), test("field.amount", at_least, std::int64_t{2})}),
      group(Kind::all, {test("urges", greater, text("many"))}),
  };
  for (const auto& condition : never) {
    INFO(printed(condition));
    CHECK(impossible(condition, custom_type));
    CHECK(contradict(Condition{}, condition, custom_type));
  }
}

TEST_CASE("conditions that can hold, or are in doubt, are left alone") {
  const std::vector<Condition> maybe{
      Condition{},
      group(Kind::all, {test("tags", is, text("a")), test("tags", is, text("b"))}),
      group(Kind::all, {test("state", is_not, text("a")), test("state", is_not, text("b"))}),
      group(Kind::all, {test("state", is, text("a")), test("team", is, text("b"))}),
      group(Kind::all, {test("urges", at_least, std::int64_t{3}), test("urges", at_most, std::int64_t{3})}),
      group(Kind::all, {test("subject", contains, List{"a"}), test("subject", is_not, text("a"))}),
      group(Kind::all, {test("field.unknown", is, text("red")), test("field.unknown", is, text("blue"))}),
      group(Kind::all, {test("field.amount", is, text("5")), test("field.amount", not_contains, List{"5"})}),
      group(Kind::all, {group(Kind::none, {test("urges", less, std::int64_t{3})}),
                        group(Kind::none, {test("urges", at_least, std::int64_t{3})})}),
      group(Kind::any, {test("state", is, text("a")), group(Kind::any, {})}),
  };
  for (const auto& condition : maybe) {
    INFO(printed(condition));
    CHECK_FALSE(impossible(condition, custom_type));
  }
}

TEST_CASE("guards that exclude each other are told apart") {
  const auto over = test("field.amount", greater, std::int64_t{500});
  const auto small = test("field.amount", at_most, std::int64_t{500});
  CHECK(contradict(over, small));
  CHECK(contradict(over, group(Kind::all, {small, test("team", is_set)})));
  CHECK_FALSE(contradict(over, group(Kind::any, {small, test("team", is_set)})));
  CHECK_FALSE(contradict(over, over));
}

TEST_CASE("a condition that is too long is in doubt, at once") {
  std::vector<Condition> factors;
  for (int i = 0; i < 40; ++i) {
    std::vector<Condition> sum;
    for (int k = 0; k < 40; ++k)
      sum.push_back(test("field.f" + std::to_string(i), is, text(std::to_string(k).c_str())));
    factors.push_back(group(Kind::any, sum));
  }
  CHECK_FALSE(impossible(group(Kind::all, factors)));
  // What fits into the budget may still decide.
  factors.push_back(test("state", is, text("a")));
  factors.push_back(test("state", is, text("b")));
  CHECK(impossible(group(Kind::all, factors)));
}

TEST_CASE("what a proof costs is bounded by what it compares, and by what is left for all proofs") {
  const auto words = [](const std::string& stem, int count) {
    List out;
    for (int i = 0; i < count; ++i) out.push_back(stem + std::to_string(i));
    return out;
  };
  std::vector<Condition> demands;
  for (const auto* field : {"field.a", "field.b"}) {
    std::vector<Condition> sum;
    for (int k = 0; k < 16; ++k) sum.push_back(test(field, is, text(std::to_string(k).c_str())));
    demands.push_back(group(Kind::any, sum));
  }
  demands.push_back(test("subject", in, words("wanted", 200)));
  for (int i = 0; i < 30; ++i) demands.push_back(test("subject", not_in, words("other" + std::to_string(i), 200)));
  demands.push_back(test("subject", not_in, words("wanted", 199)));
  for (int i = 0; i < 28; ++i) demands.push_back(test("subject", not_in, words("last" + std::to_string(i), 200)));
  ProofEffort effort(all_proofs);
  CHECK_FALSE(impossible(group(Kind::all, demands), {}, effort));
  CHECK(effort.left() >= all_proofs - one_proof);

  // Lists as long as they may be are still compared.
  const auto never = group(Kind::all, {test("subject", in, words("wanted", 200)), test("subject", not_in, words("wanted", 200))});
  CHECK(impossible(never, {}, effort));
  ProofEffort little(1000);
  CHECK_FALSE(impossible(never, {}, little));
  CHECK(little.left() == 0);
  CHECK_FALSE(contradict(never, never, {}, little));
}

TEST_CASE("never is never said of a condition that holds") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U);
  CAPTURE(seed);
  Random random(seed);
  ConditionShape shape;
  shape.lists_only = false;
  shape.custom_fields = {Field{.name = "colour", .kind = FieldKind::choice},
                         Field{.name = "amount", .kind = FieldKind::number}};
  const CustomFieldTypes types = chance(random, 50) ? CustomFieldTypes(custom_type) : CustomFieldTypes{};
  std::vector<Ticket> tickets;
  for (int i = 1; i <= 200; ++i) tickets.push_back(random_ticket(random, TicketId{i}, shape.custom_fields));
  int found = 0;
  int held = 0;
  for (int i = 0; i < 1500; ++i) {
    // Tests of few fields, so that they get into each other's way.
    std::vector<Condition> children;
    const auto first = random_test(random, shape);
    const auto* known = find_catalogue_field(first.field);
    const auto type = known != nullptr ? known->type : *custom_type(first.field);
    children.push_back(first);
    for (int n = 1 + pick(random, 3); n > 0; --n)
      children.push_back(random_test(random, first.field, type, names_of(first.field)));
    auto narrow = group(Kind::all, std::move(children));
    if (chance(random, 30)) narrow = group(Kind::all, {narrow, random_condition(random, shape)});
    const auto other = random_condition(random, shape);
    const bool never = impossible(narrow, types);
    const bool never_both = contradict(narrow, other, types);
    found += never;
    for (const auto& ticket : tickets) {
      const TicketSource source(ticket, random_now);
      const bool holds_here = holds(narrow, source);
      held += holds_here;
      if (never && holds_here) FAIL_CHECK("said to be impossible: " << printed(narrow));
      if (never_both && holds_here && holds(other, source))
        FAIL_CHECK("said to contradict: " << printed(narrow) << " / " << printed(other));
    }
  }
  CHECK(found > 100);
  CHECK(held > 1000);
}
