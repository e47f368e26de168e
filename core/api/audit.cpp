// SPDX-License-Identifier: Apache-2.0
// The desk's own stream: who signed in, who changed whom, what was published.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "base/text.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;

struct AuditOutput {
  std::int64_t sequence = 0;
  Time at{};
  domain::Actor actor{};
  std::string kind, subject;
  domain::Fields details;
};
BOOST_DESCRIBE_STRUCT(AuditOutput, (), (sequence, at, actor, kind, subject, details))

struct AuditQuery : PageQuery {
  std::optional<std::string> kind, actor, subject;
  std::optional<Time> from, to;
};
BOOST_DESCRIBE_STRUCT(AuditQuery, (PageQuery), (kind, actor, subject, from, to))
constexpr auto field_rules(const AuditQuery*) {
  return std::array{limit_rule, cursor_rule,
                    Rule{.field = "kind", .description = "Only these, with commas between.", .length = {1, 500}},
                    Rule{.field = "actor", .description = "Part of the name of who did it.", .length = {1, 100}},
                    Rule{.field = "subject", .description = "What it was done to: \"user 12\".", .length = {1, 200}},
                    Rule{.field = "from", .description = "Not before."}, Rule{.field = "to", .description = "Before."}};
}

bool among(std::string_view word, std::string_view list) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

/// `actor` is the folded one of the query.
bool matches(const desk::RecordedDeskEvent& recorded, const AuditQuery& query, const std::string& actor) {
  if (query.kind && !among(recorded.event.kind, *query.kind)) return false;
  if (query.actor && fold(recorded.actor.name).find(actor) == std::string::npos) return false;
  if (query.subject && recorded.event.subject != *query.subject) return false;
  return !query.to || recorded.at < *query.to;
}

// A page looks back over so many entries at most; what it does not find there the next page goes on with.
constexpr int entries_a_page = 20'000;
constexpr int slice = 500;

Result<Answer<Page<AuditOutput>>> list(const Call<None, AuditQuery, None>& call, const QueryContext& context) {
  const auto start = page_start(context.cursors, "audit", call.query);
  if (!start) return std::unexpected{start.error()};
  Page<AuditOutput> page;
  auto before = *start;
  const auto size = static_cast<std::size_t>(page_size(call.query));
  const auto actor = fold(call.query.actor.value_or(""));
  for (int looked_at = 0; looked_at < entries_a_page; looked_at += slice) {
    auto entries = context.reading.stream.desk_events(before, slice);
    for (auto& recorded : entries) {
      if (call.query.from && recorded.at < *call.query.from) return page;
      if (matches(recorded, call.query, actor)) {
        // One more than the page holds is there, so there is a next page, from the last that was shown.
        if (page.items.size() == size) {
          page.next = context.cursors.make(bound_to("audit", call.query), std::to_string(before));
          return page;
        }
        page.items.push_back({recorded.sequence, recorded.at, std::move(recorded.actor), std::move(recorded.event.kind),
                              std::move(recorded.event.subject), std::move(recorded.event.details)});
      }
      before = recorded.sequence;
    }
    if (std::cmp_less(entries.size(), slice)) return page;
  }
  page.next = context.cursors.make(bound_to("audit", call.query), std::to_string(before));
  return page;
}

}  // namespace

void add_audit_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "list_audit",
                               .verb = http::Method::get,
                               .path = "/api/v1/audit",
                               .access = domain::Right::audit_read,
                               .rate = RateClass::read,
                               .summary = "What was done to the desk itself, newest first.",
                               .description = "With filters a page may be short or empty and still have a next one."},
                              list));
}

}  // namespace docket::api
