// SPDX-License-Identifier: Apache-2.0
#include "domain/chinese_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/clock.hpp"
#include "base/enum.hpp"
#include "domain/definitions.hpp"

namespace docket::domain {
namespace {

constexpr std::size_t most_words = 20;

struct Word {
  std::string_view name, zh;
};

constexpr std::array rights{Word{"ticket_read", "查看工单"},      Word{"ticket_create", "新建工单"},
                            Word{"ticket_reply", "回复客户"},     Word{"ticket_note", "写内部备注"},
                            Word{"ticket_edit", "修改字段"},      Word{"ticket_transition", "流转"},
                            Word{"ticket_take", "领取"},          Word{"ticket_assign", "分派"},
                            Word{"ticket_hold", "挂起"},          Word{"ticket_merge", "合并"},
                            Word{"ticket_bulk", "批量操作"},      Word{"ticket_export", "导出"},
                            Word{"customer_read", "查看客户"},    Word{"customer_edit", "修改客户"},
                            Word{"user_read", "查看同事"},        Word{"user_manage", "管理用户"},
                            Word{"roster_manage", "管理班表"},    Word{"definition_read", "查看配置"},
                            Word{"definition_publish", "发布配置"}, Word{"event_read", "查看历史事件"},
                            Word{"audit_read", "查看审计"},       Word{"delivery_read", "查看投递"},
                            Word{"delivery_manage", "管理投递"},  Word{"report_read", "查看报表"},
                            Word{"job_read", "查看任务"},         Word{"token_manage", "管理令牌"},
                            Word{"system_manage", "管理系统"}};
static_assert(rights.size() == right_count);

/// Of the catalogue, and `message`.
constexpr std::array catalogue{
    Word{"id", "编号"},           Word{"type", "类型"},           Word{"workflow", "流程"},
    Word{"state", "节点"},        Word{"category", "状态"},       Word{"entered_at", "进入节点的时间"},
    Word{"priority", "优先级"},   Word{"subject", "主题"},        Word{"text", "内容"},
    Word{"channel", "渠道"},      Word{"team", "班组"},           Word{"assignee", "坐席"},
    Word{"waiting", "待领取"},    Word{"last_handler", "上一位坐席"}, Word{"customer", "客户"},
    Word{"organization", "企业客户"}, Word{"customer.level", "客户等级"}, Word{"region", "地区"},
    Word{"product_line", "产品线"}, Word{"tags", "标签"},         Word{"watchers", "关注人"},
    Word{"copied", "抄送人"},     Word{"awaiting", "等谁处理"},   Word{"on_hold", "已挂起"},
    Word{"hold.reason", "挂起原因"}, Word{"hold.since", "挂起时间"}, Word{"created_at", "创建时间"},
    Word{"created_by", "创建人"}, Word{"updated_at", "更新时间"}, Word{"first_replied", "已首次回复"},
    Word{"first_replied_at", "首次回复时间"}, Word{"resolved_at", "解决时间"}, Word{"closed_at", "关闭时间"},
    Word{"urges", "催单次数"},    Word{"escalation", "升级级别"}, Word{"reopens", "重开次数"},
    Word{"messages", "消息数"},   Word{"merged", "已合并"},       Word{"guests", "协作人数"},
    Word{"rating", "评分"},       Word{"rating.comment", "评价"}, Word{"breached", "已超时"},
    Word{"due_at", "时效"},       Word{"message", "说明"},        Word{"step", "进入过的节点数"},
    Word{"created_by.kind", "创建人的类别"}, Word{"event.kind", "事件种类"}, Word{"event.actor", "操作人"},
    Word{"event.actor.kind", "操作人的类别"}, Word{"event.message", "消息种类"}, Word{"event.text", "消息开头"},
    Word{"event.transition", "流转步骤"}, Word{"event.from", "离开的节点"}, Word{"event.to", "进入的节点"},
    Word{"event.reopened", "是否重开"}, Word{"event.field", "修改的字段"}, Word{"event.reason", "分派或挂起的原因"},
    Word{"event.team", "分派到的班组"}, Word{"event.assignee", "分派到的坐席"}, Word{"event.level", "升到的级别"},
    Word{"event.count", "第几次催单"}, Word{"event.clock", "计时"}, Word{"event.warning", "预警"},
    Word{"event.kept", "计时是否达标"}, Word{"event.score", "评分"}, Word{"event.guest", "协作人"},
    Word{"event.guest.id", "协作人编号"}, Word{"event.question", "问协作人的问题"}, Word{"event.link", "关联种类"}};

constexpr std::array categories{Word{"new", "待受理"}, Word{"open", "处理中"}, Word{"pending", "等待中"},
                                Word{"resolved", "已解决"}, Word{"closed", "已关闭"}};
constexpr std::array priorities{Word{"low", "低"}, Word{"normal", "普通"}, Word{"high", "高"}, Word{"urgent", "紧急"}};
constexpr std::array turns{Word{"agent", "坐席"}, Word{"customer", "客户"}, Word{"nobody", "无"}};

std::string quoted(std::string_view words) {
  return fmt::format("“{}”", words);
}

std::string_view word_in(std::span<const Word> words, std::string_view name) {
  const auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? name : found->zh;
}

std::string spoken(std::span<const Word> words, std::string_view name) {
  return quoted(word_in(words, name));
}

template <class Make>
std::string listed(const std::vector<std::string>& names, Make make) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < most_words; ++i) out.append(i == 0 ? "" : "、").append(make(names[i]));
  if (names.size() > most_words) out += "等";
  return out;
}

template <class Map>
std::string of_map(const Map& map, const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? quoted(name) : zh_quoted(found->second.title, name);
}

bool is_instant(std::string_view field, const Field* own) {
  if (own != nullptr) return own->kind == FieldKind::instant;
  const auto* known = find_catalogue_field(field);
  return known != nullptr && known->type == FieldType::instant;
}

}  // namespace

std::string zh_quoted(const Title& title, std::string_view name) {
  return quoted(title.zh.empty() ? name : std::string_view{title.zh});
}

std::string zh_quoted(const std::vector<std::string>& words) {
  return listed(words, [](const std::string& word) { return quoted(word); });
}

std::string zh_right(Right right) {
  return spoken(rights, enum_name(right));
}

std::string_view zh_field(std::string_view name) {
  return word_in(catalogue, name);
}

std::string ChineseNames::team(const std::string& name) const {
  return of_map(definitions_.teams, name);
}

std::string ChineseNames::roles(const std::vector<std::string>& names) const {
  return listed(names, [&](const std::string& name) { return of_map(definitions_.roles, name); });
}

std::string ChineseNames::type(const std::string& name) const {
  return of_map(definitions_.forms, name);
}

std::string ChineseNames::state(std::string_view name) const {
  const auto* found = workflow_ == nullptr ? nullptr : workflow_->find_state(name);
  return found == nullptr ? quoted(name) : zh_quoted(found->title, name);
}

std::string ChineseNames::states(const std::vector<std::string>& names) const {
  return listed(names, [&](const std::string& name) { return state(name); });
}

std::string ChineseNames::step(const Transition& transition) const {
  return zh_quoted(transition.title, transition.name);
}

std::string ChineseNames::field(std::string_view name) const {
  const auto own = name.starts_with("field.") ? name.substr(6) : name;
  const auto* known = form_ == nullptr ? nullptr : form_->find_field(own);
  if (known != nullptr) return zh_quoted(known->title, own);
  return spoken(catalogue, own);
}

std::string ChineseNames::value(std::string_view field, const Value& value) const {
  if (const auto* yes = std::get_if<bool>(&value)) return quoted(*yes ? "是" : "否");
  if (const auto* number = std::get_if<double>(&value)) return fmt::format(" {}", *number);
  if (const auto* text = std::get_if<std::string>(&value)) return word(field, *text);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return listed(*list, [&](const std::string& one) { return word(field, one); });
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    const auto* own = form_ == nullptr || !field.starts_with("field.") ? nullptr : form_->find_field(field.substr(6));
    return is_instant(field, own) ? fmt::format(" {}", to_rfc3339(Time{Duration{*whole}})) : fmt::format(" {}", *whole);
  }
  return {};
}

std::string ChineseNames::word(std::string_view field, const std::string& value) const {
  if (value == "@me") return "“我”";
  if (value == "@my_teams") return "“我的班组”";
  if (field == "state") return state(value);
  if (field == "team") return team(value);
  if (field == "type") return type(value);
  if (field == "category") return spoken(categories, value);
  if (field == "priority") return spoken(priorities, value);
  if (field == "awaiting") return spoken(turns, value);
  const auto* own = form_ == nullptr || !field.starts_with("field.") ? nullptr : form_->find_field(field.substr(6));
  if (own == nullptr) return quoted(value);
  const auto choice = std::ranges::find(own->choices, value, &Choice::name);
  return choice == own->choices.end() ? quoted(value) : zh_quoted(choice->title, value);
}

}  // namespace docket::domain
