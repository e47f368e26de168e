// SPDX-License-Identifier: Apache-2.0
// A ticket as conditions see it: the field catalogue read off a Ticket, and off the event that a trigger looks at.
#pragma once

#include "domain/condition/condition.hpp"
#include "domain/ticket/event.hpp"

namespace docket::domain {

/// Lives as long as its arguments. `event` may be null: then event fields have no value.
class TicketSource final : public FieldSource {
 public:
  TicketSource(const Ticket& ticket, Time now, const RecordedEvent* event = nullptr)
      : ticket_(ticket), now_(now), event_(event) {}
  [[nodiscard]] Value get(std::string_view field) const override;
  [[nodiscard]] Time now() const override { return now_; }

 private:
  const Ticket& ticket_;
  Time now_;
  const RecordedEvent* event_;
};

/// Fills {{placeholders}} of a text from the source; unknown ones stay empty; output at most 256 KiB. No logic.
/// Instants are printed in UTC and lists with commas: a source for people answers such fields with text of its own.
[[nodiscard]] std::string fill_text(std::string_view text, const FieldSource& source);

}  // namespace docket::domain
