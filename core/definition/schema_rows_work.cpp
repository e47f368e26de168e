// SPDX-License-Identifier: Apache-2.0
// The rows of what tickets are and how they move: forms, workflows and actions. A key that has no row can not be
// written.
#include "definition/schema_rows.hpp"
#include "definition/words.hpp"
#include "domain/ticket/form.hpp"

namespace docket::definition::rows {

using enum ValueType;
using enum Arity;

namespace {

constexpr std::array<std::string_view, 4> owner_words{"keep", "lead", "back", "nobody"};

}  // namespace

Shape form() {
  return {.name = "form",
          .called = "表单",
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
      .called = "字段",
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
          .called = "选项",
          .zh = "一个选项。",
          .en = "One choice.",
          .keys = {key_of_name("存储的值", "Value that is stored"), key_of_title()}};
}

Shape workflow() {
  return {.name = "workflow",
          .called = "流程",
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
          .called = "节点",
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
               .type = title,
               .zh = "客户进度中显示的文字，缺省为显示名称",
               .en = "What the customer's timeline says; the title if not given"},
          }};
}

Shape owner() {
  return {
      .name = "owner",
      .called = "负责人",
      .zh =
          "负责人：keep 不变；lead 组长；back 转去协办（visit）之前的负责人；nobody 无人（仅结束或等待外部的状态）；或 "
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
               .zh = "临时转去协办的班组，之后用 back 转回原负责人",
               .en = "A team that the ticket visits; the owner before is remembered for `back`"},
          },
      .exactly_one = true,
      .words = owner_words};
}

Shape auto_move() {
  return {.name = "auto move",
          .called = "自动流转",
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
          .called = "流转",
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
      .called = "动作",
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
          .called = "assign 动作",
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
          .called = "set 动作",
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
  return {
      .name = "notify",
      .called = "notify 动作",
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
           .zh = "assignee、team、lead、creator、watchers、copied、customer、user:<登录名>、team:<班组>；"
                 "触发器中还有 mentioned（被@的人）、guest（协作人）、asked_by（提问的人）",
           .en = "assignee, team, lead, creator, watchers, copied, customer, user:<login> or team:<name>; in triggers "
                 "also mentioned, guest and asked_by, of the event that set it off"},
          {.name = "channels",
           .type = name,
           .arity = list,
           .max_items = 10,
           .zh = "渠道，缺省为文本的或服务台的",
           .en = "Destinations; the text's or the desk's if not given"},
      }};
}

}  // namespace docket::definition::rows
