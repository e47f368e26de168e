// SPDX-License-Identifier: Apache-2.0
#include "wecom_emulator.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace docket::wecom {
namespace {

using sdk::EmulatorAnswer;
using sdk::EmulatorRequest;
using sdk::text_of;

/// Where the emulator's own time begins: nothing in the protocol asks for the true time.
constexpr std::int64_t kBegin_s = 1'767'225'600;

EmulatorAnswer json_answer(json::object body) {
  EmulatorAnswer out;
  out.body = json::serialize(body);
  out.media_type = "application/json; charset=UTF-8";
  return out;
}
EmulatorAnswer error(std::int64_t code, const std::string& message) {
  return json_answer({{"errcode", code}, {"errmsg", message + ", hint: [1764000000000000], from ip: 127.0.0.1"}});
}
EmulatorAnswer ok(json::object more = {}) {
  more["errcode"] = 0;
  more["errmsg"] = "ok";
  return json_answer(std::move(more));
}

const json::object& part(const json::object& from, std::string_view name) {
  static const json::object none;
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_object() ? found->as_object() : none;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return text;
}

/// What the vendor refuses in a card; 0 when it is fine.
std::int64_t fault_in_card(const json::object& card, std::set<std::string>& tasks) {
  const auto type = text_of(card, "card_type");
  if (type != "text_notice" && type != "button_interaction") return 42044;
  if (text_of(part(card, "main_title"), "title").empty() && text_of(card, "sub_title_text").empty()) return 42045;
  const auto* buttons = card.if_contains("button_list");
  if (type == "button_interaction") {
    if (buttons == nullptr || !buttons->is_array() || buttons->as_array().empty() || buttons->as_array().size() > 6) return 42045;
    if (text_of(card, "task_id").empty()) return 42045;
  } else if (!card.contains("card_action")) {
    return 42045;
  }
  const auto task = text_of(card, "task_id");
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '@';
  };
  if (task.size() > 128 || !std::ranges::all_of(task, fine)) return 42046;
  if (!task.empty() && !tasks.insert(task).second) return 42047;  // a task id is used once
  return 0;
}

}  // namespace

WecomEmulator::WecomEmulator(std::function<std::int64_t()> now_s, std::uint16_t port) : now_s_(std::move(now_s)) {
  if (!now_s_)
    now_s_ = [begin = std::chrono::steady_clock::now()] {
      return kBegin_s + std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin).count();
    };
  emulator_ = std::make_unique<sdk::Emulator>([this](const EmulatorRequest& request) { return answer(request); }, port);
}
WecomEmulator::~WecomEmulator() = default;

void WecomEmulator::change(const std::function<void(WecomWorld&)>& work) {
  emulator_->locked([&] { work(world_); });
}

WecomSeen WecomEmulator::seen() const {
  WecomSeen out;
  emulator_->locked([&] { out = seen_; });
  return out;
}

EmulatorAnswer WecomEmulator::answer(const EmulatorRequest& request) {
  if (request.path == "/cgi-bin/webhook/send") return robot(request);
  if (std::exchange(world_.end_token, false)) token_until_s_ = now_s_();
  if (request.path == "/cgi-bin/gettoken") {
    ++seen_.tokens_asked;
    if (request.parameter("corpid") != world_.corp_id) return error(40013, "invalid corpid");
    if (request.parameter("corpsecret") != world_.secret) return error(40001, "invalid credential");
    // Asked again within its life, it is the same token.
    if (now_s_() >= token_until_s_) {
      token_ = "access-token-" + std::to_string(next_++);
      token_until_s_ = now_s_() + world_.token_lasts_s;
    }
    return ok({{"access_token", token_}, {"expires_in", token_until_s_ - now_s_()}});
  }
  const auto given = request.parameter("access_token");
  if (given.empty()) return error(41001, "access_token missing");
  if (given != token_) return error(40014, "invalid access_token");
  if (now_s_() >= token_until_s_) return error(42001, "access_token expired");
  if (!world_.trusted_address) return error(60020, "not allow to access from your ip");
  if (world_.every_answer) return error(*world_.every_answer, "as the test wants it");

  boost::system::error_code bad;
  const auto body = request.body.empty() ? json::value(json::object{}) : json::parse(request.body, bad);
  if (bad || !body.is_object()) return error(47001, "data format error");
  if (request.path == "/cgi-bin/message/send") {
    if (request.body.find("\\u") != std::string::npos) return error(40033, "invalid charset");
    return send(body.as_object());
  }
  if (request.path == "/cgi-bin/message/update_template_card") return update(body.as_object());
  if (request.path == "/cgi-bin/agent/get") return ok({{"agentid", world_.agent_id}, {"name", "客服工单"}});
  if (request.path == "/cgi-bin/externalcontact/get_follow_user_list") {
    json::array members;
    for (const auto& [member, list] : world_.customers) members.emplace_back(member);
    return ok({{"follow_user", std::move(members)}});
  }
  if (request.path == "/cgi-bin/externalcontact/batch/get_by_user") return contacts(body.as_object());
  EmulatorAnswer unknown;
  unknown.status = 404;
  return unknown;
}

EmulatorAnswer WecomEmulator::send(const json::object& message) {
  if (sdk::number_of(message, "agentid") != world_.agent_id) return error(40056, "invalid agentid");
  const auto kind = text_of(message, "msgtype");
  if (kind == "text") {
    const auto content = text_of(part(message, "text"), "content");
    if (content.empty()) return error(44004, "text content empty");
    if (content.size() > 2048) return error(45002, "content size out of limit");
  } else if (kind == "markdown") {
    if (text_of(part(message, "markdown"), "content").size() > 2048) return error(45002, "content size out of limit");
  } else if (kind != "template_card") {
    return error(40008, "invalid message type");
  }
  const auto member = text_of(message, "touser");
  if (member.empty() || member.find('|') != std::string::npos) return error(40035, "this emulator takes one member at a time");
  if (!world_.members.contains(member) && !world_.unlicensed.contains(member)) return error(81013, "user & party & tag all invalid");
  const auto id = "msg-" + std::to_string(next_++);
  if (world_.unlicensed.contains(member)) return ok({{"unlicenseduser", lower(member)}, {"msgid", id}});

  // Held against all that was sent before, checked or not: the vendor does not say.
  auto words = message;
  for (const auto* how : {"enable_duplicate_check", "duplicate_check_interval"}) words.erase(how);
  const auto digest = json::serialize(words);
  if (sdk::number_of(message, "enable_duplicate_check") == 1) {
    const auto within = std::min<std::int64_t>(sdk::number_of(message, "duplicate_check_interval", 1800), 4 * 3600);
    const auto before = sent_before_.find(digest);
    if (before != sent_before_.end() && now_s_() - before->second < within) return ok({{"msgid", id}});
  }
  sent_before_[digest] = now_s_();
  if (kind == "template_card") {
    if (const auto fault = fault_in_card(part(message, "template_card"), tasks_); fault != 0) return error(fault, "invalid template card");
  }
  auto& times = sent_at_[member];
  while (!times.empty() && now_s_() - times.front() >= 3600) times.pop_front();
  const auto in_minute = std::ranges::count_if(times, [&](std::int64_t at) { return now_s_() - at < 60; });
  if (in_minute >= 30 || times.size() >= 1000) {
    seen_.dropped.push_back(message);
  } else {
    times.push_back(now_s_());
    seen_.shown.push_back(message);
  }
  return ok({{"invaliduser", ""}, {"msgid", id}});
}

EmulatorAnswer WecomEmulator::robot(const EmulatorRequest& request) {
  if (request.parameter("key") != world_.robot_key) return error(93000, "invalid webhook url");
  boost::system::error_code bad;
  const auto body = json::parse(request.body, bad);
  if (bad || !body.is_object()) return error(47001, "data format error");
  const auto& message = body.as_object();
  if (text_of(part(message, "text"), "content").size() > 2048) return error(40058, "text content too long");
  if (text_of(part(message, "markdown"), "content").size() > 4096) return error(40058, "markdown content too long");
  auto& times = sent_at_["robot:" + world_.robot_key];
  while (!times.empty() && now_s_() - times.front() >= 60) times.pop_front();
  if (times.size() >= 20) return error(45009, "api freq out of limit");
  times.push_back(now_s_());
  seen_.robot.push_back(message);
  return ok();
}

EmulatorAnswer WecomEmulator::update(const json::object& request) {
  const auto code = response_codes_.find(text_of(request, "response_code"));
  if (code == response_codes_.end()) return error(42048, "invalid response_code");
  if (code->second) return error(42049, "response_code was used");
  code->second = true;
  seen_.updates.push_back(request);
  return ok({{"invaliduser", json::array{}}});
}

EmulatorAnswer WecomEmulator::contacts(const json::object& request) {
  const auto& members = request.at("userid_list").as_array();
  if (members.empty() || members.size() > 100) return error(40058, "userid_list out of limit");
  const auto limit = sdk::number_of(request, "limit", 50);
  if (limit < 1 || limit > 100) return error(40058, "limit out of range");
  json::array all;
  for (const auto& member : members) {
    const std::string name(member.as_string());
    const auto found = world_.customers.find(name);
    if (found == world_.customers.end()) return error(84061, "not external contact");
    for (const auto& customer : found->second) all.push_back(customer);
  }
  if (all.empty()) return error(84061, "not external contact");
  const auto cursor = text_of(request, "cursor");
  const auto from = cursor.empty() ? std::size_t{0} : static_cast<std::size_t>(std::stoul(cursor));
  json::array page;
  for (auto i = from; i < std::min(all.size(), from + static_cast<std::size_t>(limit)); ++i) page.push_back(all[i]);
  const auto next = from + page.size();
  return ok({{"external_contact_list", std::move(page)}, {"next_cursor", next < all.size() ? std::to_string(next) : ""}});
}

WecomEmulator::Call WecomEmulator::call(const sdk::CallbackCrypto& crypto, const std::string& xml) const {
  const auto sealed = crypto.encrypt(xml);
  const auto timestamp = std::to_string(now_s_());
  const std::string nonce = "263014780";
  return {"/events?msg_signature=" + crypto.signature(timestamp, nonce, sealed) + "&timestamp=" + timestamp + "&nonce=" + nonce,
          "<xml><ToUserName><![CDATA[" + world_.corp_id + "]]></ToUserName><AgentID><![CDATA[" + std::to_string(world_.agent_id) +
              "]]></AgentID><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>"};
}

WecomEmulator::Call WecomEmulator::text_from(const sdk::CallbackCrypto& crypto, const std::string& member, const std::string& text,
                                             const std::string& message_id) const {
  return call(crypto, "<xml><ToUserName><![CDATA[" + world_.corp_id + "]]></ToUserName><FromUserName><![CDATA[" + member +
                          "]]></FromUserName><CreateTime>" + std::to_string(now_s_()) +
                          "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[" + text + "]]></Content><MsgId>" +
                          message_id + "</MsgId><AgentID>" + std::to_string(world_.agent_id) + "</AgentID></xml>");
}

WecomEmulator::Call WecomEmulator::press(const sdk::CallbackCrypto& crypto, const std::string& member, const json::object& message,
                                         const std::string& button) {
  std::string code;
  emulator_->locked([&] {
    code = "response-" + std::to_string(next_++);
    response_codes_[code] = false;
  });
  const auto task = text_of(part(message, "template_card"), "task_id");
  return call(crypto, "<xml><ToUserName><![CDATA[" + world_.corp_id + "]]></ToUserName><FromUserName><![CDATA[" + member +
                          "]]></FromUserName><CreateTime>" + std::to_string(now_s_()) +
                          "</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[" +
                          button + "]]></EventKey><TaskId><![CDATA[" + task +
                          "]]></TaskId><CardType><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[" + code +
                          "]]></ResponseCode><AgentID>" + std::to_string(world_.agent_id) + "</AgentID></xml>");
}

}  // namespace docket::wecom
