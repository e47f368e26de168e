// SPDX-License-Identifier: Apache-2.0
#include "yida_emulator.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <ctime>
#include <optional>

namespace docket::dingtalk {
namespace {

using sdk::EmulatorAnswer;
using sdk::number_of;
using sdk::text_of;

EmulatorAnswer answer_with(int status, const json::object& body) {
  EmulatorAnswer out;
  out.status = status;
  out.body = json::serialize(body);
  return out;
}
EmulatorAnswer error(int status, std::string_view code, std::string_view message) {
  return answer_with(status, {{"code", code}, {"requestid", "0A1B2C3D"}, {"message", message}});
}

/// Independent of the plugin's own reading and writing of times.
std::string written(std::int64_t seconds) {
  const auto at = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&at, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}
std::optional<std::int64_t> read(const std::string& text, std::int64_t offset_minutes) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &parts);
  if (end == nullptr || *end != '\0') return {};
  return static_cast<std::int64_t>(timegm(&parts)) - offset_minutes * 60;
}

/// A member that must be a JSON text in a string.
std::optional<json::value> in_string(const json::object& body, const char* name) {
  const auto* found = body.if_contains(name);
  if (found == nullptr || !found->is_string()) return {};
  boost::system::error_code bad;
  auto value = json::parse(found->as_string(), bad);
  if (bad) return {};
  return value;
}

bool matches(const json::object& data, const json::array& conditions) {
  return std::ranges::all_of(conditions, [&](const json::value& one) {
    const auto& condition = one.as_object();
    return text_of(condition, "operator") == "eq" && text_of(data, text_of(condition, "key")) == text_of(condition, "value");
  });
}

}  // namespace

EmulatorAnswer YidaForms::answer(std::string_view method, std::string_view path, const json::object& body, std::int64_t now_s) {
  if (too_fast > 0) {
    --too_fast;
    return error(400, "failure.operation.requestTooFast", "请求过于频繁");
  }
  if (text_of(body, "appType") != app_type) return error(400, "invalidParameter.appType", "应用不存在");
  if (text_of(body, "systemToken") != system_token) return error(403, "noPermission.access.systemToken", "应用秘钥不正确");
  if (text_of(body, "userId") != user_id) return error(403, "noPermission.access.user", "用户没有权限");
  if (method == "POST" && path.ends_with("/advances/queryAll")) return query(body);
  if (method == "POST" && path.ends_with("/insertOrUpdate")) return insert_or_update(body, now_s);
  if (method == "PUT" && path.ends_with("/forms/instances")) return update(body, now_s);
  return error(404, "InvalidAction.NotFound", "Specified api is not found");
}

EmulatorAnswer YidaForms::query(const json::object& body) const {
  const auto size = number_of(body, "pageSize"), number = number_of(body, "pageNumber");
  if (size < 1 || size > 100 || number < 1) return error(400, "invalidParameter.pageSize", "分页参数不正确");
  if (size * number > 5000) return error(400, "invalidState.openSearch.cursorExceedFiveThousand", "查询结果超过 5000 条");
  std::int64_t from = 0;
  if (body.contains("modifiedFromTimeGMT")) {
    const auto given = read(text_of(body, "modifiedFromTimeGMT"), zone_offset_minutes);
    if (!given) return error(400, "invalidParameter.modifiedFromTimeGMT", "时间格式应为 yyyy-MM-dd HH:mm:ss");
    from = *given;
  }
  json::array conditions;
  if (body.contains("searchCondition")) {
    const auto given = in_string(body, "searchCondition");
    if (!given || !given->is_array()) return error(400, "invalidParameter.searchCondition", "searchCondition 应为 JSON 字符串");
    conditions = given->as_array();
  }
  std::vector<const Row*> found;
  for (const auto& row : rows) {
    if (row.form == text_of(body, "formUuid") && row.changed_s >= from && matches(row.data, conditions)) found.push_back(&row);
  }
  // Without an order the newest come first.
  const auto order = in_string(body, "orderConfigJson");
  const bool ascending = order && order->is_object() && text_of(order->as_object(), "modifiedTime") == "+";
  std::ranges::stable_sort(found, [&](const Row* a, const Row* b) { return ascending ? a->changed_s < b->changed_s : a->changed_s > b->changed_s; });
  json::array data;
  const auto begin = static_cast<std::size_t>((number - 1) * size);
  for (auto i = begin; i < std::min(found.size(), begin + static_cast<std::size_t>(size)); ++i) {
    data.push_back(json::object{{"formInstanceId", found[i]->id},
                                {"formUuid", found[i]->form},
                                {"modifiedTimeGMT", written(found[i]->changed_s)},
                                {"createdTimeGMT", written(found[i]->changed_s)},
                                {"formData", found[i]->data}});
  }
  return answer_with(200, {{"pageNumber", number}, {"totalCount", static_cast<std::int64_t>(found.size())}, {"data", std::move(data)}});
}

EmulatorAnswer YidaForms::insert_or_update(const json::object& body, std::int64_t now_s) {
  const auto conditions = in_string(body, "searchCondition");
  const auto data = in_string(body, "formDataJson");
  if (!conditions || !conditions->is_array() || !data || !data->is_object())
    return error(400, "invalidParameter.formDataJson", "formDataJson 与 searchCondition 应为 JSON 字符串");
  json::array changed;
  for (auto& row : rows) {
    if (row.form != text_of(body, "formUuid") || !matches(row.data, conditions->as_array())) continue;
    for (const auto& [name, value] : data->as_object()) row.data[name] = value;
    row.changed_s = now_s;
    changed.emplace_back(row.id);
  }
  if (changed.empty()) {
    rows.push_back({text_of(body, "formUuid"), "FINST-" + std::to_string(next_++), now_s, data->as_object()});
    changed.emplace_back(rows.back().id);
  }
  return answer_with(200, {{"result", std::move(changed)}});
}

EmulatorAnswer YidaForms::update(const json::object& body, std::int64_t now_s) {
  const auto data = in_string(body, "updateFormDataJson");
  if (!data || !data->is_object()) return error(400, "invalidParameter.updateFormDataJson", "应为 JSON 字符串");
  for (auto& row : rows) {
    if (row.id != text_of(body, "formInstanceId")) continue;
    for (const auto& [name, value] : data->as_object()) row.data[name] = value;
    row.changed_s = now_s;
    EmulatorAnswer empty;
    return empty;
  }
  return error(400, "invalidState.form.dataDoesNotExistOrIsDeleted", "数据不存在或已删除");
}

}  // namespace docket::dingtalk
