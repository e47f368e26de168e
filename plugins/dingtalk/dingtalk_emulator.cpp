// SPDX-License-Identifier: Apache-2.0
#include "dingtalk_emulator.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace docket::dingtalk {
namespace {

using sdk::EmulatorAnswer;
using sdk::EmulatorRequest;
using sdk::number_of;
using sdk::text_of;

/// Where the emulator's own time begins when it is given none; signed times are not compared with it then.
constexpr std::int64_t kBegin_s = 1'767'225'600;
constexpr std::int64_t kHour_s = 3600;

EmulatorAnswer json_answer(const json::object& body, int status = 200) {
  EmulatorAnswer out;
  out.status = status;
  out.body = json::serialize(body);
  return out;
}
EmulatorAnswer old_error(std::int64_t code, std::string_view message) {
  return json_answer({{"errcode", code}, {"errmsg", message}, {"request_id", "abc"}});
}
EmulatorAnswer new_error(int status, std::string_view code, std::string_view message) {
  return json_answer({{"code", code}, {"requestid", "0A1B2C3D"}, {"message", message}}, status);
}

json::object part(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_object() ? found->as_object() : json::object{};
}

}  // namespace

DingtalkEmulator::DingtalkEmulator(std::function<std::int64_t()> now_s, std::uint16_t port) : knows_time_(now_s != nullptr), now_s_(std::move(now_s)) {
  if (!knows_time_)
    now_s_ = [begin = std::chrono::steady_clock::now()] {
      return kBegin_s + std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin).count();
    };
  emulator_ = std::make_unique<sdk::Emulator>([this](const EmulatorRequest& request) { return answer(request); }, port);
}
DingtalkEmulator::~DingtalkEmulator() = default;

void DingtalkEmulator::change(const std::function<void(DingtalkWorld&)>& work) {
  emulator_->locked([&] { work(world_); });
}
void DingtalkEmulator::change_forms(const std::function<void(YidaForms&)>& work) {
  emulator_->locked([&] { work(forms_); });
}
DingtalkSeen DingtalkEmulator::seen() const {
  DingtalkSeen out;
  emulator_->locked([&] { out = seen_; });
  return out;
}

EmulatorAnswer DingtalkEmulator::answer(const EmulatorRequest& request) {
  if (world_.gate != DingtalkWorld::Gate::open) {
    EmulatorAnswer gate;
    gate.body = R"({"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0a1b"})";
    if (world_.gate == DingtalkWorld::Gate::html) {
      gate.media_type = "text/html";
      gate.body = "<!DOCTYPE html><html><body>" + gate.body + "</body></html>";
    }
    return gate;
  }
  if (std::exchange(world_.end_token, false)) token_until_s_ = now_s_();
  boost::system::error_code bad;
  const auto value = request.body.empty() ? json::value(json::object{}) : json::parse(request.body, bad);
  if (bad || !value.is_object()) return old_error(40035, "invalid json");
  const auto& body = value.as_object();
  if (request.path == "/v1.0/oauth2/accessToken") return token(body);
  if (request.path == "/robot/send") return robot(request, body);

  const bool old = request.path.starts_with("/topapi/");
  const auto given = old ? request.parameter("access_token") : request.header("x-acs-dingtalk-access-token");
  if (given != token_ || given.empty() || now_s_() >= token_until_s_)
    return old ? old_error(given == token_ && !given.empty() ? 42001 : 40014, "不合法的access_token")
               : new_error(400, "InvalidAuthentication", "不合法的access_token");
  if (old && world_.every_answer != 0) return old_error(world_.every_answer, "as the test wants it");
  if (request.path == "/topapi/message/corpconversation/asyncsend_v2") return notice(body);
  if (request.path == "/topapi/message/corpconversation/getsendresult") return result(body);
  if (request.path == "/topapi/v2/department/get") return json_answer({{"errcode", 0}, {"result", json::object{{"dept_id", 1}}}});
  if (request.path == "/v1.0/robot/oToMessages/batchSend") {
    seen_.told.push_back(body);
    return json_answer({{"processQueryKey", "key"}, {"invalidStaffIdList", json::array{}}, {"flowControlledStaffIdList", json::array{}}});
  }
  if (request.path.starts_with("/v2.0/yida/")) return forms_.answer(request.method, request.path, body, now_s_());
  return old ? old_error(22, "不合法ApiName") : new_error(404, "InvalidAction.NotFound", "Specified api is not found");
}

EmulatorAnswer DingtalkEmulator::token(const json::object& body) {
  ++seen_.tokens_asked;
  if (text_of(body, "appKey") != world_.app_key || text_of(body, "appSecret") != world_.app_secret)
    return new_error(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret");
  if (now_s_() >= token_until_s_) {
    token_ = "ding-token-" + std::to_string(next_++);
    token_until_s_ = now_s_() + world_.token_lasts_s;
  }
  return json_answer({{"accessToken", token_}, {"expireIn", token_until_s_ - now_s_()}});
}

EmulatorAnswer DingtalkEmulator::notice(const json::object& body) {
  if (number_of(body, "agent_id") != world_.agent_id) return old_error(40056, "不合法的agentid");
  const auto message = json::serialize(part(body, "msg"));
  if (message.size() > 2048) return old_error(40035, "消息体超过 2048 字节");
  const auto kind = text_of(part(body, "msg"), "msgtype");
  if (kind != "markdown" && kind != "action_card" && kind != "text") return old_error(33000, "不合法的消息类型");
  const auto member = text_of(body, "userid_list");
  const auto id = next_++;
  Task task{member, 0, now_s_(), false};
  if (!world_.members.contains(member)) {
    task.invalid = true;
  } else if (!same_.emplace(member, message).second) {
    task.dropped_code = 143106;
  } else if (++today_[member] > world_.daily_most) {
    task.dropped_code = 143105;
  }
  (task.invalid || task.dropped_code != 0 ? seen_.dropped : seen_.shown).push_back(body);
  tasks_[id] = std::move(task);
  return json_answer({{"errcode", 0}, {"errmsg", "ok"}, {"task_id", id}, {"request_id", "abc"}});
}

EmulatorAnswer DingtalkEmulator::result(const json::object& body) const {
  const auto found = tasks_.find(number_of(body, "task_id"));
  if (found == tasks_.end() || std::to_string(found->first) == world_.without_result || now_s_() - found->second.sent_s > 24 * kHour_s) return old_error(400002, "任务不存在");
  const auto& task = found->second;
  json::object result;
  for (const auto* name : {"invalid_user_id_list", "forbidden_user_id_list", "failed_user_id_list", "read_user_id_list",
                           "unread_user_id_list", "invalid_dept_id_list", "forbidden_list"})
    result[name] = json::array{};
  if (task.invalid) {
    result["invalid_user_id_list"] = json::array{json::value(task.member)};
  } else if (task.dropped_code != 0) {
    result["forbidden_list"] = json::array{json::object{{"code", task.dropped_code}, {"count", 1}, {"userid", task.member}}};
  } else {
    result["unread_user_id_list"] = json::array{json::value(task.member)};
  }
  return json_answer({{"errcode", 0}, {"send_result", std::move(result)}});
}

EmulatorAnswer DingtalkEmulator::robot(const EmulatorRequest& request, const json::object& body) {
  if (request.parameter("access_token") != world_.robot_token) return old_error(400101, "access_token不存在");
  if (!world_.robot_secret.empty()) {
    const auto timestamp = request.parameter("timestamp");
    const auto at = timestamp.empty() ? 0 : std::stoll(timestamp);
    const bool off = at < (now_s_() - kHour_s) * 1000 || at > (now_s_() + kHour_s) * 1000;
    if (at == 0 || (knows_time_ && off)) return old_error(310000, "invalid timestamp");
    if (request.parameter("sign") != sdk::hmac_sha256_base64(world_.robot_secret, timestamp + "\n" + world_.robot_secret))
      return old_error(310000, "sign not match");
  }
  if (!world_.robot_keyword.empty() && request.body.find(world_.robot_keyword) == std::string::npos)
    return old_error(310000, "keywords not in content");
  if (now_s_() < robot_silent_until_s_) return old_error(410100, "发送速度太快而限流");
  while (!robot_at_.empty() && now_s_() - robot_at_.front() >= 60) robot_at_.pop_front();
  if (robot_at_.size() >= 20) {
    robot_silent_until_s_ = now_s_() + 600;
    return old_error(410100, "发送速度太快而限流");
  }
  robot_at_.push_back(now_s_());
  seen_.robot.push_back(body);
  return json_answer({{"errcode", 0}, {"errmsg", "ok"}});
}

DingtalkEmulator::Call DingtalkEmulator::event(const sdk::CallbackCrypto& crypto, const json::object& event) const {
  const auto sealed = crypto.encrypt(json::serialize(event));
  const auto timestamp = std::to_string(now_s_() * 1000);
  return {"/events?signature=" + crypto.signature(timestamp, "nEXhMP4r", sealed) + "&timestamp=" + timestamp + "&nonce=nEXhMP4r",
          json::serialize(json::object{{"encrypt", sealed}}), {}};
}

DingtalkEmulator::Call DingtalkEmulator::chat(const std::string& member, const std::string& text, const std::string& id) const {
  const auto timestamp = std::to_string(now_s_() * 1000);
  return {"/robot",
          json::serialize(json::object{{"msgtype", "text"}, {"msgId", id}, {"senderStaffId", member}, {"conversationType", "1"},
                                       {"text", json::object{{"content", text}}}}),
          {{"timestamp", timestamp}, {"sign", sdk::hmac_sha256_base64(world_.app_secret, timestamp + "\n" + world_.app_secret)}}};
}

}  // namespace docket::dingtalk
