// SPDX-License-Identifier: Apache-2.0
#include "mail/header_text.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "mail/charset.hpp"

namespace docket::mail {
namespace {

constexpr std::size_t longest_header = 65536;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// `mark` XX → byte. For Q words '_' is a space.
std::string unescaped(std::string_view text, char mark, bool underscore) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == mark && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += underscore && text[i] == '_' ? ' ' : text[i];
    }
  }
  return out;
}

struct Word {
  std::string charset{};
  std::string bytes{};
  std::size_t size = 0;  ///< in the raw text
};

/// The encoded word at the start of `text`.
std::optional<Word> word_at(std::string_view text) {
  if (!text.starts_with("=?")) return {};
  const auto charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end > 60 || charset_end + 2 >= text.size()) return {};
  const char encoding = text[charset_end + 1];
  if (text[charset_end + 2] != '?') return {};
  const auto from = charset_end + 3;
  // A Q word may hold "?=" only as its end; "=?=" at the very start of an empty word is its end as well.
  const auto end = text.find("?=", from);
  if (end == std::string_view::npos) return {};
  const auto body = text.substr(from, end - from);
  Word word;
  const auto charset = text.substr(2, charset_end - 2);
  word.charset = lower(charset.substr(0, charset.find('*')));
  if (encoding == 'B' || encoding == 'b')
    word.bytes = base64_bytes(body);
  else if (encoding == 'Q' || encoding == 'q')
    word.bytes = unescaped(body, '=', true);
  else
    return {};
  word.size = end + 2;
  return word;
}

std::string unfolded(std::string_view raw) {
  std::string out;
  for (const char c : raw.substr(0, longest_header)) {
    if (c != '\r' && c != '\n') out += c;
  }
  return out;
}

/// Calls plain(text) and coded(utf8) in turn.
template <class Plain, class Coded>
void each_piece(std::string_view text, const Plain& plain, const Coded& coded) {
  std::string charset, bytes;
  bool pending = false;
  const auto flush = [&] {
    if (pending) coded(to_utf8(bytes, charset));
    pending = false;
    bytes.clear();
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const auto next = text.find("=?", at);
    const auto gap = text.substr(at, next == std::string_view::npos ? next : next - at);
    const auto word = next == std::string_view::npos ? std::nullopt : word_at(text.substr(next));
    if (!word) {
      const auto taken = next == std::string_view::npos ? text.substr(at) : text.substr(at, next + 2 - at);
      flush();
      plain(taken);
      at += taken.size();
      continue;
    }
    // White space between two words is theirs, not the text's.
    if (!pending || !trimmed(gap).empty()) {
      flush();
      if (!gap.empty()) plain(gap);
    }
    if (pending && word->charset != charset) flush();
    charset = word->charset;
    bytes += word->bytes;
    pending = true;
    at = next + word->size;
  }
  flush();
}

std::string base64_text(std::string_view bytes) {
  gchar* encoded = g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size());
  std::string out(encoded);
  g_free(encoded);
  return out;
}

/// The same field with all words in UTF-8, for a parser that must not convert (converters are files of the C library).
std::string with_utf8_words(std::string_view raw) {
  std::string out;
  each_piece(
      unfolded(raw), [&](std::string_view plain) { out += to_utf8(plain, ""); },
      [&](const std::string& coded) { out += "=?utf-8?B?" + base64_text(coded) + "?="; });
  return out;
}

Address mailbox(InternetAddress* entry) {
  auto* box = INTERNET_ADDRESS_MAILBOX(entry);
  Address out;
  if (const char* name = internet_address_get_name(entry)) out.name = without_controls(to_utf8(name, ""), false);
  const char* given = internet_address_mailbox_get_addr(box);
  const std::string_view address = given == nullptr ? "" : given;
  const auto at = address.rfind('@');
  const bool plain = std::ranges::all_of(address, [](char c) { return c > ' ' && c < 0x7F; });
  if (plain && at != std::string_view::npos && at > 0 && at + 1 < address.size() && address.size() <= 254)
    out.address = std::string(address.substr(0, at)) + lower(address.substr(at));
  return out;
}

void collect(InternetAddressList* list, std::vector<Address>& out, std::size_t most, int depth) {
  for (int i = 0; i < internet_address_list_length(list) && out.size() < most; ++i) {
    auto* entry = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_MAILBOX(entry))
      out.push_back(mailbox(entry));
    else if (INTERNET_ADDRESS_IS_GROUP(entry) && depth < 2)
      collect(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(entry)), out, most, depth + 1);
  }
}

struct Parameter {
  std::string name, value;
};

/// `; name=value` pairs, quotes removed, values still coded.
std::vector<Parameter> parameters(std::string_view text) {
  std::vector<Parameter> out;
  std::size_t at = text.find(';');
  while (at != std::string_view::npos && at < text.size() && out.size() < 200) {
    ++at;
    const auto equals = text.find_first_of("=;", at);
    if (equals == std::string_view::npos) break;
    if (text[equals] == ';') {
      at = equals;
      continue;
    }
    Parameter parameter;
    parameter.name = lower(trimmed(text.substr(at, equals - at)));
    auto from = text.find_first_not_of(" \t", equals + 1);
    if (from == std::string_view::npos) break;
    if (text[from] == '"') {
      ++from;
      while (from < text.size() && text[from] != '"') {
        if (text[from] == '\\' && from + 1 < text.size() && (text[from + 1] == '"' || text[from + 1] == '\\')) ++from;
        parameter.value += text[from++];
      }
      at = text.find(';', from);
    } else {
      at = text.find(';', from);
      parameter.value = trimmed(text.substr(from, at == std::string_view::npos ? at : at - from));
    }
    out.push_back(std::move(parameter));
  }
  return out;
}

/// `name*`, `name*N` and `name*N*` put together (RFC 2231).
std::optional<std::string> extended(const std::vector<Parameter>& all, const std::string& name) {
  std::map<int, std::pair<std::string, bool>> pieces;
  for (const auto& [key, value] : all) {
    if (!key.starts_with(name + "*")) continue;
    auto rest = std::string_view(key).substr(name.size() + 1);
    const bool coded = rest.empty() || rest.ends_with('*');
    if (rest.ends_with('*')) rest.remove_suffix(1);
    int number = 0;
    if (rest.size() > 3) continue;
    for (const char digit : rest) number = digit >= '0' && digit <= '9' ? number * 10 + (digit - '0') : 1000;
    pieces.emplace(number, std::pair{value, coded});
  }
  if (pieces.empty()) return {};
  std::string charset, bytes;
  for (const auto& [number, piece] : pieces) {
    std::string_view value = piece.first;
    if (number == pieces.begin()->first && piece.second) {
      const auto first = value.find('\'');
      const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
      if (second != std::string_view::npos) {
        charset = value.substr(0, first);
        value = value.substr(second + 1);
      }
    }
    bytes += piece.second ? unescaped(value, '%', false) : std::string(value);
  }
  return to_utf8(bytes, charset);
}

}  // namespace

std::string base64_bytes(std::string_view text) {
  std::string out;
  unsigned int bits = 0;
  int held = 0;
  for (const char c : text) {
    int value = -1;
    if (c >= 'A' && c <= 'Z') value = c - 'A';
    if (c >= 'a' && c <= 'z') value = c - 'a' + 26;
    if (c >= '0' && c <= '9') value = c - '0' + 52;
    if (c == '+') value = 62;
    if (c == '/') value = 63;
    if (c == '=') {
      // Padding ends a group; some senders glue two encoded pieces together.
      bits = 0;
      held = 0;
    }
    if (value < 0) continue;
    bits = bits << 6 | static_cast<unsigned int>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>((bits >> held) & 0xFF);
    }
  }
  return out;
}

std::string header_text(std::string_view raw) {
  std::string out;
  each_piece(
      unfolded(raw), [&](std::string_view plain) { out += to_utf8(plain, ""); },
      [&](const std::string& coded) { out += coded; });
  return std::string(trimmed(without_controls(out, false)));
}

std::vector<Address> header_addresses(std::string_view raw, std::size_t most) {
  std::vector<Address> out;
  const auto text = with_utf8_words(raw);
  std::unique_ptr<InternetAddressList, void (*)(gpointer)> list(internet_address_list_parse(nullptr, text.c_str()),
                                                                g_object_unref);
  if (list) collect(list.get(), out, most, 0);
  return out;
}

std::string header_parameter(std::string_view raw, std::string_view name) {
  const auto all = parameters(unfolded(raw));
  const std::string wanted(name);
  if (auto value = extended(all, wanted)) return std::string(trimmed(without_controls(*value, false)));
  for (const auto& parameter : all) {
    if (parameter.name == wanted) return header_text(parameter.value);
  }
  return {};
}

std::vector<std::string> header_ids(std::string_view raw, std::size_t most) {
  std::vector<std::string> out;
  const auto text = unfolded(raw);
  std::size_t at = 0;
  while ((at = text.find('<', at)) != std::string::npos) {
    const auto end = text.find('>', at);
    if (end == std::string::npos) break;
    const auto id = std::string_view(text).substr(at + 1, end - at - 1);
    const bool plain = std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F; });
    if (plain && !id.empty() && id.size() <= 250) out.emplace_back(id);
    at = end + 1;
  }
  if (out.size() > most) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(most));
  return out;
}

}  // namespace docket::mail
