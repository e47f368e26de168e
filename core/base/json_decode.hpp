// SPDX-License-Identifier: Apache-2.0
// JSON to typed values, with every fault at once and a pointer to each. The forms are those of json_encode.hpp.
//
// Unknown names are refused. A member is required unless it is an optional, a Patch, or its rule says `optional`.
// Absent is not null: only a Patch, an optional inside a container, and std::monostate take null.
// To keep a type's decoder in one object file, write there `template Result<X> json::decode<X>(const value&, Trust);`
// and `extern template` of the same in its header.
#pragma once

#include "base/json.hpp"
#include "base/json_describe.hpp"

#include <charconv>
#include <map>
#include <memory>
#include <span>
#include <utility>

namespace docket::json {

using boost::json::value;

struct DecodeField;

/// Where the JSON comes from. What Docket stored itself is still checked for its form, but no longer against rules:
/// they may have been tightened since, and the log must stay readable. An Id may be left out
/// or 0 there, which is none.
enum class Trust { input, stored };

/// Collects faults while one value is decoded, and knows the place in it. On the stack of one call.
class Decoder {
 public:
  explicit Decoder(Trust trust = Trust::input) : trust_(trust) {}

  /// Notes a fault at the current place. `message` is shown to the client.
  void fail(Said message);
  [[nodiscard]] bool ok() const { return errors_.empty(); }
  [[nodiscard]] Trust trust() const { return trust_; }
  [[nodiscard]] Error take_error();

  /// Stands for "inside this member or element" as long as it lives.
  class Step {
   public:
    Step(Decoder& decoder, std::string_view name) : decoder_(decoder) { decoder_.push({name, 0, true}); }
    Step(Decoder& decoder, std::size_t index) : decoder_(decoder) { decoder_.push({{}, index, false}); }
    ~Step() { --decoder_.depth_; }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    /// False beyond 64 levels: a fault has been noted, and the caller does not go deeper.
    explicit operator bool() const { return decoder_.depth_ <= most; }

   private:
    Decoder& decoder_;
  };

  // The scalar readers. Each notes a fault and returns false if `from` is not what is wanted or breaks the rule.
  bool read(const value& from, bool& to);
  bool read_integer(const value& from, std::int64_t min, std::int64_t max, std::int64_t& to);
  bool read_unsigned(const value& from, std::uint64_t max, std::uint64_t& to);
  bool read(const value& from, double& to);
  bool read(const value& from, std::string& to);
  bool read(const value& from, Time& to);
  bool read(const value& from, std::chrono::year_month_day& to);
  bool read(const value& from, Digest& to);
  bool read_id(const value& from, std::int64_t& to);
  /// The index of the object's "kind" among `kinds`, or -1.
  int read_kind(const value& from, std::span<const std::string_view> kinds);
  /// The index of a name among `names`, or -1.
  int read_name(const value& from, std::span<const std::string_view> names);
  const boost::json::array* read_array(const value& from);
  const boost::json::object* read_object(const value& from);
  void check_items(std::size_t count);

 private:
  friend void decode_fields(const value& from, void* object, std::span<const DecodeField> fields, Decoder& decoder,
                            std::string_view tag);
  static constexpr std::size_t most = 64;
  struct Segment {
    std::string_view name;
    std::size_t index;
    bool is_name;
  };
  void push(Segment segment);
  [[nodiscard]] std::string here() const;

  Trust trust_;
  const FieldRule* rule_ = &no_rule;
  std::size_t depth_ = 0;
  std::array<Segment, most> path_;  // first depth_ are set
  std::vector<FieldError> errors_;
};

/// One member of a described struct, without its types.
struct DecodeField {
  std::string_view name;
  bool optional;
  bool optional_if_stored;  ///< an Id: none is not written; a list: an older program did not know it
  const FieldRule* rule;
  void (*decode)(const value& from, void* object, Decoder& decoder);
};

/// Reads an object's members into `object` by its table. `tag` is one more name that is known and skipped.
void decode_fields(const value& from, void* object, std::span<const DecodeField> fields, Decoder& decoder,
                   std::string_view tag = {});

template <class T>
void decode_into(const value& from, T& to, Decoder& decoder);

namespace detail {

template <class T, class D>
void decode_member(const value& from, void* object, Decoder& decoder) {
  auto& member = static_cast<T*>(object)->*D::pointer;
  using M = MemberType<T, D>;
  if constexpr (IsOptional<M>) {
    if (from.is_null()) return decoder.fail({"must not be null; leave it out instead", "不能是 null，不填就不要写"});
    decode_into(from, member.emplace(), decoder);
  } else {
    decode_into(from, member, decoder);
  }
}

template <class T, template <class...> class List, class... D>
constexpr std::array<DecodeField, sizeof...(D)> decode_fields_of(List<D...>) {
  return {{DecodeField{member_name<D>, may_be_absent<MemberType<T, D>> || rule_for<T>(member_name<D>).optional,
                       IsId<MemberType<T, D>> || IsList<MemberType<T, D>>, &rule_for<T>(member_name<D>), &decode_member<T, D>}...}};
}
template <class T>
inline constexpr auto decode_table = decode_fields_of<T>(Members<T>{});

template <class... A>
void decode_tagged(const value& from, std::variant<A...>& to, Decoder& decoder) {
  static constexpr std::array<std::string_view, sizeof...(A)> kinds{A::kind...};
  using Read = void (*)(const value&, std::variant<A...>&, Decoder&);
  static constexpr std::array<Read, sizeof...(A)> readers{[](const value& f, std::variant<A...>& t, Decoder& d) {
    decode_fields(f, &t.template emplace<A>(), decode_table<A>, d, "kind");
  }...};
  const int index = decoder.read_kind(from, kinds);
  if (index >= 0) readers[static_cast<std::size_t>(index)](from, to, decoder);
}

// A variant without tags: the JSON's own type says which alternative is meant.
template <class V>
void decode_untagged(const value& from, V& to, Decoder& decoder) {
  const auto read_as = [&]<class A>(std::type_identity<A>) {
    if constexpr (has_alternative<A, V>)
      return decode_into(from, to.template emplace<A>(), decoder);
    else
      decoder.fail({"has a type that is not accepted here", "类型不对"});
  };
  switch (from.kind()) {
    case boost::json::kind::null:
      return read_as(std::type_identity<std::monostate>{});
    case boost::json::kind::bool_:
      return read_as(std::type_identity<bool>{});
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      if constexpr (has_alternative<std::int64_t, V>)
        return read_as(std::type_identity<std::int64_t>{});
      else
        return read_as(std::type_identity<double>{});
    case boost::json::kind::double_:
      return read_as(std::type_identity<double>{});
    case boost::json::kind::string:
      return read_as(std::type_identity<std::string>{});
    case boost::json::kind::array:
      return read_as(std::type_identity<std::vector<std::string>>{});
    case boost::json::kind::object:
      return read_as(std::type_identity<std::map<std::string, std::string>>{});
  }
}

template <class K>
bool read_key(std::string_view text, K& key) {
  if constexpr (std::same_as<K, std::string>) {
    key = text;
    return true;
  } else if constexpr (DescribedEnum<K>) {
    const auto found = enum_from_name<K>(text);
    if (found) key = *found;
    return found.has_value();
  } else if constexpr (IsId<K>) {
    return read_key(text, key.value);
  } else {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), key);
    return code == std::errc{} && end == text.data() + text.size();
  }
}

}  // namespace detail

template <class T>
void decode_into(const value& from, T& to, Decoder& decoder) {
  if constexpr (HasCustom<T>) {
    Custom<T>::decode(from, to, decoder);
  } else if constexpr (std::same_as<T, bool> || std::same_as<T, std::string> || std::same_as<T, double> ||
                       std::same_as<T, Time> || std::same_as<T, std::chrono::year_month_day> ||
                       std::same_as<T, Digest>) {
    decoder.read(from, to);
  } else if constexpr (std::unsigned_integral<T>) {
    std::uint64_t number = 0;
    if (decoder.read_unsigned(from, std::numeric_limits<T>::max(), number)) to = static_cast<T>(number);
  } else if constexpr (Integer<T>) {
    std::int64_t number = 0;
    if (decoder.read_integer(from, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), number)) {
      to = static_cast<T>(number);
    }
  } else if constexpr (std::same_as<T, std::monostate>) {
    if (!from.is_null()) decoder.fail({"must be null", "须为 null"});
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(DescribedEnum<T>, "describe the enum with BOOST_DESCRIBE_ENUM");
    const int index = decoder.read_name(from, enum_names<T>());
    if (index >= 0) to = docket::detail::enum_table<T>[static_cast<std::size_t>(index)].value;
  } else if constexpr (IsId<T>) {
    decoder.read_id(from, to.value);
  } else if constexpr (IsDuration<T>) {
    using Rep = typename T::rep;
    std::int64_t count = 0;
    if (decoder.read_integer(from, std::numeric_limits<Rep>::min(), std::numeric_limits<Rep>::max(), count)) {
      to = T{static_cast<Rep>(count)};
    }
  } else if constexpr (std::same_as<T, RawJson>) {
    to.text.clear();
    append_value(to.text, from);
  } else if constexpr (std::same_as<T, value>) {
    to = value(from, boost::json::storage_ptr{});
  } else if constexpr (IsOptional<T>) {
    if (from.is_null())
      to.reset();
    else
      decode_into(from, to.emplace(), decoder);
  } else if constexpr (is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>) {
    if (from.is_null()) return to.reset();
    using Held = std::remove_const_t<typename T::element_type>;
    auto held = std::make_unique<Held>();
    decode_into(from, *held, decoder);
    to = std::move(held);
  } else if constexpr (IsPatch<T>) {
    if (from.is_null()) {
      to = T::null();
    } else {
      typename T::value_type given{};
      decode_into(from, given, decoder);
      to = T{std::move(given)};
    }
  } else if constexpr (is_tagged_variant<T>) {
    detail::decode_tagged(from, to, decoder);
  } else if constexpr (IsVariant<T>) {
    detail::decode_untagged(from, to, decoder);
  } else if constexpr (IsMap<T>) {
    const auto* object = decoder.read_object(from);
    if (object == nullptr) return;
    decoder.check_items(object->size());
    for (const auto& [name, element] : *object) {
      const Decoder::Step step{decoder, std::string_view{name}};
      if (!step) return;
      typename T::key_type key{};
      if (!detail::read_key(std::string_view{name}, key))
        decoder.fail({"is not a name that is accepted here", "名称不对"});
      else
        decode_into(element, to[std::move(key)], decoder);
    }
  } else if constexpr (IsList<T> || IsSet<T>) {
    const auto* array = decoder.read_array(from);
    if (array == nullptr) return;
    decoder.check_items(array->size());
    if constexpr (requires { to.reserve(array->size()); }) to.reserve(array->size());
    std::size_t index = 0;
    for (const auto& element : *array) {
      const Decoder::Step step{decoder, index++};
      if (!step) return;
      typename T::value_type decoded{};
      decode_into(element, decoded, decoder);
      if constexpr (IsList<T>)
        to.push_back(std::move(decoded));
      else if (!to.insert(std::move(decoded)).second)
        decoder.fail({"is given twice", "重复了"});
    }
  } else {
    static_assert(DescribedStruct<T>, "describe the struct with BOOST_DESCRIBE_STRUCT, or specialise json::Custom");
    static_assert(rules_name_fields<T>(), "field_rules names a field that the struct does not have");
    decode_fields(from, &to, detail::decode_table<T>, decoder);
  }
}

/// A typed value, or invalid_field with every fault.
template <class T>
[[nodiscard]] Result<T> decode(const value& from, Trust trust = Trust::input) {
  Decoder decoder{trust};
  T to{};
  decode_into(from, to, decoder);
  if (!decoder.ok()) return std::unexpected{decoder.take_error()};
  return to;
}

/// The same from text; also malformed_json and too_large.
template <class T>
[[nodiscard]] Result<T> decode_text(std::string_view text, const Limits& limits = {}) {
  Document document;
  if (auto parsed = document.parse(text, limits); !parsed) return std::unexpected{std::move(parsed).error()};
  return decode<T>(document.root());
}

/// Throws std::runtime_error: what Docket stored does not read back. The message holds no stored value.
[[noreturn]] void throw_unreadable(const Error& error);

/// A value that Docket itself wrote with `encode`, for example an event. Throws std::runtime_error if it is unreadable.
template <class T>
[[nodiscard]] T decode_stored(std::string_view text) {
  Document document;
  if (auto parsed = document.parse(text, {.bytes = std::size_t{64} << 20, .depth = 64}); !parsed) {
    throw_unreadable(parsed.error());
  }
  auto decoded = decode<T>(document.root(), Trust::stored);
  if (!decoded) throw_unreadable(decoded.error());
  return std::move(*decoded);
}

}  // namespace docket::json
