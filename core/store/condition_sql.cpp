// SPDX-License-Identifier: Apache-2.0
#include "store/condition_sql.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <variant>
#include <vector>

#include "base/both.hpp"
#include "base/text.hpp"
#include "domain/identity/principal.hpp"
#include "domain/ticket/ticket.hpp"

namespace docket::store {
namespace {

using domain::Condition;
using domain::Operator;
using domain::Value;
using Texts = std::vector<std::string>;

/// How a field stands in the table.
enum class Shape {
  text,      ///< TEXT, '' = no value
  number,    ///< INTEGER, always a value
  rating,    ///< INTEGER or NULL
  id,        ///< INTEGER, 0 = no value
  instant,   ///< INTEGER or NULL
  boolean,   ///< an expression that is 0 or 1
  category,  ///< position of an enumerator
  priority,
  awaiting,
  tags,      ///< rows of ticket_tag
  watchers,  ///< rows of ticket_person
  copied,
};

struct FieldColumn {
  std::string_view field;
  Shape shape;
  Sql column;
};

const FieldColumn* find_column(std::string_view field) {
  static const std::array columns{
      FieldColumn{"assignee", Shape::id, "t.assignee"},
      FieldColumn{"awaiting", Shape::awaiting, "t.awaiting"},
      FieldColumn{"breached", Shape::boolean, "t.breached"},
      FieldColumn{"category", Shape::category, "t.category"},
      FieldColumn{"channel", Shape::text, "t.channel"},
      FieldColumn{"closed_at", Shape::instant, "t.closed_at"},
      FieldColumn{"copied", Shape::copied, ""},
      FieldColumn{"created_at", Shape::instant, "t.created_at"},
      FieldColumn{"customer", Shape::id, "t.customer"},
      FieldColumn{"customer.level", Shape::text, "t.customer_level"},
      FieldColumn{"due_at", Shape::instant, "t.due_at"},
      FieldColumn{"entered_at", Shape::instant, "t.entered_at"},
      FieldColumn{"escalation", Shape::number, "t.escalation"},
      FieldColumn{"first_replied", Shape::boolean, "(t.first_replied_at IS NOT NULL)"},
      FieldColumn{"first_replied_at", Shape::instant, "t.first_replied_at"},
      FieldColumn{"id", Shape::id, "t.id"},
      FieldColumn{"merged", Shape::boolean, "(t.merged_into <> 0)"},
      FieldColumn{"on_hold", Shape::boolean, "t.on_hold"},
      FieldColumn{"organization", Shape::id, "t.organization"},
      FieldColumn{"priority", Shape::priority, "t.priority"},
      FieldColumn{"product_line", Shape::text, "t.product_line"},
      FieldColumn{"rating", Shape::rating, "t.rating"},
      FieldColumn{"region", Shape::text, "t.region"},
      FieldColumn{"reopens", Shape::number, "t.reopens"},
      FieldColumn{"resolved_at", Shape::instant, "t.resolved_at"},
      FieldColumn{"state", Shape::text, "t.state"},
      FieldColumn{"subject", Shape::text, "t.subject"},
      FieldColumn{"tags", Shape::tags, ""},
      FieldColumn{"team", Shape::text, "t.team"},
      FieldColumn{"type", Shape::text, "t.type"},
      FieldColumn{"updated_at", Shape::instant, "t.updated_at"},
      FieldColumn{"urges", Shape::number, "t.urges"},
      FieldColumn{"waiting", Shape::boolean, "t.waiting"},
      FieldColumn{"watchers", Shape::watchers, ""},
  };
  const auto found = std::ranges::find(columns, field, &FieldColumn::field);
  return found == columns.end() ? nullptr : &*found;
}

using Number = std::variant<std::int64_t, double>;

/// The number that a value to compare with stands for; as domain::holds reads it.
std::optional<Number> number_of(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value))
    return std::isnan(*real) ? std::nullopt : std::optional<Number>(*real);
  return std::nullopt;
}

std::optional<Number> parse_number(std::string_view text) {
  const char* end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, whole); error == std::errc{} && at == end)
    return whole;
  double real = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, real);
      error == std::errc{} && at == end && !std::isnan(real)) {
    return real;
  }
  return std::nullopt;
}

/// Not the constant 0: SQLite folds a constant away together with the condition around it, and an index that the query
/// names can then not be used, which it reports as an error.
Fragment never() {
  return Fragment("(t.id < 0)");
}

Fragment any_of(const std::vector<Fragment>& parts) {
  if (parts.empty()) return never();
  Fragment all("(");
  for (std::size_t at = 0; at < parts.size(); ++at) {
    if (at > 0) all += Fragment(" OR ");
    all += parts[at];
  }
  all += Fragment(")");
  return all;
}

/// One column with what it is compared in. `guard` says that there is a value (empty: always).
struct Operand {
  Sql column;
  Sql guard{};

  [[nodiscard]] Fragment compare(Sql op, const Number& number) const {
    Fragment out("(");
    if (!guard.text().empty()) out += Fragment(guard) + Fragment(" AND ");
    out += Fragment(column) + Fragment(op);
    std::visit([&](auto n) { out += Fragment("?", n); }, number);
    return out + Fragment(")");
  }
  [[nodiscard]] Fragment equals(std::string_view text) const {
    return text.empty() ? never() : Fragment("(") + Fragment(column) + Fragment(" = ?)", text);
  }
};

/// Calls one(text) for a text, or for each of a list.
template <class One>
void each_text(const Value& wanted, One one) {
  if (const auto* text = std::get_if<std::string>(&wanted)) one(*text);
  if (const auto* texts = std::get_if<Texts>(&wanted)) {
    for (const auto& text : *texts) one(text);
  }
}

Fragment folded_part(Sql column, const std::string& word) {
  if (word.empty()) return never();
  return Fragment("instr(docket_fold(") + Fragment(column) + Fragment("), ?) > 0", fold(word));
}

Fragment folded_beginning(Sql column, const Value& wanted) {
  const auto* text = std::get_if<std::string>(&wanted);
  if (text == nullptr || text->empty()) return never();
  return Fragment("instr(docket_fold(") + Fragment(column) + Fragment("), ?) = 1", fold(*text));
}

Fragment text_test(Sql column, Operator op, const Value& wanted) {
  const Operand operand{column};
  std::vector<Fragment> parts;
  switch (op) {
    case Operator::is:
      if (const auto* text = std::get_if<std::string>(&wanted)) return operand.equals(*text);
      return never();
    case Operator::in:
      each_text(wanted, [&](const std::string& text) { parts.push_back(operand.equals(text)); });
      return any_of(parts);
    case Operator::contains:
      each_text(wanted, [&](const std::string& text) { parts.push_back(folded_part(column, text)); });
      return any_of(parts);
    case Operator::starts_with:
      return folded_beginning(column, wanted);
    case Operator::is_set:
      return Fragment("(") + Fragment(column) + Fragment(" <> '')");
    default:
      return never();
  }
}

std::int64_t instant_before(Time now, std::int64_t age) {
  std::int64_t out = 0;
  if (!__builtin_sub_overflow(now.time_since_epoch().count(), age, &out)) return out;
  return age > 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

Fragment number_test(const Operand& operand, Operator op, const Value& wanted, Time now) {
  std::vector<Fragment> parts;
  const auto equals = [&](const std::optional<Number>& number) {
    return number ? operand.compare(" = ", *number) : never();
  };
  switch (op) {
    case Operator::is:
    case Operator::in:
      if (const auto number = number_of(wanted)) return equals(number);
      if (op == Operator::is && !std::holds_alternative<std::string>(wanted)) return never();
      each_text(wanted, [&](const std::string& text) { parts.push_back(equals(parse_number(text))); });
      return any_of(parts);
    case Operator::less:
    case Operator::at_most:
    case Operator::greater:
    case Operator::at_least: {
      const auto number = number_of(wanted);
      if (!number) return never();
      if (op == Operator::less) return operand.compare(" < ", *number);
      if (op == Operator::at_most) return operand.compare(" <= ", *number);
      if (op == Operator::greater) return operand.compare(" > ", *number);
      return operand.compare(" >= ", *number);
    }
    case Operator::older_than:
    case Operator::newer_than: {
      const auto* age = std::get_if<std::int64_t>(&wanted);
      if (age == nullptr) return never();
      return operand.compare(op == Operator::older_than ? Sql(" < ") : Sql(" >= "), instant_before(now, *age));
    }
    case Operator::is_set:
      return operand.guard.text().empty() ? Fragment("1") : Fragment("(") + Fragment(operand.guard) + Fragment(")");
    default:
      return never();
  }
}

/// A field of a few values: which of them pass is found out by asking the other back end.
class OneValue final : public domain::FieldSource {
 public:
  OneValue(Value value, Time now) : value_(std::move(value)), now_(now) {}
  [[nodiscard]] Value get(std::string_view) const override { return value_; }
  [[nodiscard]] Time now() const override { return now_; }

 private:
  Value value_;
  Time now_;
};

Fragment positions_test(Sql column, const std::vector<Value>& values, const Condition& test, Time now) {
  std::vector<Fragment> parts;
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (domain::holds(test, OneValue(values[at], now))) {
      parts.push_back(Fragment(column) + Fragment(" = ?", static_cast<std::int64_t>(at)));
    }
  }
  return any_of(parts);
}

template <DescribedEnum E>
Fragment enum_test(Sql column, const Condition& test, Time now) {
  std::vector<Value> values;
  for (const auto name : enum_names<E>()) values.emplace_back(std::string(name));
  return positions_test(column, values, test, now);
}

/// Lists: one element that is equal is enough. `rows` is a subquery that lacks only the test of its element.
Fragment list_test(Sql rows, Sql element, Operator op, const Value& wanted) {
  const auto has = [&](std::string_view text) {
    return text.empty() ? never() : Fragment(rows) + Fragment(" AND ") + Fragment(element) + Fragment(" = ?)", text);
  };
  std::vector<Fragment> parts;
  switch (op) {
    case Operator::is:
      if (std::holds_alternative<Texts>(wanted)) return never();
      [[fallthrough]];
    case Operator::in:
    case Operator::contains:
      each_text(wanted, [&](const std::string& text) { parts.push_back(has(text)); });
      if (const auto* id = std::get_if<std::int64_t>(&wanted)) parts.push_back(has(std::to_string(*id)));
      return any_of(parts);
    case Operator::is_set:
      return Fragment(rows) + Fragment(")");
    default:
      return never();
  }
}

/// A custom field has one row, or one an element, with its kind (0 text, 1 number, 2 yes or no, 3 element) and value.
/// `rows` opens the EXISTS over them as `f`; the parameter for the name of the field is in it.
Fragment custom_test(const Fragment& rows, const Condition& test, Time now) {
  const auto of_kind = [&](Sql kind, const Fragment& value) {
    return Fragment("(") + Fragment(kind) + value + Fragment(")");
  };
  const auto exists = [&](const std::vector<Fragment>& parts) {
    return parts.empty() ? never() : rows + Fragment(" AND ") + any_of(parts) + Fragment(")");
  };
  const Operand number{"f.value"};
  std::vector<Fragment> parts;
  const auto equals_text = [&](const std::string& text) {
    if (text.empty()) return;
    parts.push_back(of_kind("f.kind IN (0, 3) AND ", Fragment("f.value = ?", text)));
    if (text == "true" || text == "false") {
      parts.push_back(of_kind("f.kind = 2 AND ", Fragment("f.value = ?", text == "true" ? 1 : 0)));
    }
    if (const auto parsed = parse_number(text))
      parts.push_back(of_kind("f.kind = 1 AND ", number.compare(" = ", *parsed)));
  };
  const auto equals = [&] {
    if (const auto* text = std::get_if<std::string>(&test.value)) {
      equals_text(*text);
    } else if (const auto* yes = std::get_if<bool>(&test.value)) {
      parts.push_back(of_kind("f.kind = 2 AND ", Fragment("f.value = ?", *yes ? 1 : 0)));
    } else if (const auto wanted = number_of(test.value)) {
      parts.push_back(of_kind("f.kind = 1 AND ", number.compare(" = ", *wanted)));
      if (const auto* id = std::get_if<std::int64_t>(&test.value)) {
        parts.push_back(of_kind("f.kind = 3 AND ", Fragment("f.value = ?", std::to_string(*id))));
      }
    }
  };
  switch (test.op) {
    case Operator::is:
      equals();
      break;
    case Operator::in:
      if (const auto* texts = std::get_if<Texts>(&test.value)) {
        std::ranges::for_each(*texts, equals_text);
      } else {
        equals();
      }
      break;
    case Operator::contains:
      each_text(test.value, [&](const std::string& text) {
        if (text.empty()) return;
        parts.push_back(of_kind("f.kind = 0 AND ", folded_part("f.value", text)));
        parts.push_back(of_kind("f.kind = 3 AND ", Fragment("f.value = ?", text)));
      });
      if (const auto* id = std::get_if<std::int64_t>(&test.value)) {
        parts.push_back(of_kind("f.kind = 3 AND ", Fragment("f.value = ?", std::to_string(*id))));
      }
      break;
    case Operator::starts_with:
      parts.push_back(of_kind("f.kind = 0 AND ", folded_beginning("f.value", test.value)));
      break;
    case Operator::older_than:
    case Operator::newer_than:
      parts.push_back(
          of_kind("f.kind = 1 AND typeof(f.value) = 'integer' AND ", number_test(number, test.op, test.value, now)));
      break;
    case Operator::is_set:
      return rows + Fragment(")");
    default:
      parts.push_back(of_kind("f.kind = 1 AND ", number_test(number, test.op, test.value, now)));
      break;
  }
  return exists(parts);
}

constexpr std::string_view kCustom = "field.";

class Compiler {
 public:
  explicit Compiler(const ConditionContext& context) : context_(context) {}

  Result<Fragment> compile(const Condition& condition) {
    switch (condition.kind) {
      case Condition::Kind::always:
        return Fragment("1");
      case Condition::Kind::all:
        return join(condition, " AND ", "1");
      case Condition::Kind::any:
        return join(condition, " OR ", "(t.id < 0)");
      case Condition::Kind::none: {
        auto some = join(condition, " OR ", "(t.id < 0)");
        if (!some) return some;
        return Fragment("(NOT ") + *some + Fragment(")");
      }
      case Condition::Kind::test:
        return complemented(condition);
    }
    return never();
  }

 private:
  Result<Fragment> join(const Condition& condition, Sql between, Sql of_none) {
    if (condition.children.empty()) return Fragment(of_none);
    Fragment all("(");
    for (std::size_t at = 0; at < condition.children.size(); ++at) {
      auto part = compile(condition.children[at]);
      if (!part) return part;
      if (at > 0) all += Fragment(between);
      all += *part;
    }
    all += Fragment(")");
    return all;
  }

  /// is_not, not_in, not_contains and is_empty are the complements of their partners, a missing value included.
  Result<Fragment> complemented(const Condition& test) {
    Condition positive = test;
    bool complement = true;
    switch (test.op) {
      case Operator::is_not:
        positive.op = Operator::is;
        break;
      case Operator::not_in:
        positive.op = Operator::in;
        break;
      case Operator::not_contains:
        positive.op = Operator::contains;
        break;
      case Operator::is_empty:
        positive.op = Operator::is_set;
        break;
      default:
        complement = false;
        break;
    }
    auto part = passes(positive);
    if (!part || !complement) return part;
    return Fragment("(NOT ") + *part + Fragment(")");
  }

  Result<Fragment> passes(const Condition& test) {
    if (test.field.starts_with(kCustom)) return custom(test);
    const FieldColumn* field = find_column(test.field);
    if (field == nullptr) return fail_field("filter", both("The field \"{0}\" can not be filtered on.", "字段“{0}”不能用于筛选。", test.field));
    const Time now = context_.now;
    switch (field->shape) {
      case Shape::text:
        return text_test(field->column, test.op, test.value);
      case Shape::number:
        return number_test({field->column}, test.op, test.value, now);
      case Shape::rating:
        return number_test({field->column, "t.rating IS NOT NULL"}, test.op, test.value, now);
      case Shape::id:
        return id_test(*field, test);
      case Shape::instant:
        return instant_test(*field, test);
      case Shape::boolean:
        return positions_test(field->column, {Value{false}, Value{true}}, test, now);
      case Shape::category:
        return enum_test<domain::StateCategory>(field->column, test, now);
      case Shape::priority:
        return enum_test<domain::Priority>(field->column, test, now);
      case Shape::awaiting:
        return enum_test<domain::Awaiting>(field->column, test, now);
      case Shape::tags:
        return list_test("EXISTS(SELECT 1 FROM ticket_tag g WHERE g.ticket = t.id", "g.tag", test.op, test.value);
      case Shape::watchers:
        return list_test("EXISTS(SELECT 1 FROM ticket_person p WHERE p.ticket = t.id AND p.role = 1",
                         "CAST(p.user AS TEXT)", test.op, test.value);
      case Shape::copied:
        return list_test("EXISTS(SELECT 1 FROM ticket_person p WHERE p.ticket = t.id AND p.role = 2",
                         "CAST(p.user AS TEXT)", test.op, test.value);
    }
    return never();
  }

  /// 0 stands for "none", which passes no test but the complements.
  Fragment id_test(const FieldColumn& field, const Condition& test) {
    return Fragment("(") + Fragment(field.column) + Fragment(" <> 0 AND ") +
           number_test({field.column}, test.op, test.value, context_.now) + Fragment(")");
  }

  Fragment instant_test(const FieldColumn& field, const Condition& test) {
    return Fragment("(") + Fragment(field.column) + Fragment(" IS NOT NULL AND ") +
           number_test({field.column}, test.op, test.value, context_.now) + Fragment(")");
  }

  Result<Fragment> custom(const Condition& test) {
    const std::string name = test.field.substr(kCustom.size());
    if (context_.indexed_fields != nullptr && context_.indexed_fields->contains(name)) {
      return custom_test(Fragment("EXISTS(SELECT 1 FROM ticket_field f WHERE f.ticket = t.id AND f.field = ?", name),
                         test, context_.now);
    }
    if (!context_.small_desk) {
      return fail_field("filter", both("The custom field \"{0}\" is not indexed; on a desk of more than {1} tickets only "
                                       "fields marked `indexed: true` can be filtered on.",
                                       "工单超过 {1} 张后，只有标为 indexed: true 的字段才能筛选，字段“{0}”不是。请联系管理员。", name,
                                       kSmallDesk));
    }
    return custom_test(
        Fragment("EXISTS(SELECT 1 FROM (SELECT CASE j.type WHEN 'text' THEN 0 WHEN 'integer' THEN 1 WHEN 'real' THEN 1"
                 " ELSE 2 END AS kind, j.atom AS value FROM ticket_document d, json_each(d.document, '$.fields') j"
                 " WHERE d.id = t.id AND j.key = ? AND j.type NOT IN ('array', 'null') AND j.atom <> ''"
                 " UNION ALL SELECT 3, e.atom FROM ticket_document d, json_each(d.document, '$.fields') j, "
                 "json_each(j.value) e"
                 " WHERE d.id = t.id AND j.key = ? AND j.type = 'array') f WHERE 1",
                 name, name),
        test, context_.now);
  }

  const ConditionContext& context_;
};

}  // namespace

Result<Fragment> condition_sql(const Condition& condition, const ConditionContext& context) {
  return Compiler(context).compile(condition);
}

}  // namespace docket::store
