// SPDX-License-Identifier: Apache-2.0
// The rows of rules: warnings, SLA policies, dispatch and triggers. A key that has no row can not be written.
#include "definition/schema_rows.hpp"
#include "definition/words.hpp"
#include "domain/dispatch/dispatch.hpp"

namespace docket::definition::rows {

using enum ValueType;
using enum Arity;

Shape warning() {
  return {
      .name = "warning",
      .called = "预警",
      .zh = "计时的一次预警；at_percent、before、after 三选一。",
      .en = "A warning on a clock; exactly one of at_percent, before and after.",
      .keys = {
          {.name = "name", .type = name, .zh = "名称，缺省按时间命名", .en = "Name; made from its time if not given"},
          {.name = "at_percent",
           .type = integer,
           .minimum = 1,
           .maximum = 1000,
           .unit = "percent of the goal",
           .zh = "目标时长的百分之几",
           .en = "At this share of the goal"},
          {.name = "before",
           .type = working,
           .minimum = minute,
           .maximum = 366 * day,
           .unit = "working time",
           .zh = "到期前多久",
           .en = "So long before the goal"},
          {.name = "after",
           .type = working,
           .minimum = minute,
           .maximum = 366 * day,
           .unit = "working time",
           .zh = "到期后多久",
           .en = "So long after the goal"},
          {.name = "repeat",
           .type = working,
           .minimum = minute,
           .maximum = 366 * day,
           .unit = "working time",
           .zh = "之后每隔多久重复",
           .en = "Again each time after so long"},
          {.name = "times",
           .type = integer,
           .minimum = 1,
           .maximum = 100,
           .zh = "最多重复几次",
           .en = "How often it repeats at most"},
          {.name = "actions",
           .type = shape,
           .arity = list,
           .required = true,
           .shape = "action",
           .max_items = 20,
           .zh = "执行的动作",
           .en = "What is done"},
      }};
}

Shape sla_policy() {
  return {
      .name = "SLA policy",
      .called = "SLA 策略",
      .zh = "对一类工单的承诺。",
      .en = "What is promised for some tickets.",
      .keys = {
          key_of_name("策略名", "Name"),
          key_of_title(),
          {.name = "when", .type = condition, .zh = "适用条件，缺省适用全部", .en = "Which tickets; all if not given"},
          {.name = "clocks",
           .type = shape,
           .arity = map,
           .required = true,
           .shape = "clock",
           .max_items = 20,
           .zh = "计时：first_response 首次响应、next_response 再次响应、resolution 解决、team 在组时间，或自定义",
           .en = "Clocks: first_response, next_response, resolution, team, or a word of one's own"},
      }};
}

Shape clock() {
  return {.name = "clock",
          .called = "计时",
          .zh = "一个独立的计时。标准名称的起止条件已内置；自定义的须写 start 或 stop。",
          .en = "One measure. The standard names bring their start and stop; one's own needs start or stop.",
          .keys = {
              {.name = "start",
               .type = condition,
               .zh = "计时条件（仅自定义）",
               .en = "While this holds the clock is active; only for one's own clocks"},
              {.name = "stop",
               .type = condition,
               .zh = "停止条件（仅自定义）",
               .en = "Once this holds the clock ends; only for one's own clocks"},
              {.name = "once",
               .type = boolean,
               .fallback = "false",
               .zh = "每张工单最多计一次（仅自定义）",
               .en = "Whether it runs at most once a ticket; only for one's own clocks"},
              {.name = "per",
               .type = text,
               .max_length = 64,
               .zh = "该字段变化时重新计时（仅自定义）",
               .en = "Field whose change ends the run and starts the next; only for one's own clocks"},
              {.name = "pause",
               .type = condition,
               .zh = "暂停条件，缺省为挂起或等待中",
               .en = "While this holds the clock does not count; if not given, while the ticket is on hold or its "
                     "state waits"},
              {.name = "calendar",
               .type = name,
               .refers = Refers::calendar,
               .zh = "按哪个日历，缺省为服务台的",
               .en = "Calendar; the desk's if not given"},
              {.name = "goals",
               .type = shape,
               .arity = list,
               .required = true,
               .shape = "goal",
               .max_items = 50,
               .zh = "目标，按顺序取第一条成立的",
               .en = "Goals; the first whose condition holds is kept"},
              key_of_warnings("预警", "Warnings"),
          }};
}

Shape goal() {
  return {.name = "goal",
          .called = "目标",
          .zh = "一个目标时长。",
          .en = "One goal.",
          .keys = {
              {.name = "when",
               .type = condition,
               .zh = "适用条件，缺省总是适用",
               .en = "When it is the goal; always if not given"},
              {.name = "within",
               .type = working,
               .required = true,
               .minimum = minute,
               .maximum = 3660 * day,
               .unit = "working time",
               .zh = "时长",
               .en = "How long"},
          }};
}

Shape dispatch_rule() {
  return {.name = "dispatch rule",
          .called = "派单规则",
          .zh = "哪些工单归哪个班组、需要什么样的人。",
          .en = "Which tickets go to which team, and who in it can take them.",
          .keys = {
              key_of_name("规则名，记录在派单原因里", "Name, kept in the reason of the choice"),
              {.name = "when", .type = condition, .zh = "条件，缺省总是成立", .en = "Condition; always if not given"},
              {.name = "team", .type = name, .required = true, .refers = Refers::team, .zh = "班组", .en = "Team"},
              {.name = "skills",
               .type = text,
               .arity = list,
               .max_length = 50,
               .max_items = 20,
               .zh = "须全部具备的技能",
               .en = "Skills that the agent must have, all of them"},
              {.name = "match_region",
               .type = boolean,
               .fallback = "false",
               .zh = "须负责工单的区域",
               .en = "Whether the agent must serve the ticket's region"},
              {.name = "match_product_line",
               .type = boolean,
               .fallback = "false",
               .zh = "须负责工单的产品线",
               .en = "Whether the agent must serve the ticket's product line"},
              {.name = "by",
               .type = word,
               .one_of = words<domain::DispatchBy>(),
               .zh = "替代班组自己的选人方式",
               .en = "Instead of the team's own way"},
              {.name = "priority_rank",
               .type = integer,
               .minimum = 0,
               .maximum = 1000,
               .zh = "排队工单的先后，0 最先",
               .en = "Order in which waiting tickets are given out, 0 first"},
          }};
}

Shape trigger() {
  return {.name = "trigger",
          .called = "触发器",
          .zh = "某种事件发生且条件成立时执行动作。",
          .en = "Does something when an event happens and the condition holds.",
          .keys = {
              key_of_name("触发器名", "Name"),
              {.name = "on",
               .type = word,
               .arity = list,
               .required = true,
               .max_items = 30,
               .one_of = event_words(),
               .zh = "事件种类",
               .en = "Kinds of events"},
              {.name = "when",
               .type = condition,
               .zh = "条件，可用 event. 开头的字段",
               .en = "Condition; may use the fields that begin with event."},
              {.name = "actions",
               .type = shape,
               .arity = list,
               .required = true,
               .shape = "action",
               .max_items = 20,
               .zh = "动作",
               .en = "What is done"},
          }};
}

}  // namespace docket::definition::rows
