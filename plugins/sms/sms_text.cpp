// SPDX-License-Identifier: Apache-2.0
#include "sms_text.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace docket::sms {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// The character at `at`, which moves behind it.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (more == 0 || first >= 0xF5 || text.size() - at < static_cast<std::size_t>(more)) return kReplacement;
  char32_t out = first & (0x3FU >> static_cast<unsigned>(more));
  for (int i = 0; i < more; ++i) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xC0U) != 0x80U) return kReplacement;
    out = (out << 6U) | (byte & 0x3FU);
    ++at;
  }
  return out;
}

// TS 23.038, 6.2.1: what is not ASCII in the default alphabet, and what of ASCII is not in it or only by an escape.
constexpr std::u32string_view kGsmBeyondAscii = U"£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
constexpr std::u32string_view kGsmEscaped = U"^{}\\[~]|€\f";

/// Septets of one character; 0 when the alphabet does not have it.
int septets(char32_t character) {
  if (kGsmEscaped.find(character) != std::u32string_view::npos) return 2;
  if (character == U'`') return 0;
  if ((character >= 0x20 && character < 0x7F) || character == U'\n' || character == U'\r') return 1;
  return kGsmBeyondAscii.find(character) != std::u32string_view::npos ? 1 : 0;
}

int parts_of(const std::vector<int>& sizes, int alone, int in_several) {
  int whole = 0;
  for (const int size : sizes) whole += size;
  if (whole == 0) return 0;
  if (whole <= alone) return 1;
  int parts = 1, filled = 0;
  for (const int size : sizes) {
    if (filled + size > in_several) {  // neither an escape nor a pair of surrogates is torn apart
      ++parts;
      filled = 0;
    }
    filled += size;
  }
  return parts;
}

}  // namespace

Counted counted(std::string_view utf8) {
  std::vector<int> gsm, ucs;
  bool fits_gsm = true;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto character = next_character(utf8, at);
    const int size = septets(character);
    fits_gsm = fits_gsm && size > 0;
    gsm.push_back(size);
    ucs.push_back(character > 0xFFFF ? 2 : 1);
  }
  const auto& sizes = fits_gsm ? gsm : ucs;
  Counted out;
  out.alphabet = fits_gsm ? Alphabet::gsm7 : Alphabet::ucs2;
  for (const int size : sizes) out.units += size;
  out.parts = fits_gsm ? parts_of(sizes, 160, 153) : parts_of(sizes, 70, 67);
  return out;
}

std::string fitted(std::string_view utf8, int most_parts) {
  if (counted(utf8).parts <= most_parts) return std::string(utf8);
  std::vector<std::size_t> ends{0};
  for (std::size_t at = 0; at < utf8.size();) {
    (void)next_character(utf8, at);
    ends.push_back(at);
  }
  const auto with_mark = [&](std::size_t characters) {
    auto text = std::string(utf8.substr(0, ends[characters]));
    text += counted(text).alphabet == Alphabet::gsm7 ? "..." : "…";
    return text;
  };
  std::size_t fits = 0, too_many = ends.size() - 1;
  while (too_many - fits > 1) {
    const auto middle = fits + (too_many - fits) / 2;
    (counted(with_mark(middle)).parts <= most_parts ? fits : too_many) = middle;
  }
  return with_mark(fits);
}

std::string ucs2_hex(std::string_view utf8) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  const auto add = [&](std::uint32_t unit) {
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[(unit >> static_cast<unsigned>(shift)) & 15U];
  };
  for (std::size_t at = 0; at < utf8.size();) {
    const std::uint32_t character = next_character(utf8, at);
    if (character > 0xFFFF) {
      add(0xD800U + ((character - 0x10000U) >> 10U));
      add(0xDC00U + ((character - 0x10000U) & 0x3FFU));
    } else {
      add(character);
    }
  }
  return out;
}

std::string cleaned(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const char c = utf8[i];
    if (c == '\r') {
      if (i + 1 == utf8.size() || utf8[i + 1] != '\n') out += '\n';
    } else if (c == '\t') {
      out += ' ';
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n') {
      if (c != 0x7F) out += c;
    }
  }
  const auto from = out.find_first_not_of(" \n");
  if (from == std::string::npos) return {};
  return out.substr(from, out.find_last_not_of(" \n") - from + 1);
}

}  // namespace docket::sms
