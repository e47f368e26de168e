// SPDX-License-Identifier: Apache-2.0
// Plain text of mails: lines put together again, calendars in one sentence, and what the writer only quoted set apart.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace docket::mail {

/// Line feeds only, no controls, at most one blank line in a row at the end.
[[nodiscard]] std::string tidy_lines(std::string_view utf8);

/// RFC 3676: lines that were broken for the wire are one line again.
[[nodiscard]] std::string unflowed(std::string_view text, bool delete_space);

/// What an invitation says, in a few lines (summary, begin, end, place, who invites), or empty.
[[nodiscard]] std::string calendar_text(std::string_view utf8_calendar);

/// What somebody wrote, and what stands below it from earlier mails.
struct Said {
  std::string own{};
  std::string quoted{};
};

/// Parts the text where the rest is nothing but a quotation: below our own line "reply above", below the separators that
/// mail programs write, or a last block of lines with ">". In doubt, and where nothing would be left, all of it is
/// the writer's own.
[[nodiscard]] Said split_quotation(std::string_view text);

/// The line, counted from 0, at which split_quotation would part the text.
[[nodiscard]] std::optional<std::size_t> quotation_line(std::string_view text);

/// The line in our own mails above which people answer.
inline constexpr std::string_view reply_line = "—— 请在此行上方回复 · Please reply above this line ——";

}  // namespace docket::mail
