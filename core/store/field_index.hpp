// SPDX-License-Identifier: Apache-2.0
// What ticket_field holds: the values of custom fields that are marked `indexed`, one row for each that can be looked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "domain/definitions.hpp"
#include "store/session.hpp"

namespace docket::store {

enum class FieldKind : std::int64_t { text = 0, number = 1, boolean = 2, element = 3 };

/// Of tickets of every type, where one form marks it: a filter names a field and no type, and must find them all.
[[nodiscard]] inline bool is_indexed(const domain::Definitions& active, const std::string& field) {
  return std::ranges::any_of(active.forms, [&](const auto& form) {
    const domain::Field* found = form.second.find_field(field);
    return found != nullptr && found->indexed;
  });
}

/// Calls `visit(kind, bound)` for each row of a value; the same element may come twice.
template <class Visit>
void each_indexed_value(const domain::Value& value, Visit&& visit) {
  if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !text->empty()) visit(FieldKind::text, *text);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) visit(FieldKind::number, *whole);
  if (const auto* real = std::get_if<double>(&value)) visit(FieldKind::number, *real);
  if (const auto* yes = std::get_if<bool>(&value)) visit(FieldKind::boolean, std::int64_t{*yes});
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    for (const auto& element : *list) visit(FieldKind::element, element);
  }
}

void insert_indexed_field(Session& session, TicketId ticket, const std::string& field, const domain::Value& value);

/// What is no longer marked is no longer kept, so its rows are not believed from the next write on: a field that is marked
/// anew later is filled anew. In the transaction that publishes `active`.
void forget_unmarked_fields(Session& session, const domain::Definitions& active);

/// Fills ticket_field for fields that `active` marks as indexed and that older tickets lack, `limit` tickets at a time.
/// For a slice after a publication and at start; false when nothing is left.
bool fill_indexed_fields(Session& session, const domain::Definitions& active, int limit);

}  // namespace docket::store
