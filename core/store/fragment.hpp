// SPDX-License-Identifier: Apache-2.0
// A piece of SQL with the values that its parameters get, in order.
#pragma once

#include "store/query.hpp"
#include "store/sql.hpp"

namespace docket::store {

struct Fragment {
  SqlText sql;
  Values values;

  Fragment() = default;
  Fragment(Sql text) : sql(text) {}  // NOLINT: implicit on purpose
  template <class... T>
  Fragment(Sql text, const T&... bound) : sql(text) {
    (values.add(bound), ...);
  }
  Fragment& operator+=(const Fragment& more) {
    sql += more.sql;
    values.append(more.values);
    return *this;
  }
  friend Fragment operator+(Fragment a, const Fragment& b) { return a += b; }
};

}  // namespace docket::store
