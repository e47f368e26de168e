// SPDX-License-Identifier: Apache-2.0
// The one function that cuts text into search tokens, used for the index and for queries alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// One thing that a text must have to be found.
struct SearchTerm {
  std::string token;
  bool prefix = false;  ///< any token that begins with it counts (a single Chinese character)
  bool operator==(const SearchTerm&) const = default;
};

/// Tokens of a text for the index, with one space between them: folded, words of letters and digits as they are,
/// Chinese, Japanese and Korean as overlapping pairs of characters with the last character of each run alone, so that
/// every character begins a token. Only token characters and spaces come out, never an operator of a query language.
/// Long words are cut at 48 characters.
[[nodiscard]] std::string search_tokens(std::string_view text);

/// Terms of a query, without doubles, at most `limit`; all must be met. Empty: there is nothing to search for.
[[nodiscard]] std::vector<SearchTerm> search_terms(std::string_view query, std::size_t limit = 16);

/// Without control, format and other invisible characters (Unicode Cc, Cf, Cs, Co, Cn), trimmed, runs of white space as
/// one space: safe as a name on a screen.
[[nodiscard]] std::string display_text(std::string_view text);

/// Whether it is well-formed UTF-8 without U+0000, which some databases cut texts at.
[[nodiscard]] bool is_storable_text(std::string_view text);

}  // namespace docket
