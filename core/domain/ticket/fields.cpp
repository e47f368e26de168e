// SPDX-License-Identifier: Apache-2.0
// Setting fields: what a value must be, who may write it, and what is left when nothing would change.
#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "base/text.hpp"
#include "domain/chinese_names.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

bool listed(const std::vector<std::string>& list, const std::string& word) {
  return list.empty() || word.empty() || std::ranges::find(list, word) != list.end();
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

template <class T>
void drop_equal(std::optional<T>& change, const T& present) {
  if (change && *change == present) change.reset();
}

void drop_unchanged(FieldsSet& change, const Ticket& ticket) {
  std::erase_if(change.fields, [&](const auto& entry) {
    const auto present = ticket.fields.find(entry.first);
    if (present == ticket.fields.end()) return std::holds_alternative<std::monostate>(entry.second);
    return present->second == entry.second;
  });
  drop_equal(change.subject, ticket.subject);
  drop_equal(change.priority, ticket.priority);
  drop_equal(change.region, ticket.region);
  drop_equal(change.product_line, ticket.product_line);
  drop_equal(change.customer_level, ticket.customer_level);
  drop_equal(change.customer, ticket.customer);
  drop_equal(change.organization, ticket.organization);
  const auto has = [&](const std::string& tag) { return std::ranges::binary_search(ticket.tags, tag); };
  const auto sort_unique = [](std::vector<std::string>& tags) {
    std::ranges::sort(tags);
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  };
  sort_unique(change.tags_added);
  sort_unique(change.tags_removed);
  std::erase_if(change.tags_removed, [&](const std::string& tag) {
    return !has(tag) || std::ranges::binary_search(change.tags_added, tag);  // taken away and given again: it stays
  });
  std::erase_if(change.tags_added, has);
}

void check_rights(const Deciding& deciding, const FieldsSet& change, std::vector<FieldError>& faults) {
  if (!deciding.by_customer()) return;
  const auto refuse = [&](bool given, const char* pointer) {
    if (given) faults.push_back({pointer, "Customers may not set this.", "客户不能设置这一项。"});
  };
  refuse(change.priority.has_value(), "/priority");
  refuse(change.customer_level.has_value(), "/customer_level");
  refuse(change.customer.has_value(), "/customer");
  refuse(change.organization.has_value(), "/organization");
  refuse(!change.tags_added.empty(), "/tags_added");
  refuse(!change.tags_removed.empty(), "/tags_removed");
}

}  // namespace

std::unexpected<Error> wrong_fields(std::vector<FieldError> faults) {
  Error error;
  error.code = ErrorCode::invalid_field;
  error.say(faults.size() == 1 ? faults.front().said() : both("{} fields are wrong.", "有 {} 处需要修改。", faults.size()));
  error.fields = std::move(faults);
  return std::unexpected<Error>(std::move(error));
}

Fields field_changes(const Fields& before, const Fields& after) {
  Fields change;
  for (const auto& [name, value] : before) {
    if (!after.contains(name)) change.emplace(name, Value{});
  }
  for (const auto& [name, value] : after) {
    const auto old = before.find(name);
    if (old == before.end() || old->second != value) change.emplace(name, value);
  }
  return change;
}

void check_tags(const std::vector<std::string>& tags, const std::string& pointer, std::vector<FieldError>& faults) {
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (tags[i].empty() || !is_utf8(tags[i]) || count_characters(tags[i]) > max_tag_characters) {
      faults.push_back(field_error(pointer + "/" + std::to_string(i),
                                   both("A tag has 1 to {} characters.", "标签须为 1 到 {} 个字。", max_tag_characters)));
    }
  }
}

void check_plain_fields(const DeskSettings& desk, const FieldsSet& change, std::vector<FieldError>& faults) {
  if (change.subject && (change.subject->empty() || !is_utf8(*change.subject) ||
                         count_characters(*change.subject) > max_subject_characters)) {
    faults.push_back(field_error(
        "/subject", both("A subject has 1 to {} characters.", "主题须为 1 到 {} 个字。", max_subject_characters)));
  }
  if (change.region && !listed(desk.regions, *change.region)) {
    faults.push_back(field_error("/region", both("The desk's regions are {0}.", "地区只能是{1}。", joined(desk.regions),
                                                 zh_quoted(desk.regions))));
  }
  if (change.product_line && !listed(desk.product_lines, *change.product_line)) {
    faults.push_back(field_error("/product_line", both("The desk's product lines are {0}.", "产品线只能是{1}。",
                                                       joined(desk.product_lines), zh_quoted(desk.product_lines))));
  }
}

void check_field_groups(const Deciding& deciding, const Form& form, const Fields& fields,
                        std::vector<FieldError>& faults) {
  check_field_groups(deciding, form, fields, deciding.ticket().team, faults);
}

void check_field_groups(const Deciding& deciding, const Form& form, const Fields& fields,
                        const std::optional<std::string>& team, std::vector<FieldError>& faults) {
  const auto& principal = deciding.principal();
  for (const auto& [name, value] : fields) {
    const auto* field = form.find_field(name);
    if (field == nullptr) continue;  // check_fields says so
    const bool hidden = deciding.by_customer() && !field->customer_visible;
    const auto access = team ? principal.access(field->group, *team) : principal.access(field->group);
    if (hidden || access != FieldAccess::write) faults.push_back({"/fields/" + name, "Your role may not set this field.", "您的角色不能修改这个字段。"});
  }
}

Result<bool> change_fields(Deciding& deciding, FieldsSet change) {
  const auto& ticket = deciding.ticket();
  std::vector<FieldError> faults;
  check_rights(deciding, change, faults);
  check_plain_fields(deciding.active().desk, change, faults);
  check_tags(change.tags_added, "/tags_added", faults);
  if (!change.fields.empty()) {
    check_field_groups(deciding, deciding.form(), change.fields, faults);
    auto checked = check_fields(deciding.form(), change.fields, false, "/fields/");
    if (checked) {
      change.fields = std::move(*checked);
    } else {
      faults.insert(faults.end(), checked.error().fields.begin(), checked.error().fields.end());
    }
  }
  drop_unchanged(change, ticket);
  if (ticket.tags.size() + change.tags_added.size() - change.tags_removed.size() > max_tags) {
    faults.push_back(
        field_error("/tags_added", both("A ticket has at most {} tags.", "一张工单最多 {} 个标签。", max_tags)));
  }
  if (!faults.empty()) return wrong_fields(std::move(faults));
  if (change == FieldsSet{}) return false;
  deciding.emit(std::move(change));
  return true;
}

Outcome decide_fields(Deciding& deciding, const SetFields& command) {
  if (auto may = require_right(deciding, Right::ticket_edit); !may) return may;
  if (auto open = require_not_closed(deciding); !open) return open;
  if (auto changed = change_fields(deciding, command.change); !changed) return pass_on(changed.error());
  return {};
}

}  // namespace docket::domain
