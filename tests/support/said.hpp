// SPDX-License-Identifier: Apache-2.0
// What was said to people, as the tests read it.
#pragma once

#include <string>
#include <vector>

#include "base/said.hpp"
#include "support/catch.hpp"

namespace docket::test {

/// The English of each, once each is seen to have its Chinese.
inline std::vector<std::string> in_english(const std::vector<Said>& all) {
  std::vector<std::string> english;
  for (const auto& one : all) {
    CAPTURE(one.en);
    CHECK_FALSE(one.zh.empty());
    english.push_back(one.en);
  }
  return english;
}

}  // namespace docket::test
