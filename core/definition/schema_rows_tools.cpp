// SPDX-License-Identifier: Apache-2.0
// The rows of what agents work with: macros, canned answers, templates of tickets. A key that has no row can not be
// written.
#include "definition/schema_rows.hpp"
#include "domain/ticket/form.hpp"

namespace docket::definition::rows {

using enum ValueType;
using enum Arity;

namespace {

Key key_of_roles() {
  return {.name = "roles",
          .type = name,
          .arity = list,
          .max_items = 50,
          .refers = Refers::role,
          .zh = "哪些角色可用，缺省全部",
          .en = "Roles that may use it; all if not given"};
}

}  // namespace

Shape macro() {
  return {.name = "macro",
          .called = "宏",
          .zh = "坐席一键完成的一组动作，以坐席自己的权限执行；有一项做不了就都不做。",
          .en = "Several acts in one, done by a person with the person's rights; all of it or nothing.",
          .keys = {
              key_of_title(),
              {.name = "when",
               .type = condition,
               .zh = "在哪些工单上可用，缺省全部",
               .en = "Which tickets it is offered on; all if not given"},
              key_of_roles(),
              {.name = "message",
               .type = text,
               .max_length = 10'000,
               .zh = "同时发出的话，可含 {{字段}} 占位符",
               .en = "What is said with it; may hold {{placeholders}}"},
              {.name = "reply",
               .type = boolean,
               .fallback = "true",
               .zh = "true 回复客户，false 写内部备注",
               .en = "true: said to the customer; false: an internal note"},
              key_of_actions("actions", "动作", "What is done"),
          }};
}

Shape answer() {
  return {.name = "answer",
          .called = "常用回复",
          .zh = "一段随时可用的回复。",
          .en = "A text that is ready to be said.",
          .keys = {
              key_of_title(),
              {.name = "text",
               .type = text,
               .required = true,
               .max_length = 10'000,
               .zh = "内容，可含 {{字段}} 占位符",
               .en = "What is said; may hold {{placeholders}}"},
              {.name = "types",
               .type = name,
               .arity = list,
               .max_items = 100,
               .refers = Refers::form,
               .zh = "用于哪些工单类型，缺省全部",
               .en = "Ticket types that it is offered for; all if not given"},
              key_of_roles(),
          }};
}

Shape ticket_template() {
  return {
      .name = "template",
      .called = "工单模板",
      .zh = "预先填好的工单。",
      .en = "A ticket that is filled in already.",
      .keys = {
          key_of_title(),
          {.name = "type",
           .type = name,
           .required = true,
           .refers = Refers::form,
           .zh = "工单类型",
           .en = "Ticket type"},
          {.name = "subject", .type = text, .max_length = 500, .zh = "标题", .en = "Subject"},
          {.name = "body", .type = text, .max_length = 10'000, .zh = "正文", .en = "First message"},
          {.name = "priority",
           .type = word,
           .one_of = words<domain::Priority>(),
           .zh = "优先级，缺省按工单类型",
           .en = "Priority; the type's if not given"},
          {.name = "region", .type = text, .max_length = 64, .zh = "区域", .en = "Region"},
          {.name = "product_line", .type = text, .max_length = 64, .zh = "产品线", .en = "Product line"},
          {.name = "team",
           .type = name,
           .refers = Refers::team,
           .zh = "直接交给哪个班组（使用者须能派单），缺省按派单规则",
           .en = "Team instead of dispatch, for people who may assign"},
          {.name = "tags", .type = text, .arity = list, .max_length = 64, .max_items = 50, .zh = "标签", .en = "Tags"},
          {.name = "fields",
           .type = value,
           .arity = map,
           .max_items = 200,
           .zh = "表单字段的值",
           .en = "Values of fields of the type's form"},
          key_of_roles(),
      }};
}

}  // namespace docket::definition::rows
