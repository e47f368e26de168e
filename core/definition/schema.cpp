// SPDX-License-Identifier: Apache-2.0
#include "definition/schema.hpp"

#include <algorithm>
#include <boost/mp11.hpp>
#include <stdexcept>

#include "base/duration.hpp"
#include "base/enum.hpp"
#include "definition/schema_rows.hpp"
#include "definition/words.hpp"
#include "domain/identity/principal.hpp"
#include "domain/ticket/event.hpp"

namespace docket::definition {
namespace {

std::string plain_number(double number) {
  auto text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string bound(const Key& key, double number) {
  if (key.type != ValueType::working && key.type != ValueType::wall) return plain_number(number);
  return format_duration(std::chrono::seconds{static_cast<std::int64_t>(number)});
}

Said with_bounds(Said what, const Key& key) {
  const auto least = key.minimum ? bound(key, *key.minimum) : std::string{};
  const auto most = key.maximum ? bound(key, *key.maximum) : std::string{};
  if (key.minimum && key.maximum)
    return {what.en + " from " + least + " to " + most, what.zh + "，从 " + least + " 到 " + most};
  if (key.minimum) return {what.en + " of at least " + least, what.zh + "，不小于 " + least};
  if (key.maximum) return {what.en + " of at most " + most, what.zh + "，不大于 " + most};
  return what;
}

std::string joined(std::span<const std::string_view> words, std::string_view between) {
  std::string out;
  for (const auto word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

Said describe_shape(const Shape& shape) {
  std::vector<std::string_view> names;
  for (const auto& key : shape.keys) names.push_back(key.name);
  Said out{shape.exactly_one ? "a map with one of the keys " : "a map with the keys ",
           shape.exactly_one ? "映射，只写一个键：" : "映射，键为 "};
  out.en += joined(names, ", ");
  out.zh += joined(names, "、");
  for (const auto word : shape.words) {
    out.en.append(", or ").append(word);
    out.zh.append("，或 ").append(word);
  }
  return out;
}

Said describe_one(const Key& key) {
  switch (key.type) {
    case ValueType::text: {
      const auto most = std::to_string(key.max_length);
      return {"a text of at most " + most + " characters", "不超过 " + most + " 个字符的文本"};
    }
    case ValueType::word:
      return {"one of " + joined(key.one_of, ", "), "以下之一：" + joined(key.one_of, "、")};
    case ValueType::name: {
      if (key.refers == Refers::nothing) return {"a name of a–z, 0–9 and _", "由 a–z、0–9 和 _ 组成的名称"};
      const auto what = describe_reference(key.refers);
      return {"the name of a " + what.en, what.zh + "的名称"};
    }
    case ValueType::integer:
      return with_bounds({"a whole number", "整数"}, key);
    case ValueType::number:
      return with_bounds({"a number", "数字"}, key);
    case ValueType::boolean:
      return {"true or false", "true 或 false"};
    case ValueType::working:
      return with_bounds({"working time such as 30m, 4h or 1h30m", "工作时间，例如 30m、4h 或 1h30m"}, key);
    case ValueType::wall:
      return with_bounds({"a length of time such as 30m, 4h or 2d", "时长，例如 30m、4h 或 2d"}, key);
    case ValueType::date:
      return {"a date such as 2026-02-14", "日期，例如 2026-02-14"};
    case ValueType::slot:
      return {"hours of a day such as 09:00-12:00", "一天中的时段，例如 09:00-12:00"};
    case ValueType::value:
      return {"a text, a number, true or false, or a list of texts", "文本、数字、true 或 false，或文本列表"};
    case ValueType::title:
      return {"a text in Chinese, or {zh: …, en: …}", "中文文本，或 {zh: …, en: …}"};
    case ValueType::condition:
      return {"{field, operator, value}, {all: […]}, {any: […]} or {not: …}",
              "{field, operator, value}、{all: […]}、{any: […]} 或 {not: …}"};
    case ValueType::document:
      return {"a map", "映射"};
    case ValueType::shape:
      break;
  }
  return describe_shape(shape_of(key.shape));
}

template <class... Events>
constexpr std::array<std::string_view, sizeof...(Events)> kinds_of(const std::variant<Events...>*) {
  return {Events::kind...};
}
constexpr auto event_kinds = kinds_of(static_cast<const domain::TicketEvent*>(nullptr));

}  // namespace

const std::vector<Shape>& schema() {
  using namespace rows;
  static const std::vector<Shape> shapes{desk_file(), desk(),         team(),
                                         role(),      calendar(),     week(),
                                         exception(), form(),         field(),
                                         choice(),    workflow(),     state(),
                                         owner(),     auto_move(),    transition(),
                                         action(),    assign(),       set(),
                                         notify(),    warning(),      sla_policy(),
                                         clock(),     goal(),         dispatch_rule(),
                                         trigger(),   view(),         notification_text(),
                                         wording(),   plugin(),       sending_limits(),
                                         sync_rule(), notification(), notified_people(),
                                         macro(),     answer(),       ticket_template(),
                                         holiday_file(), holiday()};
  return shapes;
}

std::span<const std::string_view> right_words() {
  static const auto words = [] {
    std::vector<std::string_view> out(enum_names<domain::Right>().begin(), enum_names<domain::Right>().end());
    out.push_back(all_rights);
    return out;
  }();
  return words;
}

std::span<const std::string_view> event_words() {
  return event_kinds;
}

const Key* Shape::find(std::string_view key) const {
  const auto it = std::ranges::find(keys, key, &Key::name);
  return it == keys.end() ? nullptr : &*it;
}

const Shape& shape_of(std::string_view name) {
  const auto it = std::ranges::find(schema(), name, &Shape::name);
  if (it == schema().end()) throw std::logic_error("no shape named " + std::string(name));
  return *it;
}

Said describe_value(const Key& key) {
  auto one = describe_one(key);
  switch (key.arity) {
    case Arity::one:
      return one;
    case Arity::list:
      return {"a list; each item is " + one.en, "列表，每项为" + one.zh};
    case Arity::map:
      return {"a map from names; each value is " + one.en, "以名称为键的映射，每个值为" + one.zh};
  }
  return {};
}

Said describe_reference(Refers refers) {
  switch (refers) {
    case Refers::nothing:
      return {"thing", "内容"};
    case Refers::team:
      return {"team", "班组"};
    case Refers::calendar:
      return {"calendar", "工作日历"};
    case Refers::workflow:
      return {"workflow", "流程"};
    case Refers::form:
      return {"form", "表单"};
    case Refers::role:
      return {"role", "角色"};
    case Refers::text:
      return {"text", "通知文本"};
    case Refers::holidays:
      return {"set of holiday data", "节假日数据集"};
  }
  return {};
}

}  // namespace docket::definition
