// SPDX-License-Identifier: Apache-2.0
// A certificate authority of one's own and a server certificate from it, for a desk that has no certificate yet.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace docket::http {

struct LocalIdentity {
  std::string ca_certificate;  ///< file that browsers and other clients are told to trust
  std::string certificate;     ///< file with the server's certificate, PEM
  std::string key;             ///< file with its key, PEM, readable by the owner only
  bool changed = false;        ///< whether anything had to be made
};

/// Sees to it that `directory` (which must exist) holds `ca.pem`, `ca.key`, `server.pem` and `server.key`, and makes
/// what is missing. The authority (P-256, ten years) can only sign for localhost, 127.0.0.1, ::1 and `names`, so that
/// whoever steals its key gains nothing elsewhere. The server certificate (P-256, 397 days) is made anew when fewer
/// than thirty days are left or a name is missing; it keeps the names that it had. `names` are DNS names or addresses. While the server certificate is
/// good, `ca.key` may be elsewhere. The error says which name is neither, which one the existing authority may not sign
/// for, which half of the authority is missing, or which file can not be read or written.
[[nodiscard]] Result<LocalIdentity> ensure_local_identity(const std::string& directory,
                                                          const std::vector<std::string>& names, Time now);

/// Makes the server certificate of `directory` anew, for the names that it has, when fewer than thirty days are left.
/// False: there is none, or it is good for longer. Never touches the authority; the error says what keeps it from
/// signing.
[[nodiscard]] Result<bool> renew_local_identity(const std::string& directory, Time now);

}  // namespace docket::http
