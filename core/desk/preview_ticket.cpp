// SPDX-License-Identifier: Apache-2.0
#include "desk/preview_ticket.hpp"

#include <chrono>
#include <cmath>
#include <utility>

#include "base/both.hpp"
#include "desk/directory_roster.hpp"
#include "domain/condition/explain.hpp"
#include "domain/ticket/decide.hpp"
#include "domain/ticket/ticket_source.hpp"

namespace docket::desk {
namespace {

/// A value that the field takes, for a preview that nobody wants to fill in whole.
domain::Value assumed_value(const domain::Field& field, Time now) {
  using enum domain::FieldKind;
  const double least = field.minimum.value_or(field.maximum.value_or(0) < 0 ? *field.maximum : 0);
  switch (field.kind) {
    case integer:
      return static_cast<std::int64_t>(std::ceil(least));
    case number:
      return least;
    case boolean:
      return false;
    case choice:
      return field.choices.empty() ? std::string{"?"} : field.choices.front().name;
    case choices:
      return std::vector<std::string>{field.choices.empty() ? "?" : field.choices.front().name};
    case date:
      return to_rfc3339(now).substr(0, 10);
    case instant:
      return to_rfc3339(now);
    case phone:
      return std::string{"13800000000"};
    case email:
      return std::string{"preview@example.com"};
    case text:
    case long_text:
      break;
  }
  return std::string{"?"};
}

domain::Fields assume(const domain::Form& form, domain::CreateTicket& command, Time now) {
  domain::Fields assumed;
  for (const auto& field : form.fields) {
    if (!field.required || command.fields.contains(field.name) ||
        !std::holds_alternative<std::monostate>(field.initial))
      continue;
    // What must match a pattern can not be guessed; the person is asked for it.
    if (!field.pattern.empty()) continue;
    auto value = assumed_value(field, now);
    command.fields.emplace(field.name, value);
    assumed.emplace(field.name, std::move(value));
  }
  return assumed;
}

void add_what_it_does(RuleTried&, const domain::SlaPolicy&) {}
void add_what_it_does(DispatchRuleTried& one, const domain::DispatchRule& rule) {
  one.team = rule.team;
  one.skills = rule.skills;
  one.match_region = rule.match_region;
  one.match_product_line = rule.match_product_line;
  one.by = rule.by;
}

template <class Tried, class Rules>
std::vector<Tried> tried(const Rules& rules, const domain::FieldSource& source) {
  std::vector<Tried> out;
  bool found = false;
  for (const auto& rule : rules) {
    Tried one;
    one.name = rule.name;
    one.when = domain::describe(rule.when);
    one.asked = !found;
    one.holds = domain::holds(rule.when, source);
    if (!one.holds) one.because = domain::why_not_holding(rule.when, source);
    found = found || one.holds;
    add_what_it_does(one, rule);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

Result<TicketPreview> preview_ticket(const Reading& reading,
                                     const std::shared_ptr<const domain::Definitions>& definitions,
                                     domain::CreateTicket command, Time at) {
  const auto form = definitions->forms.find(command.type);
  if (form == definitions->forms.end())
    return fail_field("/type", both("There is no ticket type {0}.", "没有工单类型“{0}”。", command.type));
  TicketPreview preview;
  preview.assumed = assume(form->second, command, at);
  if (command.subject.empty()) command.subject.assign(1, '?');

  const DirectoryRoster roster(reading.directory, definitions, at);
  const auto system = domain::system_principal("preview");
  domain::Context context;
  context.now = at;
  context.principal = &system;
  context.active = definitions;  // a new ticket is pinned to these, so that no stored bundle is asked for
  context.bundles = &reading.source;
  context.roster = &roster;
  auto decision = domain::decide(nullptr, command, context);
  if (!decision) return std::unexpected(std::move(decision.error()));

  // Rules look at the ticket as it was when it came into being, before other rules changed it.
  if (!decision->events.empty()) {
    const auto born = domain::evolve({}, decision->ticket.id, decision->events.front());
    const domain::TicketSource source(born, at, &decision->events.front());
    preview.dispatch = tried<DispatchRuleTried>(definitions->dispatch, source);
    preview.sla = tried<RuleTried>(definitions->sla, source);
  }
  preview.ticket = std::move(decision->ticket);
  preview.events = std::move(decision->events);
  return preview;
}

}  // namespace docket::desk
