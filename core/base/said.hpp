// SPDX-License-Identifier: Apache-2.0
// What is said to people, in the two languages of Docket, side by side where it is said.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <boost/describe.hpp>

namespace docket {

enum class Language { zh, en };
BOOST_DESCRIBE_ENUM(Language, zh, en)

/// A sentence, or a few words. From one string it is English alone: for what only programs, logs and operators of the
/// wire meet. Everything that an agent, an admin or a customer can meet has both.
struct Said {
  std::string en{};
  std::string zh{};

  Said() = default;
  Said(const char* english) : en(english) {}                    // NOLINT(google-explicit-constructor)
  Said(std::string english) : en(std::move(english)) {}         // NOLINT(google-explicit-constructor)
  Said(std::string english, std::string chinese) : en(std::move(english)), zh(std::move(chinese)) {}

  /// English where nothing was said in Chinese.
  [[nodiscard]] const std::string& in(Language language) const {
    return language == Language::zh && !zh.empty() ? zh : en;
  }
  [[nodiscard]] bool empty() const { return en.empty(); }
  bool operator==(const Said&) const = default;
};

}  // namespace docket
