// SPDX-License-Identifier: Apache-2.0
// The one pair of servers that the cases of a test binary share, each with users of its own.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

#include "plugins/mail/mail_servers.hpp"

namespace docket::tests {

inline MailServers& test_servers() {
  struct Place {
    std::filesystem::path directory;
    Place() {
      auto name = (std::filesystem::temp_directory_path() / "docket_mail_XXXXXX").string();
      if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory for the mail servers");
      directory = name;
    }
    ~Place() {
      std::error_code ignored;
      std::filesystem::remove_all(directory, ignored);
    }
  };
  static Place place;
  static MailServers servers{place.directory, true};
  return servers;
}

}  // namespace docket::tests
