// SPDX-License-Identifier: Apache-2.0
// A host in the test's own process, so that a plugin's unit tests need no server: fake commands, state, secrets and
// content, a clock that the test moves, and connections to wherever the test says.
#pragma once

#include "docket/plugin.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace docket::sdk {

class TestHost {
 public:
  TestHost();
  ~TestHost();
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  // What the test prepares ------------------------------------------------------------------------------------
  std::int64_t now_us = 1'767'225'600'000'000;  ///< 2026-01-01T00:00:00Z
  std::int64_t call_ms = 60'000;                ///< each call's deadline
  std::map<std::string, std::string> secrets;   ///< by reference, which is the setting's value
  std::map<std::string, std::string> state;
  bool state_fails = false;  ///< nothing can be put there, as on a full disk
  /// "host:port" as the plugin says → loopback port. What is not here is refused, as the egress would.
  std::map<std::string, std::uint16_t> reachable;
  std::string trust_file;
  struct File {
    std::string name, media_type, bytes;
  };
  std::map<std::string, File> contents;  ///< by attachment id; what the plugin keeps is added
  /// Answers commands. Without it each is answered {} with OK. Throw HostError(DOCKET_FAILED, problem JSON) to refuse.
  std::function<json::value(const json::object& request)> on_command;

  // What the test reads ----------------------------------------------------------------------------------------
  std::vector<json::object> commands;
  std::vector<std::string> log;  ///< "warning: text"
  [[nodiscard]] bool logged(std::string_view piece) const;

  [[nodiscard]] const docket_host* raw() const { return &table_; }
  void begin_call() { deadline_us_ = now_us + call_ms * 1000; }

 private:
  struct Functions;
  docket_host table_{};
  std::int64_t deadline_us_ = 0;
};

/// One instance, called through the C ABI as the real host does.
class TestPlugin {
 public:
  /// The plugin linked into the test. Throws std::runtime_error with the plugin's words when it refuses.
  TestPlugin(TestHost& host, docket_plugin_entry_function entry, const json::object& settings);
  /// A library, with its constructors run in this process.
  TestPlugin(TestHost& host, const std::string& library, const json::object& settings);
  ~TestPlugin();
  TestPlugin(const TestPlugin&) = delete;
  TestPlugin& operator=(const TestPlugin&) = delete;

  /// Each throws std::runtime_error with what the plugin wrote when it does not return DOCKET_OK.
  [[nodiscard]] json::object deliver(const json::object& delivery);
  [[nodiscard]] json::object poll();
  [[nodiscard]] json::object health();
  [[nodiscard]] json::object pull(const json::object& request);
  [[nodiscard]] json::object look_up(const json::object& request);
  [[nodiscard]] json::object push(const json::object& request);
  struct Http {
    int status = 0;
    json::object headers{};
    std::string body{};
  };
  /// `path` may have a query.
  [[nodiscard]] Http receive_http(std::string_view method, std::string_view path, std::string_view body = {},
                                  const json::object& headers = {});

 private:
  using Call = std::int32_t (*)(void*, docket_text, docket_sink);
  void start(docket_plugin_entry_function entry, const json::object& settings);
  json::object call(Call function, const json::object& request, const char* what);

  TestHost& host_;
  docket_plugin plugin_{};
  void* instance_ = nullptr;
};

/// A delivery as the host makes one, to be changed by the test.
[[nodiscard]] json::object sample_delivery(std::string_view address, std::string_view subject = "工单提醒",
                                           std::string_view body = "工单 T-1 即将超时");

}  // namespace docket::sdk
