// SPDX-License-Identifier: Apache-2.0
#include "phone_number.hpp"

#include <algorithm>
#include <array>

namespace docket::sms {
namespace {

constexpr std::string_view kChina = "86";
constexpr std::array<std::string_view, 13> kGaps{" ", "-", "(", ")", ".", "/", "\t", "\xC2\xA0", "　", "（", "）", "－", "–"};

/// Digits, with a + at the front where there was one; nothing when something else is among them.
std::optional<std::string> digits_of(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto gap = std::ranges::find_if(kGaps, [&](auto one) { return text.starts_with(one); });
    if (gap != kGaps.end()) {
      text.remove_prefix(gap->size());
    } else if (text[0] >= '0' && text[0] <= '9') {
      out += text[0];
      text.remove_prefix(1);
    } else if (out.empty() && (text[0] == '+' || text.starts_with("＋"))) {
      out = "+";
      text.remove_prefix(text[0] == '+' ? 1 : std::string_view("＋").size());
    } else if (text.starts_with("\xEF\xBC") && text.size() >= 3 && text[2] >= '\x90' && text[2] <= '\x99') {
      out += static_cast<char>('0' + (text[2] - '\x90'));
      text.remove_prefix(3);
    } else {
      return {};
    }
  }
  return out;
}

/// A mobile number as it is dialled inside of China.
bool is_mobile(std::string_view national) {
  return national.size() == 11 && national[0] == '1' && national[1] >= '3';
}

}  // namespace

NumberStyle number_style_of(std::string_view name) {
  return name == "digits" ? NumberStyle::digits : name == "national" ? NumberStyle::national : NumberStyle::e164;
}

std::optional<std::string> e164(std::string_view given, std::string_view country) {
  const auto read = digits_of(given);
  if (!read) return {};
  std::string_view digits = *read;
  std::string out;
  if (digits.starts_with('+') || digits.starts_with("00")) {
    digits.remove_prefix(digits[0] == '+' ? 1 : 2);
    out = digits;
    if (out.starts_with("860")) out.erase(2, 1);  // "+86 (0)21 …"
  } else if (country == kChina) {
    if (digits.starts_with(kChina) && is_mobile(digits.substr(kChina.size()))) {
      out = digits;
    } else {
      if (digits.starts_with('0')) digits.remove_prefix(1);
      out = std::string(kChina) + std::string(digits);
    }
  } else {
    if (digits.starts_with('0')) digits.remove_prefix(1);
    out = std::string(country) + std::string(digits);
  }
  if (out.size() < 8 || out.size() > 15 || out[0] == '0') return {};
  return "+" + out;
}

bool takes_sms(std::string_view e164) {
  if (!e164.starts_with("+86")) return true;
  return is_mobile(e164.substr(3));
}

std::string written(std::string_view e164, NumberStyle style, std::string_view country) {
  if (style == NumberStyle::e164) return std::string(e164);
  const auto digits = e164.substr(1);
  if (style == NumberStyle::digits) return std::string(digits);
  return digits.starts_with(country) ? std::string(digits.substr(country.size())) : "00" + std::string(digits);
}

std::string masked(std::string_view e164) {
  if (e164.size() < 9) return "****";
  return std::string(e164.substr(0, e164.size() - 8)) + "****" + std::string(e164.substr(e164.size() - 4));
}

}  // namespace docket::sms
