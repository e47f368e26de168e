// SPDX-License-Identifier: Apache-2.0
// How a ticket came to be what it is: events, the SLA ledger, dispatch with its reasons, and what time will do next.
#include <algorithm>

#include "api/filters.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "base/both.hpp"
#include "domain/refusals.hpp"
#include "domain/sla/clocks.hpp"
#include "domain/ticket/timers.hpp"

namespace docket::domain {
BOOST_DESCRIBE_STRUCT(LedgerSegment, (), (from, to, counted, working, calendar, bundle, rule))
BOOST_DESCRIBE_STRUCT(LedgerRun, (),
                      (clock, policy, run, goal, started_at, ended_at, due_at, breached_at, counted, segments,
                       warnings))
}  // namespace docket::domain

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct EventOutput {
  std::int64_t sequence = 0;
  Time at{};
  domain::Actor actor{};
  domain::TicketEvent event{};
};
BOOST_DESCRIBE_STRUCT(EventOutput, (), (sequence, at, actor, event))

/// Takes custom fields out that the principal may not see on tickets of the team that has this one now.
void hide_fields(domain::TicketEvent& event, const QueryContext& context, const std::string& team) {
  if (!context.principal.restricted_on(team)) return;
  const auto& active = *context.reading.active;
  if (auto* created = std::get_if<domain::Created>(&event))
    created->fields = visible_fields(context.principal, active, created->fields, team);
  if (auto* set = std::get_if<domain::FieldsSet>(&event))
    set->fields = visible_fields(context.principal, active, set->fields, team);
  if (auto* fired = std::get_if<domain::RuleFired>(&event)) {
    // Lines of actions read "set NAME to VALUE".
    const auto tells = [&](const std::string& line) {
      if (!line.starts_with("set ")) return false;
      std::string_view name = std::string_view{line}.substr(4);
      name = name.substr(0, name.find(' '));
      if (name == "priority" || name == "region" || name == "product_line") return false;
      if (name.starts_with("field.")) name.remove_prefix(6);
      return !may_see_field(context.principal, active, name, team);
    };
    std::erase_if(fired->done, tells);
    std::erase_if(fired->refused, tells);
  }
}

Result<Answer<Page<EventOutput>>> events(const Call<TicketPath, PageQuery, None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  if (!context.principal.may(domain::Right::event_read, ticket->team)) {
    return domain::lacks_right(*context.reading.active, domain::Right::event_read, ticket->team);
  }
  const std::string name = ticket_path(ticket->id) + "/events";
  const auto after = page_start(context.cursors, name, call.query);
  if (!after) return std::unexpected{after.error()};
  std::vector<EventOutput> rows;
  for (auto& recorded : context.reading.tickets.events(ticket->id, *after, page_size(call.query) + 1)) {
    hide_fields(recorded.event, context, ticket->team);
    rows.push_back({recorded.sequence, recorded.at, std::move(recorded.actor), std::move(recorded.event)});
  }
  return page_of(context.cursors, name, call.query, std::move(rows), [](const auto& event) { return event.sequence; });
}

constexpr std::size_t most_events = 20'000;

/// The whole history in slices; what is longer than any ticket gets is refused rather than cut.
Result<std::vector<domain::RecordedEvent>> whole_history(const QueryContext& context, TicketId id) {
  std::vector<domain::RecordedEvent> all;
  constexpr int slice = 500;
  while (true) {
    auto some = context.reading.tickets.events(id, all.empty() ? 0 : all.back().sequence, slice);
    const bool last = std::cmp_less(some.size(), slice);
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    if (last) return all;
    if (all.size() > most_events) {
      return fail(ErrorCode::too_large,
                  both("The ticket has more than {} events; read them in pages.", "工单历史超过 {} 条，请分页查看。", most_events));
    }
  }
}

struct LedgerRun : domain::LedgerRun {
  domain::Title policy_title{};
};
BOOST_DESCRIBE_STRUCT(LedgerRun, (domain::LedgerRun), (policy_title))
constexpr auto field_rules(const LedgerRun*) {
  return std::array{Rule{.field = "policy", .description = "Of the clock step: the state that has the limit."},
                    Rule{.field = "policy_title", .description = "Empty where no policy of that name is active."}};
}

Result<Answer<Page<LedgerRun>>> sla(const Call<TicketPath, None, None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  const auto history = whole_history(context, ticket->id);
  if (!history) return std::unexpected{history.error()};
  Page<LedgerRun> page;
  const auto& policies = context.reading.active->sla;
  for (auto& run : domain::ledger(*history, context.reading.source, context.reading.now)) {
    const auto policy = std::ranges::find(policies, run.policy, &domain::SlaPolicy::name);
    LedgerRun out{std::move(run), {}};
    if (policy != policies.end() && out.clock != "step") out.policy_title = policy->title;
    page.items.push_back(std::move(out));
  }
  return Answer<Page<LedgerRun>>{std::move(page)}.with_version(ticket->version);
}

struct DispatchOutput {
  std::int64_t sequence = 0;
  Time at{};
  domain::Actor actor{};
  domain::AssignReason reason{};
  std::string team;
  UserId assignee{};
  bool waiting = false;
  std::optional<domain::DispatchChoice> choice;
};
BOOST_DESCRIBE_STRUCT(DispatchOutput, (), (sequence, at, actor, reason, team, assignee, waiting, choice))
constexpr auto field_rules(const DispatchOutput*) {
  return std::array{Rule{.field = "choice", .description = "Who was chosen and who was passed over, and why."}};
}

Result<Answer<Page<DispatchOutput>>> dispatch(const Call<TicketPath, None, None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  auto history = whole_history(context, ticket->id);
  if (!history) return std::unexpected{history.error()};
  Page<DispatchOutput> out;
  for (auto& recorded : *history) {
    auto* assigned = std::get_if<domain::Assigned>(&recorded.event);
    if (assigned == nullptr) continue;
    out.items.push_back({recorded.sequence, recorded.at, std::move(recorded.actor), assigned->reason,
                         std::move(assigned->team), assigned->assignee, assigned->waiting,
                         std::move(assigned->choice)});
  }
  return Answer<Page<DispatchOutput>>{std::move(out)}.with_version(ticket->version);
}

enum class TimerKind { clock, auto_move, hold_end };
BOOST_DESCRIBE_ENUM(TimerKind, clock, auto_move, hold_end)

struct TimerOutput {
  TimerKind kind{};
  Time at{};
  std::string name;
};
BOOST_DESCRIBE_STRUCT(TimerOutput, (), (kind, at, name))
constexpr auto field_rules(const TimerOutput*) {
  return std::array{Rule{.field = "name", .description = "The clock, or the transition that happens by itself."}};
}

Result<Answer<Page<TimerOutput>>> timers(const Call<TicketPath, None, None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  Page<TimerOutput> out;
  for (const auto& clock : ticket->clocks) {
    if (!clock.ended_at && clock.next_at) out.items.push_back({TimerKind::clock, *clock.next_at, clock.clock});
  }
  const auto pinned = context.reading.source.get(ticket->workflow_bundle);
  if (const auto next = domain::next_auto_move(*ticket, *pinned, *context.reading.active)) {
    out.items.push_back({TimerKind::auto_move, next->at, next->transition});
  }
  if (ticket->hold && ticket->hold->until) out.items.push_back({TimerKind::hold_end, *ticket->hold->until, ""});
  std::ranges::stable_sort(out.items, {}, &TimerOutput::at);
  return Answer<Page<TimerOutput>>{std::move(out)}.with_version(ticket->version);
}

}  // namespace

void add_history_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(reads("list_events", "/api/v1/tickets/{ticket_id}/events", Right::event_read,
                                    "The ticket's history, oldest first."),
                              events));
  routes.push_back(
      make_route(reads("read_sla", "/api/v1/tickets/{ticket_id}/sla", Right::ticket_read,
                       "The SLA ledger: each stretch of each clock, counted or not, by which rule and calendar."),
                 sla));
  routes.push_back(make_route(reads("read_dispatch", "/api/v1/tickets/{ticket_id}/dispatch", Right::ticket_read,
                                    "Why the ticket is with whom it is."),
                              dispatch));
  routes.push_back(make_route(reads("list_timers", "/api/v1/tickets/{ticket_id}/timers", Right::ticket_read,
                                    "What time will do to the ticket, soonest first."),
                              timers));
}

}  // namespace docket::api
