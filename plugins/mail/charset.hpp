// SPDX-License-Identifier: Apache-2.0
// Bytes of mails to UTF-8, whatever their label says: labels lie, and gb2312 means gb18030.
#pragma once

#include <string>
#include <string_view>

namespace docket::mail {

[[nodiscard]] bool is_utf8(std::string_view text);

/// Valid UTF-8 in any case. A label that is unknown, or that the bytes contradict, gives way to a guess: UTF-8, then
/// GB18030, then Windows-1252. ICU converts; it needs no files, which the sandbox would not let it open.
[[nodiscard]] std::string to_utf8(std::string_view bytes, std::string_view label);

/// The other way, for an ICU converter that knows every character.
[[nodiscard]] std::string from_utf8(std::string_view utf8, const char* charset);

/// ASCII letters only.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] bool same_letters(std::string_view a, std::string_view b);
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Without NUL, other control characters (but tab and line feed when `lines`), and marks that turn the direction.
[[nodiscard]] std::string without_controls(std::string_view utf8, bool lines);

/// At most `most` bytes, cut between characters.
[[nodiscard]] std::string_view cut(std::string_view utf8, std::size_t most);

}  // namespace docket::mail
