// SPDX-License-Identifier: Apache-2.0
// The desk's own stream: who signed in, who changed whom, what was published.
#include "api/paging.hpp"
#include "api/resources.hpp"

namespace docket::api {
namespace {

struct AuditOutput {
  std::int64_t sequence = 0;
  Time at{};
  domain::Actor actor{};
  std::string kind, subject;
  domain::Fields details;
};
BOOST_DESCRIBE_STRUCT(AuditOutput, (), (sequence, at, actor, kind, subject, details))

Result<Answer<Page<AuditOutput>>> list(const Call<None, PageQuery, None>& call, const QueryContext& context) {
  const auto before = page_start(context.cursors, "audit", call.query);
  if (!before) return std::unexpected{before.error()};
  std::vector<AuditOutput> rows;
  for (auto& recorded : context.reading.stream.desk_events(*before, page_size(call.query) + 1)) {
    rows.push_back({recorded.sequence, recorded.at, std::move(recorded.actor), std::move(recorded.event.kind),
                    std::move(recorded.event.subject), std::move(recorded.event.details)});
  }
  return page_of(context.cursors, "audit", call.query, std::move(rows), [](const auto& row) { return row.sequence; });
}

}  // namespace

void add_audit_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "list_audit",
                               .verb = http::Method::get,
                               .path = "/api/v1/audit",
                               .access = domain::Right::audit_read,
                               .rate = RateClass::read,
                               .summary = "What was done to the desk itself, newest first."},
                              list));
}

}  // namespace docket::api
