// SPDX-License-Identifier: Apache-2.0
#include "sms_emulator.hpp"

#include "docket/plugin.hpp"

#include <algorithm>
#include <chrono>

namespace docket::sms {
namespace {

namespace json = boost::json;
using sdk::EmulatorAnswer;

bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text.size() >= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}
EmulatorAnswer plain(int status, std::string body) {
  EmulatorAnswer out;
  out.status = status;
  out.body = std::move(body);
  out.media_type = "text/html";  // as kannel says
  return out;
}
EmulatorAnswer coded(int code, std::string_view message, std::string_view id = {}) {
  json::object body{{"code", code}, {"msg", message}};
  if (!id.empty()) body["data"] = json::array{json::object{{"sid", id}}};
  EmulatorAnswer out;
  out.body = json::serialize(body);
  return out;
}
bool ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

SmsEmulator::SmsEmulator(std::function<std::int64_t()> now_s, std::uint16_t port) : now_s_(std::move(now_s)) {
  if (!now_s_) {
    now_s_ = [began = std::chrono::steady_clock::now()] {
      return 1'767'225'600 + std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began).count();
    };
  }
  emulator_ = std::make_unique<sdk::Emulator>(
      [this](const sdk::EmulatorRequest& request) {
        if (request.path == "/cgi-bin/sendsms") return kannel(request);
        if (request.path == "/sms/v1/send") return vendor(request);
        return plain(404, "Unknown request.");
      },
      port);
}

void SmsEmulator::change(const std::function<void(SmsWorld&)>& work) {
  emulator_->locked([&] { work(world_); });
}
std::vector<SmsMessage> SmsEmulator::shown() const {
  std::vector<SmsMessage> out;
  emulator_->locked([&] { out = shown_; });
  return out;
}

bool SmsEmulator::too_many(const std::string& number) {
  auto& sent = sent_at_[number];
  while (!sent.empty() && sent.front() + 60 <= now_s_()) sent.pop_front();
  if (std::cmp_greater_equal(sent.size(), world_.most_a_minute)) return true;
  sent.push_back(now_s_());
  return false;
}
void SmsEmulator::show(SmsMessage message) {
  if (!world_.drops.empty() && message.text.find(world_.drops) != std::string::npos) return;
  shown_.push_back(std::move(message));
}

EmulatorAnswer SmsEmulator::kannel(const sdk::EmulatorRequest& request) {
  if (request.method != "GET") return plain(400, "Only GET is taken here");
  if (request.parameter("username") != world_.user || request.parameter("password") != world_.password)
    return plain(403, "Authorization failed for sendsms");
  SmsMessage message{request.parameter("to"), request.parameter("from"), request.parameter("text"), {}, request.parameter("dlr-url"), false};
  if (message.to.empty()) return plain(400, "Missing receiver number, rejected");
  if (!is_number(message.to)) return plain(400, "Garbage in 'to' field, rejected.");
  if (world_.refused.contains(message.to)) return plain(400, "Number(s) has/have been denied by white- and/or black-lists.");
  if (world_.smsc_down || too_many(message.to)) return plain(503, "Temporal failure, try again later.");
  message.ucs2 = request.parameter("coding") == "2";
  if (request.parameter("charset") != "UTF-8") return plain(400, "Charset is not UTF-8: the text would arrive as something else");
  if (!message.ucs2 && !ascii(message.text)) return plain(400, "A text beyond ASCII with coding 0 would arrive as question marks");
  if (message.receipt_url.empty() != request.parameter("dlr-mask").empty()) return plain(400, "dlr-mask and dlr-url belong together");
  message.id = std::to_string(next_++);
  show(std::move(message));
  return plain(202, "0: Accepted for delivery");
}

EmulatorAnswer SmsEmulator::vendor(const sdk::EmulatorRequest& request) {
  if (request.method != "POST" || !request.header("content-type").starts_with("application/json")) return coded(1, "POST JSON");
  if (request.header("x-api-key") != world_.password) return coded(5, "apikey 不正确");
  boost::system::error_code error;
  const auto parsed = json::parse(request.body, error);
  if (error || !parsed.is_object()) return coded(2, "参数格式错误");
  const auto& given = parsed.get_object();
  SmsMessage message;
  message.to = sdk::text_of(given, "mobile");
  message.text = sdk::text_of(given, "content");
  if (!is_number(message.to) || message.to.size() != 11) return coded(20, "手机号码格式错误");
  if (!message.text.starts_with("【")) return coded(12, "短信签名缺失");
  if (world_.refused.contains(message.to)) return coded(21, "黑名单号码");
  if (world_.smsc_down) return coded(500, "系统繁忙");
  if (too_many(message.to)) return coded(22, "同一号码发送过于频繁");
  message.id = "sid-" + std::to_string(next_++);
  const auto id = message.id;
  show(std::move(message));
  return coded(0, "发送成功", id);
}

SmsEmulator::Call SmsEmulator::kannel_receipt(const SmsMessage& message, int mask, const std::string& hook_url) {
  auto target = message.receipt_url.substr(std::min(hook_url.size(), message.receipt_url.size()));
  if (const auto at = target.find("%d"); at != std::string::npos) target.replace(at, 2, std::to_string(mask));
  return {"GET", target, {}};
}
SmsEmulator::Call SmsEmulator::vendor_receipts(const std::vector<std::pair<std::string, std::string>>& id_and_status) {
  json::array list;
  for (const auto& [id, status] : id_and_status)
    list.push_back(json::object{{"sid", id}, {"report_status", status}, {"error_msg", status == "SUCCESS" ? "" : "MK:0001"}});
  return {"POST", "/receipt", json::serialize(list)};
}

}  // namespace docket::sms
