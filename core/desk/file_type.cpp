// SPDX-License-Identifier: Apache-2.0
#include "desk/file_type.hpp"

#include <algorithm>
#include <array>

#include "base/both.hpp"

namespace docket::desk {
namespace {

constexpr std::string_view any_bytes = "application/octet-stream";

struct Signature {
  std::string_view media_type;
  std::string_view bytes;
  std::size_t at = 0;
};
using namespace std::string_view_literals;
constexpr std::array<Signature, 24> signatures{{
    {"image/png", "\x89PNG\r\n\x1a\n"sv},
    {"image/jpeg", "\xff\xd8\xff"sv},
    {"image/gif", "GIF87a"sv},
    {"image/gif", "GIF89a"sv},
    {"image/webp", "WEBP"sv, 8},
    {"image/tiff", "II*\0"sv},
    {"image/tiff", "MM\0*"sv},
    {"application/pdf", "%PDF-"sv},
    {"application/zip", "PK\x03\x04"sv},
    {"application/zip", "PK\x05\x06"sv},
    {"application/gzip", "\x1f\x8b"sv},
    {"application/x-7z-compressed", "7z\xbc\xaf\x27\x1c"sv},
    {"application/vnd.rar", "Rar!\x1a\x07"sv},
    {"application/x-ole-storage", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv},
    {"audio/wav", "WAVE"sv, 8},
    {"video/x-msvideo", "AVI "sv, 8},
    {"video/mp4", "ftyp"sv, 4},
    {"audio/mpeg", "ID3"sv},
    {"application/ogg", "OggS"sv},
    {"application/rtf", "{\\rtf"sv},
    {"application/x-msdownload", "MZ"sv},
    {"application/x-executable",
     "\x7f"
     "ELF"sv},
    {"application/x-mach-binary", "\xcf\xfa\xed\xfe"sv},
    {"application/x-mach-binary", "\xca\xfe\xba\xbe"sv},
}};

/// Families of formats that share one signature: what may be declared for what was detected.
struct Family {
  std::string_view detected;
  std::string_view declared;  ///< whole, or its beginning when it ends with '*'
};
constexpr std::array<Family, 19> families{{
    {"application/zip", "application/x-zip-compressed"},
    {"application/zip", "application/vnd.openxmlformats-officedocument.*"},
    {"application/zip", "application/vnd.oasis.opendocument.*"},
    {"application/zip", "application/vnd.ms-*"},
    {"application/zip", "application/epub+zip"},
    {"application/zip", "application/vnd.android.package-archive"},
    {"application/x-ole-storage", "application/msword"},
    {"application/x-ole-storage", "application/vnd.ms-*"},
    {"application/x-ole-storage", "application/vnd.visio"},
    {"application/x-ole-storage", "application/vnd.openxmlformats-officedocument.*"},  // with a password
    {"application/gzip", "application/x-gzip"},
    {"application/gzip", "application/x-compressed-tar"},
    {"application/vnd.rar", "application/x-rar-compressed"},
    {"audio/wav", "audio/*"},
    {"audio/mpeg", "audio/*"},
    {"video/mp4", "video/*"},
    {"video/mp4", "audio/*"},
    {"video/mp4", "image/*"},
    {"application/rtf", "text/rtf"},
}};

/// Declared types whose files always begin with a signature of the table.
bool has_signature(std::string_view type) {
  constexpr std::array<std::string_view, 9> sure{
      "image/png",          "image/jpeg",      "image/gif",        "image/webp",
      "application/pdf",    "application/zip", "application/gzip", "application/x-7z-compressed",
      "application/vnd.rar"};
  return std::ranges::find(sure, type) != sure.end() ||
         type.starts_with("application/vnd.openxmlformats-officedocument.");
}

bool fits(std::string_view pattern, std::string_view type) {
  if (pattern.ends_with('*')) return type.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == type;
}

bool may_be_called(std::string_view detected, std::string_view declared) {
  if (detected == declared) return true;
  if (detected == "application/ogg") return declared.starts_with("audio/") || declared.starts_with("video/");
  return std::ranges::any_of(
      families, [&](const Family& family) { return family.detected == detected && fits(family.declared, declared); });
}

bool is_program(std::string_view detected, std::string_view head) {
  if (detected == "application/x-msdownload") {
    // A text may begin with these letters; the header of a program is full of zeros.
    return head.size() >= 64 && head.substr(0, 64).find('\0') != head.npos;
  }
  return detected == "application/x-executable" || detected == "application/x-mach-binary";
}

bool is_media_type(std::string_view text) {
  const auto token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "!#$&-^_.+/"sv.find(c) != std::string_view::npos;
  };
  const auto slash = text.find('/');
  return text.size() <= 100 && slash != text.npos && slash > 0 && slash + 1 < text.size() &&
         std::ranges::count(text, '/') == 1 && std::ranges::all_of(text, token);
}

std::string declared_type(std::string_view declared) {
  std::string type;
  for (const char c : declared.substr(0, declared.find(';'))) {
    if (c != ' ' && c != '\t') type.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return type;
}

// Text in UTF-16 begins with a mark; any other text has no zero bytes.
bool is_binary(std::string_view head) {
  return !head.starts_with("\xff\xfe"sv) && !head.starts_with("\xfe\xff"sv) && head.find('\0') != head.npos;
}

std::unexpected<Error> refuse(Said detail) {
  return fail(ErrorCode::unsupported_media_type, std::move(detail));
}

}  // namespace

std::string_view detect_file_type(std::string_view head) {
  for (const auto& signature : signatures) {
    if (head.size() < signature.at + signature.bytes.size()) continue;
    if (signature.at == 8 && !head.starts_with("RIFF")) continue;
    if (head.substr(signature.at, signature.bytes.size()) == signature.bytes) return signature.media_type;
  }
  return {};
}

Result<std::string> judge_file_type(std::string_view declared, std::string_view head) {
  auto type = declared_type(declared);
  if (!type.empty() && !is_media_type(type)) {
    return refuse({"Content-Type names no media type; send for example image/png or application/octet-stream.",
                   "文件类型无法识别（Content-Type 应如 image/png 或 application/octet-stream）。"});
  }
  const auto detected = detect_file_type(head);
  if (is_program(detected, head)) return refuse({"Programs are not accepted as attachments.", "不能上传程序文件。"});
  const bool known = !detected.empty() && detected != "application/x-msdownload";
  if (type.empty() || type == any_bytes) {
    return std::string{known ? detected : any_bytes};
  }
  const bool other =
      !known ? has_signature(type) : (has_signature(type) || has_signature(detected)) && !may_be_called(detected, type);
  if (other) {
    const auto contents = known ? Said{std::string{detected}, std::string{detected}} : Said{"something else", "别的东西"};
    return refuse(both("The file is called {0} and its contents are {1}. Send it with its own type, or as application/octet-stream.",
                       "文件声明为 {0}，内容却是{2}，请换一个文件，或改正后缀名再传。", type, contents.en, contents.zh));
  }
  if (type.starts_with("text/") && is_binary(head)) {
    return refuse(both("The file is called {} and is no text. Send it as application/octet-stream.",
                       "文件声明为 {}，内容却不是文本，请换一个文件，或改正后缀名再传。", type));
  }
  return type;
}

}  // namespace docket::desk
