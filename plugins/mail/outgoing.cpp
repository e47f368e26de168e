// SPDX-License-Identifier: Apache-2.0
#include "mail/outgoing.hpp"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>

#include "mail/body_text.hpp"
#include "mail/charset.hpp"

namespace docket::mail {
namespace {

constexpr std::size_t wire_line = 76;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
}

void refuse_controls(std::string_view name, std::string_view value) {
  if (!is_utf8(value)) throw HeaderFault(std::string(name) + ": not UTF-8");
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      throw HeaderFault(std::string(name) + ": a line end or another control character may not stand in a header");
  }
}

std::string base64(std::string_view bytes) {
  gchar* encoded = g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size());
  std::string out(encoded);
  g_free(encoded);
  return out;
}

/// Words of at most 75 letters, cut between characters, a fold between them.
std::string encoded_words(std::string_view utf8) {
  std::string out;
  while (!utf8.empty()) {
    const auto piece = cut(utf8, 42);
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64(piece) + "?=";
    utf8.remove_prefix(piece.size());
  }
  return out;
}

/// Folded at blanks; a text that is plain but looks like an encoded word is encoded, so that it is read as it was written.
std::string unstructured(std::string_view utf8) {
  if (!is_plain(utf8) || utf8.find("=?") != std::string_view::npos) return encoded_words(utf8);
  std::string out;
  std::size_t width = 20;  // room for the name
  std::size_t at = 0;
  while (at < utf8.size()) {
    auto end = utf8.find(' ', at + 1);
    if (end == std::string_view::npos) end = utf8.size();
    const auto word = utf8.substr(at, end - at);
    if (word.size() > 900) return encoded_words(utf8);
    if (width + word.size() > wire_line && word.starts_with(' ')) {
      out += "\r\n";
      width = 0;
    }
    out += word;
    width += word.size();
    at = end;
  }
  return out;
}

std::string display_name(std::string_view name) {
  if (!is_plain(name) || name.find("=?") != std::string_view::npos) return encoded_words(cut(name, 300));
  std::string out = "\"";
  for (const char c : cut(name, 200)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string percent(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                       c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// http(s) addresses in a line become links; what ends a sentence is not part of them.
std::string linked(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const auto at = std::min(line.find("https://"), line.find("http://"));
    if (at == std::string_view::npos) break;
    out += escaped(line.substr(0, at));
    line.remove_prefix(at);
    auto size = std::min(line.find_first_of(" \t<>\"'"), line.size());
    const auto wide = std::ranges::find_if(line.substr(0, size), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    size = static_cast<std::size_t>(wide - line.begin());
    while (size > 0 && std::string_view(".,;:!?)").find(line[size - 1]) != std::string_view::npos) --size;
    const auto address = escaped(line.substr(0, size));
    out += "<a href=\"" + address + "\">" + address + "</a>";
    line.remove_prefix(size);
  }
  return out + escaped(line);
}

/// Base64 in lines; takes the content in pieces that end on whole groups of three.
void write_base64(int to, int from) {
  constexpr std::size_t line_bytes = 57;
  std::array<char, line_bytes * 1000> piece{};
  std::size_t held = 0;
  off_t at = 0;
  std::string wire;
  while (true) {
    const auto got = ::pread(from, piece.data() + held, piece.size() - held, at);
    if (got < 0) throw std::runtime_error("an attachment could not be read");
    at += got;
    held += static_cast<std::size_t>(got);
    if (got != 0 && held < piece.size()) continue;
    wire.clear();
    for (std::size_t i = 0; i < held; i += line_bytes)
      wire += base64({piece.data() + i, std::min(line_bytes, held - i)}) + "\r\n";
    write_all(to, wire);
    held = 0;
    if (got == 0) return;
  }
}

void write_text_part(int to, std::string_view type, std::string_view text) {
  std::string wire = "Content-Type: " + std::string(type) +
                     "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: inline\r\n\r\n";
  for (std::size_t at = 0; at < text.size(); at += 57) wire += base64(text.substr(at, 57)) + "\r\n";
  write_all(to, wire);
}

/// The same mail has the same boundaries on every try, and no text can hold them: a digest of all of it.
std::string boundary(const Outgoing& mail, std::string_view which) {
  return "=_" + sha256_hex(mail.message_id + "\n" + mail.text + std::string(which)).substr(0, 40);
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

std::string whole_text(const Outgoing& mail) {
  std::string out;
  if (mail.ask_above_line) out += std::string(reply_line) + "\n\n";
  out += tidy_lines(mail.text);
  if (!mail.link.empty()) out += (mail.language == "en" ? "\n\nFollow it here: " : "\n\n查看进度：") + mail.link;
  if (!mail.signature.empty()) out += "\n\n-- \n" + tidy_lines(mail.signature);
  return out + "\n";
}

void write_bodies(const Outgoing& mail, int fd) {
  const auto inner = boundary(mail, "alternative");
  const auto text = whole_text(mail);
  write_all(fd, "Content-Type: multipart/alternative; boundary=\"" + inner + "\"\r\n\r\n--" + inner + "\r\n");
  write_text_part(fd, "text/plain", with_crlf(text));
  write_all(fd, "--" + inner + "\r\n");
  write_text_part(fd, "text/html", html_of(text, mail.link, mail.language));
  write_all(fd, "--" + inner + "--\r\n");
}

std::string media_type_of(const OutgoingFile& file) {
  const bool plain =
      std::ranges::count(file.media_type, '/') == 1 && std::ranges::all_of(file.media_type, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("/.+-_").contains(c);
      });
  // A message inside may not be base64 (RFC 2046 §5.2.1): it goes as bytes.
  if (!plain || file.media_type.starts_with("message/") || file.media_type.starts_with("multipart/"))
    return "application/octet-stream";
  return file.media_type;
}

}  // namespace

bool is_sendable_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || address.size() > 254 || address.find('@') != at) return false;
  const auto local = address.substr(0, at);
  const auto domain = address.substr(at + 1);
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool local_ok = std::ranges::all_of(
      local, [&](char c) { return letter(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").contains(c); });
  const bool domain_ok = !domain.empty() && letter(domain.front()) && letter(domain.back()) &&
                         domain.find("..") == std::string_view::npos &&
                         std::ranges::all_of(domain, [&](char c) { return letter(c) || c == '.' || c == '-'; });
  return local_ok && domain_ok && local.front() != '.' && local.back() != '.' &&
         local.find("..") == std::string_view::npos;
}

void Header::line(std::string_view name, std::string_view value) {
  lines_ += name;
  lines_ += ": ";
  lines_ += value;
  lines_ += "\r\n";
}
void Header::text(std::string_view name, std::string_view utf8) {
  refuse_controls(name, utf8);
  line(name, unstructured(utf8));
}
void Header::mailbox(std::string_view name, const Address& address) {
  refuse_controls(name, address.name);
  if (!is_sendable_address(address.address))
    throw HeaderFault(std::string(name) + ": \"" + without_controls(address.address, false) + "\" is no address that mail can be sent to");
  line(name, address.name.empty() ? address.address : display_name(address.name) + " <" + address.address + ">");
}
void Header::token(std::string_view name, std::string_view ascii) {
  refuse_controls(name, ascii);
  if (!is_plain(ascii)) throw HeaderFault(std::string(name) + ": ASCII only");
  line(name, ascii);
}
void Header::id(std::string_view name, std::string_view one) {
  ids(name, {std::string(one)});
}
void Header::ids(std::string_view name, const std::vector<std::string>& list) {
  std::string out;
  for (const auto& one : list) {
    refuse_controls(name, one);
    if (!is_plain(one) || one.empty() || one.size() > 250 || one.find_first_of("<> ") != std::string::npos)
      throw HeaderFault(std::string(name) + ": no message id");
    if (!out.empty()) out += "\r\n ";
    out += "<" + one + ">";
  }
  line(name, out);
}
void Header::date(std::string_view name, std::int64_t unix_seconds) {
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%s, %02d %s %04d %02d:%02d:%02d +0000",
                days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
                parts.tm_sec);
  line(name, out.data());
}

std::string html_of(std::string_view text, std::string_view link, std::string_view language) {
  (void)link;  // stands in the text, as a line of its own
  std::string out = "<!DOCTYPE html>\r\n<html lang=\"" + std::string(language == "en" ? "en" : "zh-CN") +
                    "\"><head><meta charset=\"utf-8\"></head><body>\r\n<p>";
  std::size_t at = 0;
  bool started = false;
  while (at < text.size()) {
    auto end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    const auto one = text.substr(at, end - at);
    at = end + 1;
    if (one.empty()) {
      out += "</p>\r\n<p>";
      started = false;
      continue;
    }
    if (started) out += "<br>\r\n";
    out += linked(one);
    started = true;
  }
  return out + "</p>\r\n</body></html>\r\n";
}

void write_mail(const Outgoing& mail, int fd) {
  Header header;
  header.date("Date", mail.unix_seconds);
  header.mailbox("From", mail.from);
  header.mailbox("To", mail.to);
  if (!mail.reply_to.empty()) header.mailbox("Reply-To", {mail.from.name, mail.reply_to});
  header.text("Subject", cut(without_controls(mail.subject, false), 900));
  header.id("Message-ID", mail.message_id);
  if (!mail.in_reply_to.empty()) header.id("In-Reply-To", mail.in_reply_to);
  if (!mail.references.empty()) header.ids("References", mail.references);
  if (mail.automatic) {
    header.token("Auto-Submitted", mail.answer_to_mail ? "auto-replied" : "auto-generated");
    header.token("X-Auto-Response-Suppress", "All");
  }
  header.token("MIME-Version", "1.0");
  write_all(fd, header.lines());
  if (mail.files.empty()) return write_bodies(mail, fd);
  const auto outer = boundary(mail, "mixed");
  write_all(fd, "Content-Type: multipart/mixed; boundary=\"" + outer + "\"\r\n\r\n--" + outer + "\r\n");
  write_bodies(mail, fd);
  for (const auto& file : mail.files) {
    refuse_controls("filename", file.name);
    // RFC 2231 for those who read it, and the words that older programs read against the standard.
    write_all(fd, "--" + outer + "\r\nContent-Type: " + media_type_of(file) + ";\r\n name=\"" +
                      (is_plain(file.name) && file.name.find_first_of("\"\\") == std::string::npos
                           ? file.name
                           : "=?UTF-8?B?" + base64(cut(file.name, 180)) + "?=") +
                      "\"\r\nContent-Disposition: attachment;\r\n filename*=UTF-8''" + percent(cut(file.name, 240)) +
                      "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    write_base64(fd, file.content.get());
  }
  write_all(fd, "--" + outer + "--\r\n");
}

}  // namespace docket::mail
