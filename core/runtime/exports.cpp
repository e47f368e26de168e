// SPDX-License-Identifier: Apache-2.0
#include "runtime/exports.hpp"

#include "base/log.hpp"

namespace docket::runtime {
namespace {

constexpr Duration kept_for = std::chrono::hours{24};
constexpr Duration clear_every = std::chrono::minutes{10};

}  // namespace

Exports::Exports(desk::Database& database, desk::ExportFiles& files, const Clock& clock)
    : database_(database), files_(files), clock_(clock), loop_("exports", [this] { return step(); }) {}

void Exports::wake() {
  waiting_.store(true);
  loop_.wake();
}

void Exports::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  loop_.stop();
}

bool Exports::stops_within(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, wait, [this] { return stopping_; });
}

std::chrono::milliseconds Exports::step() {
  const auto now = clock_.now();
  if (now >= next_clearing_ || next_clearing_ - now > clear_every) {
    files_.drop_old(now - kept_for);
    next_clearing_ = now + clear_every;
  }
  if (!waiting_.exchange(false)) return Loop::longest_wait;
  const auto more = desk::run_next_export(database_, files_, [this](std::chrono::milliseconds wait) { return stops_within(wait); });
  if (!more) log::warning("exports_delayed", {{"reason", more.error().detail}});
  if (more && !*more) return Loop::longest_wait;
  waiting_.store(true);
  return more ? std::chrono::milliseconds{0} : Loop::longest_wait;
}

}  // namespace docket::runtime
