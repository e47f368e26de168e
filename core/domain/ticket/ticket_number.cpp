// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/ticket_number.hpp"

#include <charconv>

namespace docket::domain {

std::string ticket_number(const Definitions& definitions, TicketId id) {
  return definitions.desk.ticket_prefix + std::to_string(id.value);
}

std::optional<TicketId> ticket_of_number(const Definitions& definitions, std::string_view number) {
  const auto& prefix = definitions.desk.ticket_prefix;
  if (number.starts_with(prefix)) number.remove_prefix(prefix.size());
  if (number.starts_with('-')) number.remove_prefix(1);  // as many people write it
  std::int64_t id = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), id);
  if (read.ec != std::errc{} || read.ptr != number.data() + number.size() || id <= 0) return std::nullopt;
  return TicketId{id};
}

}  // namespace docket::domain
