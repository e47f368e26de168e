// SPDX-License-Identifier: Apache-2.0
// WeCom's emulator by itself, for integrators: docket-wecom-emulator [PORT]. Prints what it expects, then each message.
#include "wecom_emulator.hpp"

#include <cstdio>

int main(int count, char** arguments) {
  docket::wecom::WecomEmulator emulator({}, docket::sdk::emulator_port(count, arguments));
  const docket::wecom::WecomWorld world;
  std::printf("base_url: http://127.0.0.1:%u\ncorp_id: %s\nagent_id: %lld\nsecret: %s\nrobot key: %s\nmembers: wangfang liwei\n",
              static_cast<unsigned>(emulator.port()), world.corp_id.c_str(), static_cast<long long>(world.agent_id),
              world.secret.c_str(), world.robot_key.c_str());
  std::size_t told = 0;
  docket::sdk::tell_until_stopped([&] {
    const auto seen = emulator.seen();
    for (; told < seen.shown.size(); ++told) std::printf("%s\n", boost::json::serialize(seen.shown[told]).c_str());
  });
}
