// SPDX-License-Identifier: Apache-2.0
// Which reports there are, in the words that people read.
#include <algorithm>

#include "domain/report/report.hpp"

namespace docket::domain {
namespace {

std::bitset<fact_kind_count> kinds(std::initializer_list<FactKind> list) {
  std::bitset<fact_kind_count> bits;
  for (const auto kind : list) bits.set(static_cast<std::size_t>(kind));
  return bits;
}

std::vector<ReportInfo> make_catalogue() {
  using enum ReportGroup;
  using enum FactKind;
  const std::vector<ReportGroup> whole{period, type, channel, product_line, region, team, priority};
  const std::vector<ReportGroup> handled{period, type, channel, product_line, region, team, priority, agent};
  return {
      {"volume",
       {"工单量", "Volume"},
       {"新建、解决、关闭与重新打开的工单数，各按发生之日计。",
        "Tickets created, resolved, closed and reopened, each by the day on which it happened."},
       whole, ChartKind::bar, true, kinds({ending})},
      {"first_response",
       {"首次响应时长", "First response"},
       {"从建单到坐席首次公开回复，按回复之日计；工作时间取自首次响应计时。",
        "From creation to the first public reply, by the day of the reply; working time is what the first response clock "
        "counted."},
       handled, ChartKind::bar, true, kinds({reply, run})},
      {"resolution",
       {"解决时长", "Resolution"},
       {"从建单到解决，按解决之日计，重新打开的要到再次解决才计；工作时间取自解决计时。",
        "From creation to resolution, by the day of the resolution; a reopened ticket counts when it is resolved again. "
        "Working time is what the resolution clock counted."},
       handled, ChartKind::bar, true, kinds({ending, run})},
      {"handling",
       {"处理时长", "Handling"},
       {"解决的工单在我方手中的时间：不含等待客户的节点和挂起。",
        "Time that resolved tickets were with us: without states that wait for the customer and without holds."},
       handled, ChartKind::bar, true, kinds({ending, step, hold})},
      {"sla",
       {"SLA 达成", "SLA kept"},
       {"在目标内结束的计时与超时的计时，各按结束或超时之日计。",
        "Clocks that ended within their goal and clocks that went past it, by the day of that."},
       {clock, policy, period, team, type, channel, product_line, region, priority, agent},
       ChartKind::stacked_bar, true, kinds({run})},
      {"agents",
       {"坐席绩效", "Agents"},
       {"每位坐席现有的工单，以及期间内的接单、回复、解决、被重新打开和 SLA。",
        "What each agent holds now, and what came to them, was answered, resolved, reopened and kept in the range."},
       {agent}, ChartKind::bar, true, kinds({assignment, reply, ending, run})},
      {"backlog",
       {"积压与账龄", "Backlog by age"},
       {"现在尚未解决的工单，按建单至今的时间分段。", "Tickets that are not resolved now, by the time since they were created."},
       {team, type, channel, product_line, region, priority, agent, state},
       ChartKind::stacked_bar, false, {}},
      {"steps",
       {"节点耗时", "Time in steps"},
       {"每个节点停留的时间，按离开之日计：看哪一步最慢。",
        "Time spent in each state of a workflow, by the day on which it was left: which step is slow."},
       {state, period, team, type, agent}, ChartKind::bar, true, kinds({step})},
      {"holds",
       {"挂起", "Holds"},
       {"挂起的次数与时长，按结束之日计。", "How often and how long tickets were on hold, by the day on which it ended."},
       {reason, period, team, type, agent}, ChartKind::bar, true, kinds({hold})},
      {"quality",
       {"重开与一次解决", "Reopened and first contact"},
       {"期间内的解决中，后来又被重新打开的，以及至多一次公开回复便解决且未再打开的。",
        "Of the resolutions in the range: those reopened later, and those with at most one public reply that stayed resolved."},
       handled, ChartKind::bar, true, kinds({reply, ending})},
      {"satisfaction",
       {"满意度", "Satisfaction"},
       {"客户的评分，按评分之日计，归于解决工单的坐席与班组；同一工单以最后一次为准。",
        "What customers rated, by the day of the rating, with the agent and the team that resolved the ticket; the last rating "
        "of a ticket counts."},
       handled, ChartKind::stacked_bar, true, kinds({ending, rating})},
      {"dispatch",
       {"派单", "Dispatch"},
       {"工单如何到坐席手中：自动、手工、自取、随节点；以及建单到首位坐席的时间。",
        "How tickets came to agents: by dispatch, by hand, taken, by a step; and the time from creation to the first agent."},
       {team, period, type, channel, product_line, region, priority, agent},
       ChartKind::stacked_bar, true, kinds({assignment})},
  };
}

}  // namespace

std::span<const ReportInfo> report_catalogue() {
  static const std::vector<ReportInfo> all = make_catalogue();
  return all;
}

const ReportInfo* find_report(std::string_view name) {
  const auto all = report_catalogue();
  const auto found = std::ranges::find(all, name, &ReportInfo::name);
  return found == all.end() ? nullptr : &*found;
}

const Title& title_of(ReportGroup group) {
  static const std::array<Title, 12> titles{{{"日期", "Date"},
                                             {"工单类型", "Type"},
                                             {"渠道", "Channel"},
                                             {"地区", "Region"},
                                             {"产品线", "Product line"},
                                             {"班组", "Team"},
                                             {"优先级", "Priority"},
                                             {"坐席", "Agent"},
                                             {"计时", "Clock"},
                                             {"SLA 策略", "SLA policy"},
                                             {"节点", "State"},
                                             {"挂起原因", "Reason"}}};
  return titles.at(static_cast<std::size_t>(group));
}

}  // namespace docket::domain
