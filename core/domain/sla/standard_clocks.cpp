// SPDX-License-Identifier: Apache-2.0
// The clocks that a desk names without saying what they are.
#include "domain/sla/clocks.hpp"

namespace docket::domain {
namespace {

Condition test(std::string field, Operator op, Value value) {
  Condition condition;
  condition.kind = Condition::Kind::test;
  condition.field = std::move(field);
  condition.op = op;
  condition.value = std::move(value);
  return condition;
}

Condition group(Condition::Kind kind, std::vector<Condition> children) {
  Condition condition;
  condition.kind = kind;
  condition.children = std::move(children);
  return condition;
}

Condition is_unresolved() {
  return test("category", Operator::in, std::vector<std::string>{"new", "open", "pending"});
}
Condition is_over() {
  return test("category", Operator::in, std::vector<std::string>{"resolved", "closed"});
}
Condition is_on_hold() {
  return test("on_hold", Operator::is, true);
}

}  // namespace

Condition standard_pause() {
  return group(Condition::Kind::any, {is_on_hold(), test("category", Operator::is, std::string("pending"))});
}

std::optional<ClockPolicy> standard_clock(const std::string& kind) {
  ClockPolicy clock;
  clock.name = kind;
  clock.pause = standard_pause();
  if (kind == "first_response") {
    clock.stop = group(Condition::Kind::any, {test("first_replied", Operator::is, true), is_over()});
    clock.once = true;
  } else if (kind == "next_response") {
    // Who came back to a ticket that was resolved without a reply, by phone perhaps, waits as after one: the first
    // response ended with the resolution.
    const auto answered = group(Condition::Kind::any, {test("first_replied", Operator::is, true),
                                                       test("reopens", Operator::at_least, std::int64_t{1})});
    clock.start = group(Condition::Kind::all,
                        {test("awaiting", Operator::is, std::string("agent")), answered, is_unresolved()});
    // It is the agent's turn although the ticket still stands in the state where it waited for the customer.
    clock.pause = is_on_hold();
  } else if (kind == "resolution") {
    clock.start = is_unresolved();
  } else if (kind == "team") {
    clock.start = group(Condition::Kind::all, {test("team", Operator::is_set, {}), is_unresolved()});
    clock.per = "team";
  } else {
    return std::nullopt;
  }
  return clock;
}

}  // namespace docket::domain
