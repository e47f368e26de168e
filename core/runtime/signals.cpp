// SPDX-License-Identifier: Apache-2.0
#include "runtime/signals.hpp"

#include <pthread.h>
#include <csignal>

namespace docket::runtime {
namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_signals() {
  const auto set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void wait_for_stop(const std::function<void()>& on_hangup) {
  const auto set = watched();
  while (true) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0) continue;
    if (signal == SIGHUP) {
      on_hangup();
      continue;
    }
    break;
  }
  // Stopping is orderly and bounded; whoever asks twice does not want to wait for it.
  sigset_t again;
  sigemptyset(&again);
  sigaddset(&again, SIGTERM);
  sigaddset(&again, SIGINT);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &again, nullptr);
}

}  // namespace docket::runtime
