// SPDX-License-Identifier: Apache-2.0
// How C++ values become columns and back: typed, 64-bit safe, never through SOCI's dynamic rows.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/enum.hpp"
#include "base/hash.hpp"
#include "base/id.hpp"
#include "store/errors.hpp"
#include "store/statement.hpp"

namespace docket::store {

/// Bytes, stored as BLOB.
struct Bytes {
  std::string data;
  bool operator==(const Bytes&) const = default;
};

/// How a type is bound and read. Specialise it for a type with a column form of its own.
template <class T>
struct Column;

template <std::integral T>
struct Column<T> {
  static constexpr Kind kind = Kind::integer;
  static void bind(Statement& s, std::size_t at, T value) { s.bind_integer(at, static_cast<std::int64_t>(value)); }
  static T read(Statement& s, std::size_t at) {
    const std::int64_t value = s.integer(at);
    if constexpr (std::is_same_v<T, bool>) {
      return value != 0;
    } else {
      if (!std::in_range<T>(value)) throw StoreMisuse("a column does not fit the type that reads it");
      return static_cast<T>(value);
    }
  }
};

/// Enumerations are stored as their position: enumerators are only ever appended.
template <DescribedEnum E>
struct Column<E> {
  static constexpr Kind kind = Kind::integer;
  static void bind(Statement& s, std::size_t at, E value) { s.bind_integer(at, static_cast<std::int64_t>(value)); }
  static E read(Statement& s, std::size_t at) {
    const auto value = static_cast<E>(s.integer(at));
    if (enum_name(value).empty()) throw StoreMisuse("a column holds no enumerator of the type that reads it");
    return value;
  }
};

template <>
struct Column<double> {
  static constexpr Kind kind = Kind::real;
  static void bind(Statement& s, std::size_t at, double value) { s.bind_real(at, value); }
  static double read(Statement& s, std::size_t at) { return s.real(at); }
};

template <>
struct Column<std::string> {
  static constexpr Kind kind = Kind::text;
  static void bind(Statement& s, std::size_t at, std::string_view value) { s.bind_text(at, value); }
  static std::string read(Statement& s, std::size_t at) { return s.take_text(at); }
};

template <>
struct Column<std::string_view> {
  static constexpr Kind kind = Kind::text;
  static void bind(Statement& s, std::size_t at, std::string_view value) { s.bind_text(at, value); }
};

template <std::size_t N>
struct Column<char[N]> : Column<std::string_view> {};

template <>
struct Column<Bytes> {
  static constexpr Kind kind = Kind::blob;
  static void bind(Statement& s, std::size_t at, const Bytes& value) { s.bind_blob(at, value.data); }
  static Bytes read(Statement& s, std::size_t at) { return Bytes{s.take_blob(at)}; }
};

template <>
struct Column<Digest> {
  static constexpr Kind kind = Kind::blob;
  static void bind(Statement& s, std::size_t at, const Digest& value) { s.bind_blob(at, bytes_of(value)); }
  static Digest read(Statement& s, std::size_t at) {
    const std::string bytes = s.take_blob(at);
    Digest digest{};
    if (bytes.size() != digest.size()) throw StoreMisuse("a digest column has a wrong length");
    std::ranges::copy(bytes, reinterpret_cast<char*>(digest.data()));
    return digest;
  }
};

template <class Tag>
struct Column<Id<Tag>> {
  static constexpr Kind kind = Kind::integer;
  static void bind(Statement& s, std::size_t at, Id<Tag> id) { s.bind_integer(at, id.value); }
  static Id<Tag> read(Statement& s, std::size_t at) { return Id<Tag>{s.integer(at)}; }
};

template <>
struct Column<Time> {
  static constexpr Kind kind = Kind::integer;
  static void bind(Statement& s, std::size_t at, Time t) { s.bind_integer(at, t.time_since_epoch().count()); }
  static Time read(Statement& s, std::size_t at) { return Time{Duration{s.integer(at)}}; }
};

template <>
struct Column<Duration> {
  static constexpr Kind kind = Kind::integer;
  static void bind(Statement& s, std::size_t at, Duration d) { s.bind_integer(at, d.count()); }
  static Duration read(Statement& s, std::size_t at) { return Duration{s.integer(at)}; }
};

template <class T>
struct Column<std::optional<T>> {
  static constexpr Kind kind = Column<T>::kind;
  static void bind(Statement& s, std::size_t at, const std::optional<T>& value) {
    if (value) {
      Column<T>::bind(s, at, *value);
    } else {
      s.bind_null(at);
    }
  }
  static std::optional<T> read(Statement& s, std::size_t at) {
    if (s.is_null(at)) return std::nullopt;
    return Column<T>::read(s, at);
  }
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr Kind kind_of = Column<std::remove_cvref_t<T>>::kind;

/// Values whose number is only known at run time, for statements that were composed.
class Values {
 public:
  template <class T>
  void add(const T& value) {
    using Plain = std::decay_t<T>;
    if constexpr (kind_of<T> == Kind::integer) {
      if constexpr (std::is_integral_v<Plain> || std::is_enum_v<Plain>) {
        push(Kind::integer, static_cast<std::int64_t>(value));
      } else if constexpr (std::is_same_v<Plain, Time>) {
        push(Kind::integer, static_cast<std::int64_t>(value.time_since_epoch().count()));
      } else if constexpr (std::is_same_v<Plain, Duration>) {
        push(Kind::integer, static_cast<std::int64_t>(value.count()));
      } else {
        push(Kind::integer, static_cast<std::int64_t>(value.value));
      }
    } else if constexpr (kind_of<T> == Kind::real) {
      push(Kind::real, static_cast<double>(value));
    } else {
      static_assert(kind_of<T> == Kind::text, "bytes are not composed into conditions");
      push(Kind::text, std::string(value));
    }
  }
  void append(const Values& more) {
    kinds_.insert(kinds_.end(), more.kinds_.begin(), more.kinds_.end());
    values_.insert(values_.end(), more.values_.begin(), more.values_.end());
  }
  [[nodiscard]] std::span<const Kind> kinds() const { return kinds_; }
  [[nodiscard]] std::size_t size() const { return kinds_.size(); }
  void bind(Statement& statement) const;

 private:
  using Value = std::variant<std::int64_t, double, std::string>;
  void push(Kind kind, Value value) {
    kinds_.push_back(kind);
    values_.push_back(std::move(value));
  }
  std::vector<Kind> kinds_;
  std::vector<Value> values_;
};

/// A bound read that waits to be run, once. Rows are copied out before it returns: nothing keeps a read transaction
/// open.
template <class... Columns>
class [[nodiscard]] Selection {
 public:
  using Row = std::tuple<Columns...>;

  explicit Selection(Statement& statement) : statement_(&statement) {}

  /// The only row. Throws StoreMisuse if there is none or a second one.
  Row one() {
    auto row = maybe();
    if (!row) throw StoreMisuse("no row where one must be in: " + std::string(statement_->text()));
    return *std::move(row);
  }

  /// The row, if there is one. Throws StoreMisuse if there are two.
  std::optional<Row> maybe() {
    if (!statement_->execute()) return std::nullopt;
    Row row = guarded([&] { return read(std::index_sequence_for<Columns...>{}); });
    if (statement_->next()) {
      statement_->reset();
      throw StoreMisuse("two rows where one may be in: " + std::string(statement_->text()));
    }
    return row;
  }

  /// Every row, as tuples or as `As{columns…}`. Throws StoreMisuse if there are more than `limit`: page with LIMIT.
  template <class As = Row>
  std::vector<As> all(std::size_t limit) {
    std::vector<As> rows;
    each(limit, [&](Columns... columns) { rows.push_back(As{std::move(columns)...}); });
    return rows;
  }

  /// Calls visit(columns…) for every row, at most `limit`, else as all(). `visit` must not run the same statement.
  template <class Visit>
  void each(std::size_t limit, Visit visit) {
    std::size_t count = 0;
    for (bool more = statement_->execute(); more; more = statement_->next()) {
      guarded([&] {
        if (++count > limit) throw StoreMisuse("more rows than allowed in: " + std::string(statement_->text()));
        std::apply(visit, read(std::index_sequence_for<Columns...>{}));
      });
    }
  }

 private:
  template <std::size_t... At>
  Row read(std::index_sequence<At...>) {
    return Row{read_column<Columns>(At)...};
  }

  template <class T>
  T read_column(std::size_t at) {
    if constexpr (!is_optional<T>) {
      if (statement_->is_null(at)) {
        throw StoreMisuse("NULL in a column read as not null in: " + std::string(statement_->text()));
      }
    }
    return Column<T>::read(*statement_, at);
  }

  template <class F>
  decltype(auto) guarded(F f) {
    try {
      return f();
    } catch (...) {
      statement_->reset();
      throw;
    }
  }

  Statement* statement_;
};

}  // namespace docket::store
