// SPDX-License-Identifier: Apache-2.0
// Every key that a definition may have, one row each. The validator, the reading of values, the reference manual and
// the JSON Schema for editors all come from these rows.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/said.hpp"

namespace docket::definition {

enum class ValueType {
  text,  ///< any text of one or more lines
  word,  ///< one of `one_of`
  name,  ///< a name that other places refer to: a–z, 0–9 and _, a letter first
  integer,
  number,
  boolean,
  working,    ///< a length of working time: 30m, 4h, 1h30m
  wall,       ///< a length of time by the wall clock: also 2d, a day being 24 hours
  date,       ///< 2026-02-14
  slot,       ///< 09:00-12:00
  value,      ///< text, number, true/false or a list, as the field that it is for wants it
  title,      ///< a text (Chinese), or {zh, en}
  condition,  ///< {all}, {any}, {not} or {field, operator, value}
  document,   ///< a map whose keys something else knows: settings of a plugin
  shape,      ///< a map with the keys of another shape
};

enum class Arity {
  one,
  list,
  map,  ///< named things: each key is a name
};

/// What a name must have been declared as, somewhere in the desk.
enum class Refers { nothing, team, calendar, workflow, form, role, text, holidays };

struct Key {
  std::string_view name{};
  ValueType type = ValueType::text;
  Arity arity = Arity::one;
  bool required = false;
  std::string_view shape{};                    ///< of ValueType::shape
  std::string_view fallback{};                 ///< used when the key is missing, as it would be written; empty: none
  std::optional<double> minimum{}, maximum{};  ///< of numbers, and of the seconds of a length of time
  std::size_t max_length = 200;                ///< characters of a text
  std::size_t max_items = 500;                 ///< of a list or map
  std::span<const std::string_view> one_of{};
  Refers refers = Refers::nothing;
  std::string_view unit{};
  bool secret = false;
  std::string_view zh{}, en{};  ///< what it means
};

struct Shape {
  std::string_view name{};
  std::string_view called{};  ///< the name in Chinese
  std::string_view zh{}, en{};
  std::vector<Key> keys{};
  bool exactly_one = false;                   ///< exactly one of the keys is given
  std::span<const std::string_view> words{};  ///< what may stand instead of the map

  [[nodiscard]] const Key* find(std::string_view key) const;
};

/// All shapes, the top level ("desk file") first, "holiday file" last.
[[nodiscard]] const std::vector<Shape>& schema();
/// The shape of that name; it must exist.
[[nodiscard]] const Shape& shape_of(std::string_view name);

inline constexpr std::string_view root_shape = "desk file";
inline constexpr std::string_view holiday_shape = "holiday file";

/// For people: "a whole number from 1 to 10000", "one of: load, turn".
[[nodiscard]] Said describe_value(const Key& key);
/// "team", without an article.
[[nodiscard]] Said describe_reference(Refers refers);

/// The reference manual (Markdown) and the JSON Schema (draft 2020-12) for editors.
[[nodiscard]] std::string configuration_manual();
[[nodiscard]] std::string json_schema();

}  // namespace docket::definition
