// SPDX-License-Identifier: Apache-2.0
#include "cli/version.hpp"

#include <openssl/crypto.h>

#include "store/session.hpp"

namespace docket::cli {

std::string version_text() {
  return std::string("docket ") + DOCKET_VERSION + "\nSQLite " + store::sqlite_version().text + "\n" +
         OpenSSL_version(OPENSSL_VERSION);
}

}  // namespace docket::cli
