// SPDX-License-Identifier: Apache-2.0
// The kinds of C++ types that the codec knows, told apart once for the encoder, the decoder and the schema.
#pragma once

#include "base/clock.hpp"
#include "base/enum.hpp"
#include "base/hash.hpp"
#include "base/id.hpp"
#include "base/json_rules.hpp"
#include "base/patch.hpp"

#include <array>
#include <boost/describe/members.hpp>
#include <boost/json/fwd.hpp>
#include <boost/mp11/list.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace docket::json {

struct RawJson;

/// Specialise for a type whose JSON is not that of a described struct:
///
///     template <> struct Custom<Condition> {
///       static void encode(std::string& out, const Condition& value);
///       static void decode(const boost::json::value& from, Condition& to, Decoder& decoder);
///       static boost::json::value schema();
///     };
template <class T>
struct Custom {
  static constexpr bool absent = true;
};

template <class T>
concept HasCustom = !requires {
  Custom<T>::absent;
};

template <class T>
concept DescribedStruct = !HasCustom<T> && std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... A>
inline constexpr bool is_a<Template<A...>, Template> = true;

template <class T>
concept IsId = is_a<T, Id>;
template <class T>
concept IsOptional = is_a<T, std::optional>;
template <class T>
concept IsPatch = is_a<T, Patch>;
template <class T>
concept IsVariant = is_a<T, std::variant>;

template <class T>
inline constexpr bool is_duration = false;
template <class R, class P>
inline constexpr bool is_duration<std::chrono::duration<R, P>> = std::integral<R>;
template <class T>
concept IsDuration = is_duration<T>;

template <class T>
concept IsMap = requires {
  typename T::key_type;
  typename T::mapped_type;
};
template <class T>
concept IsSet = !IsMap<T> && requires(T t) {
  typename T::key_type;
  t.insert(*t.begin());
};
template <class T>
concept IsList = !std::same_as<T, std::string> && requires(T t) {
  typename T::value_type;
  t.emplace_back();
};

template <class T>
concept Tagged = requires {
  { T::kind } -> std::convertible_to<std::string_view>;
};
/// Whether every alternative is a described struct with a `static constexpr std::string_view kind`.
template <class T>
inline constexpr bool is_tagged_variant = false;
template <class... A>
inline constexpr bool is_tagged_variant<std::variant<A...>> = (... && (DescribedStruct<A> && Tagged<A>));

template <class T, class V>
inline constexpr bool has_alternative = false;
template <class T, class... A>
inline constexpr bool has_alternative<T, std::variant<A...>> = (... || std::same_as<T, A>);

/// Public members of T and its described bases, as a list of Boost.Describe descriptors.
template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T, class D>
using MemberType = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;

template <class D>
inline constexpr std::string_view member_name = outside_name(D::name);

template <class T>
constexpr auto rules_of() {
  if constexpr (requires { field_rules(static_cast<const T*>(nullptr)); }) {
    return field_rules(static_cast<const T*>(nullptr));
  } else {
    return std::array<FieldRule, 0>{};
  }
}
template <class T>
inline constexpr auto rules = rules_of<T>();

inline constexpr FieldRule no_rule{};

/// The rule of a field, or `no_rule`. A reference, since g++ 12 with the undefined-behaviour sanitizer takes no
/// comparison of pointers for constant.
template <class T>
constexpr const FieldRule& rule_for(std::string_view field) {
  for (const auto& rule : rules<T>) {
    if (rule.field == field) return rule;
  }
  return no_rule;
}

namespace detail {
template <template <class...> class List, class... D>
constexpr bool has_member(List<D...>, [[maybe_unused]] std::string_view name) {
  return (... || (member_name<D> == name));
}
}  // namespace detail

/// Whether each rule of T names a field that T has.
template <class T>
constexpr bool rules_name_fields() {
  for (const auto& rule : rules<T>) {
    if (!detail::has_member(Members<T>{}, rule.field)) return false;
  }
  return true;
}

/// Whether a field of this type may be left out without a rule.
template <class M>
inline constexpr bool may_be_absent = IsOptional<M> || IsPatch<M>;

}  // namespace docket::json
