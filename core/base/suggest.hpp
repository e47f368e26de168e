// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the known word that is nearest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace docket {

/// The candidate with the fewest edits (insert, delete, replace, swap of neighbours), if they are at most a third of
/// the word and no more than three; empty otherwise. Words above 64 bytes are not looked at.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// " Did you mean 'x'?" with a leading space, or empty.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace docket
