// SPDX-License-Identifier: Apache-2.0
// What a candidate would have done with the tickets of the last weeks.
#include <atomic>
#include <chrono>
#include <utility>

#include "api/candidate.hpp"
#include "api/resources.hpp"
#include "desk/backtest.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

/// Some seconds of work: what a person waits for at a page. The command line has no such limits.
constexpr std::int64_t most_tickets = 5'000;
constexpr auto longest = std::chrono::seconds{25};

/// One at a time: the threads aside are needed for uploads and checks too.
class Turn {
 public:
  Turn() : mine_(!taken_.exchange(true)) {}
  ~Turn() {
    if (mine_) taken_ = false;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] bool mine() const { return mine_; }

 private:
  static inline std::atomic<bool> taken_{false};
  const bool mine_;
};

Error somebody_else() {
  Error error;
  error.code = ErrorCode::overloaded;
  error.say({"Another backtest is running; try again in half a minute.", "另一个回测正在进行，请半分钟后再试。"});
  error.retry_after_seconds = 30;
  return error;
}

struct BacktestInput {
  std::map<std::string, std::string> files;
  int days = 30;
};
BOOST_DESCRIBE_STRUCT(BacktestInput, (), (files, days))
constexpr auto field_rules(const BacktestInput*) {
  return std::array{files_rule,
                    Rule{.field = "days",
                         .description = "Tickets created in so many days until now; of more than 5,000 the newest.",
                         .optional = true,
                         .range = {1, 3'660}}};
}

struct CasesOutput {
  std::int64_t count = 0;
  std::vector<TicketId> tickets;
};
BOOST_DESCRIBE_STRUCT(CasesOutput, (), (count, tickets))
constexpr auto field_rules(const CasesOutput*) {
  return std::array{Rule{.field = "tickets", .description = "The first few, to look at."}};
}

struct BothOutput {
  std::int64_t today = 0, candidate = 0;
};
BOOST_DESCRIBE_STRUCT(BothOutput, (), (today, candidate))

struct NamedBothOutput {
  std::string name;
  std::int64_t today = 0, candidate = 0;
};
BOOST_DESCRIBE_STRUCT(NamedBothOutput, (), (name, today, candidate))

enum class ObjectionKind { refused, asked, dropped, taken_again };
BOOST_DESCRIBE_ENUM(ObjectionKind, refused, asked, dropped, taken_again)

struct ObjectionOutput {
  ObjectionKind kind{};
  std::string act, act_zh, why, why_zh;
  CasesOutput cases;
};
BOOST_DESCRIBE_STRUCT(ObjectionOutput, (), (kind, act, act_zh, why, why_zh, cases))
constexpr auto field_rules(const ObjectionOutput*) {
  return std::array{Rule{.field = "kind",
                         .description = "refused: the candidate does not take what was done; asked: it asks for what nobody gave then; "
                                        "dropped: it does not take what was given then; taken_again: today's refuse it and the candidate does not."}};
}

struct OtherTeamOutput {
  std::string today, candidate;
  CasesOutput cases;
};
BOOST_DESCRIBE_STRUCT(OtherTeamOutput, (), (today, candidate, cases))

struct OtherStateOutput {
  std::string today, candidate;
  CasesOutput cases;
};
BOOST_DESCRIBE_STRUCT(OtherStateOutput, (), (today, candidate, cases))
constexpr auto field_rules(const OtherStateOutput*) {
  return std::array{Rule{.field = "today", .description = "WORKFLOW/STATE in which they end up."}};
}

struct ClockRunsOutput {
  std::string clock;
  BothOutput kept{}, late{};
  CasesOutput newly_late, newly_kept;
};
BOOST_DESCRIBE_STRUCT(ClockRunsOutput, (), (clock, kept, late, newly_late, newly_kept))

struct BacktestOutput {
  bool valid = false;
  std::vector<desk::CheckFinding> findings;
  Time from{}, to{};
  std::int64_t tickets = 0, acts = 0, compared = 0;
  std::int64_t strayed_today = 0, strayed_candidate = 0, same_team_then = 0, same_agent_then = 0, same_goals_then = 0;
  std::vector<ObjectionOutput> objections;
  CasesOutput further_objections;
  std::vector<NamedBothOutput> teams, teams_ever;
  std::vector<OtherTeamOutput> other_team;
  CasesOutput other_agent;
  std::vector<OtherStateOutput> other_state;
  CasesOutput other_values;
  BothOutput waited, unassigned;
  std::vector<NamedBothOutput> peaks;
  std::vector<ClockRunsOutput> clocks;
  std::vector<NamedBothOutput> rules;
  BothOutput warnings, escalations, notices, calls;
};
BOOST_DESCRIBE_STRUCT(BacktestOutput, (),
                      (valid, findings, from, to, tickets, acts, compared, strayed_today, strayed_candidate, same_team_then,
                       same_agent_then, same_goals_then, objections, further_objections, teams, teams_ever, other_team,
                       other_agent, other_state, other_values, waited, unassigned, peaks, clocks, rules, warnings, escalations,
                       notices, calls))
constexpr auto field_rules(const BacktestOutput*) {
  return std::array{
      Rule{.field = "valid", .description = "Whether the candidate could be published; else there is no backtest."},
      Rule{.field = "from", .description = "Later than asked for where there were more tickets."},
      Rule{.field = "compared", .description = "Tickets that both definitions follow to the end; all sums are over these."},
      Rule{.field = "strayed_today", .description = "Tickets that not even today's definitions follow."},
      Rule{.field = "strayed_candidate", .description = "Tickets that today's follow and the candidate does not."},
      Rule{.field = "same_team_then", .description = "Of those compared: today's give them to the team that had them first."},
      Rule{.field = "same_agent_then", .description = "Likewise: the person who had them first."},
      Rule{.field = "same_goals_then", .description = "Likewise: the same goals were kept and missed."},
      Rule{.field = "further_objections", .description = "Beyond 200 of a kind."},
      Rule{.field = "teams", .description = "Tickets by the team that has them first."},
      Rule{.field = "teams_ever", .description = "Tickets by each team that has them at some time."},
      Rule{.field = "other_values", .description = "Tickets with another priority, other tags or fields in the end."},
      Rule{.field = "waited", .description = "Tickets that nobody could take when they came."},
      Rule{.field = "unassigned", .description = "Tickets that nobody ever has."},
      Rule{.field = "calls", .description = "What is handed to plugins and webhooks."},
      Rule{.field = "peaks",
           .description = "By login: the most tickets at a time, where that differs; the largest change first. Empty without report_read."}};
}

CasesOutput output(const domain::Cases& cases) {
  return {cases.count, cases.tickets};
}

void add(std::vector<ObjectionOutput>& out, ObjectionKind kind, const std::map<domain::Objection, domain::Cases>& objections) {
  const auto first = out.size();
  for (const auto& [objection, cases] : objections) {
    out.push_back({kind, objection.act.en, objection.act.in(Language::zh), objection.why.en, objection.why.in(Language::zh),
                   output(cases)});
  }
  std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                   [](const auto& a, const auto& b) { return a.cases.count > b.cases.count; });
}

/// By the names of both.
template <class Map>
std::vector<NamedBothOutput> side_by_side(const Map& today, const Map& candidate) {
  std::map<std::string, BothOutput> by_name;
  for (const auto& [name, count] : today) by_name[name].today = count;
  for (const auto& [name, count] : candidate) by_name[name].candidate = count;
  std::vector<NamedBothOutput> out;
  for (const auto& [name, both] : by_name) out.push_back({name, both.today, both.candidate});
  return out;
}

std::vector<NamedBothOutput> peaks_of(const desk::BacktestOutcome& outcome) {
  constexpr std::size_t most = 20;
  std::map<std::string, std::int64_t> today, candidate;
  for (const auto& [user, peak] : outcome.backtest.today.peaks) today[outcome.people.at(user)] = peak;
  for (const auto& [user, peak] : outcome.backtest.candidate.peaks) candidate[outcome.people.at(user)] = peak;
  auto out = side_by_side(today, candidate);
  std::erase_if(out, [](const auto& one) { return one.today == one.candidate; });
  std::ranges::stable_sort(out, std::greater{}, [](const auto& one) { return std::abs(one.candidate - one.today); });
  if (out.size() > most) out.resize(most);
  return out;
}

std::vector<ClockRunsOutput> clocks_of(const domain::Backtest& b) {
  std::map<std::string, ClockRunsOutput> by_name;
  for (const auto& [clock, runs] : b.today.clocks) {
    by_name[clock].kept.today = runs.kept;
    by_name[clock].late.today = runs.late;
  }
  for (const auto& [clock, runs] : b.candidate.clocks) {
    by_name[clock].kept.candidate = runs.kept;
    by_name[clock].late.candidate = runs.late;
  }
  for (const auto& [clock, cases] : b.newly_late) by_name[clock].newly_late = output(cases);
  for (const auto& [clock, cases] : b.newly_kept) by_name[clock].newly_kept = output(cases);
  std::vector<ClockRunsOutput> out;
  for (auto& [clock, runs] : by_name) {
    runs.clock = clock;
    out.push_back(std::move(runs));
  }
  return out;
}

BacktestOutput output(const desk::BacktestOutcome& outcome, bool with_people) {
  const auto& b = outcome.backtest;
  BacktestOutput out;
  out.from = b.from;
  out.to = b.to;
  out.tickets = b.tickets;
  out.acts = b.acts;
  out.compared = b.compared;
  out.strayed_today = b.strayed_today;
  out.strayed_candidate = b.strayed_candidate;
  out.same_team_then = b.same_team_then;
  out.same_agent_then = b.same_agent_then;
  out.same_goals_then = b.same_goals_then;
  add(out.objections, ObjectionKind::refused, b.refused);
  add(out.objections, ObjectionKind::asked, b.asked);
  add(out.objections, ObjectionKind::dropped, b.dropped);
  add(out.objections, ObjectionKind::taken_again, b.taken_again);
  out.further_objections = output(b.more_refused);
  out.teams = side_by_side(b.today.tickets_by_team, b.candidate.tickets_by_team);
  out.teams_ever = side_by_side(b.today.tickets_ever, b.candidate.tickets_ever);
  for (const auto& [teams, cases] : b.other_team) out.other_team.push_back({teams.first, teams.second, output(cases)});
  std::ranges::stable_sort(out.other_team, std::greater{}, [](const auto& one) { return one.cases.count; });
  out.other_agent = output(b.other_agent);
  for (const auto& [states, cases] : b.other_state) out.other_state.push_back({states.first, states.second, output(cases)});
  std::ranges::stable_sort(out.other_state, std::greater{}, [](const auto& one) { return one.cases.count; });
  out.other_values = output(b.other_values);
  out.waited = {b.today.waited, b.candidate.waited};
  out.unassigned = {b.today.unassigned, b.candidate.unassigned};
  if (with_people) out.peaks = peaks_of(outcome);
  out.clocks = clocks_of(b);
  out.rules = side_by_side(b.today.rules, b.candidate.rules);
  out.warnings = {b.today.warnings, b.candidate.warnings};
  out.escalations = {b.today.escalations, b.candidate.escalations};
  out.notices = {b.today.notices, b.candidate.notices};
  out.calls = {b.today.calls, b.candidate.calls};
  return out;
}

/// What a backtest needs of the desk at its beginning.
struct Beginning {
  Time now{};
  std::shared_ptr<const domain::Definitions> active{};
  bool sees_reports = false;
};

Result<BacktestOutput> live_again(desk::Database& database, const Authoriser& authorise,
                                  const std::shared_ptr<const domain::Definitions>& candidate, int days) {
  const Turn turn;
  if (!turn.mine()) return std::unexpected{somebody_else()};
  const auto beginning = desk::read_and_wait(database, [&](const desk::Reading& reading) -> Result<Beginning> {
    const auto caller = authorise(reading);
    if (!caller) return std::unexpected{caller.error()};
    return Beginning{reading.now, reading.active, caller->principal.may(Right::report_read)};
  });
  if (!beginning) return std::unexpected{beginning.error()};
  const auto until = std::chrono::steady_clock::now() + longest;
  const auto outcome = desk::backtest(
      database, {beginning->active, candidate, beginning->now - std::chrono::hours{24 * days}, beginning->now, most_tickets},
      [until]() -> Result<void> {
        if (std::chrono::steady_clock::now() < until) return {};
        return fail_field("/days", {"The backtest takes too long for a page. Ask for fewer days, or run `docket backtest` on the server.",
                                    "回测时间太长，网页等不了。请减少天数，或在服务器上运行 `docket backtest`。"});
      });
  if (!outcome) return std::unexpected{outcome.error()};
  return output(*outcome, beginning->sees_reports);
}

/// On the thread aside that compiled the candidate: the tickets are read by pages, and lived again between them.
void backtest(const Call<None, None, BacktestInput>& call, StagedContext context, Reply<BacktestOutput> reply) {
  auto shared = std::make_shared<Reply<BacktestOutput>>(std::move(reply));
  auto& database = context.services.database;
  const auto compiled = [&database, shared, authorise = context.authorise,
                         days = call.body.days](const std::shared_ptr<const desk::CheckedBundle>& checked) {
    Result<BacktestOutput> out = BacktestOutput{};
    if (checked->definitions) out = live_again(database, authorise, checked->definitions, days);
    if (!out) return (*shared)(std::unexpected{std::move(out).error()});
    out->valid = checked->definitions != nullptr;
    out->findings = checked->findings;
    (*shared)(std::move(*out));
  };
  compile_first(context, std::make_shared<const desk::BundleFiles>(call.body.files), shared, compiled);
}

}  // namespace

void add_backtest_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "backtest_definitions",
                               .verb = http::Method::post,
                               .path = "/api/v1/definitions/backtest",
                               .access = Right::definition_publish,
                               .rate = RateClass::expensive,
                               .summary = "Live the tickets of the last weeks again under today's definitions and under a candidate, and "
                                          "compare. Changes nothing.",
                               .max_body = largest_bundle},
                              backtest));
}

}  // namespace docket::api
