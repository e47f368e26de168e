// SPDX-License-Identifier: Apache-2.0
#include "server/watch.hpp"

#include "base/hash.hpp"
#include "base/log.hpp"
#include "definition/bundle.hpp"
#include "server/control.hpp"

namespace docket::server {

Watch::Watch(Engine& engine, std::filesystem::path directory)
    : engine_(engine), directory_(std::move(directory)), loop_("watch", [this] { return step(); }) {}

std::chrono::milliseconds Watch::step() {
  const auto bundle = definition::load_bundle(directory_);
  if (!bundle) return runtime::Loop::longest_wait;  // half written; the next look sees it whole
  auto digest = bundle->digest();
  const auto active = engine_.active();
  if (digest == last_digest_ || (active && digest == active->digest)) return runtime::Loop::longest_wait;
  last_digest_ = std::move(digest);
  ControlRequest request;
  request.command = "publish";
  request.by = "watch";
  request.comment = "changed in " + directory_.string();
  for (const auto& [path, bytes] : bundle->files) request.files[path] = to_base64url(bytes);
  const auto answer = run_control(engine_, request);
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
