// SPDX-License-Identifier: Apache-2.0
#include "plugin/egress.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "docket/plugin.h"
#include "plugin/egress_rules.hpp"
#include "plugin/frame.hpp"
#include "plugin/proxy_login.hpp"

namespace docket::plugin {
namespace {

namespace bj = boost::json;

constexpr std::chrono::minutes pause_after_refusal{10};

bj::array array_of(const std::vector<std::string>& texts) {
  bj::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

}  // namespace

Egress::~Egress() {
  end_child(child_);
}

void Egress::cut_off() {
  const std::scoped_lock lock(mutex_);
  cut_off_ = true;
  end_child(child_);  // whoever waits for its answer sees its end
}

bool Egress::by_proxy(const EgressRequest& request) const {
  return !settings_.proxy.empty() &&
         std::ranges::none_of(settings_.direct, [&](const auto& pattern) { return matches(pattern, request.host, request.port); });
}

std::expected<std::string, std::string> Egress::login_for(const EgressRequest& request) {
  if (settings_.login.empty() || !by_proxy(request)) return {};
  const auto login = read_proxy_login(settings_.login);
  const std::scoped_lock lock(mutex_);
  if (login && *login == refused_login_ && std::chrono::steady_clock::now() < refused_until_)
    return std::unexpected("The proxy refused the name and password in " + settings_.login.string() +
                           "; it is told them again once the file changes, or after ten minutes.");
  if (!login) return std::unexpected(login.error().en);
  return *login;
}

void Egress::refused(const std::string& login) {
  const std::scoped_lock lock(mutex_);
  if (refused_login_ != login) log::error("proxy_login_refused", {{"file", settings_.login.string()}});
  refused_login_ = login;
  refused_until_ = std::chrono::steady_clock::now() + pause_after_refusal;
}

void Egress::hand_over(const EgressRequest& request, const std::string& login, Descriptor theirs) {
  const bj::object head{{"host", request.host},
                        {"port", request.port},
                        {"manifest", array_of(request.manifest)},
                        {"hosts", array_of(request.hosts)},
                        {"networks", array_of(request.networks)},
                        {"proxy", by_proxy(request) ? settings_.proxy : std::string{}},
                        {"login", login},
                        {"timeout_ms", request.timeout.count()}};
  const std::scoped_lock lock(mutex_);
  for (int attempt = 0;; ++attempt) {
    if (cut_off_) throw ChannelError(ChannelError::Kind::closed, "cut off");
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
  const auto login = login_for(request);
  if (!login) {
    out.status = DOCKET_FAILED;
    out.why = login.error();
    return out;
  }
  try {
    auto pair = make_socket_pair();
    hand_over(request, *login, std::move(pair.theirs));
    Channel answer(std::move(pair.ours));
    auto frame = answer.receive(std::chrono::steady_clock::now() + request.timeout + std::chrono::milliseconds{250});
    const auto* status = frame.head.if_contains("status");
    out.status = status != nullptr && status->is_int64() ? static_cast<std::int32_t>(status->get_int64()) : DOCKET_FAILED;
    out.socket = std::move(frame.descriptor);
    out.why = std::move(frame.body);
    if (!login->empty() && frame.head.contains("login_refused")) refused(*login);
  } catch (const ChannelError& error) {
    const bool late = error.kind() == ChannelError::Kind::late;
    out.status = late ? DOCKET_TOO_LATE : DOCKET_FAILED;
    out.why = "The connection to " + request.host + (late ? " was not made in time." : " was given up.");
  } catch (const std::exception& error) {
    out.status = DOCKET_FAILED;
    out.why = error.what();
  }
  if (out.status == DOCKET_OK && !out.socket) out.status = DOCKET_FAILED;
  return out;
}

}  // namespace docket::plugin
