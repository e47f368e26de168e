// SPDX-License-Identifier: Apache-2.0
#include "api/told_columns.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/both.hpp"
#include "desk/spoken_ticket.hpp"

namespace docket::api {
namespace {

constexpr std::string_view custom = "field.";
constexpr std::size_t most_columns = 30;

bool is_told(const std::string& name, const domain::Definitions& active) {
  if (name.starts_with(custom)) {
    const auto field = name.substr(custom.size());
    return std::ranges::any_of(active.forms, [&](const auto& form) { return form.second.find_field(field) != nullptr; });
  }
  const auto* known = domain::find_catalogue_field(name);
  return known != nullptr && !known->event_only;
}

}  // namespace

Result<std::vector<std::string>> told_names(const std::optional<std::string>& columns, const domain::Definitions& active) {
  std::vector<std::string> names;
  if (!columns || columns->empty()) return names;
  for (const auto part : std::views::split(*columns, ',')) names.emplace_back(part.begin(), part.end());
  if (names.size() > most_columns) {
    auto refused = fail(ErrorCode::unknown_parameter, {"Ask for 30 columns at most.", "一次最多要 30 列。"});
    refused.error().fields.push_back({"columns", "has more than 30 names", "多于 30 个"});
    return refused;
  }
  for (const auto& name : names) {
    // Views outlive the fields that they name: what no form has any more says nothing.
    if (is_told(name, active) || name.starts_with(custom)) continue;
    auto refused = fail(ErrorCode::unknown_parameter, both("There is no field {0}.", "没有字段“{0}”。", name));
    refused.error().fields.push_back({"columns", "names no field of tickets", "不是工单的字段"});
    return refused;
  }
  return names;
}

std::vector<TicketRow> with_told(std::vector<desk::TicketRow> rows, const std::vector<std::string>& names, bool english,
                                 const QueryContext& context) {
  const auto& reading = context.reading;
  const desk::WordSources sources{reading.directory, *reading.active, reading.source, reading.now};
  const desk::Telling telling{english, &context.principal};
  std::vector<TicketRow> out;
  out.reserve(rows.size());
  for (auto& row : rows) {
    TicketRow& told = out.emplace_back();
    static_cast<desk::TicketRow&>(told) = std::move(row);
    if (names.empty()) continue;
    const auto ticket = reading.tickets.find(told.id, context.principal);
    told.told.emplace();
    if (!ticket) continue;
    const domain::TicketSource plain(*ticket, reading.now);
    const desk::SpokenTicket spoken(sources, *ticket, telling);
    for (const auto& name : names) {
      const bool unknown = !is_told(name, *reading.active) || std::holds_alternative<std::monostate>(plain.get(name));
      (*told.told)[name] = unknown ? std::string() : domain::fill_text("{{" + name + "}}", spoken);
    }
  }
  return out;
}

}  // namespace docket::api
