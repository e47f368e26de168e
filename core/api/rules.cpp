// SPDX-License-Identifier: Apache-2.0
// The rules of the desk in words (SLA policies, dispatch rules, triggers), and what triggers did lately.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "domain/condition/explain.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct GoalOutput {
  std::string when;
  Duration within{};
};
BOOST_DESCRIBE_STRUCT(GoalOutput, (), (when, within))

struct WarningOutput {
  std::string name;
  std::optional<int> at_percent;
  std::optional<Duration> before, after, repeat;
  int times = 0;
  std::vector<domain::ActionKind> actions;
};
BOOST_DESCRIBE_STRUCT(WarningOutput, (), (name, at_percent, before, after, repeat, times, actions))

struct ClockOutput {
  std::string name, calendar, pause;
  std::vector<GoalOutput> goals;
  std::vector<WarningOutput> warnings;
};
BOOST_DESCRIBE_STRUCT(ClockOutput, (), (name, calendar, pause, goals, warnings))
constexpr auto field_rules(const ClockOutput*) {
  return std::array{Rule{.field = "calendar", .description = "The desk's where it is empty."},
                    Rule{.field = "pause", .description = "The condition under which it stands still, in words."}};
}

struct PolicyOutput {
  std::string name;
  domain::Title title{};
  std::string when;
  std::vector<ClockOutput> clocks;
};
BOOST_DESCRIBE_STRUCT(PolicyOutput, (), (name, title, when, clocks))

struct DispatchRuleOutput {
  std::string name, when, team;
  std::vector<std::string> skills;
  bool match_region = false, match_product_line = false;
  std::optional<domain::DispatchBy> by;
  std::optional<int> priority_rank;
};
BOOST_DESCRIBE_STRUCT(DispatchRuleOutput, (),
                      (name, when, team, skills, match_region, match_product_line, by, priority_rank))

struct TriggerOutput {
  std::string name;
  std::vector<std::string> on;
  std::string when;
  std::vector<std::string> actions;
};
BOOST_DESCRIBE_STRUCT(TriggerOutput, (), (name, on, when, actions))

struct RulesOutput {
  std::vector<PolicyOutput> sla;
  std::vector<DispatchRuleOutput> dispatch;
  std::vector<TriggerOutput> triggers;
};
BOOST_DESCRIBE_STRUCT(RulesOutput, (), (sla, dispatch, triggers))
constexpr auto field_rules(const RulesOutput*) {
  return std::array{Rule{.field = "sla", .description = "In order; the first whose condition holds applies."},
                    Rule{.field = "dispatch", .description = "In order; the first whose condition holds decides."}};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

/// The action with what it acts on: "notify vip_alert → lead", "escalate 2".
std::string in_words(const domain::Action& action) {
  using enum domain::ActionKind;
  const std::string verb{enum_name(action.kind)};
  switch (action.kind) {
    case assign:
      return verb + " " + joined([&] {
               std::vector<std::string> to;
               for (const auto& part : {action.team, action.user, action.to}) {
                 if (!part.empty()) to.push_back(part);
               }
               return to;
             }());
    case set:
      return verb + " " + action.field;
    case tag:
    case untag:
      return verb + " " + joined(action.values);
    case escalate:
      return verb + " " + std::to_string(action.level);
    case notify:
      return verb + " " + action.text + " → " + joined(action.whom);
    case move:
      return verb + " " + action.transition;
    case call:
      return verb + " " + action.destination;
    case note:
    case urge:
      break;
  }
  return verb;
}

std::string condition_in_words(const domain::Condition& condition) {
  return condition.kind == domain::Condition::Kind::always ? std::string{} : domain::describe(condition);
}

PolicyOutput policy_output(const domain::SlaPolicy& policy) {
  PolicyOutput out{policy.name, policy.title, condition_in_words(policy.when), {}};
  for (const auto& clock : policy.clocks) {
    ClockOutput shown{clock.name, clock.calendar, condition_in_words(clock.pause), {}, {}};
    for (const auto& goal : clock.goals) shown.goals.push_back({condition_in_words(goal.when), goal.within});
    for (const auto& warning : clock.warnings) {
      WarningOutput one{warning.name, warning.at_percent, warning.before, warning.after,
                        warning.repeat, warning.times,    {}};
      for (const auto& action : warning.actions) one.actions.push_back(action.kind);
      shown.warnings.push_back(std::move(one));
    }
    out.clocks.push_back(std::move(shown));
  }
  return out;
}

Result<Answer<RulesOutput>> rules(const Call<None, None, None>&, const QueryContext& context) {
  const auto& active = *context.reading.active;
  RulesOutput out;
  for (const auto& policy : active.sla) out.sla.push_back(policy_output(policy));
  for (const auto& rule : active.dispatch) {
    out.dispatch.push_back({rule.name, condition_in_words(rule.when), rule.team, rule.skills, rule.match_region,
                            rule.match_product_line, rule.by, rule.priority_rank});
  }
  for (const auto& trigger : active.triggers) {
    TriggerOutput one{trigger.name, trigger.on, condition_in_words(trigger.when), {}};
    for (const auto& action : trigger.actions) one.actions.push_back(in_words(action));
    out.triggers.push_back(std::move(one));
  }
  return out;
}

struct FiringsQuery : PageQuery {
  std::optional<std::string> rule;
};
BOOST_DESCRIBE_STRUCT(FiringsQuery, (PageQuery), (rule))
constexpr auto field_rules(const FiringsQuery*) {
  return std::array{limit_rule, cursor_rule,
                    Rule{.field = "rule",
                         .description = "Only this one: \"trigger NAME\", \"warning CLOCK.NAME\", \"transition NAME\"…",
                         .length = {1, 200}}};
}

struct FiringOutput {
  std::int64_t position = 0;
  TicketId ticket{};
  std::string subject;
  Time at{};
  std::string rule;
  std::vector<std::string> done, refused;
};
BOOST_DESCRIBE_STRUCT(FiringOutput, (), (position, ticket, subject, at, rule, done, refused))
constexpr auto field_rules(const FiringOutput*) {
  return std::array{Rule{.field = "done", .description = "One line an action."},
                    Rule{.field = "refused", .description = "What could not be done, with the reason."}};
}

// A page looks back over so many events at most; what it does not find there the next page goes on with.
constexpr std::int64_t events_a_page = 50'000;
constexpr int looked_at = 400;

/// What the event says, if the ticket may be seen with its history.
std::optional<FiringOutput> firing(const QueryContext& context, const desk::FeedEntry& entry) {
  const auto ticket = context.reading.tickets.find(TicketId{entry.stream}, context.principal);
  if (!ticket || !context.principal.may(Right::event_read, ticket->team)) return {};
  auto events = context.reading.tickets.events(ticket->id, entry.sequence - 1, 1);
  auto* fired = events.empty() ? nullptr : std::get_if<domain::RuleFired>(&events.front().event);
  if (fired == nullptr) return {};
  FiringOutput out{entry.position, ticket->id, ticket->subject, entry.at, fired->rule, {}, {}};
  // Lines may tell values of fields that not everybody sees; who sees all fields sees all lines.
  if (!context.principal.restricted_on(ticket->team)) {
    out.done = std::move(fired->done);
    out.refused = std::move(fired->refused);
  }
  return out;
}

Result<Answer<Page<FiringOutput>>> firings(const Call<None, FiringsQuery, None>& call, const QueryContext& context) {
  const auto start = page_start(context.cursors, "firings", call.query);
  if (!start) return std::unexpected{start.error()};
  const auto before = *start > 0 ? *start : context.reading.stream.feed_head() + 1;
  const auto from = std::max<std::int64_t>(1, before - events_a_page);
  const auto entries =
      context.reading.stream.feed_of_kind(std::string{domain::RuleFired::kind}, from, before, looked_at);
  Page<FiringOutput> page;
  const auto size = static_cast<std::size_t>(page_size(call.query));
  auto reached = std::cmp_less(entries.size(), looked_at) ? from : entries.back().position;
  for (const auto& entry : entries) {
    auto one = firing(context, entry);
    if (one && (!call.query.rule || one->rule == *call.query.rule)) page.items.push_back(std::move(*one));
    if (page.items.size() < size) continue;
    reached = entry.position;
    break;
  }
  if (reached > 1) page.next = context.cursors.make(bound_to("firings", call.query), std::to_string(reached));
  return page;
}

}  // namespace

void add_rule_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "read_rules",
                               .verb = get,
                               .path = "/api/v1/rules",
                               .access = Right::definition_read,
                               .rate = RateClass::read,
                               .summary = "SLA policies, dispatch rules and triggers, with their conditions in words."},
                              rules));
  routes.push_back(make_route({.name = "list_rule_firings",
                               .verb = get,
                               .path = "/api/v1/rules/firings",
                               .access = Right::event_read,
                               .rate = RateClass::search,
                               .summary = "What rules did lately on tickets that you may see, newest first.",
                               .description = "A page may be short or empty and still have a next one."},
                              firings));
}

}  // namespace docket::api
