// SPDX-License-Identifier: Apache-2.0
// In which language the command line speaks.
#pragma once

#include "base/said.hpp"

namespace docket::cli {

/// What the environment asks for, as POSIX orders it: the first of LC_ALL, LC_MESSAGES and LANG that is set and not
/// empty decides. Chinese where it begins with "zh", English otherwise. Null: not set.
[[nodiscard]] Language language_of(const char* lc_all, const char* lc_messages, const char* lang);

/// Of this process.
[[nodiscard]] Language spoken_language();

/// What was said, in that language.
[[nodiscard]] std::string spoken(const Said& said);

}  // namespace docket::cli
