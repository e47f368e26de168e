// SPDX-License-Identifier: Apache-2.0
#include "desk/backtest.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "desk/shift_plan.hpp"

namespace docket::desk {
namespace {

constexpr int people_a_page = 500;
constexpr int most_shifts = 500'000;
constexpr int tickets_a_page = 50;
constexpr int events_a_page = 500;

/// The directory as it is, kept apart from the database.
class PeopleThen final : public domain::PastPeople {
 public:
  static PeopleThen read(const Reading& reading, Time from, Time to) {
    PeopleThen out;
    for (UserId after{};;) {
      const auto page = reading.directory.users(after, people_a_page, {});
      if (page.empty()) break;
      after = page.back().id;
      for (const auto& user : page) out.people_.emplace(user.id, user);
    }
    for (const auto& [id, user] : out.people_) {
      out.by_login_[user.login] = id;
      for (const auto& membership : user.memberships) out.teams_[membership.team].emplace_back(id, membership.lead);
    }
    // A plan counts for a while after its last shift.
    for (auto& shift : reading.directory.roster(from - ShiftPlan::counts_for, to, {}, most_shifts))
      out.shifts_[shift.user].push_back(shift);
    return out;
  }

  [[nodiscard]] std::vector<domain::Candidate> members(const domain::Team& team, bool team_at_work, Time at) const override {
    std::vector<domain::Candidate> out;
    const auto found = teams_.find(team.name);
    if (found == teams_.end()) return out;
    out.reserve(found->second.size());
    for (const auto& [id, lead] : found->second) {
      const auto& user = people_.at(id);
      domain::Candidate& candidate = out.emplace_back();
      candidate.user = id;
      candidate.login = user.login;
      candidate.lead = lead;
      candidate.active = user.active;
      candidate.presence = domain::Presence::online;
      candidate.on_shift = on_shift(id, team_at_work, at);
      candidate.capacity = user.capacity.value_or(team.capacity);
      candidate.skills = user.skills;
      candidate.regions = user.regions;
      candidate.product_lines = user.product_lines;
    }
    return out;
  }
  [[nodiscard]] std::vector<std::string> teams_of(UserId user) const override {
    std::vector<std::string> out;
    const auto found = people_.find(user);
    if (found == people_.end()) return out;
    for (const auto& membership : found->second.memberships) out.push_back(membership.team);
    return out;
  }
  [[nodiscard]] std::optional<UserId> find_user(const std::string& login) const override {
    const auto found = by_login_.find(login);
    if (found == by_login_.end() || !people_.at(found->second).active) return {};
    return found->second;
  }
  [[nodiscard]] std::string login(UserId user) const {
    const auto found = people_.find(user);
    return found == people_.end() ? "#" + std::to_string(user.value) : found->second.login;
  }

 private:
  [[nodiscard]] bool on_shift(UserId user, bool team_at_work, Time at) const {
    ShiftPlan plan(at);
    if (const auto found = shifts_.find(user); found != shifts_.end()) {
      for (const auto& shift : found->second) {
        if (shift.from > at) break;
        plan.add(shift);
      }
    }
    return plan.on_shift(team_at_work);
  }

  std::map<UserId, User> people_;
  std::map<std::string, UserId> by_login_;
  std::map<std::string, std::vector<std::pair<UserId, bool>>> teams_;
  std::map<UserId, std::vector<Shift>> shifts_;  ///< of each by time
};

struct Page {
  std::vector<std::shared_ptr<const domain::PastTicket>> tickets{};
  Time reached{};  ///< when the last of them was created
  std::optional<ListPosition> next{};
};

std::shared_ptr<const domain::PastTicket> past_of(const Reading& reading, TicketId id, Time until) {
  std::vector<domain::RecordedEvent> events;
  for (std::int64_t after = 0;;) {
    auto page = reading.tickets.events(id, after, events_a_page);
    if (page.empty()) break;
    after = page.back().sequence;
    std::ranges::move(page, std::back_inserter(events));
  }
  std::erase_if(events, [&](const domain::RecordedEvent& event) { return event.at >= until; });
  return std::make_shared<const domain::PastTicket>(domain::past_of(id, events, reading.source));
}

/// When the oldest of the newest `most` was created, or `from` where there are not so many since.
Result<Time> newest_from(const Reading& reading, const BacktestRequest& request) {
  static const auto system = domain::system_principal("backtest");
  constexpr int rows_a_page = 200;
  TicketListQuery query;
  query.sort = domain::Sorting::created;
  query.after = ListPosition{request.to.time_since_epoch().count(), {}};
  query.limit = rows_a_page;
  for (std::int64_t left = request.most;;) {
    const auto rows = reading.tickets.list(query, system);
    if (!rows) return std::unexpected(rows.error());
    for (const auto& row : rows->rows) {
      if (row.created_at < request.from) return request.from;
      if (--left == 0) return row.created_at;
    }
    if (!rows->next) return request.from;
    query.after = rows->next;
  }
}

/// By the time of their creation, which is where the list is entered: what is older is not walked over.
Result<Page> read_page(const Reading& reading, const BacktestRequest& request, const ListPosition& after) {
  static const auto system = domain::system_principal("backtest");
  TicketListQuery query;
  query.sort = domain::Sorting::created;
  query.descending = false;
  query.after = after;
  query.limit = tickets_a_page;
  auto rows = reading.tickets.list(query, system);
  if (!rows) return std::unexpected(std::move(rows.error()));
  Page page;
  page.next = rows->next;
  for (const auto& row : rows->rows) {
    if (row.created_at >= request.to) {
      page.next.reset();
      break;
    }
    page.tickets.push_back(past_of(reading, row.id, request.to));
    page.reached = std::max(page.reached, row.created_at);
  }
  return page;
}

/// Both worlds over the same tickets, but for those to leave out.
class Pass {
 public:
  Pass(Database& database, const BacktestRequest& request, const PeopleThen& people, const std::function<Result<void>()>& go_on)
      : database_(database),
        request_(request),
        go_on_(go_on),
        today_(request.today, people),
        candidate_(request.candidate, people),
        comparison_(request.from, request.to) {}

  Result<void> run(const std::set<TicketId>& leave_out) {
    std::optional<ListPosition> next = ListPosition{request_.from.time_since_epoch().count(), {}};
    while (next) {
      const auto page = read_long_and_wait(
          database_, [&](const Reading& reading) -> Result<Page> { return read_page(reading, request_, *next); });
      if (!page) return std::unexpected(page.error());
      for (const auto& past : page->tickets) {
        if (past->acts.empty() || leave_out.contains(past->id)) continue;
        today_.add(past);
        candidate_.add(past);
      }
      // Everything before the last of them came is known now.
      if (auto run = run_until(page->reached); !run) return run;
      tell(today_.take_ended(), candidate_.take_ended());
      next = page->next;
    }
    if (auto run = run_until(request_.to); !run) return run;
    tell(today_.take_rest(), candidate_.take_rest());
    return {};
  }
  [[nodiscard]] const std::set<TicketId>& strayed() const { return comparison_.strayed(); }
  [[nodiscard]] domain::Backtest finish() { return comparison_.finish(today_.peaks(), candidate_.peaks()); }

 private:
  Result<void> run_until(Time until) {
    if (auto may = go_on_(); !may) return may;
    Result<void> going{};
    const auto ask = [&] { return (going = go_on_()).has_value(); };
    if (!today_.run(until, ask) || !candidate_.run(until, ask)) return going;
    return {};
  }
  void tell(std::vector<domain::Replayed> of_today, std::vector<domain::Replayed> of_candidate) {
    for (auto& told : of_today) comparison_.today(std::move(told));
    for (auto& told : of_candidate) comparison_.candidate(std::move(told));
  }

  Database& database_;
  const BacktestRequest& request_;
  const std::function<Result<void>()>& go_on_;
  domain::Replay today_, candidate_;
  domain::Comparison comparison_;
};

}  // namespace

Result<BacktestOutcome> backtest(Database& database, BacktestRequest request, const std::function<Result<void>()>& go_on) {
  if (request.most > 0) {
    const auto from = read_long_and_wait(
        database, [&](const Reading& reading) -> Result<Time> { return newest_from(reading, request); });
    if (!from) return std::unexpected(from.error());
    request.from = *from;
  }
  auto people = read_long_and_wait(database, [&](const Reading& reading) -> Result<PeopleThen> {
    return PeopleThen::read(reading, request.from, request.to);
  });
  if (!people) return std::unexpected(std::move(people.error()));

  BacktestOutcome out;
  Pass whole(database, request, *people, go_on);
  if (auto run = whole.run({}); !run) return std::unexpected(std::move(run.error()));
  out.backtest = whole.finish();
  if (!whole.strayed().empty()) {
    Pass second(database, request, *people, go_on);
    if (auto run = second.run(whole.strayed()); !run) return std::unexpected(std::move(run.error()));
    out.backtest = domain::without_strays(std::move(out.backtest), second.finish());
  }
  for (const auto* peaks : {&out.backtest.today.peaks, &out.backtest.candidate.peaks}) {
    for (const auto& [user, peak] : *peaks) out.people.try_emplace(user, people->login(user));
  }
  return out;
}

}  // namespace docket::desk
