// SPDX-License-Identifier: Apache-2.0
// WeCom as strict as the vendor: tokens that end, codes in HTTP 200, members that do not exist, messages that are dropped
// without a word above 30 a minute, robots that refuse above 20, sizes, cards with their rules.
#pragma once

#include "docket/callback_crypto.hpp"
#include "docket/emulator.hpp"
#include "docket/plugin.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace docket::wecom {

namespace json = boost::json;

struct WecomWorld {
  std::string corp_id = "ww0123456789abcdef";
  std::string secret = "app-secret";
  std::string robot_key = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa";
  std::int64_t agent_id = 1000002;
  std::set<std::string> members{"wangfang", "liwei"};
  std::set<std::string> unlicensed;
  /// Members who may have customers, with the customers' records as batch/get_by_user gives them.
  std::map<std::string, std::vector<json::object>> customers;
  std::int64_t token_lasts_s = 7200;
  bool trusted_address = true;
  bool end_token = false;  ///< the vendor ends the token that it gave, before its time
  std::optional<std::int64_t> every_answer;  ///< an errcode that all calls but gettoken answer with
};

/// Seen and kept by the emulator; read under Emulator::locked().
struct WecomSeen {
  std::vector<json::object> shown;    ///< messages that members saw
  std::vector<json::object> dropped;  ///< answered with ok and never shown
  std::vector<json::object> robot;
  std::vector<json::object> updates;  ///< of cards
  int tokens_asked = 0;
};

class WecomEmulator {
 public:
  /// `now_s` tells the time in seconds; by default it runs from the beginning of 2026. `port` 0 takes a free one.
  explicit WecomEmulator(std::function<std::int64_t()> now_s = {}, std::uint16_t port = 0);
  ~WecomEmulator();
  [[nodiscard]] std::uint16_t port() const { return emulator_->port(); }
  [[nodiscard]] const sdk::Emulator& server() const { return *emulator_; }
  void change(const std::function<void(WecomWorld&)>& work);
  [[nodiscard]] WecomSeen seen() const;

  /// What WeCom would send to the callback: path with query, and body.
  struct Call {
    std::string target, body;
  };
  [[nodiscard]] Call text_from(const sdk::CallbackCrypto& crypto, const std::string& member, const std::string& text,
                               const std::string& message_id) const;
  /// A press of a button on a card that was shown; makes the card's response code.
  [[nodiscard]] Call press(const sdk::CallbackCrypto& crypto, const std::string& member, const json::object& message,
                           const std::string& button);

 private:
  sdk::EmulatorAnswer answer(const sdk::EmulatorRequest& request);
  sdk::EmulatorAnswer send(const json::object& message);
  sdk::EmulatorAnswer robot(const sdk::EmulatorRequest& request);
  sdk::EmulatorAnswer update(const json::object& request);
  sdk::EmulatorAnswer contacts(const json::object& request);
  [[nodiscard]] Call call(const sdk::CallbackCrypto& crypto, const std::string& xml) const;

  std::function<std::int64_t()> now_s_;
  WecomWorld world_;
  WecomSeen seen_;
  std::string token_;
  std::int64_t token_until_s_ = 0;
  std::map<std::string, std::deque<std::int64_t>> sent_at_;
  std::map<std::string, std::int64_t> sent_before_;  ///< digest of a message → when, for the duplicate check
  std::set<std::string> tasks_;
  std::map<std::string, bool> response_codes_;  ///< → used
  std::int64_t next_ = 1;
  std::unique_ptr<sdk::Emulator> emulator_;
};

}  // namespace docket::wecom
