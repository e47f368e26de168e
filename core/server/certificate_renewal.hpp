// SPDX-License-Identifier: Apache-2.0
// Keeps the certificate that Docket made from running out under a server that is never stopped.
#pragma once

#include <filesystem>

#include "base/clock.hpp"

namespace docket::server {

/// Of one thread at a time. The clock is the wall's, since clients judge certificates by theirs; a test has its own.
class CertificateRenewal {
 public:
  /// `directory` holds what `docket init` made; the clock outlives this.
  CertificateRenewal(std::filesystem::path directory, const Clock& clock);

  /// Looks at most once an hour. True: a new certificate stands there, for the same names. What keeps it from being
  /// renewed is said in the log each time, as long as the old one lasts.
  [[nodiscard]] bool look();

 private:
  const std::filesystem::path directory_;
  const Clock& clock_;
  Time next_look_{};
};

}  // namespace docket::server
