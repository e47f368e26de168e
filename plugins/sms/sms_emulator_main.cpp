// SPDX-License-Identifier: Apache-2.0
// The SMS gateways' emulator by itself, for integrators: docket-sms-emulator [PORT]. Prints what it expects, then each text.
#include "sms_emulator.hpp"

#include <cstdio>

int main(int count, char** arguments) {
  docket::sms::SmsEmulator emulator({}, docket::sdk::emulator_port(count, arguments));
  const docket::sms::SmsWorld world;
  std::printf("kannel: http://127.0.0.1:%u/cgi-bin/sendsms\nvendor: http://127.0.0.1:%u/sms/v1/send (POST JSON mobile, content; header x-api-key)\n"
              "user: %s\npassword, key: %s\n",
              static_cast<unsigned>(emulator.port()), static_cast<unsigned>(emulator.port()), world.user.c_str(), world.password.c_str());
  std::size_t told = 0;
  docket::sdk::tell_until_stopped([&] {
    const auto shown = emulator.shown();
    for (; told < shown.size(); ++told) std::printf("%s: %s\n", shown[told].to.c_str(), shown[told].text.c_str());
  });
}
