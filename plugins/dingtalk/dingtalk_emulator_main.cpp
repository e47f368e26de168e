// SPDX-License-Identifier: Apache-2.0
// DingTalk's emulator by itself, for integrators: docket-dingtalk-emulator [PORT]. Prints what it expects, then each message.
#include "dingtalk_emulator.hpp"

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <thread>

namespace {
volatile std::sig_atomic_t stopping = 0;
}

int main(int count, char** arguments) {
  std::uint16_t port = 0;
  if (count > 1) {
    const std::string_view text(arguments[1]);
    std::from_chars(text.data(), text.data() + text.size(), port);
  }
  std::signal(SIGINT, [](int) { stopping = 1; });
  std::signal(SIGTERM, [](int) { stopping = 1; });
  docket::dingtalk::DingtalkEmulator emulator({}, port);
  const docket::dingtalk::DingtalkWorld world;
  const docket::dingtalk::YidaForms forms;
  std::printf("base_url and old_base_url: http://127.0.0.1:%u\napp_key: %s\napp_secret: %s\nagent_id: %lld\nmembers: wangfang liwei\n"
              "yida app_type: %s\nyida system_token: %s\nyida user_id: %s\n",
              static_cast<unsigned>(emulator.port()), world.app_key.c_str(), world.app_secret.c_str(),
              static_cast<long long>(world.agent_id), forms.app_type.c_str(), forms.system_token.c_str(), forms.user_id.c_str());
  std::size_t told = 0;
  while (stopping == 0) {
    const auto seen = emulator.seen();
    for (; told < seen.shown.size(); ++told) std::printf("%s\n", boost::json::serialize(seen.shown[told]).c_str());
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
}
