// SPDX-License-Identifier: Apache-2.0
// How the parts of the desk in memory look things up.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "support/memory_desk.hpp"

namespace docket::test {

template <class Map, class Key>
auto lookup(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(key);
  if (found == map.end()) return {};
  return found->second;
}

/// Newest first before `before` (none: all).
template <class Map, class Id, class Keep>
auto newest(const Map& map, Id before, int limit, Keep keep) {
  std::vector<typename Map::mapped_type> found;
  for (auto at = map.rbegin(); at != map.rend() && std::cmp_less(found.size(), limit); ++at) {
    if ((!before || at->first < before) && keep(at->second)) found.push_back(at->second);
  }
  return found;
}

}  // namespace docket::test
