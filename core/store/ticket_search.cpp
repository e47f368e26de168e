// SPDX-License-Identifier: Apache-2.0
// Searching: hits of the index in windows, newest first, until a page is full.
#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <set>

#include "store/search_index.hpp"
#include "store/session.hpp"
#include "store/ticket_list.hpp"
#include "store/ticket_walks.hpp"

namespace docket::store {
namespace {

using domain::Condition;

constexpr int kFewTickets = 500;  // so many are looked up in the index one by one, in some milliseconds

// Hits are looked at in windows, since of a common word the first few are enough, and at most so many for one page:
// where a common word is not in what somebody sees, going through all hits would take seconds.
constexpr std::int64_t kFirstWindow = 256;
constexpr std::int64_t kLargestWindow = 4096;
constexpr std::int64_t kMostHits = 16'384;
constexpr std::int64_t kMostHitsOfSome = 2048;  // for who sees some tickets: each hit is asked for
constexpr std::int64_t kMostHitsInVain = 1024;  // of these, with nothing to show: so many more would fill no page

/// How many more hits may fill the rest of a page, going by those so far, with a quarter to spare.
std::int64_t hits_to_fill(std::size_t wanted, std::size_t found, std::int64_t looked_at) {
  if (found == 0) return looked_at * 4;
  const auto rest = static_cast<std::int64_t>(wanted - std::min(wanted, found));
  return looked_at * rest * 5 / (static_cast<std::int64_t>(found) * 4);
}

/// The numbers of a group_concat().
template <class Visit>
void each_number(std::string_view list, Visit visit) {
  const char* const end = list.data() + list.size();
  for (const char* at = list.data(); at < end; ++at) {
    std::int64_t number = 0;
    at = std::from_chars(at, end, number).ptr;
    visit(number);
  }
}

/// Of a principal who sees whole teams: of which hits, as Asked::in_sight says.
Fragment in_sight(const domain::Principal& principal) {
  std::set<std::string> teams;
  for (const auto& view : principal.views) {
    if (view.scope == domain::TicketScope::team) teams.insert(view.teams.begin(), view.teams.end());
  }
  Fragment sql("(s.team IN (");
  for (bool first = true; const auto& team : teams) {
    sql += first ? Fragment("?", team) : Fragment(", ?", team);
    first = false;
  }
  sql += Fragment(")");
  if (sees_copied(principal)) {
    sql += Fragment(
        " OR h.rowid / 8192 IN (SELECT o.ticket FROM ticket_person o INDEXED BY ticket_person_by_user"
        " WHERE o.user = ? AND o.role = 2)",
        principal.user);
  }
  return sql + Fragment(")");
}

std::string ids_in_json(const std::vector<TicketId>& ids) {
  std::string json = "[";
  for (const TicketId id : ids) json.append(json.size() > 1 ? "," : "").append(std::to_string(id.value));
  return json + "]";
}

}  // namespace

/// What one search wants of a hit.
struct TicketLists::Asked {
  std::string match{};
  TicketId after{};
  std::size_t limit = 0;
  bool internal = false;  ///< what a customer may not read, a customer may not find by either
  bool heads = false;     ///< the head entry holds all custom fields: not for whom a group of them is hidden
  bool any = false;       ///< every ticket passes
  Fragment passes{"1"};   ///< may be seen, and meets the filter
  std::int64_t most_hits = kMostHits;
  std::int64_t most_in_vain = kMostHits;
  /// Where whole teams are all that may be seen: whether the hit `h`, whose ticket stands in the row `s` of
  /// ticket_sight, is in sight.
  std::optional<Fragment> in_sight{};

  [[nodiscard]] bool readable(std::int64_t entry) const {
    return (internal || entry % 2 == 0) && (heads || entry % kEntriesPerTicket != 0);
  }
  [[nodiscard]] std::int64_t end() const {
    return after ? after.value * kEntriesPerTicket : std::numeric_limits<std::int64_t>::max();
  }
};

/// The newest hits before an entry.
struct TicketLists::Window {
  std::int64_t hits = 0, oldest = 0, newest = 0;
  std::vector<TicketId> tickets{};  ///< that pass, newest first, each once; no more than fill the page
};

/// A whole team with many tickets: one short walk tells.
bool TicketLists::sees_large_team(const domain::Principal& principal) const {
  for (const auto& view : principal.views) {
    if (view.scope != domain::TicketScope::team || view.where.kind != Condition::Kind::always) continue;
    for (const auto& team : view.teams) {
      const auto [tickets] =
          session_
              .select<int>("SELECT count(*) FROM (SELECT 1 FROM ticket INDEXED BY ticket_by_team_updated"
                           " WHERE team = ? LIMIT ?)",
                           team, kFewTickets + 1)
              .one();
      if (tickets > kFewTickets) return true;
    }
  }
  return false;
}

/// All tickets that the principal sees, newest first, if they are few.
std::optional<std::vector<TicketId>> TicketLists::few_visible(const domain::Principal& principal) const {
  if (sees_all(principal) || sees_large_team(principal)) return std::nullopt;
  const auto walks = walks_of_views(principal, context_, kFewTickets + 1);
  if (!walks) return std::nullopt;
  std::vector<TicketId> ids;
  if (!*walks) return ids;
  const Fragment sql = Fragment("SELECT id FROM (") + **walks + Fragment(")");
  session_.select<TicketId>(sql.sql, sql.values).each(kFewTickets + 1, [&](TicketId id) { ids.push_back(id); });
  if (ids.size() > kFewTickets) return std::nullopt;
  std::ranges::sort(ids, std::greater<>{});
  return ids;
}

/// A common word and few tickets to see: the index is asked about each of them, instead of walking along all hits.
std::vector<TicketId> TicketLists::hits_among(const std::vector<TicketId>& few, const Asked& asked) const {
  std::vector<TicketId> found;
  for (const TicketId id : few) {
    if (found.size() > asked.limit) break;
    if (asked.after && id >= asked.after) continue;
    const bool hit =
        session_
            .select<int>(
                "SELECT 1 FROM search s WHERE search MATCH ? AND s.rowid >= ? AND s.rowid < ?"
                " AND (? OR s.rowid & 1 = 0) AND (? OR s.rowid & 8191 <> 0) LIMIT 1",
                asked.match, id.value * kEntriesPerTicket, (id.value + 1) * kEntriesPerTicket, asked.internal,
                asked.heads)
            .maybe()
            .has_value();
    if (!hit) continue;
    const Fragment passes = Fragment("SELECT 1 FROM ticket t WHERE t.id = ? AND ", id) + asked.passes;
    if (session_.select<int>(passes.sql, passes.values).maybe()) found.push_back(id);
  }
  return found;
}


/// Those that pass, as many as the page may want.
std::vector<TicketId> TicketLists::passing(const Asked& asked, std::vector<TicketId> tickets) const {
  const std::size_t wanted = asked.limit + 1;
  if (asked.any || asked.in_sight) {
    if (tickets.size() > wanted) tickets.resize(wanted);
    return tickets;
  }
  std::vector<TicketId> pass;
  const Fragment sql =
      Fragment("SELECT t.id FROM json_each(?) p CROSS JOIN ticket t ON t.id = p.value WHERE ", ids_in_json(tickets)) +
      asked.passes + Fragment(" LIMIT ?", static_cast<std::int64_t>(wanted));
  session_.select<TicketId>(sql.sql, sql.values).each(wanted, [&](TicketId id) { pass.push_back(id); });
  std::ranges::sort(pass, std::greater<>{});
  return pass;
}

/// One walk along the hits, of which those in sight of whole teams are told apart on the way: whose team a ticket is in
/// stands in a narrow table, and the hits of a ticket lie together, so that SQLite finds its row again where it stands.
/// Thousands of hits that are not in sight are one row then, for a row costs more than such a look.
/// A ticket is asked for once else, however many hits it has.
TicketLists::Window TicketLists::look_at(const Asked& asked, std::int64_t before, std::int64_t most) const {
  Window window;
  const auto take = [&](std::int64_t entry) {
    if (asked.readable(entry)) window.tickets.push_back(TicketId{entry / kEntriesPerTicket});
  };
  const Fragment hits("SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
                      asked.match, before, most);
  if (asked.in_sight) {
    const Fragment sql = Fragment("SELECT count(*), min(h.rowid), max(h.rowid), group_concat(CASE WHEN ") +
                         *asked.in_sight + Fragment(" THEN h.rowid END) FROM (") + hits +
                         Fragment(") h LEFT JOIN ticket_sight s ON s.id = h.rowid / 8192");
    const auto [count, oldest, newest, seen] =
        session_
            .select<std::int64_t, std::optional<std::int64_t>, std::optional<std::int64_t>, std::optional<std::string>>(
                sql.sql, sql.values)
            .one();
    window.hits = count;
    window.oldest = oldest.value_or(before);
    window.newest = newest.value_or(before);
    each_number(seen.value_or(""), take);
  } else {
    window.oldest = window.newest = before;
    session_.select<std::int64_t>(hits.sql, hits.values).each(static_cast<std::size_t>(most), [&](std::int64_t entry) {
      if (++window.hits == 1) window.newest = entry;
      window.oldest = entry;
      take(entry);
    });
  }
  std::ranges::sort(window.tickets, std::greater<>{});
  const auto doubles = std::ranges::unique(window.tickets);
  window.tickets.erase(doubles.begin(), doubles.end());
  window.tickets = passing(asked, std::move(window.tickets));
  return window;
}

/// Newest hits first, until the page is full: a rare word has few hits, and of a common one soon enough can be seen.
std::vector<TicketId> TicketLists::newest_hits(const Asked& asked, std::optional<TicketId>& next) const {
  std::vector<TicketId> found;
  std::int64_t before = asked.end();
  std::int64_t looked_at = 0;
  TicketId first{};
  for (std::int64_t most = kFirstWindow; found.size() <= asked.limit;) {
    const Window window = look_at(asked, before, most);
    if (!first) first = TicketId{window.newest / kEntriesPerTicket};
    for (const TicketId id : window.tickets) {
      if (found.empty() || found.back() != id) found.push_back(id);
    }
    if (window.hits < most) break;
    // The oldest ticket of this window may have older hits: they are the next window's.
    before = window.oldest;
    looked_at += window.hits;
    const TicketId last{before / kEntriesPerTicket};
    const std::int64_t enough = found.empty() ? asked.most_in_vain : asked.most_hits;
    // A page ends where it would not begin again: behind the first ticket with hits.
    if (looked_at >= enough && found.size() <= asked.limit && last != first) {
      // That ticket's other entries belong to the next page, unless it stands on this one.
      next = !found.empty() && found.back() == last ? last : TicketId{last.value + 1};
      break;
    }
    const std::int64_t left = looked_at < enough ? enough - looked_at : enough;
    most = std::clamp(hits_to_fill(asked.limit + 1, found.size(), looked_at), kFirstWindow,
                      std::max(std::min(left, kLargestWindow), kFirstWindow));
  }
  return found;
}

Result<desk::TicketPage> TicketLists::search(const std::string& text, const Condition& condition, TicketId after,
                                             int wanted, const domain::Principal& principal) const {
  auto filter = condition_sql(condition, context_);
  if (!filter) return std::unexpected(std::move(filter.error()));
  desk::TicketPage page;
  const auto match = match_expression(text);
  if (!match) return page;
  const bool filtered = condition.kind != Condition::Kind::always;
  const bool narrow = !sees_all(principal);
  const auto few = few_visible(principal);
  Asked asked;
  asked.match = *match;
  asked.after = after;
  asked.limit = static_cast<std::size_t>(on_a_page(wanted));
  asked.internal = domain::sees_notes(principal);
  // Messages bear the subject as well.
  asked.heads = std::ranges::none_of(principal.field_groups,
                                     [](const auto& group) { return group.second == domain::FieldAccess::hidden; });
  asked.passes = Fragment("(") +
                 (narrow ? visible_tickets(principal, context_, few ? Among::few : Among::many) : Fragment("1")) +
                 Fragment(" AND ") + *filter + Fragment(")");
  asked.any = !filtered && !narrow;
  if (!filtered && narrow && !principal.only && sees_by_team(principal) && !few) asked.in_sight = in_sight(principal);
  if (narrow) {
    asked.most_hits = kMostHitsOfSome;
    asked.most_in_vain = kMostHitsInVain;
  }

  std::optional<TicketId> next;
  auto found = few ? hits_among(*few, asked) : newest_hits(asked, next);
  if (found.size() > asked.limit) {
    found.resize(asked.limit);
    next = found.back();
  }
  if (next) page.next = desk::ListPosition{0, *next};
  if (found.empty()) return page;
  page.rows = rows(Fragment("SELECT value AS id FROM json_each(?)", ids_in_json(found)), " ORDER BY t.id DESC", asked.limit);
  return page;
}

static_assert(kEntriesPerTicket == 1 << 13);

}  // namespace docket::store
