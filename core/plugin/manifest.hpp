// SPDX-License-Identifier: Apache-2.0
// Manifests on disk: what is installed, checked before anything of it is loaded.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>
#include <vector>

#include "desk/ports/plugin_catalogue.hpp"

namespace docket::plugin {

/// Fails with invalid_definition and one sentence.
[[nodiscard]] Result<desk::PluginManifest> parse_manifest(std::string_view text);

/// How long a call of the plugin may take.
[[nodiscard]] std::chrono::seconds time_of(const desk::PluginManifest& manifest, std::string_view call);

/// Where a desk's plugins are looked for: first those that were installed in its data directory (none when empty), so that
/// `docket plugin install` counts, then `named`.
[[nodiscard]] std::vector<std::filesystem::path> plugin_directories(const std::filesystem::path& data,
                                                                    std::vector<std::filesystem::path> named);

/// Directories with a folder a plugin, the first that has an id wins. Stateless; any thread.
class Catalogue final : public desk::PluginCatalogue {
 public:
  explicit Catalogue(std::vector<std::filesystem::path> directories, std::vector<std::filesystem::path> secrets = {})
      : directories_(std::move(directories)), secrets_(std::move(secrets)) {}
  [[nodiscard]] Result<desk::PluginManifest> find(const std::string& id) const override;
  [[nodiscard]] std::vector<std::string> ids() const override;
  [[nodiscard]] const std::vector<std::filesystem::path>& secret_directories() const override { return secrets_; }

 private:
  std::vector<std::filesystem::path> directories_;
  std::vector<std::filesystem::path> secrets_;
};

/// Hex SHA-256 of a file; none when it can not be read.
[[nodiscard]] std::optional<std::string> digest_of_file(const std::filesystem::path& file);

/// Copies a folder with manifest and library into `directory`, checked first, whole or not at all. Gives the manifest.
[[nodiscard]] Result<desk::PluginManifest> install(const std::filesystem::path& folder,
                                                   const std::filesystem::path& directory);
[[nodiscard]] Result<void> remove(const std::string& id, const std::filesystem::path& directory);

}  // namespace docket::plugin
