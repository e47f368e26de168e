// SPDX-License-Identifier: Apache-2.0
#include "tryton_records.hpp"

#include "tryton_rpc.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace docket::tryton {

const Resource* resource_of(std::string_view name) {
  static const std::array<Resource, 3> all{{
      {"customers",
       "party.party",
       {"name", "code", "active", "write_date", "create_date", "contact_mechanisms.type", "contact_mechanisms.value", "addresses.street",
        "addresses.postal_code", "addresses.city"},
       {{"party.contact_mechanism", "party"}, {"party.address", "party"}},
       true},
      {"orders",
       "sale.sale",
       {"number", "reference", "state", "sale_date", "total_amount", "currency.code", "shipment_state", "invoice_state", "party.rec_name",
        "party.code", "lines.product.rec_name", "lines.quantity", "lines.unit_price", "write_date", "create_date"},
       {{"sale.line", "sale"}},
       false},
      {"products",
       "product.product",
       {"code", "active", "template.name", "list_price", "write_date", "create_date"},
       {},
       true},
  }};
  const auto found = std::ranges::find(all, name, &Resource::name);
  return found == all.end() ? nullptr : &*found;
}

Cursor Cursor::parse(std::string_view text) {
  std::array<std::int64_t, 4> numbers{};
  for (auto& number : numbers) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);
  }
  return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

std::string Cursor::text() const {
  return std::to_string(begun_s) + ":" + std::to_string(since_s) + ":" + std::to_string(step) + ":" + std::to_string(after);
}

json::array domain_of(const Cursor& cursor, bool has_active) {
  json::array domain{json::array{"id", ">", cursor.after}};
  // Without this Tryton hides what was archived, and the desk would never learn of it.
  if (has_active && cursor.step == 0) domain.push_back(json::array{"active", "in", json::array{true, false}});
  if (cursor.since_s > 0) {
    const auto since = datetime_of(cursor.since_s);
    domain.push_back(json::array{"OR", json::array{"write_date", ">=", since}, json::array{"create_date", ">=", since}});
  }
  return domain;
}

json::object record_data(std::string_view resource, const json::object& row) {
  auto data = plain(row).as_object();
  if (resource != "customers") return data;
  const auto first = [&](std::string_view kind) -> std::string {
    const auto* list = data.if_contains("contact_mechanisms");
    if (list == nullptr || !list->is_array()) return {};
    for (const auto& one : list->as_array()) {
      if (one.is_object() && sdk::text_of(one.as_object(), "type") == kind) return sdk::text_of(one.as_object(), "value");
    }
    return {};
  };
  const auto mobile = first("mobile");
  data["phone"] = mobile.empty() ? first("phone") : mobile;
  data["email"] = first("email");
  if (const auto* list = data.if_contains("addresses"); list != nullptr && list->is_array() && !list->as_array().empty() &&
                                                        list->as_array().front().is_object())
    data["city"] = sdk::text_of(list->as_array().front().as_object(), "city");
  return data;
}

}  // namespace docket::tryton
