// SPDX-License-Identifier: Apache-2.0
// A ticket comes into being: the form is checked, the workflow entered, the owner found.
#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "base/text.hpp"
#include "domain/chinese_names.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

constexpr std::size_t max_channel_bytes = 32;

Outcome may_create(const Deciding& deciding, const CreateTicket& command, const Form& form) {
  const auto& principal = deciding.principal();
  if (!principal.may(Right::ticket_create)) {
    return lacks_right(Right::ticket_create);
  }
  if (!deciding.by_customer()) return {};
  if (!form.customer_may_create)
    return fail(ErrorCode::forbidden, both("Customers can not create tickets of type {0}.", "客户不能自己提交{1}工单，请联系客服。",
                                           form.name, zh_quoted(form.title, form.name)));
  if (!principal.customer || command.customer.customer != principal.customer) {
    return fail(ErrorCode::forbidden, {"A customer creates own tickets only.", "客户只能为自己提交工单。"});
  }
  return {};
}

/// Values of fields by the form, initial ones filled in; faults are appended.
Fields fields_of(const Deciding& deciding, const CreateTicket& command, const Form& form,
                 std::vector<FieldError>& faults) {
  const auto team = command.team.empty() ? std::nullopt : std::optional{command.team};
  check_field_groups(deciding, form, command.fields, team, faults);
  auto checked = [&] {
    if (!deciding.by_customer()) return check_fields(form, command.fields, true, "/fields/");
    // What a customer is not shown can not be asked of one; an agent fills it in.
    Form shown = form;
    for (auto& field : shown.fields) field.required = field.required && field.customer_visible;
    return check_fields(shown, command.fields, true, "/fields/");
  }();
  if (checked) return std::move(*checked);
  faults.insert(faults.end(), checked.error().fields.begin(), checked.error().fields.end());
  return {};
}

void check_customer_limits(const Deciding& deciding, const CreateTicket& command, std::vector<FieldError>& faults) {
  if (!deciding.by_customer()) return;
  const auto refuse = [&](bool given, const char* pointer) {
    if (given) faults.push_back({pointer, "Customers may not set this.", "客户不能设置这一项。"});
  };
  refuse(command.priority.has_value(), "/priority");
  refuse(!command.tags.empty(), "/tags");
  refuse(!command.team.empty(), "/team");
  refuse(static_cast<bool>(command.assignee), "/assignee");
}

Result<Created> check_creation(const Deciding& deciding, const CreateTicket& command, const Form& form,
                               const Workflow& workflow) {
  std::vector<FieldError> faults;
  FieldsSet plain;
  plain.subject = command.subject;
  if (!command.region.empty()) plain.region = command.region;
  if (!command.product_line.empty()) plain.product_line = command.product_line;
  check_plain_fields(deciding.active().desk, plain, faults);
  check_customer_limits(deciding, command, faults);
  check_tags(command.tags, "/tags", faults);
  if (command.tags.size() > max_tags)
    faults.push_back(field_error("/tags", both("A ticket has at most {} tags.", "一张工单最多 {} 个标签。", max_tags)));
  if (command.channel.empty() || command.channel.size() > max_channel_bytes || !is_utf8(command.channel)) {
    faults.push_back(field_error("/channel", both("A channel has 1 to {} bytes.", "渠道名称需为 1 至 {} 个字节。",
                                                  max_channel_bytes)));
  }
  if (auto text = check_message(command.body, "/body", command.attachments.size(), false); !text) {
    faults.insert(faults.end(), text.error().fields.begin(), text.error().fields.end());
  }
  if (auto tree = check_formatted(command.formatted, command.attachments, "/formatted"); !tree) {
    faults.insert(faults.end(), tree.error().fields.begin(), tree.error().fields.end());
  }
  Created created;
  created.fields = fields_of(deciding, command, form, faults);
  if (!faults.empty()) return wrong_fields(std::move(faults));

  created.type = form.name;
  created.subject = command.subject;
  created.bundle = deciding.active().digest;
  created.workflow = workflow.name;
  created.state = workflow.initial;
  created.category = workflow.find_state(workflow.initial)->category;
  created.priority = command.priority.value_or(form.priority);
  created.channel = command.channel;
  created.customer = command.customer.customer;
  created.organization = command.customer.organization;
  created.customer_level = command.customer.level;
  created.region = command.region.empty() ? command.customer.region : command.region;
  created.product_line = command.product_line;
  created.tags = command.tags;
  std::ranges::sort(created.tags);
  created.tags.erase(std::unique(created.tags.begin(), created.tags.end()), created.tags.end());
  return created;
}

/// The owner that somebody named with the ticket.
Outcome own_by_hand(Deciding& deciding, const CreateTicket& command) {
  const auto* rule = command.team.empty() ? find_rule(deciding, {}) : nullptr;
  const auto team = !command.team.empty() ? command.team : rule != nullptr ? rule->team : home_team(deciding);
  if (!deciding.active().teams.contains(team)) return no_team("/team", team);
  const auto& principal = deciding.principal();
  const bool takes = command.assignee && command.assignee == principal.user;
  if (!principal.may(Right::ticket_assign, team) && !(takes && principal.may(Right::ticket_take, team))) {
    return fail(ErrorCode::forbidden,
                both("Naming the owner needs the right {0} on tickets of team {1}.",
                     "指定负责人需要班组{3}工单的{2}权限。可以留空，由系统派单。", name(Right::ticket_assign), team,
                     zh_right(Right::ticket_assign), ChineseNames(deciding.active()).team(team)));
  }
  if (!command.assignee) {
    dispatch(deciding, AssignReason::by_hand, team);
    return {};
  }
  if (const auto member = named_member(deciding, team, command.assignee); !member) return std::unexpected(member.error());
  assign(deciding, takes ? AssignReason::taken : AssignReason::by_hand, team, command.assignee);
  return {};
}

}  // namespace

Result<const Form*> find_form(const Deciding& deciding, const std::string& type) {
  const auto& forms = deciding.active().forms;
  const auto found = forms.find(type);
  if (found != forms.end()) return &found->second;
  std::string known, titles;
  for (const auto* form : deciding.active().forms_in_order()) {
    known += (known.empty() ? "" : ", ") + form->name;
    titles.append(titles.empty() ? "" : "、").append(zh_quoted(form->title, form->name));
  }
  return fail_field("/type", both("There is no ticket type {0}. The desk has {1}.", "没有工单类型“{0}”，可选{2}。", type, known, titles));
}

Result<const Workflow*> find_workflow(const Deciding& deciding, const Form& form) {
  const auto workflow = deciding.active().workflows.find(form.workflow);
  if (workflow != deciding.active().workflows.end() && workflow->second.find_state(workflow->second.initial) != nullptr)
    return &workflow->second;
  return fail(ErrorCode::invalid_definition,
              both("Ticket type {0} has no workflow to begin.", "工单类型{1}没有可用的流程，请联系管理员。", form.name,
                   ChineseNames(deciding.active()).type(form.name)));
}

Outcome decide_create(Deciding& deciding, const CreateTicket& command) {
  const auto form = find_form(deciding, command.type);
  if (!form) return std::unexpected(form.error());
  if (auto may = may_create(deciding, command, **form); !may) return may;
  const auto workflow = find_workflow(deciding, **form);
  if (!workflow) return std::unexpected(workflow.error());
  auto created = check_creation(deciding, command, **form, **workflow);
  if (!created) return pass_on(created.error());
  deciding.emit(std::move(*created));
  if (!command.body.empty() || !command.attachments.empty()) {
    deciding.say(MessageKind::customer, command.body, command.attachments, command.formatted);
  }
  const auto& state = deciding.state();
  if (!command.team.empty() || command.assignee) {
    if (auto owned = own_by_hand(deciding, command); !owned) return owned;
  } else {
    own_by_rules(deciding, state);
  }
  keep_in_sight(deciding);
  run_actions(deciding, "state " + state.name, state.on_enter, 0);
  return {};
}

}  // namespace docket::domain
