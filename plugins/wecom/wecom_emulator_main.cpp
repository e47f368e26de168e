// SPDX-License-Identifier: Apache-2.0
// WeCom's emulator by itself, for integrators: docket-wecom-emulator [PORT]. Prints what it expects, then each message.
#include "wecom_emulator.hpp"

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
  docket::wecom::WecomEmulator emulator({}, port);
  const docket::wecom::WecomWorld world;
  std::printf("base_url: http://127.0.0.1:%u\ncorp_id: %s\nagent_id: %lld\nsecret: %s\nrobot key: %s\nmembers: wangfang liwei\n",
              static_cast<unsigned>(emulator.port()), world.corp_id.c_str(), static_cast<long long>(world.agent_id),
              world.secret.c_str(), world.robot_key.c_str());
  std::size_t told = 0;
  while (stopping == 0) {
    const auto seen = emulator.seen();
    for (; told < seen.shown.size(); ++told) std::printf("%s\n", boost::json::serialize(seen.shown[told]).c_str());
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
}
