// SPDX-License-Identifier: Apache-2.0
// JSON Schema (2020-12, as OpenAPI 3.1 takes it) of the types that the codec reads and writes, from the same
// descriptions.
#pragma once

#include "base/json.hpp"
#include "base/json_describe.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <typeindex>

namespace docket::json {

/// Collects the named schemas that other schemas refer to. Not thread-safe.
class SchemaBook {
 public:
  /// What the schema is for: what is read refuses unknown names, what is written may grow.
  enum class Direction { in, out };

  explicit SchemaBook(std::string prefix = "#/components/schemas/") : prefix_(std::move(prefix)) {}

  /// The schema of T: a reference for structs and enums, in place for the rest.
  template <class T>
  boost::json::value schema(Direction direction, const FieldRule& rule = no_rule);

  /// The schema of a described struct in place, without a name of its own (for parameters).
  template <class T>
  boost::json::object object_in_place(Direction direction);

  /// All named schemas in order of their names.
  [[nodiscard]] boost::json::object components() const;

 private:
  struct Entry {
    std::type_index type;
    bool strict;
    boost::json::value schema;
  };

  template <class T>
  boost::json::value struct_schema(Direction direction, std::string_view kind);
  template <class... A>
  boost::json::value variant_schema(Direction direction, const FieldRule& rule, const std::variant<A...>*);
  template <class T>
  void add_members(Direction direction, boost::json::object& properties, boost::json::array& required);
  template <class T, class D>
  void add_member(Direction direction, boost::json::object& properties, boost::json::array& required);

  // The entry of `name` if it must be written (again); null if it stands already. Throws std::logic_error if another
  // type has that name.
  Entry* open(const std::string& name, std::type_index type, Direction direction);
  [[nodiscard]] boost::json::value reference(const std::string& name) const;

  std::string prefix_;
  std::map<std::string, Entry> entries_;
};

/// "docket::api::Page<docket::desk::TicketRow>" gives "TicketRowPage".
[[nodiscard]] std::string schema_name(const char* mangled);

namespace detail {
boost::json::object text_schema(const FieldRule& rule);
boost::json::object number_schema(std::string_view type, std::int64_t min, std::int64_t max, const FieldRule& rule);
boost::json::object name_schema(std::span<const std::string_view> names);
boost::json::object list_schema(boost::json::value items, const FieldRule& rule);
boost::json::object map_schema(boost::json::value values, const FieldRule& rule);
boost::json::object or_null(boost::json::value schema);
boost::json::object object_schema(boost::json::object properties, boost::json::array required, bool strict);
boost::json::value with_rule(boost::json::value schema, const FieldRule& rule);
}  // namespace detail

template <class T, class D>
void SchemaBook::add_member(Direction direction, boost::json::object& properties, boost::json::array& required) {
  using M = MemberType<T, D>;
  const FieldRule& rule = rule_for<T>(member_name<D>);
  boost::json::value member;
  if constexpr (IsOptional<M>)
    member = schema<typename M::value_type>(direction, rule);
  else
    member = schema<M>(direction, rule);
  properties[member_name<D>] = detail::with_rule(std::move(member), rule);
  // What is written always has it, even where what is read may leave it out; but an Id of none is not written.
  const bool optional = may_be_absent<M> || (direction == Direction::in ? rule.optional : IsId<M>);
  if (!optional) required.emplace_back(member_name<D>);
}

template <class T>
void SchemaBook::add_members(Direction direction, boost::json::object& properties, boost::json::array& required) {
  const auto add = [&]<template <class...> class List, class... D>(List<D...>) {
    (add_member<T, D>(direction, properties, required), ...);
  };
  add(Members<T>{});
}

template <class T>
boost::json::object SchemaBook::object_in_place(Direction direction) {
  boost::json::object properties;
  boost::json::array required;
  add_members<T>(direction, properties, required);
  return detail::object_schema(std::move(properties), std::move(required), direction == Direction::in);
}

template <class T>
boost::json::value SchemaBook::struct_schema(Direction direction, std::string_view kind) {
  const std::string name = (kind.empty() ? "" : "Tagged") + schema_name(typeid(T).name());
  if (Entry* entry = open(name, typeid(T), direction)) {
    boost::json::object properties;
    boost::json::array required;
    if (!kind.empty()) {
      properties["kind"] = boost::json::object{{"const", kind}};
      required.emplace_back("kind");
    }
    add_members<T>(direction, properties, required);
    entry->schema = detail::object_schema(std::move(properties), std::move(required), entry->strict);
  }
  return reference(name);
}

template <class... A>
boost::json::value SchemaBook::variant_schema(Direction direction, const FieldRule& rule, const std::variant<A...>*) {
  boost::json::array any;
  if constexpr (is_tagged_variant<std::variant<A...>>) {
    (any.push_back(struct_schema<A>(direction, A::kind)), ...);
    boost::json::object mapping;
    std::size_t at = 0;
    ((mapping[A::kind] = any[at++].at("$ref")), ...);
    return boost::json::object{
        {"oneOf", std::move(any)},
        {"discriminator", boost::json::object{{"propertyName", "kind"}, {"mapping", std::move(mapping)}}}};
  } else {
    (any.push_back(schema<A>(direction, rule)), ...);
    return boost::json::object{{"anyOf", std::move(any)}};
  }
}

template <class T>
boost::json::value SchemaBook::schema(Direction direction, const FieldRule& rule) {
  if constexpr (HasCustom<T>) {
    return Custom<T>::schema();
  } else if constexpr (std::same_as<T, bool>) {
    return boost::json::object{{"type", "boolean"}};
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return detail::text_schema(rule);
  } else if constexpr (std::unsigned_integral<T> && sizeof(T) == 8) {
    return detail::number_schema("integer", 0, Bounds{}.max, rule);
  } else if constexpr (Integer<T>) {
    return detail::number_schema("integer", std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), rule);
  } else if constexpr (std::floating_point<T>) {
    return detail::number_schema("number", Bounds{}.min, Bounds{}.max, rule);
  } else if constexpr (std::same_as<T, std::monostate>) {
    return boost::json::object{{"type", "null"}};
  } else if constexpr (std::is_enum_v<T>) {
    const std::string name = schema_name(typeid(T).name());
    if (Entry* entry = open(name, typeid(T), direction)) entry->schema = detail::name_schema(enum_names<T>());
    return reference(name);
  } else if constexpr (IsId<T>) {
    return detail::number_schema("integer", 1, Bounds{}.max, rule);
  } else if constexpr (std::same_as<T, Time>) {
    return boost::json::object{{"type", "string"}, {"format", "date-time"}};
  } else if constexpr (IsDuration<T>) {
    auto number = detail::number_schema("integer", Bounds{}.min, Bounds{}.max, rule);
    if constexpr (std::same_as<T, Duration>) number["description"] = "Microseconds.";
    return number;
  } else if constexpr (std::same_as<T, std::chrono::year_month_day>) {
    return boost::json::object{{"type", "string"}, {"format", "date"}};
  } else if constexpr (std::same_as<T, Digest>) {
    return boost::json::object{{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}};
  } else if constexpr (std::same_as<T, RawJson> || std::same_as<T, boost::json::value>) {
    return boost::json::object{};
  } else if constexpr (IsOptional<T> || IsPatch<T>) {
    return detail::or_null(schema<typename T::value_type>(direction, rule));
  } else if constexpr (is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>) {
    return detail::or_null(schema<std::remove_const_t<typename T::element_type>>(direction, rule));
  } else if constexpr (IsVariant<T>) {
    return variant_schema(direction, rule, static_cast<const T*>(nullptr));
  } else if constexpr (IsMap<T>) {
    return detail::map_schema(schema<typename T::mapped_type>(direction, rule), rule);
  } else if constexpr (IsList<T> || IsSet<T>) {
    auto list = detail::list_schema(schema<typename T::value_type>(direction, rule), rule);
    if constexpr (IsSet<T>) list["uniqueItems"] = true;
    return list;
  } else {
    static_assert(DescribedStruct<T>, "describe the struct with BOOST_DESCRIBE_STRUCT, or specialise json::Custom");
    return struct_schema<T>(direction, {});
  }
}

}  // namespace docket::json
