// SPDX-License-Identifier: Apache-2.0
// Typed values to JSON text, straight into one string.
//
// Forms: described structs are objects in order of declaration; an empty optional, an absent Patch and an Id of
// 0 ("none") are left out;
// enums are their names; Id, integers and durations are whole numbers (a duration counts its own unit, so `Duration`
// is microseconds); Time is RFC 3339 in UTC; Digest is hex; a day is "2026-02-14"; a variant of structs with a `kind`
// is an object that begins with "kind"; any other variant is the JSON of what it holds.
#pragma once

#include "base/json.hpp"
#include "base/json_describe.hpp"

#include <map>
#include <memory>

namespace docket::json {

template <class T>
void append(std::string& out, const T& value);

/// JSON text of `value`. Throws only what append_double throws.
template <class T>
[[nodiscard]] std::string encode(const T& value) {
  std::string out;
  out.reserve(512);
  append(out, value);
  return out;
}

void append_time(std::string& out, Time value);
void append_day(std::string& out, std::chrono::year_month_day value);

/// The text that stands for a key of a map.
template <class K>
[[nodiscard]] auto key_text(const K& key) {
  if constexpr (std::convertible_to<const K&, std::string_view>)
    return std::string_view{key};
  else if constexpr (DescribedEnum<K>)
    return enum_name(key);
  else if constexpr (IsId<K>)
    return std::to_string(key.value);
  else
    return std::to_string(key);
}

namespace detail {

template <class T, class D>
void append_member(std::string& out, const T& object, char& before) {
  const auto& member = object.*D::pointer;
  using M = MemberType<T, D>;
  if constexpr (IsOptional<M>) {
    if (!member) return;
  } else if constexpr (IsPatch<M>) {
    if (member.absent()) return;
  } else if constexpr (IsId<M>) {
    if (!member) return;
  }
  out.push_back(before);
  before = ',';
  out.push_back('"');
  out.append(member_name<D>);
  out.append("\":");
  append(out, member);
}

template <class T, template <class...> class List, class... D>
void append_members(std::string& out, const T& object, char& before, List<D...>) {
  (append_member<T, D>(out, object, before), ...);
}

template <class Range, class Append>
void append_array(std::string& out, const Range& range, Append append_element) {
  char before = '[';
  for (const auto& element : range) {
    out.push_back(before);
    append_element(element);
    before = ',';
  }
  out += before == '[' ? "[]" : "]";
}

}  // namespace detail

template <class T>
void append(std::string& out, const T& value) {
  if constexpr (HasCustom<T>) {
    Custom<T>::encode(out, value);
  } else if constexpr (std::same_as<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    append_string(out, value);
  } else if constexpr (std::unsigned_integral<T>) {
    append_unsigned(out, value);
  } else if constexpr (Integer<T>) {
    append_integer(out, value);
  } else if constexpr (std::floating_point<T>) {
    append_double(out, value);
  } else if constexpr (std::same_as<T, std::monostate> || std::same_as<T, std::nullptr_t>) {
    out += "null";
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(DescribedEnum<T>, "describe the enum with BOOST_DESCRIBE_ENUM");
    append_string(out, enum_name(value));
  } else if constexpr (IsId<T>) {
    append_integer(out, value.value);
  } else if constexpr (std::same_as<T, Time>) {
    append_time(out, value);
  } else if constexpr (IsDuration<T>) {
    append_integer(out, value.count());
  } else if constexpr (std::same_as<T, std::chrono::year_month_day>) {
    append_day(out, value);
  } else if constexpr (std::same_as<T, Digest>) {
    append_string(out, to_hex(value));
  } else if constexpr (std::same_as<T, RawJson>) {
    out += value.text;
  } else if constexpr (std::same_as<T, boost::json::value>) {
    append_value(out, value);
  } else if constexpr (IsOptional<T> || is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>) {
    if (value)
      append(out, *value);
    else
      out += "null";
  } else if constexpr (IsPatch<T>) {
    if (value.has_value())
      append(out, value.value());
    else
      out += "null";
  } else if constexpr (is_tagged_variant<T>) {
    std::visit(
        [&](const auto& held) {
          using Held = std::remove_cvref_t<decltype(held)>;
          out += "{\"kind\":";
          append_string(out, Held::kind);
          char before = ',';
          detail::append_members(out, held, before, Members<Held>{});
          out.push_back('}');
        },
        value);
  } else if constexpr (IsVariant<T>) {
    std::visit([&](const auto& held) { append(out, held); }, value);
  } else if constexpr (IsMap<T>) {
    char before = '{';
    for (const auto& [key, element] : value) {
      out.push_back(before);
      append_string(out, key_text(key));
      out.push_back(':');
      append(out, element);
      before = ',';
    }
    out += before == '{' ? "{}" : "}";
  } else if constexpr (IsList<T> || IsSet<T>) {
    detail::append_array(out, value, [&](const auto& element) { append<typename T::value_type>(out, element); });
  } else {
    static_assert(DescribedStruct<T>, "describe the struct with BOOST_DESCRIBE_STRUCT, or specialise json::Custom");
    static_assert(rules_name_fields<T>(), "field_rules names a field that the struct does not have");
    char before = '{';
    detail::append_members(out, value, before, Members<T>{});
    out += before == '{' ? "{}" : "}";
  }
}

}  // namespace docket::json
