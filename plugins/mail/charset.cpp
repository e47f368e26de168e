// SPDX-License-Identifier: Apache-2.0
#include "mail/charset.hpp"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace docket::mail {
namespace {

/// The character at `at`, which moves behind it; negative when it is broken.
UChar32 next_character(std::string_view text, std::int32_t& at) {
  UChar32 character = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
  U8_NEXT(text.data(), at, static_cast<std::int32_t>(text.size()), character);
#pragma GCC diagnostic pop
  return character;
}

char small(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// What senders write → the superset that they mean (as the WHATWG Encoding standard has it).
constexpr std::array<std::pair<std::string_view, const char*>, 21> supersets{{{"gb2312", "gb18030"},
                                                                              {"gb_2312-80", "gb18030"},
                                                                              {"gbk", "gb18030"},
                                                                              {"x-gbk", "gb18030"},
                                                                              {"cp936", "gb18030"},
                                                                              {"ms936", "gb18030"},
                                                                              {"euc-cn", "gb18030"},
                                                                              {"big5", "Big5-HKSCS"},
                                                                              {"cn-big5", "Big5-HKSCS"},
                                                                              {"x-x-big5", "Big5-HKSCS"},
                                                                              {"iso-8859-1", "windows-1252"},
                                                                              {"latin1", "windows-1252"},
                                                                              {"us-ascii", "windows-1252"},
                                                                              {"ascii", "windows-1252"},
                                                                              {"iso-8859-9", "windows-1254"},
                                                                              {"shift_jis", "ibm-943_P15A-2003"},
                                                                              {"shift-jis", "ibm-943_P15A-2003"},
                                                                              {"ks_c_5601-1987", "windows-949"},
                                                                              {"euc-kr", "windows-949"},
                                                                              {"ksc5601", "windows-949"},
                                                                              {"unicode-1-1-utf-7", "UTF-7"}}};

constexpr std::string_view replacement = "\xEF\xBF\xBD";

using Converter = std::unique_ptr<UConverter, void (*)(UConverter*)>;

Converter open_converter(const char* name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name, &status), ucnv_close);
  if (U_FAILURE(status)) converter.reset();
  return converter;
}

/// nullopt: not of this charset (when `strict`), or no such charset.
std::optional<std::string> convert(std::string_view bytes, const char* name, bool strict, const char* into = "UTF-8") {
  auto from = open_converter(name);
  auto to = open_converter(into);
  if (!from || !to) return {};
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setToUCallBack(from.get(), strict ? UCNV_TO_U_CALLBACK_STOP : UCNV_TO_U_CALLBACK_SUBSTITUTE, nullptr, nullptr,
                      nullptr, &status);
  std::string out;
  std::vector<char> piece(16384);
  std::array<UChar, 4096> pivot{};
  UChar *pivot_source = pivot.data(), *pivot_target = pivot.data();
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  bool first = true;
  while (true) {
    char* target = piece.data();
    status = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &target, piece.data() + piece.size(), &source, end, pivot.data(),
                   &pivot_source, &pivot_target, pivot.data() + pivot.size(), first, true, &status);
    first = false;
    out.append(piece.data(), target);
    if (status == U_BUFFER_OVERFLOW_ERROR) continue;
    if (U_FAILURE(status)) return {};
    return out;
  }
}

std::string mended(std::string_view text) {
  std::string out;
  std::int32_t at = 0;
  const auto size = static_cast<std::int32_t>(text.size());
  while (at < size) {
    const auto start = at;
    if (next_character(text, at) < 0)
      out += replacement;
    else
      out.append(text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(at - start)));
  }
  return out;
}

/// Three characters and more that are all of three bytes in UTF-8: in no other charset are such bytes words.
bool surely_utf8(std::string_view text) {
  int long_ones = 0, short_ones = 0;
  std::int32_t at = 0;
  while (std::cmp_less(at, text.size())) {
    const auto c = next_character(text, at);
    if (c < 0) return false;
    if (c >= 0x800) ++long_ones;
    if (c >= 0x80 && c < 0x800) ++short_ones;
  }
  return long_ones >= 3 && short_ones == 0;
}

/// ASCII with ESC $ or ESC ( is one of the ISO-2022 family, which is otherwise valid UTF-8 and would be shown as junk.
const char* iso_2022(std::string_view bytes) {
  if (bytes.find("\x1b$)C") != std::string_view::npos) return "ISO-2022-KR";
  if (bytes.find("\x1b$)A") != std::string_view::npos) return "ISO-2022-CN";
  if (bytes.find("\x1b$B") != std::string_view::npos || bytes.find("\x1b$@") != std::string_view::npos)
    return "ISO-2022-JP-2";
  return nullptr;
}

std::string guessed(std::string_view bytes) {
  if (const auto* name = iso_2022(bytes)) {
    if (auto text = convert(bytes, name, true)) return *std::move(text);
  }
  if (is_utf8(bytes)) return std::string(bytes);
  if (auto text = convert(bytes, "gb18030", true)) return *std::move(text);
  // Mostly UTF-8 with something broken in it reads better mended than as Latin letters.
  const auto text = mended(bytes);
  std::size_t broken = 0;
  for (auto at = text.find(replacement); at != std::string::npos; at = text.find(replacement, at + 3)) ++broken;
  if (broken * 50 <= bytes.size()) return text;
  return convert(bytes, "windows-1252", false).value_or(text);
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), small);
  return out;
}
bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return small(x) == small(y); });
}
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto from = text.find_first_not_of(blank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blank) - from + 1);
}

bool is_utf8(std::string_view text) {
  std::int32_t at = 0;
  const auto size = static_cast<std::int32_t>(text.size());
  while (at < size) {
    if (next_character(text, at) < 0) return false;
  }
  return true;
}

std::string to_utf8(std::string_view bytes, std::string_view label) {
  auto name = lower(trimmed(label));
  if (name.size() > 40) name.clear();
  std::erase(name, '"');
  const bool plain_label = name.empty() || name == "us-ascii" || name == "ascii" || name == "utf-8" || name == "utf8" ||
                           name == "unknown-8bit" || name == "x-unknown" || name == "default";
  if (plain_label) return guessed(bytes);
  const auto* known = std::ranges::find(supersets, name, [](const auto& pair) { return pair.first; });
  const char* converter = known == supersets.end() ? name.c_str() : known->second;
  // Latin labels fit any bytes: UTF-8 that is not plain ASCII is no accident.
  const bool fits_anything = std::string_view(converter).starts_with("windows-125");
  if ((fits_anything && is_utf8(bytes)) || surely_utf8(bytes)) return guessed(bytes);
  if (auto text = convert(bytes, converter, true)) return *std::move(text);
  if (is_utf8(bytes) && iso_2022(bytes) == nullptr) return std::string(bytes);
  if (auto text = convert(bytes, "gb18030", true); text && converter != std::string_view("gb18030"))
    return *std::move(text);
  // Few wrong bytes in an otherwise right label: only they are lost.
  if (auto text = convert(bytes, converter, false)) return *std::move(text);
  return guessed(bytes);
}

std::string from_utf8(std::string_view utf8, const char* charset) {
  return convert(utf8, "UTF-8", true, charset).value_or(std::string(utf8));
}

std::string without_controls(std::string_view utf8, bool lines) {
  std::string out;
  out.reserve(utf8.size());
  std::int32_t at = 0;
  const auto size = static_cast<std::int32_t>(utf8.size());
  while (at < size) {
    const auto start = at;
    const auto c = next_character(utf8, at);
    const bool kept_line = lines && (c == '\n' || c == '\t');
    const bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
    if (c < 0 || turns || (!kept_line && (c < 0x20 || (c >= 0x7F && c < 0xA0)))) {
      if (!lines && (c == '\n' || c == '\t')) out += ' ';
      continue;
    }
    out.append(utf8.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(at - start)));
  }
  return out;
}

std::string_view cut(std::string_view utf8, std::size_t most) {
  if (utf8.size() <= most) return utf8;
  while (most > 0 && (static_cast<unsigned char>(utf8[most]) & 0xC0) == 0x80) --most;
  return utf8.substr(0, most);
}

}  // namespace docket::mail
