// SPDX-License-Identifier: Apache-2.0
// SQL text that can only come from literals of this program: values are bound, names come from enums.
#pragma once

#include <string>
#include <string_view>

namespace docket::store {

/// One statement or a fragment of one, checked while compiling: no ';', no quoted value, no NUL. A string that is put
/// together at run time does not convert to it.
class Sql {
 public:
  consteval Sql(const char* literal) : text_(literal) {  // NOLINT: implicit on purpose
    for (const char c : text_) {
      if (c == ';') throw "one statement at a time: no semicolon in SQL text";
    }
  }
  constexpr Sql() = default;
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// A statement composed of literals, for what is chosen at run time (conditions, sort keys). Values still go by
/// binding.
class SqlText {
 public:
  SqlText() = default;
  SqlText(Sql first) : text_(first.text()) {}  // NOLINT: implicit on purpose
  SqlText& operator+=(Sql more) {
    text_ += more.text();
    return *this;
  }
  SqlText& operator+=(const SqlText& more) {
    text_ += more.text_;
    return *this;
  }
  friend SqlText operator+(SqlText a, Sql b) { return a += b; }
  friend SqlText operator+(SqlText a, const SqlText& b) { return a += b; }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace docket::store
