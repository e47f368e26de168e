// SPDX-License-Identifier: Apache-2.0
// From an HTTP request to a handler and back: route, origin, rate, form, one hop to the database, answer.
#pragma once

#include "api/pages.hpp"
#include "api/presence.hpp"
#include "api/rate_limit.hpp"
#include "api/router.hpp"
#include "api/stream_hub.hpp"
#include "http/handler.hpp"

#include <memory>
#include <string>
#include <vector>

namespace docket::api {

struct GatewayOptions {
  RateLimits rates{};
  desk::SessionLimits sessions{};
  std::string cursor_key{};              ///< secret of the installation; see Cursors
  std::optional<Digest> setup_digest{};  ///< SHA-256 of the secret that may make the first admin; none: nobody may
  std::shared_ptr<const Pages> pages{};  ///< none: API only
};

/// Serves the routes. Thread-safe; never blocks. What `services` refers to must outlive it and everything under way.
class Gateway final : public http::Handler {
 public:
  /// Throws std::logic_error when the routes contradict each other.
  Gateway(GatewayOptions options, std::vector<Route> routes, const Services& services);
  ~Gateway() override;

  [[nodiscard]] Result<http::BodyPlan> plan(const http::Head& head, const std::string& remote_address) override;
  void handle(http::Request request, http::Respond respond) override;
  void open_stream(http::Request request, http::AcceptStream accept) override;

  /// The live stream. Somebody must run its step() and tell it of commits.
  [[nodiscard]] StreamHub& stream() { return stream_; }

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  class Exchange;

  Result<void> may_send_much(const http::Head& head, const std::string& remote_address, const RouteSpec& spec);
  Result<void> prepare(Exchange& exchange);
  Result<void> limit(Exchange& exchange);
  void run_command(std::shared_ptr<Exchange> exchange);
  void run_query(std::shared_ptr<Exchange> exchange);
  void run_staged(std::shared_ptr<Exchange> exchange);
  void finish(const std::shared_ptr<Exchange>& exchange, Result<void> outcome);

  const GatewayOptions options_;
  const std::vector<Route> routes_;
  const Router router_;
  const Cursors cursors_;
  const std::shared_ptr<const std::string> openapi_;
  RateLimiter limiter_;
  Presence presence_;
  const Services services_;
  StreamHub stream_;
};

}  // namespace docket::api
