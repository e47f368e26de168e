// SPDX-License-Identifier: Apache-2.0
#include "http/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <ctime>
#include <memory>

namespace docket::http {

std::optional<Time> certificate_expiry(const std::string& pem) {
  const std::unique_ptr<BIO, int (*)(BIO*)> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  if (!source) return {};
  const std::unique_ptr<X509, void (*)(X509*)> certificate(
      PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), X509_free);
  if (!certificate) return {};
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &parts) != 1) return {};
  using namespace std::chrono;
  const sys_days day = year{parts.tm_year + 1900} / (parts.tm_mon + 1) / parts.tm_mday;
  return Time{day + hours{parts.tm_hour} + minutes{parts.tm_min} + seconds{parts.tm_sec}};
}

}  // namespace docket::http
