// SPDX-License-Identifier: Apache-2.0
// Text as people see it: UTF-8 checked, counted and cut by characters, and folded so that spellings of a word are
// equal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace docket {

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

/// Code points of well-formed UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text);

/// The beginning of `text` up to `count` code points, never a part of one. A view into `text`.
[[nodiscard]] std::string_view first_characters(std::string_view text, std::size_t count);

/// NFKC_Casefold of Unicode: letters lose their case, full-width forms become ordinary ones, ignorable characters go.
/// What conditions, search and sign-in names compare. Total: ill-formed bytes stay as they are.
[[nodiscard]] std::string fold(std::string_view text);

}  // namespace docket
