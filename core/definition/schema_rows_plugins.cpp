// SPDX-License-Identifier: Apache-2.0
// The rows of plugins and of the notification matrix. A key that has no row can not be written.
#include "definition/schema_rows.hpp"
#include "definition/words.hpp"
#include "domain/channel/plugin_use.hpp"

namespace docket::definition::rows {

using enum ValueType;
using enum Arity;

namespace {

constexpr std::array<std::string_view, 4> resource_words{"customers", "organizations", "orders", "products"};

Key count(std::string_view key, std::string_view zh, std::string_view en) {
  return {.name = key, .type = integer, .minimum = 1, .maximum = 10'000'000, .zh = zh, .en = en};
}

}  // namespace

Shape plugin() {
  return {.name = "plugin",
          .called = "插件",
          .zh = "一个已配置的插件；它的名称就是通知要发往的目的地。",
          .en = "A configured plugin. Its name is the destination that notifications name.",
          .keys = {
              {.name = "plugin", .type = name, .required = true, .zh = "插件 id", .en = "Id of the installed plugin"},
              {.name = "title", .type = title, .zh = "显示名称", .en = "What people see"},
              {.name = "user",
               .type = text,
               .max_length = 64,
               .zh = "插件以哪个账号（登录名）执行命令；不写则不能执行命令",
               .en = "Login of the account that it acts as; without it, it gives no commands"},
              {.name = "acts_for_people",
               .type = boolean,
               .fallback = "false",
               .zh = "允许插件以平台确认的人员身份操作（卡片按钮等）",
               .en = "Whether it may act as the person whose address the vendor vouches for, as buttons on cards need"},
              {.name = "settings",
               .type = document,
               .zh = "插件自己的设置，按其清单检查；密钥写文件路径",
               .en = "The plugin's own settings, checked by its manifest; a secret is the path of a file"},
              {.name = "hosts",
               .type = text,
               .arity = list,
               .max_length = 260,
               .max_items = 50,
               .zh = "允许访问的主机，写作 主机:端口，可用 *.example.com:443",
               .en = "Hosts that it may call, as host:port; *.example.com:443 is allowed"},
              {.name = "networks",
               .type = text,
               .arity = list,
               .max_length = 50,
               .max_items = 20,
               .zh = "允许访问的内网网段，如 10.0.0.0/8；未列出的一律拒绝，本机（127.0.0.0/8）也是",
               .en = "Private networks that it may reach, such as 10.0.0.0/8; others are refused, this machine (127.0.0.0/8) among them"},
              {.name = "poll_every",
               .type = wall,
               .minimum = 1,
               .maximum = day,
               .zh = "轮询间隔，缺省 1m",
               .en = "How often it looks for what has come in; 1m if not given"},
              {.name = "limits",
               .type = shape,
               .shape = "sending limits",
               .zh = "发送频率上限，代替插件清单里的",
               .en = "How much it sends, instead of what its manifest says"},
              {.name = "events",
               .type = word,
               .arity = list,
               .max_items = 30,
               .one_of = event_words(),
               .zh = "自动推送哪些工单事件",
               .en = "Kinds of ticket events that are sent to it by themselves"},
              {.name = "fallback",
               .type = name,
               .zh = "发送失败时改用的目的地",
               .en = "Destination of what can not be sent here"},
              {.name = "fallback_after",
               .type = wall,
               .minimum = minute,
               .maximum = day,
               .zh = "多久未送达也改用；渠道没有送达回执时，受理即算送达",
               .en = "Also of what has not arrived after so long; where a channel has no receipts, accepted is arrived"},
              {.name = "quiet_hours",
               .type = text,
               .max_length = 11,
               .zh = "免打扰时段，如 22:00-08:00；紧急文本不受限",
               .en = "Hours in which only urgent texts go out, such as 22:00-08:00"},
              {.name = "gather",
               .type = wall,
               .minimum = 1,
               .maximum = 3600,
               .zh = "同一人在此时间内的多条通知合并为一条",
               .en = "Messages to one person within this time become one"},
              {.name = "sync",
               .type = shape,
               .arity = list,
               .shape = "sync rule",
               .max_items = 10,
               .zh = "从连接器同步哪些数据",
               .en = "What is pulled from a connector"},
          }};
}

Shape sending_limits() {
  return {.name = "sending limits",
          .called = "发送频率",
          .zh = "平台允许的发送频率。",
          .en = "How much a vendor takes.",
          .keys = {
              count("per_second", "每秒", "A second"),
              count("per_minute", "每分钟", "A minute"),
              count("per_day", "每天", "A day"),
              count("per_recipient_per_minute", "每人每分钟", "A recipient and minute"),
              count("per_recipient_per_hour", "每人每小时", "A recipient and hour"),
          }};
}

Shape sync_rule() {
  return {.name = "sync rule",
          .called = "同步规则",
          .zh = "同步一类数据。",
          .en = "One resource that is pulled.",
          .keys = {
              {.name = "resource",
               .type = word,
               .required = true,
               .one_of = resource_words,
               .zh = "数据种类",
               .en = "What is pulled"},
              {.name = "every",
               .type = wall,
               .fallback = "5m",
               .minimum = 10,
               .maximum = 7 * day,
               .zh = "增量同步间隔",
               .en = "How often changes are pulled"},
              {.name = "full_every",
               .type = wall,
               .minimum = 600,
               .maximum = 90 * day,
               .zh = "全量核对间隔，用来发现已删除的记录；不写则从不",
               .en = "How often everything is read, to find what was deleted; never if not given"},
              {.name = "fields",
               .type = text,
               .arity = map,
               .max_items = 20,
               .zh = "字段映射：本地字段: 来源字段路径",
               .en = "Field here: path in the source's record"},
              {.name = "conflict",
               .type = word,
               .fallback = "source",
               .one_of = words<domain::SyncConflict>(),
               .zh = "两边都改过时以谁为准",
               .en = "Who wins when both sides changed"},
          }};
}

Shape notification() {
  return {.name = "notification",
          .called = "通知",
          .zh = "通知矩阵的一行：发生什么、通知谁、走哪些渠道。",
          .en = "One row of the notification matrix: what happens, whom it concerns, by which channels.",
          .keys = {
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
              {.name = "text",
               .type = name,
               .required = true,
               .refers = Refers::text,
               .zh = "通知文本",
               .en = "Name of the text"},
              {.name = "to",
               .type = shape,
               .arity = list,
               .required = true,
               .shape = "notified people",
               .max_items = 20,
               .zh = "通知谁、走哪些渠道",
               .en = "Whom, by which channels"},
          }};
}

Shape notified_people() {
  return {.name = "notified people",
          .called = "通知对象",
          .zh = "一组人和渠道。",
          .en = "Some people with channels.",
          .keys = {
              {.name = "whom",
               .type = text,
               .arity = list,
               .required = true,
               .max_items = 20,
               .zh = "assignee、team、lead、creator、watchers、copied、customer、user:<登录名>、team:<班组>",
               .en = "assignee, team, lead, creator, watchers, copied, customer, user:<login> or team:<name>"},
              {.name = "channels",
               .type = name,
               .arity = list,
               .max_items = 10,
               .zh = "渠道，缺省为文本的或服务台的",
               .en = "Destinations; the text's or the desk's if not given"},
          }};
}

}  // namespace docket::definition::rows
