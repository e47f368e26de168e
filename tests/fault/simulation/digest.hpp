// SPDX-License-Identifier: Apache-2.0
// One number for any described value, to chain histories and to compare whole runs.
#pragma once

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/id.hpp"

namespace docket::simulation {

/// FNV-1a over the parts of values, each with its length where it has one.
class Mixer {
 public:
  void number(std::uint64_t value) {
    for (int i = 0; i < 8; ++i) {
      hash_ = (hash_ ^ (value & 0xFFU)) * 0x100000001B3U;
      value >>= 8U;
    }
  }
  void add(const std::string& text) {
    number(text.size());
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  void add(double value) { number(static_cast<std::uint64_t>(value * 1e6)); }
  void add(std::monostate) { number(0); }
  template <class T>
  requires std::integral<T> || std::is_enum_v<T>
  void add(T value) { number(static_cast<std::uint64_t>(value)); }
  template <class Tag>
  void add(Id<Tag> id) {
    add(id.value);
  }
  template <class Rep, class Period>
  void add(std::chrono::duration<Rep, Period> span) {
    add(span.count());
  }
  template <class C, class D>
  void add(std::chrono::time_point<C, D> time) {
    add(time.time_since_epoch());
  }
  template <class T>
  void add(const std::optional<T>& value) {
    add(value.has_value());
    if (value) add(*value);
  }
  template <class T>
  void add(const std::vector<T>& list) {
    number(list.size());
    for (const auto& item : list) add(item);
  }
  template <class K, class V>
  void add(const std::map<K, V>& map) {
    number(map.size());
    for (const auto& [key, value] : map) {
      add(key);
      add(value);
    }
  }
  template <class... T>
  void add(const std::variant<T...>& value) {
    number(value.index());
    std::visit([this](const auto& held) { add(held); }, value);
  }
  template <class T>
  requires boost::describe::has_describe_members<T>::value void add(const T& value) {
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
        [&](auto member) { add(value.*member.pointer); });
  }

  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325U;
};

}  // namespace docket::simulation
