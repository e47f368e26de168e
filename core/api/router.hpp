// SPDX-License-Identifier: Apache-2.0
// Finds the route of a request by its path, segment by segment.
#pragma once

#include "api/route.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace docket::api {

/// Immutable once built; any thread. The routes must outlive it.
class Router {
 public:
  /// Throws std::logic_error when two routes have one name, or one verb and path (names of placeholders aside).
  explicit Router(const std::vector<Route>& routes);

  struct Found {
    const Route* route = nullptr;
    RawParameters path{};
  };
  /// Literal segments win over placeholders. HEAD is served by GET. Errors: not_found; method_not_allowed, whose
  /// `allowed` lists the methods of the path.
  [[nodiscard]] Result<Found> find(http::Method method, std::string_view path) const;

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> any;
    std::array<const Route*, 6> routes{};
  };
  using Values = std::vector<std::string_view>;
  static const Node* walk(const Node& node, std::string_view rest, Values& values);

  Node root_;
};

}  // namespace docket::api
