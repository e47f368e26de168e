// SPDX-License-Identifier: Apache-2.0
#include "api/problem.hpp"

#include <algorithm>

namespace docket::api {

std::string_view resource_of(std::string_view path) {
  constexpr std::string_view prefix = "/api/v1/";
  if (path.starts_with(prefix)) path.remove_prefix(prefix.size());
  return path.substr(0, std::min(path.find('/'), path.size()));
}

}  // namespace docket::api
