// SPDX-License-Identifier: Apache-2.0
// Lists in pages: what every list takes, and the page after what was read.
#pragma once

#include "api/call.hpp"
#include "base/json_decode.hpp"
#include "base/json_encode.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace docket::api {

inline constexpr int default_page = 50;
inline constexpr int largest_page = 200;

/// What every list takes.
struct PageQuery {
  std::optional<int> limit;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(PageQuery, (), (limit, cursor))

/// The rules of PageQuery, for the queries that extend it.
inline constexpr json::FieldRule limit_rule{
    .field = "limit", .description = "Rows of a page; 50 unless told.", .range = {1, largest_page}};
inline constexpr json::FieldRule cursor_rule{
    .field = "cursor", .description = "`next` of the page before; with the same other parameters.", .length = {1, 512}};
constexpr auto field_rules(const PageQuery*) {
  return std::array{limit_rule, cursor_rule};
}

[[nodiscard]] inline int page_size(const PageQuery& query) {
  return query.limit.value_or(default_page);
}

/// What a cursor of this list is bound to: the route and all parameters but those of paging.
template <class Q>
[[nodiscard]] std::string bound_to(std::string_view list, Q query) {
  query.limit.reset();
  query.cursor.reset();
  return std::string{list} + json::encode(query);
}

/// The number at which the page begins; 0 without a cursor.
template <class Q>
[[nodiscard]] Result<std::int64_t> page_start(const Cursors& cursors, std::string_view list, const Q& query) {
  if (!query.cursor) return 0;
  auto position = cursors.open(bound_to(list, query), *query.cursor);
  if (!position) return std::unexpected{std::move(position).error()};
  std::int64_t number = 0;
  std::from_chars(position->data(), position->data() + position->size(), number);
  return number;
}

/// `rows` were read with one more than the page holds. `number_of` gives what the next page begins after.
template <class T, class Q, class NumberOf>
[[nodiscard]] Page<T> page_of(const Cursors& cursors, std::string_view list, const Q& query, std::vector<T> rows,
                              NumberOf number_of) {
  Page<T> page{std::move(rows), {}};
  const auto size = static_cast<std::size_t>(page_size(query));
  if (page.items.size() > size) {
    page.items.resize(size);
    page.next = cursors.make(bound_to(list, query), std::to_string(number_of(page.items.back())));
  }
  return page;
}

}  // namespace docket::api
