// SPDX-License-Identifier: Apache-2.0
#include "server/report_facts.hpp"

#include <algorithm>
#include <exception>
#include <string_view>

#include "base/log.hpp"

namespace docket::server {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds slice{10};
constexpr std::chrono::hours again{1};

}  // namespace

ReportFacts::ReportFacts(Engine& engine) : engine_(engine), loop_("facts", [this] { return step(); }) {}

void ReportFacts::stop() {
  loop_.stop();
  reading_.reset();  // the writer empties its log last, with nobody else there
}

milliseconds ReportFacts::step() {
  return fold() ? milliseconds{0} : read();
}

bool ReportFacts::fold() {
  const auto now = Steady::now();
  if (now < next_fold_ || !changed_.exchange(false)) return false;
  const auto more = engine_.database().fold_facts();
  if (!more || *more) changed_.store(true);
  if (more && *more) return true;
  next_fold_ = now + runtime::Loop::longest_wait;
  return false;
}

milliseconds ReportFacts::read() {
  const auto began = Steady::now();
  if (began < next_reading_) return runtime::Loop::longest_wait;
  try {
    if (!reading_) reading_.emplace(engine_.directory().database());
    if (reading_->read(slice)) return std::max(slice, std::chrono::ceil<milliseconds>(Steady::now() - began));
    if (!told_) log::info("facts_at_hand", {{"bytes", reading_->bytes()}});
    told_ = true;
  } catch (const std::exception& failure) {
    log::warning("facts_not_read", {{"reason", std::string_view(failure.what())}});
  }
  reading_.reset();
  next_reading_ = began + again;
  return runtime::Loop::longest_wait;
}

}  // namespace docket::server
