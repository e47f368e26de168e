// SPDX-License-Identifier: Apache-2.0
// DingTalk's emulator by itself, for integrators: docket-dingtalk-emulator [PORT]. Prints what it expects, then each message.
#include "dingtalk_emulator.hpp"

#include <cstdio>

int main(int count, char** arguments) {
  docket::dingtalk::DingtalkEmulator emulator({}, docket::sdk::emulator_port(count, arguments));
  const docket::dingtalk::DingtalkWorld world;
  const docket::dingtalk::YidaForms forms;
  std::printf("base_url and old_base_url: http://127.0.0.1:%u\napp_key: %s\napp_secret: %s\nagent_id: %lld\nmembers: wangfang liwei\n"
              "yida app_type: %s\nyida system_token: %s\nyida user_id: %s\n",
              static_cast<unsigned>(emulator.port()), world.app_key.c_str(), world.app_secret.c_str(),
              static_cast<long long>(world.agent_id), forms.app_type.c_str(), forms.system_token.c_str(), forms.user_id.c_str());
  std::size_t told = 0;
  docket::sdk::tell_until_stopped([&] {
    const auto seen = emulator.seen();
    for (; told < seen.shown.size(); ++told) std::printf("%s\n", boost::json::serialize(seen.shown[told]).c_str());
  });
}
