// SPDX-License-Identifier: Apache-2.0
// The rows of the schema. A key that is not here can not be written; what stands here is read, checked and documented.
#include <array>

#include "base/enum.hpp"
#include "definition/schema.hpp"
#include "definition/words.hpp"
#include "domain/definitions.hpp"

namespace docket::definition {
namespace {

using enum ValueType;
using enum Arity;
using domain::AutoMove;

constexpr double minute = 60;
constexpr double hour = 3600;
constexpr double day = 24 * hour;

template <class E>
constexpr std::span<const std::string_view> words() {
  return enum_names<E>();
}

constexpr std::array<std::string_view, 2> languages{"zh", "en"};
constexpr std::array<std::string_view, 4> owner_words{"keep", "lead", "back", "nobody"};

Key key_of_name(std::string_view zh, std::string_view en) {
  return {.name = "name", .type = name, .required = true, .zh = zh, .en = en};
}
Key key_of_title() {
  return {.name = "title", .type = title, .required = true, .zh = "显示名称", .en = "What people see"};
}
Key key_of_actions(std::string_view key, std::string_view zh, std::string_view en) {
  return {.name = key, .type = shape, .arity = list, .shape = "action", .max_items = 20, .zh = zh, .en = en};
}
Key key_of_warnings(std::string_view zh, std::string_view en) {
  return {.name = "warnings", .type = shape, .arity = list, .shape = "warning", .max_items = 20, .zh = zh, .en = en};
}
Key day_slots(std::string_view day_name, std::string_view zh, std::string_view en) {
  return {.name = day_name, .type = slot, .arity = list, .max_items = 24, .zh = zh, .en = en};
}

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

Shape form() {
  return {.name = "form",
          .zh = "一种工单类型及其字段。",
          .en = "A ticket type with its fields.",
          .keys = {
              key_of_title(),
              {.name = "workflow",
               .type = name,
               .required = true,
               .refers = Refers::workflow,
               .zh = "走哪个流程",
               .en = "Workflow of these tickets"},
              {.name = "priority",
               .type = word,
               .fallback = "normal",
               .one_of = words<domain::Priority>(),
               .zh = "初始优先级",
               .en = "Priority unless another is given"},
              {.name = "customer_may_create",
               .type = boolean,
               .fallback = "true",
               .zh = "客户可自行提交",
               .en = "Whether customers may submit it themselves"},
              {.name = "fields",
               .type = shape,
               .arity = list,
               .shape = "field",
               .max_items = 100,
               .zh = "字段，按显示顺序",
               .en = "Fields, in the order of the screen"},
          }};
}

Shape field() {
  return {
      .name = "field",
      .zh = "表单的一个字段。条件里写作 field.<名称>。",
      .en = "One field of a form. Conditions call it field.<name>.",
      .keys = {
          key_of_name("字段名；不同表单的同名字段类型必须相同",
                      "Name; fields of one name in several forms must be of one kind"),
          key_of_title(),
          {.name = "kind",
           .type = word,
           .required = true,
           .one_of = words<domain::FieldKind>(),
           .zh = "类型",
           .en = "Kind of value"},
          {.name = "required",
           .type = boolean,
           .fallback = "false",
           .zh = "创建时必填",
           .en = "Whether it must be given at creation"},
          {.name = "indexed",
           .type = boolean,
           .fallback = "false",
           .zh = "建索引，任何规模都可用于列表筛选",
           .en = "Whether list filters may use it on a desk of any size"},
          {.name = "customer_visible",
           .type = boolean,
           .fallback = "false",
           .zh = "客户可见并可填写",
           .en = "Whether customers see it and may fill it in"},
          {.name = "group", .type = name, .zh = "字段组，用于权限", .en = "Group of fields that roles may restrict"},
          {.name = "choices",
           .type = shape,
           .arity = list,
           .shape = "choice",
           .zh = "选项（choice、choices 必填）",
           .en = "Choices, for the kinds choice and choices"},
          {.name = "minimum", .type = number, .zh = "最小值", .en = "Least value, for integer and number"},
          {.name = "maximum", .type = number, .zh = "最大值", .en = "Greatest value, for integer and number"},
          {.name = "max_length",
           .type = integer,
           .fallback = "500",
           .minimum = 1,
           .maximum = 20'000,
           .unit = "characters",
           .zh = "最大字符数",
           .en = "Longest text, for the kinds of text"},
          {.name = "pattern",
           .type = text,
           .max_length = 500,
           .zh = "整个值须匹配的正则表达式（RE2）",
           .en = "Regular expression (RE2) that the whole text must match"},
          {.name = "initial", .type = value, .zh = "未填写时的值", .en = "Value when none is given"},
          {.name = "help", .type = text, .max_length = 500, .zh = "填写说明", .en = "Hint for whoever fills it in"},
      }};
}

Shape choice() {
  return {.name = "choice",
          .zh = "一个选项。",
          .en = "One choice.",
          .keys = {key_of_name("存储的值", "Value that is stored"), key_of_title()}};
}

Shape workflow() {
  return {.name = "workflow",
          .zh = "状态与流转。每个状态都可到达并能走到结束；处理中的状态必须有负责人和时限。",
          .en =
              "States and moves. Each state can be reached and leads to an end; each working state has an owner and a "
              "limit.",
          .keys = {
              key_of_title(),
              {.name = "initial", .type = name, .required = true, .zh = "起始状态", .en = "State of a new ticket"},
              {.name = "states",
               .type = shape,
               .arity = list,
               .required = true,
               .shape = "state",
               .max_items = 100,
               .zh = "状态，按显示顺序",
               .en = "States, in the order of the screen"},
              {.name = "transitions",
               .type = shape,
               .arity = list,
               .required = true,
               .shape = "transition",
               .max_items = 300,
               .zh = "流转",
               .en = "Moves between states"},
          }};
}

Shape state() {
  return {.name = "state",
          .zh = "一个状态（节点）。",
          .en = "Where a ticket can stand.",
          .keys = {
              key_of_name("状态名", "Name in its workflow"),
              key_of_title(),
              {.name = "category",
               .type = word,
               .required = true,
               .one_of = words<domain::StateCategory>(),
               .zh = "类别：新建、处理中、等待、已解决、已关闭",
               .en = "What it means for lists, clocks and reports"},
              {.name = "owner",
               .type = shape,
               .shape = "owner",
               .fallback = "keep",
               .zh = "负责人；new 与 open 必填",
               .en = "Who has the ticket in this step; required for new and open"},
              {.name = "limit",
               .type = working,
               .minimum = minute,
               .maximum = 3660 * day,
               .unit = "working time",
               .zh = "时限；new 与 open 必填",
               .en = "How long the step may take; required for new and open"},
              {.name = "calendar",
               .type = name,
               .refers = Refers::calendar,
               .zh = "时限按哪个日历，缺省为服务台的",
               .en = "Calendar of the limit; the desk's if not given"},
              key_of_warnings("时限的预警", "Warnings on the limit"),
              key_of_actions("on_enter", "进入时执行", "Done on entering"),
              {.name = "auto_moves",
               .type = shape,
               .arity = list,
               .shape = "auto move",
               .max_items = 10,
               .zh = "停留多久后自动流转",
               .en = "Moves that happen by themselves"},
              {.name = "customer_text",
               .type = text,
               .max_length = 200,
               .zh = "客户进度中显示的文字",
               .en = "What the customer's timeline says"},
          }};
}

Shape owner() {
  return {
      .name = "owner",
      .zh =
          "负责人：keep 不变；lead 组长；back 拜访前的负责人；nobody 无人（仅结束或等待外部的状态）；或 "
          "{team}、{user}、{visit}。",
      .en =
          "keep: whoever has it; lead: a lead of its team; back: the owner before the last visit; nobody: only where a "
          "ticket waits or ends; or one of the keys.",
      .keys =
          {
              {.name = "team",
               .type = name,
               .refers = Refers::team,
               .zh = "转到班组，由派单选人",
               .en = "A team; its dispatch chooses the agent"},
              {.name = "user", .type = text, .max_length = 64, .zh = "某个人（登录名）", .en = "One person, by login"},
              {.name = "visit",
               .type = name,
               .refers = Refers::team,
               .zh = "拜访的班组，之后用 back 返回",
               .en = "A team that the ticket visits; the owner before is remembered for `back`"},
          },
      .exactly_one = true,
      .words = owner_words};
}

Shape auto_move() {
  return {.name = "auto move",
          .zh = "在状态停留一段时间后自动流转。",
          .en = "A move that happens when a ticket has stood in the state for some time.",
          .keys = {
              {.name = "after",
               .type = wall,
               .required = true,
               .minimum = minute,
               .maximum = 3660 * day,
               .unit = "wall time, or working time of the calendar",
               .zh = "多久之后",
               .en = "After how long"},
              {.name = "calendar",
               .type = name,
               .refers = Refers::calendar,
               .zh = "按哪个日历的工作时间，缺省为自然时间",
               .en = "Calendar whose working time counts; wall time if not given"},
              {.name = "transition", .type = name, .required = true, .zh = "执行的流转", .en = "The move"},
          }};
}

Shape transition() {
  return {.name = "transition",
          .zh = "从一个或几个状态到另一状态的流转。",
          .en = "A move from one or several states to another.",
          .keys = {
              key_of_name("流转名", "Name"),
              key_of_title(),
              {.name = "from",
               .type = name,
               .arity = list,
               .required = true,
               .max_items = 100,
               .zh = "从哪些状态",
               .en = "States that it leaves"},
              {.name = "to", .type = name, .required = true, .zh = "到哪个状态", .en = "State that it enters"},
              {.name = "guard", .type = condition, .zh = "必须成立的条件", .en = "What must hold"},
              {.name = "require",
               .type = name,
               .arity = list,
               .max_items = 50,
               .zh = "必须有值的字段；message 表示须附文字",
               .en = "Fields that must have a value; `message` asks for a text with the step"},
              {.name = "roles",
               .type = name,
               .arity = list,
               .max_items = 50,
               .refers = Refers::role,
               .zh = "限哪些角色，缺省不限",
               .en = "Roles that may; all who may move the ticket if not given"},
              {.name = "by",
               .type = word,
               .fallback = "agent",
               .one_of = words<domain::TransitionBy>(),
               .zh = "由谁：坐席、客户、都可以",
               .en = "Who moves: agents, the customer, or both"},
              key_of_actions("actions", "流转后执行", "Done after the step"),
          }};
}

Shape action() {
  return {
      .name = "action",
      .zh = "一个动作，写作 {动作: 参数}。",
      .en = "One action, written {action: argument}.",
      .keys =
          {
              {.name = "assign", .type = shape, .shape = "assign", .zh = "指派", .en = "Assigns"},
              {.name = "set", .type = shape, .shape = "set", .zh = "设置字段", .en = "Sets a field"},
              {.name = "tag",
               .type = text,
               .arity = list,
               .max_length = 50,
               .max_items = 20,
               .zh = "加标签",
               .en = "Adds tags"},
              {.name = "untag",
               .type = text,
               .arity = list,
               .max_length = 50,
               .max_items = 20,
               .zh = "去标签",
               .en = "Removes tags"},
              {.name = "escalate",
               .type = integer,
               .minimum = 1,
               .maximum = 9,
               .zh = "升级到第几级（只升不降）",
               .en = "Raises the escalation level to this"},
              {.name = "notify", .type = shape, .shape = "notify", .zh = "发通知", .en = "Sends a notification"},
              {.name = "note",
               .type = text,
               .max_length = 2000,
               .zh = "写内部备注，可含 {{占位符}}",
               .en = "Writes an internal note; may hold {{placeholders}}"},
              {.name = "move",
               .type = name,
               .zh = "执行流转（若当时允许）",
               .en = "Makes a transition if it is allowed then"},
              {.name = "call", .type = name, .zh = "把事件交给外部目的地", .en = "Hands the event to a destination"},
              {.name = "urge", .type = boolean, .zh = "催单（只能写 true）", .en = "Urges; only true may be written"},
          },
      .exactly_one = true};
}

Shape assign() {
  return {.name = "assign",
          .zh = "至少给出一项。",
          .en = "At least one of them is given.",
          .keys = {
              {.name = "team", .type = name, .refers = Refers::team, .zh = "班组", .en = "Team"},
              {.name = "user", .type = text, .max_length = 64, .zh = "登录名", .en = "Login of a person"},
              {.name = "to",
               .type = word,
               .one_of = assignee_words,
               .zh = "组长、上次处理人、之前的负责人、创建人",
               .en = "A lead of the team, the last handler, the previous owner, or whoever created the ticket"},
          }};
}

Shape set() {
  return {.name = "set",
          .zh = "把一个字段设为某值；省略 value 为清空。",
          .en = "Gives a field a value; without `value` it is cleared.",
          .keys = {
              {.name = "field",
               .type = name,
               .required = true,
               .zh = "自定义字段，或 priority、region、product_line",
               .en = "A custom field, or priority, region, product_line"},
              {.name = "value", .type = value, .zh = "值", .en = "The value"},
          }};
}

Shape notify() {
  return {.name = "notify",
          .zh = "把一段通知文本发给若干人。",
          .en = "Sends a text to people.",
          .keys = {
              {.name = "text",
               .type = name,
               .required = true,
               .refers = Refers::text,
               .zh = "通知文本",
               .en = "Name of the text"},
              {.name = "whom",
               .type = text,
               .arity = list,
               .required = true,
               .max_items = 20,
               .zh = "assignee、team、lead、creator、watchers、copied、customer、user:<登录名>、team:<班组>",
               .en = "assignee, team, lead, creator, watchers, copied, customer, user:<login> or team:<name>"},
          }};
}

Shape warning() {
  return {
      .name = "warning",
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

}  // namespace

const std::vector<Shape>& schema() {
  static const std::vector<Shape> shapes{desk_file(), desk(),         team(),
                                         role(),      calendar(),     week(),
                                         exception(), form(),         field(),
                                         choice(),    workflow(),     state(),
                                         owner(),     auto_move(),    transition(),
                                         action(),    assign(),       set(),
                                         notify(),    warning(),      sla_policy(),
                                         clock(),     goal(),         dispatch_rule(),
                                         trigger(),   view(),         notification_text(),
                                         wording(),   holiday_file(), holiday()};
  return shapes;
}

}  // namespace docket::definition
