// SPDX-License-Identifier: Apache-2.0
#include "domain/condition/may_hold.hpp"

#include <algorithm>

namespace docket::domain {
namespace {

constexpr std::string_view custom = "field.";

/// What a condition can come to: one of the two, or either.
struct Prospect {
  bool may_hold = false;
  bool may_fail = false;
};

class Judge {
 public:
  Judge(const FieldSource& source, std::span<const std::string> open) : source_(source), open_(open) {}

  Prospect operator()(const Condition& condition) const {
    switch (condition.kind) {
      case Condition::Kind::always:
        return {true, false};
      case Condition::Kind::test:
        return test(condition);
      case Condition::Kind::all: {
        Prospect all{true, false};
        for (const auto& child : condition.children) {
          const auto one = (*this)(child);
          all.may_hold = all.may_hold && one.may_hold;
          all.may_fail = all.may_fail || one.may_fail;
        }
        return all;
      }
      case Condition::Kind::any:
        return any(condition);
      case Condition::Kind::none: {
        const auto some = any(condition);
        return {some.may_fail, some.may_hold};
      }
    }
    return {};
  }

 private:
  Prospect any(const Condition& condition) const {
    Prospect any{false, true};
    for (const auto& child : condition.children) {
      const auto one = (*this)(child);
      any.may_hold = any.may_hold || one.may_hold;
      any.may_fail = any.may_fail && one.may_fail;
    }
    return any;
  }

  Prospect test(const Condition& test) const {
    const bool open = test.field.starts_with(custom) &&
                      std::ranges::find(open_, std::string_view{test.field}.substr(custom.size())) != open_.end();
    if (open && test.op == Operator::is_set) return {true, false};
    if (open && test.op == Operator::is_empty) return {false, true};
    if (open) return {true, true};
    const bool does = holds(test, source_);
    return {does, !does};
  }

  const FieldSource& source_;
  std::span<const std::string> open_;
};

}  // namespace

bool may_hold(const Condition& condition, const FieldSource& source, std::span<const std::string> open) {
  return Judge(source, open)(condition).may_hold;
}

}  // namespace docket::domain
