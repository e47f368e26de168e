// SPDX-License-Identifier: Apache-2.0
// Another type for a ticket that was taken for something else. Stays: number, customer, messages, people, priority, clocks that
// run, and what was filled in where the new form has it too. Where the new type follows another workflow, the ticket begins
// there anew; one that stands in its first state is owned as a new one of the type would be.
#include <utility>

#include "base/both.hpp"
#include "domain/chinese_names.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/field_check.hpp"

namespace docket::domain {
namespace {

Outcome may_change(const Deciding& deciding, const Form& form) {
  if (deciding.by_customer())
    return fail(ErrorCode::forbidden, {"Customers can not change the type of a ticket.", "客户不能修改工单类型。"});
  if (auto may = require_right(deciding, Right::ticket_edit); !may) return may;
  if (auto open = require_not_closed(deciding); !open) return open;
  const auto& ticket = deciding.ticket();
  if (form.name == ticket.type)
    return fail_field("/type", both("The ticket is of type {0} already.", "工单已经是{1}类型。", form.name, zh_quoted(form.title, form.name)));
  if (form.workflow == ticket.workflow) return {};
  // It leaves its state for another one.
  if (auto may = require_right(deciding, Right::ticket_transition); !may) return may;
  if (ends(ticket.category)) {
    return fail(ErrorCode::conflict,
                both("Type {0} follows another workflow, and the ticket is resolved. Reopen it first.",
                     "{1}工单走的是另一个流程，而这张工单已解决。请先重新打开，再改类型。", form.name, zh_quoted(form.title, form.name)));
  }
  return {};
}

/// What was given, and what the ticket has in fields of the same name and kind. What the new form does not take of that
/// is refused later, and not dropped.
Fields carried_over(const Fields& present, const Fields& given, const Form& from, const Form& to) {
  Fields all = given;
  for (const auto& [name, value] : present) {
    const auto* field = to.find_field(name);
    const auto* before = from.find_field(name);
    if (field != nullptr && (before == nullptr || before->kind == field->kind)) all.try_emplace(name, value);
  }
  return all;
}

/// A ticket that follows an older version of the workflow keeps it, so the form must have what its steps ask for: within
/// one publication the check sees to that.
Outcome fits_older_workflow(Deciding& deciding, const Form& to) {
  if (to.workflow != deciding.ticket().workflow) return {};
  const auto& from = deciding.form();
  for (const auto& transition : deciding.workflow().transitions) {
    for (const auto& name : transition.require) {
      if (from.find_field(name) == nullptr || to.find_field(name) != nullptr) continue;
      return fail(ErrorCode::conflict,
                  both("The ticket follows an older version of workflow {0}, in which step {1} needs the field {2}; type {3} has none.",
                       "这张工单走的是旧版流程，其中“{4}”这一步要填{5}，而{6}表单里没有，不能改成这个类型。", to.workflow, transition.name, name,
                       to.name, zh_quoted(transition.title, transition.name), zh_quoted(from.find_field(name)->title, name),
                       zh_quoted(to.title, to.name)));
    }
  }
  return {};
}

/// Whoever may not set a field does not empty or overwrite it this way either. Of what was given under a form that is gone,
/// nobody knows the group.
Outcome may_replace(Deciding& deciding, const Fields& change, const Form& to) {
  const auto& from = deciding.form();
  const auto& ticket = deciding.ticket();
  const auto& principal = deciding.principal();
  const auto may_set = [&](const std::string& name) {
    const auto* field = from.find_field(name);
    return field == nullptr ? !principal.restricted_on(ticket.team)
                            : principal.access(field->group, ticket.team) == FieldAccess::write;
  };
  for (const auto& [name, value] : change) {
    if (!ticket.fields.contains(name) || may_set(name)) continue;
    return fail(ErrorCode::forbidden,
                both("Type {0} would change fields that your role may not set. Ask somebody who may.",
                     "改成{1}会改动您无权修改的字段，请让有权限的同事来改。", to.name, zh_quoted(to.title, to.name)));
  }
  return {};
}

}  // namespace

Outcome decide_type(Deciding& deciding, const ChangeType& command) {
  const auto form = find_form(deciding, command.type);
  if (!form) return std::unexpected(form.error());
  const auto& to = **form;
  if (auto may = may_change(deciding, to); !may) return may;
  const auto workflow = find_workflow(deciding, to);
  if (!workflow) return std::unexpected(workflow.error());

  if (auto fits = fits_older_workflow(deciding, to); !fits) return fits;
  const auto& ticket = deciding.ticket();
  std::vector<FieldError> faults;
  check_field_groups(deciding, to, command.fields, faults);
  auto fields = check_fields(to, carried_over(ticket.fields, command.fields, deciding.form(), to), true, "/fields/");
  if (!fields) faults.insert(faults.end(), fields.error().fields.begin(), fields.error().fields.end());
  if (!faults.empty()) return wrong_fields(std::move(faults));
  FieldsSet set;
  set.fields = field_changes(ticket.fields, *fields);
  if (auto may = may_replace(deciding, set.fields, to); !may) return may;

  const auto& first = *(*workflow)->find_state((*workflow)->initial);
  TypeChanged changed{ticket.type, to.name, ticket.workflow, to.workflow, ticket.state, ticket.category};
  const bool anew = changed.begins_anew();
  if (anew) {
    changed.state = first.name;
    changed.category = first.category;
    if (ticket.hold) deciding.emit(Resumed{true, {}});
  }
  const auto cause = deciding.events().size();
  deciding.emit(std::move(changed));
  if (!set.fields.empty()) deciding.emit(std::move(set));
  if (ticket.state == deciding.workflow().initial) {
    own_by_rules(deciding, deciding.state());
    keep_in_sight(deciding);
  }
  if (anew) run_actions(deciding, "state " + first.name, first.on_enter, cause);
  return {};
}

}  // namespace docket::domain
