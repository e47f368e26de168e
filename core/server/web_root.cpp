// SPDX-License-Identifier: Apache-2.0
#include "server/web_root.hpp"

#include "base/both.hpp"
#include "base/failure.hpp"

namespace docket::server {

std::filesystem::path find_web_root(const std::filesystem::path& named) {
  const auto built = [](const std::filesystem::path& directory) {
    std::error_code ec;
    return std::filesystem::exists(directory / "manifest.json", ec);
  };
  if (!named.empty()) {
    if (!built(named)) throw Failure(both("There are no built web pages in {}.", "{} 里没有构建好的网页。", named.string()));
    return named;
  }
  std::error_code ec;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ec);
  if (ec) return {};
  const auto bin = program.parent_path();
  for (const auto& candidate : {bin / "../share/docket/web", bin / "../../../core/console/dist"}) {
    if (built(candidate)) return candidate.lexically_normal();
  }
  return {};
}

}  // namespace docket::server
