// SPDX-License-Identifier: Apache-2.0
// DingTalk as strict as the vendor, with Yida's forms: two interfaces with two ways to say no, tokens that end, notices
// that are taken and dropped, robots that fall silent, a gate that answers in HTML, paging that ends at 5,000 rows.
#pragma once

#include "docket/callback_crypto.hpp"
#include "docket/emulator.hpp"
#include "docket/plugin.hpp"
#include "yida_emulator.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace docket::dingtalk {

namespace json = boost::json;

struct DingtalkWorld {
  std::string app_key = "dingoa1234567890";
  std::string app_secret = "app-secret";
  std::int64_t agent_id = 2000001;
  std::set<std::string> members{"wangfang", "liwei"};
  std::set<std::string> invalid{"left_the_company"};
  std::string robot_token = "robot-token", robot_secret = "SEC0123456789", robot_keyword;
  std::int64_t token_lasts_s = 7200;
  std::int64_t daily_most = 500;
  enum class Gate { open, html, json };
  Gate gate = Gate::open;  ///< too many calls: something else instead of an answer
  bool end_token = false;  ///< the vendor ends the token that it gave, before its time
  std::string without_result;  ///< a task that the vendor does not find yet
  std::int64_t every_answer = 0;  ///< an errcode that all calls of the old interface answer with
};

struct DingtalkSeen {
  std::vector<json::object> shown, dropped, robot, told;
  int tokens_asked = 0;
};

class DingtalkEmulator {
 public:
  explicit DingtalkEmulator(std::function<std::int64_t()> now_s = {}, std::uint16_t port = 0);
  ~DingtalkEmulator();
  [[nodiscard]] std::uint16_t port() const { return emulator_->port(); }
  [[nodiscard]] const sdk::Emulator& server() const { return *emulator_; }
  void change(const std::function<void(DingtalkWorld&)>& work);
  void change_forms(const std::function<void(YidaForms&)>& work);
  [[nodiscard]] DingtalkSeen seen() const;

  /// What DingTalk would send: an event in its envelope, and a person's message to the robot.
  struct Call {
    std::string target, body;
    json::object headers{};
  };
  [[nodiscard]] Call event(const sdk::CallbackCrypto& crypto, const json::object& event) const;
  [[nodiscard]] Call chat(const std::string& member, const std::string& text, const std::string& id) const;

 private:
  sdk::EmulatorAnswer answer(const sdk::EmulatorRequest& request);
  sdk::EmulatorAnswer token(const json::object& body);
  sdk::EmulatorAnswer notice(const json::object& body);
  sdk::EmulatorAnswer result(const json::object& body) const;
  sdk::EmulatorAnswer robot(const sdk::EmulatorRequest& request, const json::object& body);

  struct Task {
    std::string member;
    std::int64_t dropped_code = 0;
    std::int64_t sent_s = 0;
    bool invalid = false;
  };
  bool knows_time_;
  std::function<std::int64_t()> now_s_;
  DingtalkWorld world_;
  DingtalkSeen seen_;
  YidaForms forms_;
  std::string token_;
  std::int64_t token_until_s_ = 0;
  std::map<std::int64_t, Task> tasks_;
  std::map<std::string, std::int64_t> today_;            ///< member → notices
  std::set<std::pair<std::string, std::string>> same_;   ///< member, content
  std::deque<std::int64_t> robot_at_;
  std::int64_t robot_silent_until_s_ = 0;
  std::int64_t next_ = 256'271'667'526;
  std::unique_ptr<sdk::Emulator> emulator_;
};

}  // namespace docket::dingtalk
