// SPDX-License-Identifier: Apache-2.0
#include "mail/tnef.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "mail/charset.hpp"

namespace docket::mail {
namespace {

constexpr std::uint32_t signature = 0x223E9F78;

/// Takes little-endian numbers and pieces off the front; once something is short, everything after is.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      broken_ = true;
      rest_ = {};
      return {};
    }
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::uint32_t number(std::size_t size) {
    const auto bytes = take(size);
    std::uint32_t out = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) out = out << 8 | static_cast<unsigned char>(bytes[i - 1]);
    return out;
  }
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool broken_ = false;
};

std::string without_end(std::string_view text) {
  return std::string(text.substr(0, text.find('\0')));
}

std::string code_page_name(std::uint32_t page) {
  constexpr std::array<std::pair<std::uint32_t, const char*>, 6> known{{{936, "gb18030"},
                                                                        {54936, "gb18030"},
                                                                        {950, "big5"},
                                                                        {932, "shift_jis"},
                                                                        {949, "euc-kr"},
                                                                        {65001, "utf-8"}}};
  for (const auto& [number, name] : known) {
    if (number == page) return name;
  }
  return page >= 1250 && page <= 1258 ? "windows-" + std::to_string(page) : std::string();
}

struct Properties {
  std::optional<std::string> text, html, long_name, media_type;
};

/// One value of a property by its type; nullopt for those of no use here.
std::optional<std::string> value_of(std::uint32_t type, std::string_view bytes, const std::string& code_page) {
  switch (type) {
    case 0x1F:
      return without_end(to_utf8(bytes.size() >= 2 && bytes.ends_with(std::string_view("\0\0", 2))
                                     ? bytes.substr(0, bytes.size() - 2)
                                     : bytes,
                                 "utf-16le"));
    case 0x1E:
      return without_end(to_utf8(without_end(bytes), code_page));
    case 0x102:
      return to_utf8(bytes, code_page);
    default:
      return {};
  }
}

/// Size of a fixed-size MAPI value as it stands in the stream; 0: variable.
std::size_t fixed_size(std::uint32_t type) {
  switch (type) {
    case 0x02:  // short
    case 0x03:  // long
    case 0x04:  // float
    case 0x0A:  // error
    case 0x0B:  // boolean
      return 4;
    case 0x05:  // double
    case 0x06:  // currency
    case 0x07:  // time of the application
    case 0x14:  // 64 bits
    case 0x40:  // time
      return 8;
    case 0x48:  // class id
      return 16;
    default:
      return 0;
  }
}

void read_properties(std::string_view bytes, const std::string& code_page, Properties& out, bool& damaged) {
  Reader reader(bytes);
  const auto count = reader.number(4);
  for (std::uint32_t i = 0; i < count && !reader.broken() && i < 10'000; ++i) {
    const auto tag = reader.number(4);
    const auto type = tag & 0xFFFF;
    const auto id = tag >> 16;
    if (id >= 0x8000) {  // named: a GUID and a number or a name
      reader.take(16);
      if (reader.number(4) == 0) {
        reader.take(4);
      } else {
        const auto length = reader.number(4);
        reader.take((std::size_t{length} + 3) / 4 * 4);
      }
    }
    const auto base_type = type & 0x0FFF;
    const bool several = (type & 0x1000) != 0;
    const auto fixed = fixed_size(base_type);
    const bool counted = several || fixed == 0;
    const auto values = counted ? reader.number(4) : 1U;
    for (std::uint32_t v = 0; v < values && !reader.broken() && v < 10'000; ++v) {
      std::string_view value;
      if (fixed != 0) {
        value = reader.take(fixed);
      } else {
        const auto length = reader.number(4);
        value = reader.take(length);
        reader.take((4 - length % 4) % 4);
      }
      if (v > 0 || reader.broken()) continue;
      if (id == 0x1000) out.text = value_of(base_type, value, code_page);
      if (id == 0x1013) out.html = value_of(base_type, value, code_page);
      if (id == 0x3707) out.long_name = value_of(base_type, value, code_page);
      if (id == 0x370E) out.media_type = value_of(base_type, value, code_page);
    }
  }
  damaged = damaged || reader.broken();
}

}  // namespace

bool looks_like_tnef(std::string_view bytes) {
  return Reader(bytes).number(4) == signature;
}

Tnef read_tnef(std::string_view bytes) {
  Tnef out;
  Reader reader(bytes);
  if (reader.number(4) != signature) {
    out.damaged = true;
    return out;
  }
  reader.take(2);  // key
  std::string code_page;
  while (!reader.empty() && !reader.broken()) {
    reader.take(1);  // of the message or of an attachment
    const auto id = reader.number(4) & 0xFFFF;
    const auto length = reader.number(4);
    const auto data = reader.take(length);
    reader.take(2);  // sum
    if (reader.broken()) break;
    const bool in_file = !out.files.empty();
    switch (id) {
      case 0x9007:
        code_page = code_page_name(Reader(data).number(4));
        break;
      case 0x800C:
        out.text = to_utf8(without_end(data), code_page);
        break;
      case 0x9003: {
        Properties found;
        read_properties(data, code_page, found, out.damaged);
        if (found.text && !found.text->empty()) out.text = *found.text;
        if (found.html) out.html = *found.html;
        break;
      }
      case 0x9002:
        if (out.files.size() >= most_tnef_files) {
          out.damaged = true;
          return out;
        }
        out.files.emplace_back();
        break;
      case 0x8010:
        if (in_file && out.files.back().name.empty()) out.files.back().name = to_utf8(without_end(data), code_page);
        break;
      case 0x800F:
        if (in_file) out.files.back().content = data;
        break;
      case 0x9005:
        if (in_file) {
          Properties found;
          read_properties(data, code_page, found, out.damaged);
          if (found.long_name && !found.long_name->empty()) out.files.back().name = *found.long_name;
          if (found.media_type) out.files.back().media_type = *found.media_type;
        }
        break;
      default:
        break;
    }
  }
  out.damaged = out.damaged || reader.broken();
  std::erase_if(out.files, [](const TnefFile& file) { return file.content.empty(); });
  return out;
}

}  // namespace docket::mail
