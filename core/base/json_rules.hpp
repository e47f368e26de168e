// SPDX-License-Identifier: Apache-2.0
// What a described type says about its fields beyond their C++ types: bounds, patterns, texts for the reference.
// The decoder enforces a rule and the schema prints it, so that the two can not differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace docket::json {

/// An inclusive range; the default has no ends.
struct Bounds {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  [[nodiscard]] constexpr bool has_min() const { return min != std::numeric_limits<std::int64_t>::min(); }
  [[nodiscard]] constexpr bool has_max() const { return max != std::numeric_limits<std::int64_t>::max(); }
  constexpr bool operator==(const Bounds&) const = default;
};

/// One field's rule. A type gets rules by a constexpr function that argument-dependent lookup finds:
///
///     constexpr auto field_rules(const NewTicket*) {
///       return std::array{json::FieldRule{.field = "subject", .description = "One line.", .length = {1, 200}}};
///     }
///
/// A rule for a field that the type does not have does not compile. `length` and `range` also hold for each element of
/// a list and each value of a map; `items` holds for the container.
struct FieldRule {
  std::string_view field;
  std::string_view description{};               ///< for the reference; one or two sentences
  bool optional = false;                        ///< may be left out: the struct's default stands then
  Bounds length{};                              ///< of texts, in code points
  Bounds range{};                               ///< of numbers
  Bounds items{};                               ///< of lists and maps
  bool (*matches)(std::string_view) = nullptr;  ///< of texts; `expected` says in words what it wants
  std::string_view expected{};                  ///< "must be an e-mail address"
  std::string_view expected_zh{};               ///< the same in Chinese
  std::string_view pattern{};                   ///< the same as a regular expression (ECMA 262), for the schema only
  std::string_view format{};                    ///< JSON Schema's `format`, for example "email"
  std::string_view example{};                   ///< JSON text
  bool secret = false;                          ///< a password or token: `writeOnly` in the schema
};

}  // namespace docket::json
