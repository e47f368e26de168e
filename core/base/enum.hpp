// SPDX-License-Identifier: Apache-2.0
// Names of enumerators that are described once with BOOST_DESCRIBE_ENUM, as the API, YAML and the database spell them.
#pragma once

#include <array>
#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

namespace docket {

template <class E>
concept DescribedEnum = std::is_enum_v<E> && boost::describe::has_describe_enumerators<E>::value;

/// A C++ name as it is spelled outside: `new_` and `class_` lose the underscore that only keeps them off a keyword.
[[nodiscard]] constexpr std::string_view outside_name(std::string_view name) {
  if (name.size() > 1 && name.back() == '_') name.remove_suffix(1);
  return name;
}

namespace detail {
template <class E>
struct EnumEntry {
  E value;
  std::string_view name;
};

template <class E, template <class...> class List, class... D>
constexpr std::array<EnumEntry<E>, sizeof...(D)> enum_entries(List<D...>) {
  return {{EnumEntry<E>{D::value, outside_name(D::name)}...}};
}
template <class E>
inline constexpr auto enum_table = enum_entries<E>(boost::describe::describe_enumerators<E>{});

template <class E>
constexpr auto enum_name_list() {
  std::array<std::string_view, enum_table<E>.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = enum_table<E>[i].name;
  return names;
}
template <class E>
inline constexpr auto enum_name_table = enum_name_list<E>();
}  // namespace detail

/// All names in order of declaration.
template <DescribedEnum E>
[[nodiscard]] constexpr const auto& enum_names() {
  return detail::enum_name_table<E>;
}

/// The name of `value`, or empty for a number that is no enumerator.
template <DescribedEnum E>
[[nodiscard]] constexpr std::string_view enum_name(E value) {
  for (const auto& entry : detail::enum_table<E>) {
    if (entry.value == value) return entry.name;
  }
  return {};
}

template <DescribedEnum E>
[[nodiscard]] constexpr std::optional<E> enum_from_name(std::string_view name) {
  for (const auto& entry : detail::enum_table<E>) {
    if (entry.name == name) return entry.value;
  }
  return {};
}

}  // namespace docket
