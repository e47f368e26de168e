// SPDX-License-Identifier: Apache-2.0
#include "plugin/own_files.hpp"

#include <algorithm>
#include <system_error>

namespace docket::plugin {
namespace {

namespace fs = std::filesystem;

/// Where nothing is there, the paths have been compared already.
bool is_same(const fs::path& one, const fs::path& other) {
  std::error_code unknown;
  return fs::equivalent(one, other, unknown);
}

bool is_of(const fs::path& own, const fs::path& file) {
  std::error_code unknown;
  const auto place = fs::weakly_canonical(own, unknown);
  if (std::mismatch(place.begin(), place.end(), file.begin(), file.end()).first == place.end()) return true;
  if (!fs::is_directory(place, unknown)) return is_same(place, file);
  for (const auto& entry : fs::directory_iterator(place, unknown)) {
    if (is_same(entry.path(), file)) return true;
  }
  return false;
}

}  // namespace

bool is_own(const std::vector<fs::path>& own, const fs::path& file) {
  std::error_code unknown;
  const auto whole = fs::weakly_canonical(file, unknown);
  return std::ranges::any_of(own, [&](const fs::path& one) { return !one.empty() && is_of(one, whole); });
}

}  // namespace docket::plugin
