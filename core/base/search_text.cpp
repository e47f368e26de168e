// SPDX-License-Identifier: Apache-2.0
#include "base/search_text.hpp"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"

namespace docket {
namespace {

constexpr std::size_t kLongestWord = 48;

enum class Class { separator, word, gram };

/// Scripts that are written without spaces between words.
Class classify(UChar32 c) {
  if (c < 0x80) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return alphanumeric ? Class::word : Class::separator;
  }
  if (c >= 0x4E00 && c <= 0x9FFF) return Class::gram;
  if ((U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) == 0) return Class::separator;
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return Class::gram;
    default:
      // The mark that lengthens a Japanese vowel has no script of its own but belongs to its run.
      return c == 0x30FC ? Class::gram : Class::word;
  }
}

/// Calls word(view) for each word and run(views of its characters) for each run without spaces.
template <class Word, class Run>
void cut(std::string_view folded, Word word, Run run) {
  std::vector<std::string_view> grams;
  std::size_t word_begin = 0;
  std::size_t word_end = 0;
  std::size_t word_length = 0;
  const auto end_word = [&] {
    if (word_length > 0) word(folded.substr(word_begin, word_end - word_begin));
    word_length = 0;
  };
  const auto end_run = [&] {
    if (!grams.empty()) run(grams);
    grams.clear();
  };
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(folded.data());
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, folded.size(), c);
    const Class kind = c < 0 ? Class::separator : classify(c);
    if (kind != Class::word) end_word();
    if (kind != Class::gram) end_run();
    if (kind == Class::word) {
      if (word_length == 0) word_begin = begin;
      if (word_length < kLongestWord) {
        ++word_length;
        word_end = at;
      }
    } else if (kind == Class::gram) {
      grams.push_back(folded.substr(begin, at - begin));
    }
  }
  end_word();
  end_run();
}

std::string pair_at(const std::vector<std::string_view>& grams, std::size_t at) {
  std::string token(grams[at]);
  if (at + 1 < grams.size()) token.append(grams[at + 1]);
  return token;
}

}  // namespace

std::string search_tokens(std::string_view text) {
  const std::string folded = fold(text);
  std::string out;
  out.reserve(folded.size() * 2);
  const auto add = [&out](std::string_view token) {
    if (!out.empty()) out += ' ';
    out += token;
  };
  cut(folded, add, [&](const std::vector<std::string_view>& grams) {
    for (std::size_t at = 0; at < grams.size(); ++at) add(pair_at(grams, at));
  });
  return out;
}

std::vector<SearchTerm> search_terms(std::string_view query, std::size_t limit) {
  const std::string folded = fold(query);
  std::vector<SearchTerm> terms;
  const auto add = [&](SearchTerm term) {
    if (terms.size() < limit && std::ranges::find(terms, term) == terms.end()) terms.push_back(std::move(term));
  };
  cut(
      folded,
      [&](std::string_view word) {
        add({std::string(word), false});
      },
      [&](const std::vector<std::string_view>& grams) {
        if (grams.size() == 1) add({std::string(grams[0]), true});
        for (std::size_t at = 0; at + 1 < grams.size(); ++at) add({pair_at(grams, at), false});
      });
  return terms;
}

std::string display_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space = false;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, text.size(), c);
    if (c < 0) continue;
    if (u_isUWhiteSpace(c)) {
      space = true;
    } else if ((U_GET_GC_MASK(c) & U_GC_C_MASK) == 0) {
      if (space && !out.empty()) out += ' ';
      space = false;
      out.append(text.substr(begin, at - begin));
    }
  }
  return out;
}

bool is_storable_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

}  // namespace docket
