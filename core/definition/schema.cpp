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

std::string within_bounds(const Key& key) {
  if (key.minimum && key.maximum) return " from " + bound(key, *key.minimum) + " to " + bound(key, *key.maximum);
  if (key.minimum) return " of at least " + bound(key, *key.minimum);
  if (key.maximum) return " of at most " + bound(key, *key.maximum);
  return {};
}

std::string describe_one(const Key& key) {
  switch (key.type) {
    case ValueType::text:
      return "a text of at most " + std::to_string(key.max_length) + " characters";
    case ValueType::word: {
      std::string out = "one of ";
      for (std::size_t i = 0; i < key.one_of.size(); ++i) out += (i == 0 ? "" : ", ") + std::string(key.one_of[i]);
      return out;
    }
    case ValueType::name:
      return key.refers == Refers::nothing ? "a name of a–z, 0–9 and _"
                                           : "the name of " + std::string(describe_reference(key.refers));
    case ValueType::integer:
      return "a whole number" + within_bounds(key);
    case ValueType::number:
      return "a number" + within_bounds(key);
    case ValueType::boolean:
      return "true or false";
    case ValueType::working:
      return "working time such as 30m, 4h or 1h30m" + within_bounds(key);
    case ValueType::wall:
      return "a length of time such as 30m, 4h or 2d" + within_bounds(key);
    case ValueType::date:
      return "a date such as 2026-02-14";
    case ValueType::slot:
      return "hours of a day such as 09:00-12:00";
    case ValueType::value:
      return "a text, a number, true or false, or a list of texts";
    case ValueType::title:
      return "a text in Chinese, or {zh: …, en: …}";
    case ValueType::condition:
      return "{field, operator, value}, {all: […]}, {any: […]} or {not: …}";
    case ValueType::document:
      return "a map";
    case ValueType::shape:
      break;
  }
  const auto& shape = shape_of(key.shape);
  std::string out = "a map with " + std::string(shape.exactly_one ? "one of the keys " : "the keys ");
  for (std::size_t i = 0; i < shape.keys.size(); ++i) out += (i == 0 ? "" : ", ") + std::string(shape.keys[i].name);
  for (const auto word : shape.words) out += ", or " + std::string(word);
  return out;
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

std::string describe_value(const Key& key) {
  switch (key.arity) {
    case Arity::one:
      return describe_one(key);
    case Arity::list:
      return "a list; each item is " + describe_one(key);
    case Arity::map:
      return "a map from names; each value is " + describe_one(key);
  }
  return {};
}

std::string_view describe_reference(Refers refers) {
  switch (refers) {
    case Refers::nothing:
      return "anything";
    case Refers::team:
      return "a team";
    case Refers::calendar:
      return "a calendar";
    case Refers::workflow:
      return "a workflow";
    case Refers::form:
      return "a form";
    case Refers::role:
      return "a role";
    case Refers::text:
      return "a text";
    case Refers::holidays:
      return "a set of holiday data";
  }
  return {};
}

}  // namespace docket::definition
