// SPDX-License-Identifier: Apache-2.0
#include "plugin/plain_text.hpp"

#include <algorithm>

namespace docket::plugin {
namespace {

/// Bytes of the character that begins here; 0 when none does.
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const std::size_t size = byte < 0x80                   ? 1
                           : byte >= 0xC2 && byte < 0xE0 ? 2
                           : byte >= 0xE0 && byte < 0xF0 ? 3
                           : byte >= 0xF0 && byte < 0xF5 ? 4
                                                         : 0;
  if (size == 0 || at + size > text.size() || byte == 0) return 0;
  for (std::size_t k = 1; k < size; ++k) {
    if ((static_cast<unsigned char>(text[at + k]) & 0xC0) != 0x80) return 0;
  }
  const auto second = size > 1 ? static_cast<unsigned char>(text[at + 1]) : 0;
  if (size == 3 && ((byte == 0xE0 && second < 0xA0) || (byte == 0xED && second >= 0xA0))) return 0;
  if (size == 4 && ((byte == 0xF0 && second < 0x90) || (byte == 0xF4 && second >= 0x90))) return 0;
  return size;
}

}  // namespace

std::string plain_text(std::string_view text) {
  return plain_text(text, text.size());
}

std::string plain_text(std::string_view text, std::size_t bytes) {
  std::string out;
  out.reserve(std::min(text.size(), bytes));
  for (std::size_t i = 0; i < text.size();) {
    const auto size = character_at(text, i);
    if (out.size() + std::max<std::size_t>(size, 1) > bytes) break;
    if (size > 0)
      out.append(text, i, size);
    else
      out += '?';
    i += std::max<std::size_t>(size, 1);
  }
  return out;
}

}  // namespace docket::plugin
