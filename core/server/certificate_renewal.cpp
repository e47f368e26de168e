// SPDX-License-Identifier: Apache-2.0
#include "server/certificate_renewal.hpp"

#include <utility>

#include "base/log.hpp"
#include "http/tls_identity.hpp"

namespace docket::server {
namespace {

constexpr Duration pause = std::chrono::hours{1};

}  // namespace

CertificateRenewal::CertificateRenewal(std::filesystem::path directory, const Clock& clock)
    : directory_(std::move(directory)), clock_(clock) {}

bool CertificateRenewal::look() {
  const auto now = clock_.now();
  if (now < next_look_ && next_look_ - now <= pause) return false;
  next_look_ = now + pause;
  const auto renewed = http::renew_local_identity(directory_.string(), now);
  if (!renewed) {
    log::error("certificate_not_renewed", {{"reason", renewed.error().detail}});
    return false;
  }
  if (*renewed) log::info("certificate_renewed", {{"directory", directory_.string()}});
  return *renewed;
}

}  // namespace docket::server
