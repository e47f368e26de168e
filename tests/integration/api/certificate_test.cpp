// SPDX-License-Identifier: Apache-2.0
// A desk that made its certificate itself renews it while it serves and when it starts, for the names that it has.
#include "server/certificate_renewal.hpp"

#include <fstream>
#include <iterator>

#include "http/certificate.hpp"
#include "http/tls_identity.hpp"
#include "server/application.hpp"
#include "server/set_up.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/tls_client.hpp"

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a certificate is renewed as time passes, and what keeps it from that may be mended meanwhile") {
  TemporaryDirectory place, aside;
  ManualClock clock{SystemClock{}.now()};
  REQUIRE(http::ensure_local_identity(place.path().string(), {"desk.example"}, clock.now()));
  server::CertificateRenewal renewal(place.path(), clock);
  CHECK_FALSE(renewal.look());
  clock.advance(366 * 24h);
  CHECK_FALSE(renewal.look());
  clock.advance(10 * 24h);
  CHECK(renewal.look());
  CHECK_FALSE(renewal.look());
  CHECK(http::certificate_expiry(text_of(place.path() / "server.pem")).value() > clock.now() + 396 * 24h);

  std::filesystem::rename(place.path() / "ca.key", aside.path() / "ca.key");
  clock.advance(380 * 24h);
  const auto kept = text_of(place.path() / "server.pem");
  CHECK_FALSE(renewal.look());
  CHECK(text_of(place.path() / "server.pem") == kept);
  std::filesystem::rename(aside.path() / "ca.key", place.path() / "ca.key");
  CHECK_FALSE(renewal.look());  // not in each second
  clock.advance(1h);
  CHECK(renewal.look());
}

TEST_CASE("a server that starts with a certificate that ends soon serves a new one") {
  TemporaryDirectory directory;
  const auto data = directory.path() / "desk";
  const SystemClock clock;
  static_cast<void>(
      server::set_up_data(data, std::filesystem::path{DOCKET_SOURCE_DIR} / "config", {}, clock));
  const auto tls = server::DataLayout(data).tls;
  std::filesystem::remove_all(tls);
  std::filesystem::create_directory(tls);
  const auto made = http::ensure_local_identity(tls.string(), {"desk.example"}, clock.now() - 400 * 24h);
  REQUIRE(made);

  server::NodeSettings settings;
  settings.data = data;
  settings.port = 0;
  settings.io_threads = 1;
  settings.server_names = {"desk.example"};
  server::Application application{settings, clock};
  ClientOptions options;
  options.port = application.port();
  options.ca_file = made->ca_certificate;
  options.server_name = "desk.example";
  CHECK(TlsClient{options}.request("GET", "/api/v1/portal/desk").status == 200);
  CHECK(http::certificate_expiry(text_of(made->certificate)).value() > clock.now() + 396 * 24h);
}
