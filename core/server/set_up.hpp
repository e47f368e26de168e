// SPDX-License-Identifier: Apache-2.0
// Making a data directory ready: keys, certificate, definitions, and the secret with which the first admin is made.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/said.hpp"
#include "server/engine.hpp"

namespace docket::server {

/// Paths of what lies beside the database.
struct DataLayout {
  explicit DataLayout(const std::filesystem::path& data)
      : tls(data / "tls"),
        keys(data / "keys"),
        anchor_key(keys / "anchor.pem"),
        cursor_key(keys / "cursor.key"),
        link_key(keys / "link.key"),
        setup_digest(data / "setup-secret.sha256"),
        uploads(data / "uploads"),
        exports(data / "exports"),
        backups(data / "backups") {}
  std::filesystem::path tls, keys, anchor_key, cursor_key, link_key, setup_digest, uploads, exports, backups;
};

struct SetUpReport {
  bool made = false;                          ///< anything was made that was not there
  std::string ca_certificate{};               ///< for clients to trust
  std::optional<std::string> setup_secret{};  ///< shown once; none when the desk has users
  std::vector<Said> done{};                   ///< what was done, a line each
};

/// Idempotent: what is there stays. Publishes `config` if nothing is published. Throws std::exception with a sentence
/// for the operator; a faulty `config` is reported with all its findings. `clock` dates the publication; certificates
/// go by the machine's own. `here` names the plugins and secrets that the first definitions may use.
[[nodiscard]] SetUpReport set_up_data(const std::filesystem::path& data, const std::filesystem::path& config,
                                      const std::vector<std::string>& server_names, const Clock& clock,
                                      Engine::Options here = {});

/// The digest of the secret that may make the first admin; none when there is no such secret.
[[nodiscard]] std::optional<Digest> read_setup_digest(const std::filesystem::path& data);

/// Reads a key file, or makes it with 32 random bytes and mode 0600.
[[nodiscard]] std::string load_or_make_key(const std::filesystem::path& file);

}  // namespace docket::server
