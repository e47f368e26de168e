// SPDX-License-Identifier: Apache-2.0
#include "desk/run_report.hpp"

#include <algorithm>

#include "base/both.hpp"
#include "base/enum.hpp"
#include "desk/spoken_names.hpp"

namespace docket::desk {
namespace {

using domain::Cell;
using domain::Definitions;
using domain::ReportGroup;
using domain::ReportInfo;
using domain::Title;

constexpr std::chrono::days range_unless_told{29};

Result<domain::ReportSpan> span_of(const TimeZone& zone, const ReportRequest& request, ReportAnswer& answer) {
  answer.to = request.to.value_or(domain::local_day(zone, answer.as_of));
  answer.from = request.from.value_or(std::chrono::sys_days{answer.to} - range_unless_told);
  return domain::ReportSpan::make(zone, answer.from, answer.to, request.by);
}

Result<ReportGroup> group_of(const ReportInfo& report, const ReportRequest& request) {
  if (!request.group) return report.groups.front();
  if (std::ranges::find(report.groups, *request.group) != report.groups.end()) return *request.group;
  std::string known;
  for (const auto group : report.groups) known += (known.empty() ? "" : ", ") + std::string(enum_name(group));
  auto refused = fail(ErrorCode::unknown_parameter, both("The report {0} has the groups {1}.", "报表“{2}”可按这些分组：{1}。",
                                                         report.name, known, report.title.zh));
  refused.error().fields.push_back(field_error("group", both("is one of {}", "须是其中之一：{}。", known)));
  return refused;
}

const std::string& word(const Title& title, bool english) {
  return english && !title.en.empty() ? title.en : title.zh;
}

Result<void> check_filter(const ReportInfo& report, const domain::ReportFilter& filter) {
  if (report.on_clocks() || (!filter.clock && !filter.policy)) return {};
  auto refused = fail(ErrorCode::unknown_parameter,
                      both("The report {0} is not about clocks.", "报表“{1}”与 SLA 计时无关。", report.name, report.title.zh));
  refused.error().fields.push_back(
      {filter.clock ? "clock" : "policy", "is only for reports on clocks", "只用于 SLA 计时类报表。"});
  return refused;
}

std::string titled(const Title& title, const std::string& name, bool english) {
  const auto& text = word(title, english);
  return text.empty() ? name : text;
}

template <class Map>
std::string titled(const Map& map, const std::string& name, bool english) {
  const auto found = map.find(name);
  return found == map.end() ? name : titled(found->second.title, name, english);
}

/// Names of definitions and numbers of people as people read them.
class Words {
 public:
  Words(const Reading& reading, bool english) : reading_(reading), english_(english) {}

  [[nodiscard]] std::string operator()(ReportGroup group, const std::vector<Cell>& row) const {
    const auto& definitions = *reading_.active;
    if (const auto* id = std::get_if<std::int64_t>(&row.front())) return person(UserId{*id});
    const auto& name = std::get<std::string>(row.front());
    switch (group) {
      case ReportGroup::type:
        return either(titled(definitions.forms, name, english_));
      case ReportGroup::team:
        return either(titled(definitions.teams, name, english_));
      case ReportGroup::channel:
        return either(spoken_channel(definitions, name, english_));
      case ReportGroup::priority:
        return spoken_priority(name, english_);
      case ReportGroup::clock:
        return spoken_clock(name, english_);
      case ReportGroup::policy: {
        const auto policy = std::ranges::find(definitions.sla, name, &domain::SlaPolicy::name);
        return policy == definitions.sla.end() ? either(name) : titled(policy->title, name, english_);
      }
      case ReportGroup::state:
        return state(std::get<std::string>(row.at(1)), name);
      default:
        return either(name);
    }
  }
  [[nodiscard]] std::string workflow(const std::string& name) const {
    return titled(reading_.active->workflows, name, english_);
  }

 private:
  [[nodiscard]] std::string none() const { return english_ ? "(none)" : "（无）"; }
  [[nodiscard]] std::string either(std::string text) const { return text.empty() ? none() : text; }

  [[nodiscard]] std::string person(UserId id) const {
    if (!id) return none();
    const auto user = reading_.directory.find_user(id);
    return user ? user->name : "#" + std::to_string(id.value);
  }
  [[nodiscard]] std::string state(const std::string& workflow, const std::string& name) const {
    const auto found = reading_.active->workflows.find(workflow);
    if (found == reading_.active->workflows.end()) return name;
    const auto at = std::ranges::find(found->second.states, name, &domain::State::name);
    return at == found->second.states.end() ? name : titled(at->title, name, english_);
  }

  const Reading& reading_;
  bool english_;
};

std::string key_text(const Cell& cell) {
  if (const auto* id = std::get_if<std::int64_t>(&cell)) return std::to_string(*id);
  return std::get<std::string>(cell);
}

void put_into_words(const Reading& reading, bool english, ReportAnswer& answer) {
  const Words words(reading, english);
  for (auto& row : answer.table.rows) {
    answer.keys.push_back(key_text(row.front()));
    row.front() = words(answer.group, row);
    if (answer.group == ReportGroup::state) row.at(1) = words.workflow(std::get<std::string>(row.at(1)));
  }
}

}  // namespace

Result<ReportAnswer> run_report(const Reading& reading, const domain::Principal& principal, const ReportRequest& request) {
  ReportAnswer answer;
  answer.report = domain::find_report(request.report);
  if (answer.report == nullptr) return fail(ErrorCode::not_found, both("There is no report {0}; GET /reports lists them.", "没有报表“{0}”。", request.report));
  answer.as_of = reading.now;
  auto group = group_of(*answer.report, request);
  if (!group) return std::unexpected(std::move(group).error());
  answer.group = *group;
  if (auto known = check_filter(*answer.report, request.filter); !known) return std::unexpected(std::move(known).error());
  const auto zone = TimeZone::load(reading.active->desk.zone);
  if (!zone) return std::unexpected(zone.error());
  auto span = span_of(*zone, request, answer);
  if (!span) return std::unexpected(std::move(span).error());

  domain::NameBook names;
  const auto tally = domain::make_tally({answer.report, answer.group, std::move(*span), request.filter, reading.now}, names);
  auto counted = reading.reports.scan(tally->facts(), names, principal,
                                      [&](const domain::CountedTicket& ticket) { tally->count(ticket); });
  if (!counted) return std::unexpected(std::move(counted).error());
  answer.table = tally->table();
  put_into_words(reading, request.english, answer);
  return answer;
}

}  // namespace docket::desk
