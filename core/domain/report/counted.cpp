// SPDX-License-Identifier: Apache-2.0
#include "domain/report/counted.hpp"

namespace docket::domain {

CountedFact counted(const Fact& fact, NameBook& names) {
  return {{fact.kind,
           fact.at,
           names.code(fact.name),
           names.code(fact.of),
           names.code(fact.team),
           fact.who,
           fact.flag,
           fact.value}};
}

CountedHead counted(const FactHead& head, NameBook& names) {
  CountedHead out;
  out.id = head.id;
  out.type = names.code(head.type);
  out.channel = names.code(head.channel);
  out.region = names.code(head.region);
  out.product_line = names.code(head.product_line);
  out.team = names.code(head.team);
  out.state = names.code(head.state);
  out.workflow = names.code(head.workflow);
  out.priority = head.priority;
  out.category = head.category;
  out.assignee = head.assignee;
  out.merged = head.merged;
  out.on_hold = head.on_hold;
  out.created_at = head.created_at;
  out.entered_at = head.entered_at;
  out.first_replied_at = head.first_replied_at;
  out.resolved_at = head.resolved_at;
  out.closed_at = head.closed_at;
  return out;
}

FactHead named(const CountedHead& head, const NameBook& names) {
  FactHead out;
  out.id = head.id;
  out.type = names.name(head.type);
  out.channel = names.name(head.channel);
  out.region = names.name(head.region);
  out.product_line = names.name(head.product_line);
  out.team = names.name(head.team);
  out.state = names.name(head.state);
  out.workflow = names.name(head.workflow);
  out.priority = head.priority;
  out.category = head.category;
  out.assignee = head.assignee;
  out.merged = head.merged;
  out.on_hold = head.on_hold;
  out.created_at = head.created_at;
  out.entered_at = head.entered_at;
  out.first_replied_at = head.first_replied_at;
  out.resolved_at = head.resolved_at;
  out.closed_at = head.closed_at;
  return out;
}

Fact named(const CountedFact& fact, const NameBook& names) {
  return {fact.kind,
          fact.at,
          names.name(fact.name),
          names.name(fact.of),
          names.name(fact.team),
          fact.who,
          fact.flag,
          fact.value};
}

}  // namespace docket::domain
