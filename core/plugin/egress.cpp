// SPDX-License-Identifier: Apache-2.0
#include "plugin/egress.hpp"

#include "base/log.hpp"
#include "docket/plugin.h"
#include "plugin/frame.hpp"

namespace docket::plugin {
namespace {

namespace bj = boost::json;

bj::array array_of(const std::vector<std::string>& texts) {
  bj::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

}  // namespace

Egress::~Egress() {
  end_child(child_);
}

void Egress::hand_over(const EgressRequest& request, Descriptor theirs) {
  const bj::object head{{"host", request.host},
                        {"port", request.port},
                        {"manifest", array_of(request.manifest)},
                        {"hosts", array_of(request.hosts)},
                        {"networks", array_of(request.networks)},
                        {"proxy", settings_.proxy},
                        {"direct", array_of(settings_.direct)},
                        {"timeout_ms", request.timeout.count()}};
  const std::scoped_lock lock(mutex_);
  for (int attempt = 0;; ++attempt) {
    try {
      if (child_.pid <= 0) child_ = spawner_.start("egress");
      // The channel stays the child's; a Channel on a duplicate only writes the one frame.
      Channel channel(Descriptor(::dup(child_.channel.get())));
      channel.send(head, {}, theirs.get(), std::chrono::steady_clock::now() + std::chrono::seconds{2});
      return;
    } catch (const ChannelError&) {
      log::warning("egress_restarted");
      end_child(child_);
      if (attempt == 1) throw;
    }
  }
}

EgressAnswer Egress::connect(const EgressRequest& request) {
  EgressAnswer out;
  try {
    auto pair = make_socket_pair();
    hand_over(request, std::move(pair.theirs));
    Channel answer(std::move(pair.ours));
    auto frame = answer.receive(std::chrono::steady_clock::now() + request.timeout + std::chrono::milliseconds{250});
    const auto* status = frame.head.if_contains("status");
    out.status = status != nullptr && status->is_int64() ? static_cast<std::int32_t>(status->get_int64()) : DOCKET_FAILED;
    out.socket = std::move(frame.descriptor);
    out.why = std::move(frame.body);
  } catch (const ChannelError& error) {
    out.status = error.kind() == ChannelError::Kind::late ? DOCKET_TOO_LATE : DOCKET_FAILED;
    out.why = "The connection to " + request.host + " was not made in time.";
  } catch (const std::exception& error) {
    out.status = DOCKET_FAILED;
    out.why = error.what();
  }
  if (out.status == DOCKET_OK && !out.socket) out.status = DOCKET_FAILED;
  return out;
}

}  // namespace docket::plugin
