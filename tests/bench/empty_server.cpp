// SPDX-License-Identifier: Apache-2.0
// The front door with nothing behind it: every request is answered with an empty object. The limit that TLS and HTTP
// set.

#include <signal.h>

#include <cstdio>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "http/server.hpp"
#include "http/tls_identity.hpp"

namespace {

class Nothing final : public docket::http::Handler {
 public:
  docket::Result<docket::http::BodyPlan> plan(const docket::http::Head& head, const std::string&) override {
    (void)head;
    return docket::http::BodyPlan{.max_bytes = 1 << 20};
  }
  void handle(docket::http::Request request, docket::http::Respond respond) override {
    docket::http::Response response;
    response.status = request.method == docket::http::Method::post ? 201 : 200;
    response.headers.emplace_back("Content-Type", "application/json");
    response.body = "{}";
    respond(std::move(response));
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: docket_empty_server DIRECTORY-FOR-ITS-CERTIFICATE\n", stderr);
    return 2;
  }
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  const auto fault = [](const docket::Error& error) {
    std::fprintf(stderr, "docket_empty_server: %s\n", error.detail.c_str());
    return 1;
  };
  const auto identity =
      docket::http::ensure_local_identity(argv[1], {"localhost", "127.0.0.1"}, docket::SystemClock{}.now());
  if (!identity) return fault(identity.error());
  auto keys = docket::http::read_tls_keys(identity->certificate, identity->key);
  if (!keys) return fault(keys.error());
  docket::http::ServerOptions options;
  options.tls = std::move(*keys);
  Nothing nothing;
  auto server = docket::http::Server::start(std::move(options), nothing);
  if (!server) return fault(server.error());
  docket::log::info("serving", {{"port", std::int64_t{(*server)->port()}}});
  int signal = 0;
  sigwait(&stop, &signal);
  (*server)->stop(std::chrono::seconds{5});
  return 0;
}
