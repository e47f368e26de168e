// SPDX-License-Identifier: Apache-2.0
// The SMS gateways' emulator by itself, for integrators: docket-sms-emulator [PORT]. Prints what it expects, then each text.
#include "sms_emulator.hpp"

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
  docket::sms::SmsEmulator emulator({}, port);
  const docket::sms::SmsWorld world;
  std::printf("kannel: http://127.0.0.1:%u/cgi-bin/sendsms\nvendor: http://127.0.0.1:%u/sms/v1/send (POST JSON mobile, content; header x-api-key)\n"
              "user: %s\npassword, key: %s\n",
              static_cast<unsigned>(emulator.port()), static_cast<unsigned>(emulator.port()), world.user.c_str(), world.password.c_str());
  std::size_t told = 0;
  while (stopping == 0) {
    const auto shown = emulator.shown();
    for (; told < shown.size(); ++told) std::printf("%s: %s\n", shown[told].to.c_str(), shown[told].text.c_str());
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
}
