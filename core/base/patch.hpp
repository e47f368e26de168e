// SPDX-License-Identifier: Apache-2.0
// One member of a partial update: left out, cleared with null, or given.
#pragma once

#include <optional>
#include <utility>

namespace docket {

/// A default Patch is "left out". `T` is what the member holds when it is given.
template <class T>
class Patch {
 public:
  using value_type = T;

  Patch() = default;
  Patch(T value) : given_(true), value_(std::move(value)) {}  // NOLINT: a value is the ordinary case
  [[nodiscard]] static Patch null() {
    Patch patch;
    patch.given_ = true;
    return patch;
  }

  [[nodiscard]] bool absent() const { return !given_; }
  [[nodiscard]] bool is_null() const { return given_ && !value_; }
  [[nodiscard]] bool has_value() const { return value_.has_value(); }
  [[nodiscard]] const T& value() const { return *value_; }  ///< only if has_value()

  /// Writes into `target` what was asked for, if anything.
  void apply_to(std::optional<T>& target) const {
    if (given_) target = value_;
  }

  bool operator==(const Patch&) const = default;

 private:
  bool given_ = false;
  std::optional<T> value_;
};

}  // namespace docket
