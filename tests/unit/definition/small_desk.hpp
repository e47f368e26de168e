// SPDX-License-Identifier: Apache-2.0
// The smallest desk that is sound, to put one fault beside.
#pragma once

#include "base/clock.hpp"
#include "definition/bundle.hpp"

inline const docket::Time in_june = *docket::from_rfc3339("2026-06-01T00:00:00Z");

inline docket::definition::Bundle small_desk() {
  return {{{"desk.yaml", R"(
desk: {name: 小服务台, default_team: service, default_calendar: office}
teams: {service: {title: 客服}}
roles: {lead: {title: 组长, rights: [ticket_read, ticket_transition]}}
calendars: {office: {week: {workdays: ["09:00-12:00", "13:30-18:00"]}}}
texts: {hello: {zh: {subject: 你好, body: 你好}}}
forms:
  ask:
    title: 咨询
    workflow: simple
    fields:
      - {name: amount, title: 金额, kind: number, minimum: 0, group: money}
      - {name: reason, title: 原因, kind: choice, choices: [{name: quality, title: 质量}, {name: size, title: 尺码}]}
workflows:
  simple:
    title: 简单
    initial: new
    states:
      - {name: new, title: 新建, category: new, owner: keep, limit: 4h, on_enter: [{notify: {text: hello, whom: [assignee]}}]}
      - {name: done, title: 完成, category: closed}
    transitions:
      - {name: close, title: 关闭, from: [new], to: done}
)"}}};
}
