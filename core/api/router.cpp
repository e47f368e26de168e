// SPDX-License-Identifier: Apache-2.0
#include "api/router.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "base/both.hpp"

namespace docket::api {
namespace {

// Takes the next segment off "/a/b"; what is left begins with a slash or is empty.
std::string_view next_segment(std::string_view& rest) {
  rest.remove_prefix(1);
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const auto segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

}  // namespace

Router::Router(const std::vector<Route>& routes) {
  std::set<std::string_view> names;
  for (const Route& route : routes) {
    const auto& spec = route.spec();
    if (!names.insert(spec.name).second) throw std::logic_error("two routes are named " + std::string{spec.name});
    Node* node = &root_;
    for (std::string_view rest = spec.path; !rest.empty();) {
      const auto segment = next_segment(rest);
      auto& child = segment.starts_with('{') ? node->any : node->literals[std::string{segment}];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
    }
    auto& slot = node->routes[static_cast<std::size_t>(spec.verb)];
    if (slot != nullptr) throw std::logic_error("two routes for " + std::string{spec.path});
    slot = &route;
  }
}

const Router::Node* Router::walk(const Node& node, std::string_view rest, Values& values) {
  if (rest.empty()) return std::ranges::any_of(node.routes, [](auto* r) { return r != nullptr; }) ? &node : nullptr;
  const auto segment = next_segment(rest);
  if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
    if (const Node* found = walk(*literal->second, rest, values)) return found;
  }
  if (!node.any || segment.empty()) return nullptr;
  values.push_back(segment);
  if (const Node* found = walk(*node.any, rest, values)) return found;
  values.pop_back();
  return nullptr;
}

Result<Router::Found> Router::find(http::Method method, std::string_view path) const {
  Values values;
  const Node* node = path.starts_with('/') ? walk(root_, path, values) : nullptr;
  if (node == nullptr) return fail(ErrorCode::not_found, {"There is no such path.", "没有这个网址。"});
  const auto wanted = method == http::Method::head ? http::Method::get : method;
  const Route* route = node->routes[static_cast<std::size_t>(wanted)];
  if (route == nullptr) {
    Error error;
    error.code = ErrorCode::method_not_allowed;
    for (std::size_t i = 0; i < node->routes.size(); ++i) {
      if (node->routes[i] == nullptr) continue;
      error.allowed.emplace_back(http::name(static_cast<http::Method>(i)));
      if (static_cast<http::Method>(i) == http::Method::get) error.allowed.emplace_back("HEAD");
    }
    error.say(both("This path does not take {0}.", "这个网址不接受 {0}。", http::name(method)));
    return std::unexpected{std::move(error)};
  }
  Found found{route, {}};
  const auto names = route->endpoint().path_names();
  for (std::size_t i = 0; i < values.size(); ++i) found.path.emplace_back(names[i], values[i]);
  return found;
}

}  // namespace docket::api
