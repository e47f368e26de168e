// SPDX-License-Identifier: Apache-2.0
// The form in which Docket keeps its own values: as json_encode.hpp writes them, without the members that hold what a
// fresh struct holds. Read back with json::decode_stored, which gives absent members just that, and absent Ids none.
//
// So what a member is by default is part of what was stored: it must never change for a type that is kept this way.
#pragma once

#include "base/json_encode.hpp"

namespace docket::json {

template <class T>
void append_sparse(std::string& out, const T& value);

/// JSON text of `value`, sparse.
template <class T>
[[nodiscard]] std::string encode_sparse(const T& value) {
  std::string out;
  out.reserve(512);
  append_sparse(out, value);
  return out;
}

namespace detail {

template <class T, class D>
void append_sparse_member(std::string& out, const T& object, const T& fresh, char& before) {
  const auto& member = object.*D::pointer;
  using M = MemberType<T, D>;
  if constexpr (IsOptional<M>) {
    // An optional that is there is written, whatever it holds: absent means that there is none.
    static_assert(!IsOptional<typename M::value_type>);
    if (!member) return;
  } else if constexpr (IsId<M>) {
    if (!member) return;  // absent is none, whatever the default
  } else {
    static_assert(std::equality_comparable<M>, "what is kept sparse must be comparable with its default");
    if (member == fresh.*D::pointer) return;
  }
  out.push_back(before);
  before = ',';
  out.push_back('"');
  out.append(member_name<D>);
  out.append("\":");
  append_sparse(out, member);
}

template <class T, template <class...> class List, class... D>
void append_sparse_members(std::string& out, const T& object, char& before, List<D...>) {
  static const T fresh{};
  (append_sparse_member<T, D>(out, object, fresh, before), ...);
}

}  // namespace detail

template <class T>
void append_sparse(std::string& out, const T& value) {
  if constexpr (IsOptional<T>) {
    if (value)
      append_sparse(out, *value);
    else
      out += "null";
  } else if constexpr (is_tagged_variant<T>) {
    std::visit(
        [&](const auto& held) {
          using Held = std::remove_cvref_t<decltype(held)>;
          out += "{\"kind\":";
          append_string(out, Held::kind);
          char before = ',';
          detail::append_sparse_members(out, held, before, Members<Held>{});
          out.push_back('}');
        },
        value);
  } else if constexpr (DescribedStruct<T>) {
    char before = '{';
    detail::append_sparse_members(out, value, before, Members<T>{});
    out += before == '{' ? "{}" : "}";
  } else if constexpr (IsList<T> || IsSet<T>) {
    detail::append_array(out, value, [&](const auto& element) { append_sparse<typename T::value_type>(out, element); });
  } else {
    append(out, value);
  }
}

}  // namespace docket::json
