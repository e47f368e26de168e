// SPDX-License-Identifier: Apache-2.0
#include "cli/language.hpp"

#include <cstdlib>
#include <string_view>

namespace docket::cli {

Language language_of(const char* lc_all, const char* lc_messages, const char* lang) {
  for (const char* setting : {lc_all, lc_messages, lang}) {
    if (setting == nullptr || *setting == '\0') continue;
    return std::string_view(setting).starts_with("zh") ? Language::zh : Language::en;
  }
  return Language::en;
}

Language spoken_language() {
  return language_of(std::getenv("LC_ALL"), std::getenv("LC_MESSAGES"), std::getenv("LANG"));
}

std::string spoken(const Said& said) {
  return said.in(spoken_language());
}

}  // namespace docket::cli
