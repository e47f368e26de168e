// SPDX-License-Identifier: Apache-2.0
#include "server/watch.hpp"

#include "base/hash.hpp"
#include "base/log.hpp"
#include "definition/bundle.hpp"
#include "server/control.hpp"

namespace docket::server {

Watch::Watch(Engine& engine, std::filesystem::path directory)
    : engine_(engine), directory_(std::move(directory)), loop_("watch", [this] { return step(); }) {}

bool Watch::was_published(const std::string& digest) const {
  const auto files = desk::read_and_wait(engine_.database(), [&](const desk::Reading& reading) -> Result<bool> {
    return reading.bundles.bundle_files(digest).has_value();
  });
  return files.value_or(false);
}

std::chrono::milliseconds Watch::step() {
  const auto bundle = definition::load_bundle(directory_);
  if (!bundle) {  // half written, perhaps: told when the next look finds the same
    const bool again = std::exchange(last_fault_, bundle.error().detail) == last_fault_;
    looks_at_fault_ = again ? looks_at_fault_ + 1 : 1;
    if (looks_at_fault_ == 2) log::error("config_not_read", {{"directory", directory_.string()}, {"reason", last_fault_}});
    return runtime::Loop::longest_wait;
  }
  last_fault_.clear();
  auto digest = bundle->digest();
  const auto active = engine_.active();
  if (digest == last_digest_) return runtime::Loop::longest_wait;
  if ((active && digest == active->digest) || (last_digest_.empty() && was_published(digest))) {
    if (last_digest_.empty()) log::info("config_watched", {{"directory", directory_.string()}, {"published_before", digest}});
    last_digest_ = std::move(digest);
    return runtime::Loop::longest_wait;
  }
  ControlRequest request;
  request.command = "publish";
  request.by = "watch";
  request.comment = "changed in " + directory_.string();
  for (const auto& [path, bytes] : bundle->files) request.files[path] = to_base64url(bytes);
  const auto answer = run_control(engine_, request);
  if (answer.passing) return runtime::Loop::longest_wait;  // the desk is busy or its disk full: the next look tries again
  last_digest_ = std::move(digest);
  if (answer.ok) {
    log::info("config_published", {{"publication", answer.publication}, {"bundle", answer.digest}});
  } else {
    log::error("config_not_published", {{"reason", answer.text}});
    for (const auto& finding : answer.findings) {
      if (finding.error)
        log::error("config_fault",
                   {{"file", finding.file}, {"line", std::int64_t{finding.line}}, {"message", finding.message}});
    }
  }
  return runtime::Loop::longest_wait;
}

}  // namespace docket::server
