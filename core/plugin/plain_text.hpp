// SPDX-License-Identifier: Apache-2.0
// Words of a plugin, made fit to be kept and shown: a plugin may say anything.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace docket::plugin {

/// Bytes that are no UTF-8, and U+0000, become question marks.
[[nodiscard]] std::string plain_text(std::string_view text);
/// The same, at most `bytes` long and never ending within a character.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t bytes);

}  // namespace docket::plugin
