// SPDX-License-Identifier: Apache-2.0
#include "store/fact_rows.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/both.hpp"
#include "store/condition_scope.hpp"
#include "store/fact_code.hpp"
#include "store/visible_tickets.hpp"

namespace docket::store {
namespace {

using domain::CountedFact;
using domain::CountedHead;
using domain::counted;
using domain::Fact;
using domain::FactHead;
using domain::FactKind;
using domain::NameBook;
using domain::NameCode;
using domain::named;

constexpr std::size_t any_number = 100'000'000;  // blocks and lines are bounded by the tickets that there are
constexpr std::int64_t rows_a_block = 16;

std::int64_t block_of(TicketId id) {
  return id.value / tickets_a_fact_block;
}

/// What the principal may count.
class Sight {
 public:
  Sight(Session& session, Time now, const domain::Principal& principal, const NameBook& names)
      : principal_(principal), names_(names) {
    everything_ = sees_all(principal);
    if (everything_) return;
    domain::Principal rest = principal;
    std::erase_if(rest.views, [&](const domain::TicketView& view) {
      if (view.scope == domain::TicketScope::none) return true;
      if (view.scope != domain::TicketScope::team || view.where.kind != domain::Condition::Kind::always) return false;
      teams_.insert(view.teams.begin(), view.teams.end());
      return true;
    });
    if (rest.views.empty()) return;
    const ConditionScope scope(session, now, nullptr, rest);
    const Fragment sql = Fragment("SELECT t.id FROM ticket t WHERE ") + visible_tickets(rest, scope.context());
    session.select<TicketId>(sql.sql, sql.values).each(any_number, [&](TicketId id) {
      const auto at = static_cast<std::size_t>(id.value);
      if (at >= tickets_.size()) tickets_.resize(std::max(at + 1, tickets_.size() * 2));
      tickets_[at] = true;
    });
  }

  [[nodiscard]] bool holds(TicketId ticket, NameCode team) {
    if (team >= known_.size()) known_.resize(team + 1, OfTeam::unknown);
    if (known_[team] == OfTeam::unknown) known_[team] = look_up(names_.name(team));
    if (known_[team] != OfTeam::some) return known_[team] == OfTeam::all;
    const auto at = static_cast<std::size_t>(ticket.value);
    return at < tickets_.size() && tickets_[at];
  }

 private:
  /// Which tickets of a team are counted. `some`: those that are seen by other views than whole teams.
  enum class OfTeam : std::uint8_t { unknown, none, some, all };

  [[nodiscard]] OfTeam look_up(const std::string& team) const {
    if (!principal_.may(domain::Right::report_read, team)) return OfTeam::none;
    return everything_ || teams_.contains(team) ? OfTeam::all : OfTeam::some;
  }

  const domain::Principal& principal_;
  const NameBook& names_;
  bool everything_ = false;
  std::set<std::string> teams_;
  std::vector<bool> tickets_;
  std::vector<OfTeam> known_;
};

std::optional<std::string> row_data(Session& session, std::int64_t id) {
  auto row = session.select<Bytes>("SELECT data FROM fact_block WHERE id = ?", id).maybe();
  if (!row) return std::nullopt;
  return std::move(std::get<0>(*row).data);
}

/// The blocks that a query must read: those with rows in its range, and all with lines in the log.
std::set<std::int64_t> blocks_of(Session& session, const domain::FactQuery& query) {
  std::set<std::int64_t> blocks;
  const Time from = query.from.value_or(Time::min());
  const Time to = query.to.value_or(Time::max());
  session.select<std::int64_t, Time, Time, std::int64_t>(fact_spans_sql)
      .each(any_number, [&](std::int64_t id, Time first, Time last, std::int64_t open) {
        const auto part = id % rows_a_block;
        const bool wanted = part == 0 || query.kinds.test(static_cast<std::size_t>(part - 1));
        if ((wanted && first < to && last >= from) || (query.open && open > 0)) blocks.insert(id / rows_a_block);
      });
  std::int64_t begin = 0;
  while (true) {
    const auto next =
        std::get<0>(session.select<std::optional<std::int64_t>>("SELECT min(ticket) FROM fact_log WHERE ticket >= ?", begin)
                        .one());
    if (!next) return blocks;
    const auto block = *next / tickets_a_fact_block;
    blocks.insert(block);
    begin = (block + 1) * tickets_a_fact_block;
  }
}

/// One block as it is read, a ticket after the other: its rows, with the lines of the log over them.
class BlockScan {
 public:
  BlockScan(Session& session, std::int64_t block, const domain::FactQuery& query, NameBook& names)
      : names_(names), first_(block * tickets_a_fact_block) {
    if ((data_[0] = row_data(session, block * rows_a_block))) heads_.emplace(*data_[0], names);
    for (std::size_t kind = 0; kind < domain::fact_kind_count; ++kind) {
      if (!query.kinds.test(kind)) continue;
      auto& data = data_[kind + 1];
      data = row_data(session, block * rows_a_block + 1 + static_cast<std::int64_t>(kind));
      if (data) rows_.push_back({static_cast<FactKind>(kind), FactReader(*data, static_cast<FactKind>(kind), names)});
    }
    read_lines(session, query);
  }

  /// `facts` is room that goes from block to block.
  template <class Visit>
  void each(std::vector<CountedFact>& facts, Visit visit) {
    CountedHead head;
    bool more = next(head);
    auto late = late_.cbegin();
    while (more || late != late_.cend()) {
      const bool folded = more && (late == late_.cend() || head.id <= late->head.id);
      const bool logged = late != late_.cend() && (!folded || late->head.id == head.id);
      gather(folded ? head.id : late->head.id, logged ? std::span(late->facts) : std::span<const CountedFact>{}, facts);
      visit(logged ? late->head : head, facts);
      if (folded) more = next(head);
      if (logged) ++late;
    }
  }

 private:
  struct Row {
    FactKind kind;
    FactReader reader;
  };
  /// What the log has of a ticket.
  struct Late {
    CountedHead head;
    std::vector<CountedFact> facts;  ///< by kind
  };

  bool next(CountedHead& head) {
    const auto last = head.id;
    if (!heads_ || !heads_->next(head)) return false;
    if (head.id <= last || head.id.value < first_ || head.id.value >= first_ + tickets_a_fact_block) FactBytes::refuse();
    return true;
  }

  /// Lines are newer than rows: of each kind, the row's facts and then the line's.
  void gather(TicketId id, std::span<const CountedFact> lines, std::vector<CountedFact>& facts) {
    facts.clear();
    auto line = lines.begin();
    for (auto& [kind, reader] : rows_) {
      for (; line != lines.end() && line->kind < kind; ++line) facts.push_back(*line);
      while (!reader.at_end() && reader.ticket() == id) reader.take(facts.emplace_back());
      if (!reader.at_end() && reader.ticket() < id) FactBytes::refuse();  // a fact of no ticket
    }
    facts.insert(facts.end(), line, lines.end());
  }

  void read_lines(Session& session, const domain::FactQuery& query) {
    FactHead head;
    std::vector<Fact> facts;
    session
        .select<Bytes>("SELECT data FROM fact_log WHERE ticket >= ? AND ticket < ? ORDER BY ticket, version", first_,
                       first_ + tickets_a_fact_block)
        .each(any_number, [&](const Bytes& line) {
          decode_fact_line(line.data, head, facts);
          if (late_.empty() || late_.back().head.id != head.id) late_.emplace_back();
          auto& late = late_.back();
          late.head = counted(head, names_);
          for (const auto& fact : facts) {
            if (query.kinds.test(static_cast<std::size_t>(fact.kind))) late.facts.push_back(counted(fact, names_));
          }
        });
    for (auto& late : late_) std::ranges::stable_sort(late.facts, {}, &CountedFact::kind);
  }

  NameBook& names_;
  std::int64_t first_ = 0;
  std::array<std::optional<std::string>, domain::fact_kind_count + 1> data_;
  std::optional<HeadReader> heads_;
  std::vector<Row> rows_;
  std::vector<Late> late_;  // ascending by ticket
};

Result<void> all_gathered(Session& session) {
  const auto build = session.select<std::int64_t, std::int64_t>("SELECT next, last FROM fact_build").maybe();
  if (!build) return {};
  const auto& [next, last] = *build;
  auto refused = fail(ErrorCode::overloaded,
                      both("Reports are being prepared from the tickets of before: number {} of {}. Try again in a while.",
                           "正在整理历史工单以生成报表（{} / {}），请稍候再试。", next, last));
  refused.error().retry_after_seconds = 10;
  return refused;
}

}  // namespace

struct FactRows::Decoded {
  std::int64_t number = -1;
  FactBlock block{};
};

FactRows::FactRows(Session& session, Time now) : session_(session), now_(now) {}
FactRows::~FactRows() = default;

void FactRows::add(const desk::TicketChange& change) {
  const auto facts = domain::facts_of(change.before, change.events);
  if (facts.empty() && change.before != nullptr && domain::same_fact_head(*change.before, *change.after)) return;
  session_.run("INSERT INTO fact_log(ticket, version, data) VALUES(?,?,?)", change.after->id, change.after->version,
               Bytes{encode_fact_line(domain::fact_head(*change.after), facts)});
}

Result<void> FactRows::scan(const domain::FactQuery& query, NameBook& names, const domain::Principal& principal,
                            const domain::VisitTicket& visit) const {
  if (auto ready = all_gathered(session_); !ready) return ready;
  Sight sight(session_, now_, principal, names);
  std::vector<CountedFact> room;
  for (const auto block : blocks_of(session_, query)) {
    BlockScan(session_, block, query, names).each(room, [&](const CountedHead& head, std::vector<CountedFact>& facts) {
      const bool in_sight = sight.holds(head.id, head.team);
      bool any = in_sight;
      for (auto& fact : facts) {
        fact.in_sight = sight.holds(head.id, fact.team);
        any = any || fact.in_sight;
      }
      if (any) visit({head, in_sight, facts});
    });
  }
  return {};
}

FactBlock load_fact_block(Session& session, std::int64_t block) {
  FactBlock out;
  NameBook names;
  if (const auto data = row_data(session, block * rows_a_block)) {
    HeadReader reader(*data, names);
    CountedHead head;
    while (reader.next(head)) out.heads.push_back(named(head, names));
  }
  for (std::size_t kind = 0; kind < domain::fact_kind_count; ++kind) {
    const auto data = row_data(session, block * rows_a_block + 1 + static_cast<std::int64_t>(kind));
    if (!data) continue;
    FactReader reader(*data, static_cast<FactKind>(kind), names);
    CountedFact fact;
    while (!reader.at_end()) {
      const TicketId ticket = reader.ticket();
      reader.take(fact);
      out.facts[kind].emplace_back(ticket, named(fact, names));
    }
  }
  return out;
}

std::optional<desk::ReportReader::Kept> FactRows::kept(TicketId id) const {
  if (!decoded_ || decoded_->number != block_of(id)) {
    decoded_ = std::make_unique<Decoded>(Decoded{block_of(id), load_fact_block(session_, block_of(id))});
  }
  std::optional<Kept> kept;
  const auto& block = decoded_->block;
  if (const auto head = std::ranges::lower_bound(block.heads, id, {}, &FactHead::id);
      head != block.heads.end() && head->id == id) {
    kept.emplace().head = *head;
  }
  std::array<std::vector<Fact>, domain::fact_kind_count> facts;
  for (std::size_t kind = 0; kind < domain::fact_kind_count; ++kind) {
    const auto [first, last] = std::ranges::equal_range(block.facts[kind], id, {}, [](const auto& row) { return row.first; });
    for (auto at = first; at != last; ++at) facts[kind].push_back(at->second);
  }
  FactHead head;
  std::vector<Fact> added;
  session_.select<Bytes>("SELECT data FROM fact_log WHERE ticket = ? ORDER BY version", id)
      .each(any_number, [&](const Bytes& line) {
        decode_fact_line(line.data, head, added);
        if (!kept) kept.emplace();
        kept->head = head;
        for (auto& fact : added) facts[static_cast<std::size_t>(fact.kind)].push_back(std::move(fact));
      });
  if (!kept) return kept;
  for (auto& of_kind : facts) std::ranges::move(of_kind, std::back_inserter(kept->facts));
  return kept;
}

bool FactRows::gathered() const {
  return all_gathered(session_).has_value();
}

std::vector<desk::TeamNow> FactRows::teams_now(Time now, Time soon) const {
  constexpr std::size_t most_teams = 100'000;
  std::map<std::string, desk::TeamNow> teams;
  const auto set = [&](std::int64_t desk::TeamNow::* number) {
    return [&teams, number](const std::string& team, std::int64_t tickets) { teams[team].*number = tickets; };
  };
  session_
      .select<std::string, std::int64_t>("SELECT team, sum(tickets) FROM ticket_count WHERE category < 3 GROUP BY team")
      .each(most_teams, set(&desk::TeamNow::open));
  session_.select<std::string, std::int64_t>("SELECT team, count(*) FROM ticket WHERE waiting = 1 GROUP BY team")
      .each(most_teams, set(&desk::TeamNow::waiting));
  session_
      .select<std::string, std::int64_t>(
          "SELECT team, count(*) FROM ticket WHERE overdue = 1 AND closed = 0 AND category < 3 GROUP BY team")
      .each(most_teams, set(&desk::TeamNow::overdue));
  session_.select<std::string, std::int64_t>("SELECT team, count(*) FROM ticket WHERE on_hold = 1 GROUP BY team")
      .each(most_teams, set(&desk::TeamNow::on_hold));
  session_
      .select<std::string, std::int64_t>(
          "SELECT team, count(*) FROM ticket WHERE category IN (0, 1, 2) AND due_key > ? AND due_key <= ?"
          " GROUP BY team",
          now, soon)
      .each(most_teams, set(&desk::TeamNow::due_soon));
  session_
      .select<std::string, UserId, bool, std::string, domain::Presence, std::int64_t>(
          "SELECT m.team, m.user, m.lead, u.name, s.presence, s.load FROM membership m JOIN user u ON u.id = m.user"
          " JOIN user_state s ON s.user = m.user WHERE u.active = 1 ORDER BY m.team, m.user")
      .each(any_number, [&](const std::string& team, UserId user, bool lead, std::string name, domain::Presence presence,
                            std::int64_t load) {
        teams[team].agents.push_back({user, std::move(name), presence, load, lead});
      });
  std::vector<desk::TeamNow> out;
  for (auto& [name, team] : teams) {
    team.team = name;
    out.push_back(std::move(team));
  }
  return out;
}

FactReading::FactReading(const std::filesystem::path& database)
    : session_(Session::open({.file = database, .access = Access::read, .cache_kib = 512})) {}

bool FactReading::read(std::chrono::milliseconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  do {
    const auto row =
        session_.select<std::int64_t, Bytes>("SELECT id, data FROM fact_block WHERE id >= ? ORDER BY id LIMIT 1", next_).maybe();
    if (!row) return false;
    next_ = std::get<0>(*row) + 1;
    bytes_ += static_cast<std::int64_t>(std::get<1>(*row).data.size());
  } while (std::chrono::steady_clock::now() < end);
  return true;
}

}  // namespace docket::store
