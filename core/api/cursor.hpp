// SPDX-License-Identifier: Apache-2.0
// Opaque positions in lists: where the next page begins, bound to the query that it belongs to.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace docket::api {

/// Makes and opens cursors. A cursor carries a position and a MAC over it and over what it is bound to, so that it can
/// neither be made up nor be used with another filter. Immutable; any thread.
class Cursors {
 public:
  /// `key` is a secret of the installation, the same on all its nodes.
  explicit Cursors(std::string key) : key_(std::move(key)) {}

  /// `position` is any bytes; `bound_to` names the list with everything that selects and orders its rows.
  [[nodiscard]] std::string make(std::string_view bound_to, std::string_view position) const;

  /// The position; unknown_parameter when the cursor is not one of this list.
  [[nodiscard]] Result<std::string> open(std::string_view bound_to, std::string_view cursor) const;

 private:
  std::string key_;
};

}  // namespace docket::api
