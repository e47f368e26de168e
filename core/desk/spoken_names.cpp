// SPDX-License-Identifier: Apache-2.0
#include "desk/spoken_names.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace docket::desk {
namespace {

struct Word {
  std::string_view name, zh, en;
};

std::string spoken(std::span<const Word> words, std::string_view name, bool english) {
  const auto found = std::ranges::find(words, name, &Word::name);
  if (found == words.end()) return std::string{name};
  return std::string{english ? found->en : found->zh};
}

constexpr std::array priorities{Word{"low", "低", "low"}, Word{"normal", "普通", "normal"}, Word{"high", "高", "high"},
                                Word{"urgent", "紧急", "urgent"}};

constexpr std::array clocks{Word{"first_response", "首次响应", "first response"},
                            Word{"next_response", "后续响应", "next response"}, Word{"resolution", "解决", "resolution"},
                            Word{"team", "班组处理", "team"}, Word{"step", "节点", "step"}};

constexpr std::array categories{Word{"new", "待受理", "new"}, Word{"open", "处理中", "open"},
                                Word{"pending", "等待中", "pending"}, Word{"resolved", "已解决", "resolved"},
                                Word{"closed", "已关闭", "closed"}};

constexpr std::array channels{Word{"portal", "自助门户", "portal"}, Word{"email", "邮件", "e-mail"},
                              Word{"phone", "电话", "phone"},       Word{"wechat", "微信", "WeChat"},
                              Word{"wecom", "企业微信", "WeCom"},   Word{"dingtalk", "钉钉", "DingTalk"},
                              Word{"feishu", "飞书", "Feishu"},     Word{"api", "接口", "API"},
                              Word{"agent", "坐席录入", "by an agent"}};

constexpr std::array levels{Word{"normal", "普通", "normal"}, Word{"silver", "银卡", "silver"}, Word{"gold", "金卡", "gold"},
                            Word{"vip", "VIP", "VIP"}};

constexpr std::array destinations{Word{"log", "日志", "log"}, Word{"in_app", "站内通知", "in the pages"}};

constexpr std::array deliveries{Word{"waiting", "等待", "waiting"}, Word{"accepted", "已受理", "accepted"},
                                Word{"delivered", "已送达", "delivered"}, Word{"dead", "失败", "dead"}};

constexpr std::array exports{Word{"tickets", "工单", "Tickets"}, Word{"customers", "客户", "Customers"},
                             Word{"deliveries", "投递", "Deliveries"}, Word{"audit", "审计日志", "Audit trail"}};

constexpr std::array actors{Word{"user", "同事", "colleague"}, Word{"customer", "客户", "customer"},
                            Word{"guest", "协作人", "guest"}, Word{"system", "系统", "the system"},
                            Word{"plugin", "插件", "plugin"}};

constexpr std::array acts{
    Word{"signed_in", "登录", "signed in"},
    Word{"sign_in_failed", "登录失败", "sign-in failed"},
    Word{"signed_out", "退出", "signed out"},
    Word{"sessions_ended", "结束全部会话", "sessions ended"},
    Word{"password_changed", "修改密码", "password changed"},
    Word{"user_created", "添加用户", "user added"},
    Word{"user_changed", "修改用户", "user changed"},
    Word{"presence_changed", "状态变化", "presence changed"},
    Word{"shift_added", "排班", "shift planned"},
    Word{"shift_removed", "移除排班", "shift removed"},
    Word{"leave_added", "登记休假", "leave planned"},
    Word{"address_changed", "修改渠道地址", "address changed"},
    Word{"token_created", "创建令牌", "token made"},
    Word{"token_revoked", "吊销令牌", "token revoked"},
    Word{"bundle_published", "发布配置", "published"},
    Word{"bundle_rolled_back", "回滚配置", "rolled back"},
    Word{"backup_started", "开始备份", "backup begun"},
    Word{"backup_made", "备份完成", "backup made"},
    Word{"backup_failed", "备份失败", "backup failed"},
    Word{"backup_removed", "删除备份", "backup removed"},
    Word{"bulk_started", "开始批量操作", "bulk action begun"},
    Word{"undo_started", "撤销批量操作", "bulk action undone"},
    Word{"export_started", "开始导出", "export begun"},
    Word{"job_cancelled", "停止任务", "job stopped"},
    Word{"delivery_replayed", "重新投递", "delivery replayed"},
    Word{"customer_created", "添加客户", "customer added"},
    Word{"customer_changed", "修改客户", "customer changed"},
    Word{"organization_created", "添加企业客户", "organization added"},
    Word{"organization_changed", "修改企业客户", "organization changed"},
    Word{"portal_link_given", "给出客户链接", "customer's link given"},
    Word{"portal_link_revoked", "收回客户链接", "customer's link taken back"},
};

constexpr std::array subjects{Word{"user", "用户", "user"},         Word{"token", "令牌", "token"},
                              Word{"ticket", "工单", "ticket"},     Word{"job", "任务", "job"},
                              Word{"customer", "客户", "customer"}, Word{"organization", "企业客户", "organization"},
                              Word{"delivery", "投递", "delivery"}, Word{"backup", "备份", "backup"},
                              Word{"bundle", "配置", "definitions"}, Word{"login", "登录", "sign-in"}};

constexpr std::array details{Word{"address", "地址", "address"},   Word{"login", "登录名", "login"},
                             Word{"name", "名称", "name"},         Word{"scopes", "权限", "scopes"},
                             Word{"active", "在用", "active"},     Word{"grants", "角色", "roles"},
                             Word{"memberships", "班组", "teams"}, Word{"presence", "状态", "presence"},
                             Word{"shift", "班次", "shift"},       Word{"from", "从", "from"},
                             Word{"to", "到", "to"},               Word{"tickets", "工单数", "tickets"},
                             Word{"undoes", "撤销的任务", "undoes"}, Word{"what", "内容", "what"},
                             Word{"number", "版本", "number"},     Word{"comment", "说明", "comment"},
                             Word{"mapping", "状态对应", "mapping"}, Word{"kind", "类型", "kind"}};

constexpr std::array presences{Word{"online", "在线", "online"}, Word{"busy", "忙碌", "busy"}, Word{"away", "离开", "away"},
                               Word{"off", "下线", "off"}};

std::string plugin_or(std::span<const Word> words, const domain::Definitions& active, const std::string& name, bool english) {
  const auto plugin = active.plugins.find(name);
  if (plugin == active.plugins.end()) return spoken(words, name, english);
  const auto& title = plugin->second.title;
  const auto& text = english && !title.en.empty() ? title.en : title.zh;
  return text.empty() ? spoken(words, name, english) : text;
}

}  // namespace

std::string spoken_priority(std::string_view name, bool english) { return spoken(priorities, name, english); }
std::string spoken_clock(std::string_view name, bool english) { return spoken(clocks, name, english); }
std::string spoken_category(std::string_view name, bool english) { return spoken(categories, name, english); }
std::string spoken_level(std::string_view name, bool english) { return spoken(levels, name, english); }
std::string spoken_delivery(std::string_view state, bool english) { return spoken(deliveries, state, english); }
std::string spoken_export(std::string_view kind, bool english) { return spoken(exports, kind, english); }
std::string spoken_actor(std::string_view kind, bool english) { return spoken(actors, kind, english); }
std::string spoken_act(std::string_view kind, bool english) { return spoken(acts, kind, english); }
std::string spoken_detail(std::string_view name, bool english) { return spoken(details, name, english); }

std::string spoken_channel(const domain::Definitions& active, const std::string& name, bool english) {
  return plugin_or(channels, active, name, english);
}

std::vector<std::string> channel_names(const domain::Definitions& active) {
  std::vector<std::string> names;
  for (const auto& channel : channels) names.emplace_back(channel.name);
  for (const auto& [name, plugin] : active.plugins) {
    if (!plugin.user.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

std::string spoken_destination(const domain::Definitions& active, const std::string& name, bool english) {
  return plugin_or(destinations, active, name, english);
}

std::string spoken_subject(std::string_view subject, bool english) {
  const auto end = std::min(subject.find(' '), subject.size());
  return spoken(subjects, subject.substr(0, end), english).append(subject.substr(end));
}

std::string spoken_detail_value(std::string_view name, std::string_view value, bool english) {
  if (name == "presence") return spoken(presences, value, english);
  if (name == "what") return spoken(exports, value, english);
  return std::string{value};
}

}  // namespace docket::desk
