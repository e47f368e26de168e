// SPDX-License-Identifier: Apache-2.0
// Which plugins are installed, by their manifests alone: nothing of a plugin runs to answer this.
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "domain/channel/plugin_use.hpp"

namespace docket::desk {

struct PluginManifest {
  std::string id{};
  std::string version{};
  int abi_major = 0, abi_minor = 0;
  std::string kind{};  ///< channel, connector, both
  domain::Title title{};
  std::vector<std::string> calls{};
  std::string address = "none";
  std::vector<std::string> resources{};
  std::vector<std::string> hosts{};
  std::vector<std::string> commands{};
  bool receipts = false;           ///< says of each message that it accepted whether it arrived
  boost::json::object settings{};  ///< schema
  domain::SendingLimits limits{};
  std::map<std::string, int> seconds{};  ///< deadlines by call
  int memory_mib = 256;
  std::string library{};  ///< path
  std::string sha256{};

  [[nodiscard]] bool has(std::string_view call) const;
};

class PluginCatalogue {
 public:
  virtual ~PluginCatalogue() = default;
  /// not_found when it is not installed, invalid_definition when its manifest is wrong. Reads the disk.
  [[nodiscard]] virtual Result<PluginManifest> find(const std::string& id) const = 0;
  [[nodiscard]] virtual std::vector<std::string> ids() const = 0;
  /// Where the files stand that settings may name as a secret. Whoever may publish names files, and must not reach
  /// everything that the server's account can read.
  [[nodiscard]] virtual const std::vector<std::filesystem::path>& secret_directories() const = 0;
};

/// Whether a path stands in one of the directories, as both are written: links are not followed.
[[nodiscard]] bool stands_in(const std::vector<std::filesystem::path>& directories, const std::filesystem::path& file);

/// Settings as a plugin gets them.
struct TypedSettings {
  boost::json::object values{};  ///< defaults filled in; a secret's value is its reference
  std::map<std::string, std::string> secrets{};  ///< reference → file
};

/// Types and checks settings whose scalars are all texts. Faults are `fields` of the error, each with its pointer.
[[nodiscard]] Result<TypedSettings> typed_settings(const boost::json::object& schema, const boost::json::object& given);

}  // namespace docket::desk
