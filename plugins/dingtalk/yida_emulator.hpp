// SPDX-License-Identifier: Apache-2.0
// Yida's forms inside DingTalk's emulator: rows with the time of their change, conditions in strings, the 5,000 rows.
#pragma once

#include "docket/emulator.hpp"
#include "docket/plugin.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket::dingtalk {

namespace json = boost::json;

class YidaForms {
 public:
  std::string app_type = "APP_PBKT0MFBEBTDO8T7SLVP", system_token = "yida-key", user_id = "manager01";
  int too_fast = 0;  ///< so many calls are refused with requestTooFast

  struct Row {
    std::string form, id;
    std::int64_t changed_s = 0;
    json::object data;
  };
  std::vector<Row> rows;
  std::int64_t zone_offset_minutes = 480;

  /// Answers any /v2.0/yida/ request.
  [[nodiscard]] sdk::EmulatorAnswer answer(std::string_view method, std::string_view path, const json::object& body, std::int64_t now_s);

 private:
  [[nodiscard]] sdk::EmulatorAnswer query(const json::object& body) const;
  [[nodiscard]] sdk::EmulatorAnswer insert_or_update(const json::object& body, std::int64_t now_s);
  [[nodiscard]] sdk::EmulatorAnswer update(const json::object& body, std::int64_t now_s);
  std::int64_t next_ = 1;
};

}  // namespace docket::dingtalk
