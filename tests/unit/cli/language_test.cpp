// SPDX-License-Identifier: Apache-2.0
#include "cli/language.hpp"

#include "support/catch.hpp"

using namespace docket;
using namespace docket::cli;

TEST_CASE("the first setting that is there decides") {
  CHECK(language_of(nullptr, nullptr, nullptr) == Language::en);
  CHECK(language_of(nullptr, nullptr, "zh_CN.UTF-8") == Language::zh);
  CHECK(language_of(nullptr, nullptr, "zh") == Language::zh);
  CHECK(language_of(nullptr, nullptr, "en_GB.UTF-8") == Language::en);
  CHECK(language_of(nullptr, nullptr, "C.UTF-8") == Language::en);
  CHECK(language_of(nullptr, "zh_TW", "en_GB.UTF-8") == Language::zh);
  CHECK(language_of(nullptr, "en_GB.UTF-8", "zh_CN.UTF-8") == Language::en);
  CHECK(language_of("C", "zh_CN", "zh_CN.UTF-8") == Language::en);
  CHECK(language_of("zh_CN", "en_GB", "en_GB") == Language::zh);
}

TEST_CASE("an empty setting is none") {
  CHECK(language_of("", "", "zh_CN.UTF-8") == Language::zh);
  CHECK(language_of("", "zh_CN.UTF-8", "C") == Language::zh);
  CHECK(language_of("", "", "") == Language::en);
}
