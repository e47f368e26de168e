// SPDX-License-Identifier: Apache-2.0
// The rows of the desk itself: people, calendars and holiday data, views and texts. A key that has no row can not be
// written.
#include "definition/schema_rows.hpp"
#include "definition/words.hpp"
#include "domain/definitions.hpp"

namespace docket::definition::rows {

using enum ValueType;
using enum Arity;

namespace {

constexpr std::array<std::string_view, 2> languages{"zh", "en"};

Key day_slots(std::string_view day_name, std::string_view zh, std::string_view en) {
  return {.name = day_name, .type = slot, .arity = list, .max_items = 24, .zh = zh, .en = en};
}

}  // namespace

Shape desk_file() {
  return {.name = root_shape,
          .zh = "服务台目录中任何 .yaml 文件都可以含有下列任意键；同类内容可以分放多个文件。",
          .en = "Any .yaml file of a desk may hold any of these keys; things of one kind may be split over files.",
          .keys = {
              {.name = "desk",
               .type = shape,
               .shape = "desk",
               .zh = "服务台设置（全台只写一次）",
               .en = "Settings of the desk, given once"},
              {.name = "teams", .type = shape, .arity = map, .shape = "team", .zh = "班组", .en = "Teams"},
              {.name = "roles",
               .type = shape,
               .arity = map,
               .shape = "role",
               .zh = "角色与权限",
               .en = "Roles and their rights"},
              {.name = "calendars",
               .type = shape,
               .arity = map,
               .shape = "calendar",
               .zh = "工作日历",
               .en = "Calendars of working time"},
              {.name = "forms",
               .type = shape,
               .arity = map,
               .shape = "form",
               .zh = "表单（工单类型）",
               .en = "Forms: the ticket types"},
              {.name = "workflows", .type = shape, .arity = map, .shape = "workflow", .zh = "流程", .en = "Workflows"},
              {.name = "sla",
               .type = shape,
               .arity = list,
               .shape = "SLA policy",
               .zh = "SLA 策略，按顺序取第一条成立的",
               .en = "SLA policies; the first whose condition holds applies"},
              {.name = "dispatch",
               .type = shape,
               .arity = list,
               .shape = "dispatch rule",
               .zh = "派单规则，按顺序取第一条成立的",
               .en = "Dispatch rules; the first whose condition holds applies"},
              {.name = "triggers",
               .type = shape,
               .arity = list,
               .shape = "trigger",
               .zh = "触发器，按顺序执行",
               .en = "Triggers, run in this order"},
              {.name = "views",
               .type = shape,
               .arity = map,
               .shape = "view",
               .zh = "视图（保存的列表）",
               .en = "Views: saved lists"},
              {.name = "texts",
               .type = shape,
               .arity = map,
               .shape = "text",
               .zh = "通知文本",
               .en = "Texts of notifications"},
          }};
}

Shape desk() {
  return {.name = "desk",
          .zh = "整个服务台的设置。",
          .en = "What holds for the whole desk.",
          .keys = {
              {.name = "name", .type = title, .required = true, .zh = "服务台名称", .en = "Name of the desk"},
              {.name = "ticket_prefix",
               .type = text,
               .fallback = "T",
               .max_length = 8,
               .zh = "工单号前缀",
               .en = "What ticket numbers begin with"},
              {.name = "default_team",
               .type = name,
               .required = true,
               .refers = Refers::team,
               .zh = "没有派单规则成立时归哪个班组",
               .en = "Team of tickets that no dispatch rule matches"},
              {.name = "default_calendar",
               .type = name,
               .required = true,
               .refers = Refers::calendar,
               .zh = "未另行指定时使用的日历",
               .en = "Calendar where none is named"},
              {.name = "zone",
               .type = text,
               .fallback = "Asia/Shanghai",
               .max_length = 64,
               .zh = "时区（IANA 名称）",
               .en = "Time zone, an IANA name"},
              {.name = "language",
               .type = word,
               .fallback = "zh",
               .one_of = languages,
               .zh = "默认语言",
               .en = "Language where a person has chosen none"},
              {.name = "regions",
               .type = text,
               .arity = list,
               .max_length = 50,
               .zh = "区域",
               .en = "Regions that tickets, customers and agents may have"},
              {.name = "product_lines",
               .type = text,
               .arity = list,
               .max_length = 50,
               .zh = "产品线",
               .en = "Product lines that tickets and agents may have"},
              {.name = "hold_reasons",
               .type = text,
               .arity = list,
               .max_length = 50,
               .zh = "挂起原因",
               .en = "Reasons for which a ticket may be put on hold"},
              {.name = "destinations",
               .type = name,
               .arity = list,
               .fallback = "log",
               .max_items = 10,
               .zh = "通知默认发往哪里",
               .en = "Where notifications go unless their text says otherwise"},
              {.name = "reopen_within",
               .type = wall,
               .fallback = "30d",
               .minimum = 0,
               .maximum = 3660 * day,
               .unit = "wall time",
               .zh = "结单后多久内客户来信可重新打开",
               .en = "How long after closing a customer's message still reopens a ticket"},
          }};
}

Shape team() {
  return {.name = "team",
          .zh = "一个班组。成员由管理员在系统里维护，不写在这里。",
          .en = "One team. Who belongs to it is kept by the server, not here.",
          .keys = {
              key_of_title(),
              {.name = "by",
               .type = word,
               .fallback = "load",
               .one_of = words<domain::DispatchBy>(),
               .zh = "在组内如何选人：负载、轮流、上次处理人、人工",
               .en = "How an agent is chosen: least load, in turn, the last handler, or by hand"},
              {.name = "capacity",
               .type = integer,
               .fallback = "20",
               .minimum = 1,
               .maximum = 10'000,
               .unit = "open tickets",
               .zh = "每人最多同时持有的工单",
               .en = "Open tickets that an agent may hold at once, unless the person has an own limit"},
              {.name = "calendar",
               .type = name,
               .refers = Refers::calendar,
               .zh = "班组的工作日历，缺省为服务台的",
               .en = "Working hours; the desk's calendar if not given"},
              {.name = "respect_presence",
               .type = boolean,
               .fallback = "true",
               .zh = "只派给在线的人",
               .en = "Whether only agents who are present are chosen"},
          }};
}

Shape role() {
  return {.name = "role",
          .zh = "一个角色：能做什么、能看到哪些工单。",
          .en = "A role: what it may do and which tickets it sees.",
          .keys = {
              key_of_title(),
              {.name = "rights",
               .type = word,
               .arity = list,
               .required = true,
               .one_of = right_words(),
               .zh = "权限；all 为全部",
               .en = "Rights; `all` stands for every one"},
              {.name = "tickets",
               .type = word,
               .fallback = "team",
               .one_of = words<domain::TicketScope>(),
               .zh = "可见范围：无、自己的、本组的、全部",
               .en = "Which tickets are visible: none, own, of the team, all"},
              {.name = "where",
               .type = condition,
               .zh = "可见工单还须满足的条件",
               .en = "What must also hold of a visible ticket"},
              {.name = "field_groups",
               .type = word,
               .arity = map,
               .one_of = words<domain::FieldAccess>(),
               .zh = "字段组的权限，未列出的可写",
               .en = "Access to groups of fields; groups not named may be written"},
          }};
}

Shape calendar() {
  return {.name = "calendar",
          .zh = "工作时间：每周时段、法定节假日与调休、例外日期。",
          .en = "Working time: slots of the week, statutory holidays with make-up days, exceptions.",
          .keys = {
              {.name = "zone",
               .type = text,
               .max_length = 64,
               .zh = "时区，缺省为服务台的",
               .en = "Time zone; the desk's if not given"},
              {.name = "week",
               .type = shape,
               .required = true,
               .shape = "week",
               .zh = "每周的工作时段",
               .en = "Slots of an ordinary week"},
              {.name = "holidays",
               .type = name,
               .arity = list,
               .max_items = 10,
               .refers = Refers::holidays,
               .zh = "节假日数据集：holidays/cn-2026.json 属于 cn",
               .en = "Sets of holiday data: holidays/cn-2026.json belongs to the set cn"},
              {.name = "make_up_as",
               .type = word,
               .fallback = "monday",
               .one_of = weekday_words,
               .zh = "调休上班日按星期几的时段",
               .en = "Weekday whose slots a make-up working day has"},
              {.name = "exceptions",
               .type = shape,
               .arity = list,
               .shape = "exception",
               .zh = "例外日期，优先于每周时段和节假日",
               .en = "Single dates that differ; they win over week and holidays"},
          }};
}

Shape week() {
  return {.name = "week",
          .zh = "时段写作 [\"09:00-12:00\", \"13:30-18:00\"]；具体某天优先于 workdays、weekend、every_day。",
          .en =
              "Slots are written [\"09:00-12:00\", \"13:30-18:00\"]; a named day wins over workdays and weekend, and "
              "those over every_day.",
          .keys = {
              day_slots("every_day", "每天", "All seven days"),
              day_slots("workdays", "周一至周五", "Monday to Friday"),
              day_slots("weekend", "周六和周日", "Saturday and Sunday"),
              day_slots("monday", "周一", "Monday"),
              day_slots("tuesday", "周二", "Tuesday"),
              day_slots("wednesday", "周三", "Wednesday"),
              day_slots("thursday", "周四", "Thursday"),
              day_slots("friday", "周五", "Friday"),
              day_slots("saturday", "周六", "Saturday"),
              day_slots("sunday", "周日", "Sunday"),
          }};
}

Shape exception() {
  return {.name = "exception",
          .zh = "一段日期的特殊安排：slots（空为休息）或 like（按某个星期几）二选一。",
          .en = "What differs on some dates: either `slots` (none: a day off) or `like` a weekday.",
          .keys = {
              {.name = "from", .type = date, .required = true, .zh = "第一天", .en = "First date"},
              {.name = "to", .type = date, .zh = "最后一天，缺省与 from 相同", .en = "Last date; `from` if not given"},
              {.name = "name",
               .type = text,
               .required = true,
               .max_length = 100,
               .zh = "名称，解释到期时间时显示",
               .en = "Name, shown where it explains a due time"},
              day_slots("slots", "这些日期的时段", "Slots of these dates"),
              {.name = "like",
               .type = word,
               .one_of = weekday_words,
               .zh = "按星期几上班",
               .en = "Weekday that these dates work like"},
          }};
}

Shape holiday_file() {
  return {.name = holiday_shape,
          .zh = "holidays/<数据集>-<年>.json：一年的法定节假日与调休。",
          .en = "holidays/<set>-<year>.json: the statutory days of one year.",
          .keys = {
              {.name = "year",
               .type = integer,
               .required = true,
               .minimum = 1970,
               .maximum = 2099,
               .zh = "年份",
               .en = "Year"},
              {.name = "source",
               .type = text,
               .arity = list,
               .required = true,
               .max_length = 500,
               .zh = "出处",
               .en = "Where it was announced"},
              {.name = "days",
               .type = shape,
               .arity = list,
               .required = true,
               .shape = "holiday",
               .zh = "日期",
               .en = "Dates"},
          }};
}

Shape holiday() {
  return {.name = "holiday",
          .zh = "一天。",
          .en = "One date.",
          .keys = {
              {.name = "date", .type = date, .required = true, .zh = "日期", .en = "Date"},
              {.name = "name",
               .type = text,
               .required = true,
               .max_length = 100,
               .zh = "节日",
               .en = "Name of the holiday"},
              {.name = "working",
               .type = boolean,
               .required = true,
               .zh = "true 为调休上班",
               .en = "true: a make-up working day"},
          }};
}

Shape view() {
  return {.name = "view",
          .zh = "保存的列表。",
          .en = "A saved list.",
          .keys = {
              key_of_title(),
              {.name = "when",
               .type = condition,
               .zh = "列出哪些工单；可用 @me、@my_teams",
               .en = "Which tickets; may use @me and @my_teams"},
              {.name = "sort",
               .type = word,
               .fallback = "updated",
               .one_of = words<domain::Sorting>(),
               .zh = "排序",
               .en = "Order"},
              {.name = "columns",
               .type = text,
               .arity = list,
               .max_items = 30,
               .zh = "列：内置字段或 field.<名称>",
               .en = "Columns: fields of the catalogue or field.<name>"},
              {.name = "roles",
               .type = name,
               .arity = list,
               .max_items = 50,
               .refers = Refers::role,
               .zh = "哪些角色可见，缺省全部",
               .en = "Roles that see the view; all if not given"},
          }};
}

Shape notification_text() {
  return {.name = "text",
          .zh = "一段通知文本，可含 {{字段}} 占位符。",
          .en = "A text with {{placeholders}}: names of fields.",
          .keys = {
              {.name = "zh", .type = shape, .required = true, .shape = "wording", .zh = "中文", .en = "Chinese"},
              {.name = "en",
               .type = shape,
               .shape = "wording",
               .zh = "英文",
               .en = "English; the Chinese one if not given"},
              {.name = "channels",
               .type = name,
               .arity = list,
               .max_items = 10,
               .zh = "发往哪里，缺省为服务台的",
               .en = "Where it goes; the desk's destinations if not given"},
          }};
}

Shape wording() {
  return {.name = "wording",
          .zh = "标题和正文。",
          .en = "Subject and body.",
          .keys = {
              {.name = "subject", .type = text, .required = true, .max_length = 200, .zh = "标题", .en = "Subject"},
              {.name = "body", .type = text, .required = true, .max_length = 10'000, .zh = "正文", .en = "Body"},
          }};
}

}  // namespace docket::definition::rows
