// SPDX-License-Identifier: Apache-2.0
// Two SMS gateways as strict as real ones: kannel's sendsms at /cgi-bin/sendsms, and at /sms/v1/send a vendor's JSON that
// says "200" to everything and puts its errors into the body. Both keep limits, refuse numbers, and send receipts.
#pragma once

#include "docket/emulator.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace docket::sms {

struct SmsWorld {
  std::string user = "docket", password = "gateway-password";
  int most_a_minute = 60;            ///< to one number, then kannel is "busy" and the vendor answers 22
  std::set<std::string> refused;     ///< numbers on the black list
  bool smsc_down = false;            ///< kannel: 503; vendor: code 500 in HTTP 200
  std::string drops;                 ///< texts with this in them are accepted, and never arrive: no receipt either
};

struct SmsMessage {
  std::string to, from, text, id;
  std::string receipt_url;  ///< as given; with %d in it at kannel
  bool ucs2 = false;
};

class SmsEmulator {
 public:
  /// `now_s` tells the time in seconds; by default it runs from the beginning of 2026. `port` 0 takes a free one.
  explicit SmsEmulator(std::function<std::int64_t()> now_s = {}, std::uint16_t port = 0);
  [[nodiscard]] std::uint16_t port() const { return emulator_->port(); }
  [[nodiscard]] const sdk::Emulator& server() const { return *emulator_; }
  void change(const std::function<void(SmsWorld&)>& work);
  /// What reached a phone.
  [[nodiscard]] std::vector<SmsMessage> shown() const;

  /// Target and body of a call that the gateway would make.
  struct Call {
    std::string method, target, body;
  };
  /// kannel's: `mask` 1 delivered, 2 failed, 8 handed to the SMSC. The target is what stands behind the hook's address.
  [[nodiscard]] static Call kannel_receipt(const SmsMessage& message, int mask, const std::string& hook_url);
  /// The vendor's, several in one call, without anything signed.
  [[nodiscard]] static Call vendor_receipts(const std::vector<std::pair<std::string, std::string>>& id_and_status);

 private:
  sdk::EmulatorAnswer kannel(const sdk::EmulatorRequest& request);
  sdk::EmulatorAnswer vendor(const sdk::EmulatorRequest& request);
  bool too_many(const std::string& number);
  void show(SmsMessage message);

  std::function<std::int64_t()> now_s_;
  SmsWorld world_;
  std::vector<SmsMessage> shown_;
  std::map<std::string, std::deque<std::int64_t>> sent_at_;
  std::int64_t next_ = 1;
  std::unique_ptr<sdk::Emulator> emulator_;
};

}  // namespace docket::sms
